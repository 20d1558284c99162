// What must stay in one piece when a message is split: each of these means something only as a whole.
const atomPattern = new RegExp(
  [
    '<@[!&]?\\d{1,20}>', // a user, a role
    '<#\\d{1,20}>', // a channel
    '<a?:\\w{1,64}:\\d{1,20}>', // a custom emoji
    '<t:-?\\d{1,17}(?::[a-zA-Z])?>', // a time
    '</[^\\n<>:]{1,100}:\\d{1,20}>', // a slash command
    '<id:[a-z]{1,32}>', // a place of the server's guide
    '\\[[^\\]\\n]{1,300}\\]\\(<?https?://[^\\s<>()`]{1,1500}>?\\)', // a masked link
    '<?https?://[^\\s<>`]{1,1900}>?', // a link
    '\\\\\\|', // a bar that is only itself
  ].join('|'),
  'g',
);

/** Longest text that can be one atom, in UTF-16 units. */
const atomCharactersMax = 2000;

/**
 * The indivisible pieces (mentions, custom emoji, links, …) that begin in `text` from `from` on and
 * before `to`: where each begins, and where it ends.
 */
export const findAtoms = (text: string, from: number, to: number): ReadonlyMap<number, number> => {
  const atoms = new Map<number, number>();
  for (const match of text.slice(from, to + atomCharactersMax).matchAll(atomPattern)) {
    if (from + match.index >= to) break;
    atoms.set(from + match.index, from + match.index + match[0].length);
  }
  return atoms;
};

const joiner = /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}])/u;
const regional = /^[\u{1f1e6}-\u{1f1ff}]/u;

/** Whether `text` may be cut before the code point at `at` without taking a character as people see it apart. */
export const isCharacterBoundary = (text: string, at: number): boolean => {
  const next = text.slice(at, at + 2);
  if (joiner.test(next) || text[at - 1] === '\u200d') return false;
  return !(regional.test(next) && regional.test(text.slice(at - 2, at)));
};
