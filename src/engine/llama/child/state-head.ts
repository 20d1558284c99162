import { createHash } from 'node:crypto';

/** What stands beside a kept state: enough to know that it fits before the library sees it. */
export type StateHead = {
  /** See `stateIdentity`. */
  readonly identity: string;
  readonly tokens: Uint32Array;
  /** Of the state file. */
  readonly bytes: number;
  /** Of the state file. */
  readonly crc32: number;
};

/** The head's file: a SHA-256 of the rest, and JSON. */
export const writeHead = (head: StateHead): string => {
  const { buffer, byteOffset, byteLength } = head.tokens;
  const body = JSON.stringify({ ...head, tokens: Buffer.from(buffer, byteOffset, byteLength).toString('base64') });
  return `${sha256(body)}\n${body}`;
};

/** Undefined for anything that `writeHead` did not write as it stands. */
export const readHead = (text: string): StateHead | undefined => {
  const body = text.slice(text.indexOf('\n') + 1);
  if (text !== `${sha256(body)}\n${body}`) return undefined;
  // Its hash is right, so it has the form in which it was written.
  const head = JSON.parse(body) as Omit<StateHead, 'tokens'> & { readonly tokens: string };
  const tokens = Uint8Array.from(Buffer.from(head.tokens, 'base64'));
  return { ...head, tokens: new Uint32Array(tokens.buffer) };
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
