import { bounds } from '../core/bounds.ts';
import { userTextOf } from '../core/error.ts';
import type { Picture } from './card/picture.ts';
import { pngWithoutExtras } from './card/png.ts';
import { createWork } from './card/work.ts';
import { pictureSizeOf } from './picture-size.ts';

/** A picture as chats take it for who speaks: small enough, and of a kind that they all know. */
export type ShownPicture = {
  readonly bytes: Uint8Array;
  readonly mediaType: Exclude<Picture['mediaType'], 'image/webp'>;
};

/**
 * What of a picture is shown in a chat, or a sentence that says why nothing is. Of a PNG only what is seen stays, so that a card's
 * text is neither counted nor handed on.
 */
export const shownPictureOf = (
  picture: Picture,
): { readonly shown: ShownPicture; readonly problem?: never } | { readonly shown?: never; readonly problem: string } => {
  const { bytesMax, sideMax } = bounds.shownPicture;
  const { mediaType } = picture;
  if (mediaType === 'image/webp')
    return { problem: 'The picture is a WebP file, which Discord does not take. Save it as PNG or JPEG.' };
  const size = pictureSizeOf(picture);
  if (size === undefined)
    return { problem: 'The picture is damaged: it does not say how large it is. Save or download it again.' };
  if (size.width > sideMax || size.height > sideMax)
    return { problem: `The picture has ${size.width} × ${size.height} pixels. Make it smaller: at most ${sideMax} on a side.` };
  let { bytes } = picture;
  try {
    if (mediaType === 'image/png') bytes = pngWithoutExtras(bytes, createWork());
  } catch (error) {
    return { problem: userTextOf(error) };
  }
  if (bytes.length <= bytesMax) return { shown: { bytes, mediaType } };
  const kilobytes = Math.ceil(bytes.length / 1024);
  return {
    problem: `The picture has ${kilobytes} KiB. Make it smaller: at most ${bytesMax / 1024}, for which 512 pixels on a side are plenty.`,
  };
};
