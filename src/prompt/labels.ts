// Role labels typed by people, personas or models. Templates whose markers are ordinary text
// (`### Instruction:`, `USER:`, `<|user|>`) would take a typed label for their own, because it has
// the same tokens. A zero-width space after the label's first character gives it other tokens while
// it still reads the same; nothing else of the text changes.

/** Put into a label so that it no longer is one. */
const breaker = '\u200b';

/** Breaks the labels in a text. */
export type LabelGuard = (text: string) => string;

/** Case is ignored, and a space in a label matches any run of spaces, also none. */
const labelPattern = (label: string): string => label.trim().split(/\s+/u).map(RegExp.escape).join('[\\t\\p{Zs}]*');

/** Line ends, as the most generous of readers takes them; `\p{Cc}` holds most of them too. */
const lineEnd = '[\\n\\r\\v\\f\\u001c-\\u001e\\u0085\\u2028\\u2029]';

/** What shows nothing although it is there: spaces, control and format characters, variation selectors, fillers, the empty Braille cell. */
const unseen = '[\\p{Zs}\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800]';

/** What a label that begins with a letter may not follow. Some fillers are letters to Unicode. */
const word = `[[\\p{L}\\p{N}_]--${unseen}]`;

const startsWithLetter = (label: string): boolean => /^[\p{L}\p{N}]/u.test(label);

/**
 * Makes a guard. At line starts white space and whatever shows nothing before a label don't hide it,
 * and a text's own beginning is a line start; `anywhere` asks only that a label is no word's tail.
 * A label that a template writes without a line end before it needs `anywhere`: ` USER:` has the tokens
 * of a `USER:` at a prompt's beginning or behind a control token, where tokenizers put a space.
 */
export const createLabelGuard = (labels: readonly string[], at: 'line-start' | 'anywhere'): LabelGuard => {
  const patterns = labels.filter((label) => label.trim() !== '').map((label) => ({ label, pattern: labelPattern(label) }));
  if (patterns.length === 0) return (text) => text;
  const expression =
    at === 'anywhere'
      ? patterns.map(({ label, pattern }) => (startsWithLetter(label) ? `(?<!${word})${pattern}` : pattern)).join('|')
      : `(?<start>(?:^|${lineEnd})[${unseen}--${lineEnd}]*)(?:${patterns.map(({ pattern }) => pattern).join('|')})`;
  const matcher = new RegExp(expression, 'giv');
  return (text) =>
    text.replace(matcher, (match: string, ...rest: unknown[]) => {
      const groups = rest.at(-1);
      const start = typeof groups === 'object' && groups !== null && 'start' in groups ? String(groups.start) : '';
      const first = String.fromCodePoint(match.codePointAt(start.length) ?? 0);
      return start + first + breaker + match.slice(start.length + first.length);
    });
};
