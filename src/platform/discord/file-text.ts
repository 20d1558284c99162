import { extname } from 'node:path';

/** What a file's beginning says; undefined when it is no text. `isCut`: there is more than these bytes. */
export const decodeText = (bytes: Uint8Array, isCut: boolean): string | undefined => {
  const encoding = encodingOf(bytes);
  // UTF-16 is always legible somehow, so that what says nothing of itself has to be UTF-8.
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    const text = decoder.decode(bytes, { stream: isCut }).replace(colour, '');
    return looksLikeText(text) ? text.replace(/\r\n?/g, '\n').replace(control, '') : undefined;
  } catch {
    return undefined;
  }
};

const encodingOf = ([first, second]: Uint8Array): string => {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
};

/** What colours the lines of a log. */
const colour = /\u001b\[[0-9;]{0,20}m/g;
/** Control characters that no text needs; a few of them do no harm. */
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const controlShareMax = 0.01;

const looksLikeText = (text: string): boolean => {
  if (text.includes('\u0000')) return false;
  return (text.match(control)?.length ?? 0) <= text.length * controlShareMax;
};

/** A file's text with its name above, fenced so that nothing in it can end the fence, within `charactersMax`. */
export const fileForm = (name: string, text: string, isCut: boolean, charactersMax: number): string => {
  const shown = shownName(name);
  const body = text.trimEnd().replace(endlessTicks, ticksMax);
  const longest = Math.max(2, ...[...body.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const around = `[file: ${shown}]\n${fence}${languageOf(name)}\n\n${fence}`;
  const mark = `\n[${shown} goes on; the rest is left out]`;
  const room = Math.max(0, charactersMax - around.length - mark.length);
  const kept = body.length <= room ? body : body.slice(0, room).toWellFormed();
  const isWhole = !isCut && kept.length === body.length;
  return `[file: ${shown}]\n${fence}${languageOf(name)}\n${kept}\n${fence}${isWhole ? '' : mark}`;
};

/** So many backticks in a row are no code; their fence would be longer still. */
const endlessTicks = /`{16,}/g;
const ticksMax = '`'.repeat(15);

const shownName = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Cf}[\]`]+/gu, ' ')
    .slice(0, 100)
    .toWellFormed()
    .trim() || 'unnamed';

/** The word behind the fence by which the language is known: mostly the file's own extension. */
const languageOf = (name: string): string => {
  const extension = extname(name).slice(1).toLowerCase();
  return /^[a-z0-9+#]{1,12}$/.test(extension) && extension !== 'txt' ? extension : '';
};
