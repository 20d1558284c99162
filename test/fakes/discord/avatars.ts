import { createHash } from 'node:crypto';

/** A picture that was uploaded as an avatar. `hash` is Discord's name for it; those that move begin with `a_`. */
export type AvatarRecord = { readonly hash: string; readonly bytes: Uint8Array };

const starts: Readonly<Record<string, readonly string[]>> = {
  png: ['\x89PNG\r\n\x1a\n'],
  jpeg: ['\xff\xd8\xff'],
  gif: ['GIF87a', 'GIF89a'],
};

/** What Discord makes of image data (Reference, "Image Data"): JPG, GIF and PNG whose type says what they are; undefined for all else. */
export const avatarOf = (data: string): AvatarRecord | undefined => {
  const [, kind = '', base64 = ''] = /^data:image\/(png|jpeg|gif);base64,([A-Za-z0-9+/]+={0,2})$/.exec(data) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const head = bytes.subarray(0, 8).toString('latin1');
  if (!(starts[kind] ?? []).some((start) => head.startsWith(start))) return undefined;
  return { hash: `${kind === 'gif' ? 'a_' : ''}${createHash('md5').update(bytes).digest('hex')}`, bytes };
};
