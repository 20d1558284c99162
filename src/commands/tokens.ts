/** One part of a typed line: `value`, `"a value"`, `name:value` or `name="a value"`. */
export type Token = {
  /** Before the `:` or `=`, in lower case. */
  readonly name: string | undefined;
  readonly value: string;
  /** Name and value as typed. */
  readonly whole: string;
  /** Where the next part begins. */
  readonly end: number;
};

// Sticky, so that every character belongs to a part: nothing typed is silently skipped.
const part =
  /(?:([\p{L}\p{N}_-]+)[:=])?(?:"((?:[^"\\]|\\[\s\S])*)"(?=\s|$)|((?![\p{L}\p{N}_-]+[:=]")[^\s"]\S*)|(?<=[:=])(?=\s|$))\s*/uy;

/** The part that begins at `start`; undefined where a quote is not closed, or something follows it without a space. */
export const tokenAt = (text: string, start: number): Token | undefined => {
  part.lastIndex = start;
  const [whole, name, inQuotes, bare = ''] = part.exec(text) ?? [];
  if (whole === undefined || whole === '') return undefined;
  const value = inQuotes === undefined ? bare : unescaped(inQuotes);
  return {
    name: name?.toLowerCase(),
    value,
    whole: name === undefined ? value : whole.trimEnd(),
    end: start + whole.length,
  };
};

/** A text without the quotes around it, where it is quoted as a whole. */
export const unquoted = (text: string): string => {
  const inside = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(text)?.[1];
  return inside === undefined ? text : unescaped(inside);
};

const unescaped = (text: string): string => text.replace(/\\(["\\])/g, '$1');
