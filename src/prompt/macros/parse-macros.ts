import { bounds } from '../../core/bounds.ts';

/** A stretch of text, or a macro in it. */
export type MacroPart = string | MacroNode;

/** `{{…}}`: what stands between the braces, which may hold macros again. */
export type MacroNode = {
  readonly parts: readonly MacroPart[];
  /** Where it begins in the text. */
  readonly start: number;
};

type Frame = { readonly start: number; readonly parts: MacroPart[] };

/**
 * Finds the macros of a text, in one pass. Braces that nobody closes, and macros nested too deeply, stay
 * text. Of three braces the inner two count, so that `{{{char}}}` is a name in braces.
 */
export const parseMacros = (text: string): readonly MacroPart[] => {
  const open: Frame[] = [{ start: 0, parts: [] }];
  const add = (part: MacroPart): void => {
    if (part !== '') open.at(-1)?.parts.push(part);
  };
  let from = 0;
  for (let at = text.search(/\{\{|\}\}/); at !== -1 && at < text.length; ) {
    const isOpening = text[at] === '{';
    // One more brace before the pair is text, as is one after the pair that closes.
    if (isOpening && text[at + 2] === '{' && runLength(text, at) % 2 === 1) at += 1;
    if (isOpening && open.length <= bounds.macros.nestingMax) {
      add(text.slice(from, at));
      open.push({ start: at, parts: [] });
      from = at + 2;
    } else if (!isOpening && open.length > 1) {
      add(text.slice(from, at));
      const frame = open.pop();
      if (frame !== undefined) add({ parts: frame.parts, start: frame.start });
      from = at + 2;
    }
    at = nextBraces(text, at + 2);
  }
  add(text.slice(from));
  // What was opened and never closed is text, and its inside stands where it stood.
  while (open.length > 1) {
    const frame = open.pop();
    if (frame === undefined) break;
    add('{{');
    for (const part of frame.parts) add(part);
  }
  return open[0]?.parts ?? [];
};

const nextBraces = (text: string, from: number): number => {
  for (let at = from; at < text.length - 1; at += 1) {
    const unit = text.charCodeAt(at);
    if ((unit === 0x7b || unit === 0x7d) && text.charCodeAt(at + 1) === unit) return at;
  }
  return -1;
};

/** Counts no further than it has to for telling even from odd within a sane number of braces. */
const runLength = (text: string, at: number): number => {
  let end = at;
  while (text[end] === '{' && end - at < 64) end += 1;
  return end - at;
};

/** A macro's name in lower case and what follows it; undefined where it begins with no name. */
export type MacroCall = {
  readonly name: string;
  /** Between name and arguments: `::`, `:`, white space, or nothing. */
  readonly separator: '::' | ':' | ' ' | '';
  readonly rest: readonly MacroPart[];
};

/** Reads the name off a macro. */
export const callOf = ({ parts }: MacroNode): MacroCall | undefined => {
  const head = parts[0];
  if (typeof head !== 'string') return undefined;
  const match = /^\s*(?:(\/\/)|([a-z][a-z0-9_]*)(\s*::|\s*:|\s+|$))/i.exec(head);
  if (match === null) return timeWithOffset(head);
  // A macro right behind the letters makes them no name.
  if (match[2] !== undefined && match[3] === '' && parts.length > 1) return undefined;
  const name = (match[1] ?? match[2] ?? '').toLowerCase();
  const mark = (match[3] ?? '').trim();
  const after = head.slice(match[0].length);
  const rest = after === '' ? parts.slice(1) : [after, ...parts.slice(1)];
  const separator = mark === '::' || mark === ':' ? mark : rest.length === 0 ? '' : ' ';
  return { name, separator, rest };
};

/** `{{time_UTC+2}}` has its argument in its name. */
const timeWithOffset = (head: string): MacroCall | undefined => {
  const match = /^\s*time_utc([+-]\d{1,2}(?:\.\d{1,2})?)\s*$/i.exec(head);
  return match === null ? undefined : { name: 'time_utc', separator: ' ', rest: [match[1] ?? ''] };
};

/** Splits at a separator that stands in the text itself, not in what a macro inside stands for. */
export const splitParts = (parts: readonly MacroPart[], separator: '::' | ','): readonly (readonly MacroPart[])[] => {
  const lists: MacroPart[][] = [[]];
  for (const part of parts) {
    if (typeof part !== 'string') {
      lists.at(-1)?.push(part);
      continue;
    }
    const pieces = separator === '::' ? part.split('::') : part.split(/(?<!\\),/).map((piece) => piece.replaceAll('\\,', ','));
    pieces.forEach((piece, index) => {
      if (index > 0) lists.push([]);
      lists.at(-1)?.push(piece);
    });
  }
  return lists;
};
