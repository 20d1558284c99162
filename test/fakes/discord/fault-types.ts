// What can be scripted to go wrong over HTTP, and what is logged of it.
/** What a fault does to a request. */
export type FaultEffect =
  /**
   * Answers with this status; `handled` does the work first, as if only the answer failed. `code` makes it a Discord error,
   * and `errors` is the tree that 50035 has.
   */
  | {
      readonly status: number;
      readonly code?: number;
      readonly message?: string;
      readonly errors?: unknown;
      readonly handled?: boolean;
    }
  | { readonly rateLimit: { readonly retryAfterS: number; readonly global?: boolean; readonly scope?: 'user' | 'shared' } }
  /** `thenHandle: true` waits and then works; `false` works at once and only the answer comes late. */
  | { readonly delayMs: number; readonly thenHandle: boolean }
  /** The connection breaks without an answer, after the work was done (`handled`) or before. */
  | { readonly dropSocket: true; readonly handled: boolean };

/** A scripted fault: the next `times` matching requests get it. */
export type Fault = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Tested against the path after `/api/v10`, without the query. */
  readonly path: RegExp;
  /** [1] */
  readonly times?: number;
  /** Lets this many matching requests through first. [0] */
  readonly after?: number;
  /** What it does; as a function of the request, which `undefined` lets through uncounted. */
  readonly effect: FaultEffect | ((request: FaultableRequest) => FaultEffect | undefined);
};

export type FaultableRequest = Pick<LoggedRequest, 'method' | 'path' | 'body'>;

export interface FakeFaults {
  /** Adds a fault; faults are tried in the order in which they were added. The handle tells how often it struck. */
  add(fault: Fault): { readonly struck: number; remove(): void };
  clear(): void;
}

/** One request that reached the REST side. */
export type LoggedRequest = {
  readonly method: string;
  /** After `/api/v10`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The JSON body, or `payload_json` of a multipart one. */
  readonly body: unknown;
  /** Names of the uploaded files. */
  readonly files: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly step: number;
  /** The status it was answered with; undefined while it is being handled and when the connection was dropped. */
  readonly status: number | undefined;
};
