/** Stands where a text was cut. */
export const cutMark = '[… cut …]';

/**
 * Keeps a text's beginning and end, `charactersKept` in all and about the same of each, with
 * `cutMark` between them. A text that is short enough stays as it is.
 */
export const cutMiddle = (text: string, charactersKept: number): string => {
  if (text.length <= charactersKept) return text;
  const kept = Math.max(0, Math.floor(charactersKept));
  const head = text.slice(0, Math.ceil(kept / 2)).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(text.length - Math.floor(kept / 2)).replace(/^[\udc00-\udfff]/, '');
  return `${head.trimEnd()} ${cutMark} ${tail.trimStart()}`.trim();
};
