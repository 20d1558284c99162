import { deflateSync } from 'node:zlib';
import { isPng, pngOf } from './png.ts';

/** A picture that chats can show. */
export type Picture = {
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
};

/** Tells a picture by its first bytes, whatever its name; undefined for everything else. */
export const pictureOf = (bytes: Uint8Array): Picture | undefined => {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (isPng(bytes)) return { bytes, mediaType: 'image/png' };
  if (head.startsWith('\xff\xd8\xff')) return { bytes, mediaType: 'image/jpeg' };
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return { bytes, mediaType: 'image/webp' };
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return { bytes, mediaType: 'image/gif' };
  return undefined;
};

const side = 256;

/** A plain coloured square for a persona that has no picture; the same text gives the same colour. */
export const plainPicture = (text: string): Picture => {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  const colour = [hash, hash >>> 8, hash >>> 16].map((part) => 64 + (part & 127));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit a pixel, palette.
  header.set([1, 3, 0, 0, 0], 8);
  const bytes = pngOf([
    { type: 'IHDR', data: header },
    { type: 'PLTE', data: Uint8Array.from(colour) },
    { type: 'IDAT', data: deflateSync(Buffer.alloc(side * (1 + side / 8))) },
    { type: 'IEND', data: new Uint8Array() },
  ]);
  return { bytes, mediaType: 'image/png' };
};
