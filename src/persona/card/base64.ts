import { sentence } from '../../core/sentence.ts';
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
 * @param damage what to say where it can't be decoded
 */
export const decodeBase64 = (
  bytes: Uint8Array,
  damage: 'cardInPictureDamaged' | 'cardPictureDamaged',
  work: Work,
): Uint8Array => {
  work.spend(bytes.length);
  let digits = 0;
  let padding = 0;
  for (const byte of bytes) {
    if (isBase64Byte(byte) && padding === 0) digits += 1;
    else if (byte === 0x3d) padding += 1;
    else if (!isSpace(byte)) throw cardError(sentence(damage));
  }
  if (digits % 4 === 1 || padding > 2 || (padding > 0 && (digits + padding) % 4 !== 0)) throw cardError(sentence(damage));
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(Buffer.from(buffer, byteOffset, byteLength).toString('latin1'), 'base64');
};
