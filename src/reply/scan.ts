/** An open code block. */
export type Fence = {
  /** What stands after the opening marker; empty when there is none, or an unlikely one. */
  readonly language: string;
  /** False while it may just be three backticks within a line; true once it is surely a block. */
  readonly mustClose: boolean;
};

/** A code block's marker: where it ends, and what it means if it opens a block. */
export type FenceMarker = { readonly end: number; readonly codeStart: number; readonly fence: Fence };

/** The marker of a code block (three backticks or more) that begins exactly at `at`. */
export const fenceAt = (text: string, at: number): FenceMarker | undefined => {
  if (!text.startsWith('```', at) || text[at - 1] === '`') return undefined;
  let end = at + 3;
  while (text[end] === '`') end += 1;
  const [line, language] = /^([\w+\-.#]{0,20})[ \t]*\n/.exec(text.slice(end, end + 40)) ?? [];
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const mustClose = at === 0 || /^[\s>]*(?:(?:[-*+]|\d+\.)\s+)?$/.test(text.slice(Math.max(lineStart, at - 80), at));
  return { end, codeStart: end + (line?.length ?? 0), fence: { language: language ?? '', mustClose } };
};

/** The end of the white space at `at`; `at` itself when there is none. */
export const endOfWhite = (text: string, at: number): number => {
  let end = at;
  while (end < text.length && isWhite(text, end)) end += 1;
  return end;
};

/** The end of the text without the white space at its end. */
export const endOfVisible = (text: string): number => {
  let end = text.length;
  while (end > 0 && isWhite(text, end - 1)) end -= 1;
  return end;
};

/** Where code goes on after the white space from `at` to `white`: with the indentation of its line, if that leaves room. */
export const startOfCode = (text: string, at: number, white: number, room: number): number => {
  const line = text.slice(at, white).lastIndexOf('\n');
  return line < 0 || white - at - line > room / 2 ? white : at + line + 1;
};

/** 2 for a surrogate pair, else 1. */
export const codePointLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const isWhite = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code <= 32 ? code === 32 || (code >= 9 && code <= 13) : code >= 0x85 && /\s/.test(text.charAt(at));
};
