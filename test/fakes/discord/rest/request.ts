import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { ApiError } from './errors.ts';

/** A file of a multipart body. */
export type UploadedFile = { readonly name: string; readonly contentType: string; readonly bytes: Uint8Array };

export type ParsedBody = {
  /** The JSON body, or `payload_json`; undefined without a body. */
  readonly json: unknown;
  /** By the n of `files[n]`. */
  readonly files: ReadonlyMap<string, UploadedFile>;
};

/** What a route's handler gets. */
export type ApiRequest = ParsedBody & {
  /** The named parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
};

export type ApiResponse = { readonly status: number; readonly body?: unknown };

const bodyBytesMax = 10 * 1024 * 1024;

const readBytes = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) throw new ApiError(413, 40005, 'Request entity too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 50109, 'The request body contains invalid JSON.');
  }
};

/** Reads a JSON or multipart body. */
export const readBody = async (request: IncomingMessage): Promise<ParsedBody> => {
  const bytes = await readBytes(request);
  const contentType = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { json: undefined, files: new Map() };
  if (!contentType.startsWith('multipart/form-data')) return { json: parseJson(bytes.toString()), files: new Map() };
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  const files = new Map<string, UploadedFile>();
  for (const [key, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (index === undefined || typeof value === 'string') continue;
    files.set(index, {
      name: value.name,
      contentType: value.type || 'application/octet-stream',
      bytes: new Uint8Array(await value.arrayBuffer()),
    });
  }
  const payload = form.get('payload_json');
  return { json: typeof payload === 'string' ? parseJson(payload) : {}, files };
};

type Issue = {
  readonly path: readonly PropertyKey[];
  readonly code: string;
  readonly message: string;
  readonly maximum?: unknown;
};

const discordCode = (issue: Issue): readonly [string, string] =>
  issue.code === 'too_big'
    ? ['BASE_TYPE_MAX_LENGTH', `Must be ${String(issue.maximum)} or fewer in length.`]
    : issue.code === 'too_small'
      ? ['BASE_TYPE_BAD_LENGTH', issue.message]
      : ['BASE_TYPE_BAD_TYPE', issue.message];

/** Checks a body, and answers 50035 with Discord's tree of errors when it is wrong. */
export const parseBody = <Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> => {
  const result = schema.safeParse(json ?? {});
  if (result.success) return result.data;
  type Tree = { [key: string]: Tree | { readonly code: string; readonly message: string }[] };
  const errors: Tree = {};
  for (const issue of result.error.issues as readonly Issue[]) {
    let node = errors;
    for (const key of issue.path) {
      const next = node[String(key)];
      const tree: Tree = next === undefined || Array.isArray(next) ? {} : next;
      node[String(key)] = tree;
      node = tree;
    }
    const [code, message] = discordCode(issue);
    const listed = node._errors;
    node._errors = [...(Array.isArray(listed) ? listed : []), { code, message }];
  }
  throw new ApiError(400, 50035, 'Invalid Form Body', errors);
};
