// What models write, and how to tell whether it was split well.
import fc from 'fast-check';

const piece = fc.oneof(
  fc.lorem({ maxCount: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('\n', '\n\n', ' ', '\n    ', '。', '- item\n', '> quoted\n', '# title\n', '||', '||secret||', '\\'),
  fc.constantFrom('```', '```js\n', '\n```\n', '```ts\nconst a = 1;\n```', '````', '`code`'),
  fc.constantFrom('@everyone', '@here', '<@123456789012345678>', '<@&1>', '<#1>', '<:wave:42>', '**Name:** '),
  fc.constantFrom('https://example.org/a/path ', '👩‍👩‍👧‍👦', '🇩🇪🇫🇷', 'e\u0301'),
  fc.nat({ max: 700 }).map((length) => 'x'.repeat(length)),
);
/** Most are short; some are long enough for a file. */
export const texts = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 9 }), fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 3, 16))
  .map(([pieces, times]) => pieces.join('').toWellFormed().repeat(times).slice(0, 16_000).toWellFormed())
  .filter((text) => text.trim() !== '');

export const withoutWhite = (text: string): string => text.replace(/\s+/g, '');
/** How many fences open or close in a text. */
export const fences = (text: string): number => [...text.matchAll(/`{3,}/g)].length;
