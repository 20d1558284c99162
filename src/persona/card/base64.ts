import { cardError } from './card-error.ts';
import type { Work } from './work.ts';

const isBase64Byte = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x2b ||
  byte === 0x2f;

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * Decodes base64 strictly: Node's own decoder passes over whatever does not belong there. White
 * space may stand anywhere, the padding may be missing.
 *
 * @param what is named in the sentence of the error, for example `The card in this picture`
 */
export const decodeBase64 = (bytes: Uint8Array, what: string, work: Work): Uint8Array => {
  work.spend(bytes.length);
  let digits = 0;
  let padding = 0;
  for (const byte of bytes) {
    if (isBase64Byte(byte) && padding === 0) digits += 1;
    else if (byte === 0x3d) padding += 1;
    else if (!isSpace(byte)) throw damaged(what);
  }
  if (digits % 4 === 1 || padding > 2 || (padding > 0 && (digits + padding) % 4 !== 0)) throw damaged(what);
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(Buffer.from(buffer, byteOffset, byteLength).toString('latin1'), 'base64');
};

const damaged = (what: string) => cardError(`${what} is damaged: its text is not valid base64. Save or download the file again.`);
