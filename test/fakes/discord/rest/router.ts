import type { ApiRequest, ApiResponse } from './request.ts';

export type Handler = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>;

export type Route = {
  readonly method: string;
  /** The path with its parameters' names: what a rate-limit bucket is made for. */
  readonly pattern: string;
  readonly expression: RegExp;
  /** `none`: a token in the path says who it is. */
  readonly auth: 'bot' | 'none';
  readonly handle: Handler;
};

/** @param line method and path, such as `GET /channels/:channel`. */
export const route = (line: string, handle: Handler, auth: Route['auth'] = 'bot'): Route => {
  const [method = '', pattern = ''] = line.split(' ');
  const expression = new RegExp(`^${pattern.replaceAll('@', '(?:@|%40)').replace(/:([a-zA-Z]+)/g, '(?<$1>[^/]+)')}/?$`);
  return { method, pattern, expression, auth, handle };
};

/** Routes of one path prefix that a token in the path opens. */
export const openRoute = (line: string, handle: Handler): Route => route(line, handle, 'none');

export type Match = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** The first route that fits, `wrong-method` when only the path does. */
export const findRoute = (routes: readonly Route[], method: string, path: string): Match | 'wrong-method' | undefined => {
  let isKnown = false;
  for (const each of routes) {
    const found = each.expression.exec(path);
    if (found === null) continue;
    isKnown = true;
    if (each.method !== method) continue;
    const params = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return { route: each, params: Object.fromEntries(params) as Record<string, string> };
  }
  return isKnown ? 'wrong-method' : undefined;
};
