import { crc32 } from 'node:zlib';
import { bounds } from '../../core/bounds.ts';
import { sentence } from '../../core/sentence.ts';
import { decodeBase64 } from './base64.ts';
import { cardError, noCardError } from './card-error.ts';
import type { Work } from './work.ts';

// The format: W3C "Portable Network Graphics", 5 (chunks) and 11.3.3 (text); cards: Character Card V3, "PNG/APNG".

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk with its four letters; `data` without length and checksum. */
type Chunk = { readonly type: string; readonly data: Uint8Array };

export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, index) => bytes[index] === byte);

/**
 * The text of the card in a PNG or APNG: that of the `ccv3` chunk, or else of `chara`, decoded from base64.
 * Pixels are never decoded.
 */
export const cardTextOfPng = (bytes: Uint8Array, work: Work): Uint8Array => {
  const chunks = chunksOf(bytes, work);
  const texts = chunks.flatMap((chunk) => (chunk.type === 'tEXt' ? [keywordAndText(chunk)] : []));
  for (const keyword of ['ccv3', 'chara']) {
    const found = texts.find((text) => text.keyword === keyword);
    if (found) return decodeBase64(found.text, 'cardInPictureDamaged', work);
  }
  const other = chunks.find(({ type, data }) => (type === 'zTXt' || type === 'iTXt') && isCardKeyword(keywordOf(data)));
  if (other === undefined) throw noCardError(sentence('pictureWithoutCard'));
  throw cardError(sentence('pictureCardMisplaced', { type: other.type }));
};

/** Puts the card's texts into a PNG, in place of those that are in it. All other chunks stay as they are. */
export const pngWithCard = (bytes: Uint8Array, texts: Readonly<Record<'chara' | 'ccv3', Uint8Array>>, work: Work): Uint8Array => {
  const kept = chunksOf(bytes, work).filter((chunk) => chunk.type !== 'tEXt' || !isCardKeyword(keywordOf(chunk.data)));
  const added = (['chara', 'ccv3'] as const).map((keyword) => {
    const text = Buffer.from(Buffer.from(texts[keyword]).toString('base64'), 'latin1');
    return chunkBytes({ type: 'tEXt', data: Buffer.concat([Buffer.from(`${keyword}\0`, 'latin1'), text]) });
  });
  const end = kept.length - 1;
  return Buffer.concat([signature, ...kept.slice(0, end).map(chunkBytes), ...added, ...kept.slice(end).map(chunkBytes)]);
};

/** What a still picture is made of, and how its colours are meant (Portable Network Graphics, 11.2 and 11.3). */
const shownChunks: ReadonlySet<string> = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
]);

/** A PNG with nothing in it but what is seen: no card, no text, no place where it was taken, no frames of an animation. */
export const pngWithoutExtras = (bytes: Uint8Array, work: Work): Uint8Array => {
  const kept = chunksOf(bytes, work).filter(({ type }) => shownChunks.has(type));
  if (!kept.some(({ type }) => type === 'IDAT')) throw cardError(sentence('pictureWithoutPixels'));
  return Buffer.concat([signature, ...kept.map(chunkBytes)]);
};

/** A chunk as it stands in a file. */
export const chunkBytes = ({ type, data }: Chunk): Uint8Array => {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
};

/** A PNG of these chunks. */
export const pngOf = (chunks: readonly Chunk[]): Uint8Array => Buffer.concat([signature, ...chunks.map(chunkBytes)]);

/** All chunks from `IHDR` to `IEND`, their checksums checked. What follows `IEND` is no part of the picture. */
const chunksOf = (bytes: Uint8Array, work: Work): readonly Chunk[] => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = signature.length;
  for (;;) {
    if (at + 12 > view.length) throw cutOff();
    const length = view.readUInt32BE(at);
    if (length > view.length - at - 12) throw cutOff();
    const type = view.toString('latin1', at + 4, at + 8);
    work.spend(length + 12);
    if (crc32(view.subarray(at + 4, at + 8 + length)) !== view.readUInt32BE(at + 8 + length)) {
      throw cardError(sentence('pictureDamaged'));
    }
    if (chunks.length === 0 && type !== 'IHDR') throw cardError(sentence('pictureNotPng'));
    if (chunks.length >= bounds.card.chunksMax) throw cardError(sentence('pictureTooManyParts'));
    chunks.push({ type, data: view.subarray(at + 8, at + 8 + length) });
    if (type === 'IEND') return chunks;
    at += length + 12;
  }
};

const cutOff = () => cardError(sentence('pictureCutOff'));

const keywordAndText = ({ data }: Chunk): { readonly keyword: string; readonly text: Uint8Array } => {
  const keyword = keywordOf(data);
  return { keyword, text: data.subarray(keyword.length + 1) };
};

/** A keyword has at most 79 characters and a zero behind it; case does not matter. */
const keywordOf = (data: Uint8Array): string => {
  const end = data.subarray(0, 80).indexOf(0);
  return end === -1 ? '' : Buffer.from(data.subarray(0, end)).toString('latin1').toLowerCase();
};

const isCardKeyword = (keyword: string): boolean => keyword === 'ccv3' || keyword === 'chara';
