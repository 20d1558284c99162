import type { Picture } from './card/picture.ts';

/** Width and height in pixels. */
export type PictureSize = { readonly width: number; readonly height: number };

/**
 * The size that a picture says it has, read from its first bytes without decoding anything; undefined where it says none.
 * WebP has none here: nobody needs it.
 */
export const pictureSizeOf = ({ bytes, mediaType }: Picture): PictureSize | undefined => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = mediaType === 'image/png' ? ofPng(view) : mediaType === 'image/gif' ? ofGif(view) : ofJpeg(view, mediaType);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
};

/** W3C "Portable Network Graphics", 11.2.1: `IHDR` is the first chunk. */
const ofPng = (view: Buffer): PictureSize | undefined =>
  view.length < 33 || view.toString('latin1', 12, 16) !== 'IHDR'
    ? undefined
    : { width: view.readUInt32BE(16), height: view.readUInt32BE(20) };

/** "GIF89a", 18: the logical screen descriptor stands behind the signature. */
const ofGif = (view: Buffer): PictureSize | undefined =>
  view.length < 13 ? undefined : { width: view.readUInt16LE(6), height: view.readUInt16LE(8) };

/** ITU-T T.81, annex B: segments with their lengths, of which one of `SOF0` to `SOF15` says the size. */
const ofJpeg = (view: Buffer, mediaType: Picture['mediaType']): PictureSize | undefined => {
  if (mediaType !== 'image/jpeg') return undefined;
  let at = 2;
  while (at + 9 <= view.length && view[at] === 0xff) {
    const marker = view[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1; // filling
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7) };
    const length = view.readUInt16BE(at + 2);
    if (length < 2 || marker === 0xda || marker === 0xd9) return undefined;
    at += 2 + length;
  }
  return undefined;
};
