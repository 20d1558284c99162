import { codePointLength } from './scan.ts';

/** A hidden stretch of text: `open` and `close` are where its two `||` begin; `close` is the text's length while it is open. */
export type Spoiler = { readonly open: number; readonly close: number };

/**
 * The spoilers of a text, outside code. One that is not closed counts when it opens a line and
 * something follows at once, as a thought does that is still being written; elsewhere it is text.
 */
export const findSpoilers = (text: string): readonly Spoiler[] => {
  const spoilers: Spoiler[] = [];
  if (!text.includes('||')) return spoilers;
  let open: number | undefined;
  let isFenced = false;
  for (const { 0: found, index } of text.matchAll(/`{3,}|(?<!`)`[^`\n]+`|\|\|/g)) {
    if (found.startsWith('```')) isFenced = !isFenced;
    else if (found === '||' && !isFenced) {
      if (open === undefined) open = index;
      else {
        spoilers.push({ open, close: index });
        open = undefined;
      }
    }
  }
  const isThought = open !== undefined && (open === 0 || text[open - 1] === '\n') && /^\|\|\S/.test(text.slice(open, open + 3));
  return open !== undefined && isThought ? [...spoilers, { open, close: text.length }] : spoilers;
};

/** The spoiler within which `at` lies. */
export const spoilerAround = (spoilers: readonly Spoiler[], at: number): Spoiler | undefined =>
  spoilers.find(({ open, close }) => open < at && at <= close);

/**
 * The bars with the character beside them, so that no message begins or ends with bars around nothing: where each begins, and
 * ends. A code block's marker beside them stays one of its own.
 */
export const spoilerAtoms = (text: string, spoilers: readonly Spoiler[]): readonly (readonly [number, number])[] =>
  spoilers.flatMap(({ open, close }): [number, number][] => {
    const isFenceFirst = text.startsWith('```', open + 2);
    const isFenceLast = text.endsWith('```', close);
    const first = open + 2 + (isFenceFirst ? 0 : codePointLength(text, open + 2));
    const last = close - (isFenceLast ? 0 : /[\udc00-\udfff]/.test(text.charAt(close - 1)) ? 2 : 1);
    if (close === text.length) return [[open, first]];
    return first > last
      ? [[open, close + 2]]
      : [
          [open, first],
          [last, close + 2],
        ];
  });
