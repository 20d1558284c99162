import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitMessage, splitParts } from '../../../src/reply/split-message.ts';

/** Texts as models write them, and worse: prose, code blocks, mentions, links, emoji, long words, white space. */
const piece = fc.oneof(
  fc.lorem({ maxCount: 40 }),
  fc.lorem({ maxCount: 12, mode: 'sentences' }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('\n', '\n\n', ' ', '   ', '\n    ', '\t', '\u00a0', '。', '終わり。次の文', '- item\n', '> quoted\n'),
  fc.constantFrom('```', '```js\n', '\n```\n', '```ts\nconst a = 1;\n```', '````', '`code`', '``', 'a```b```c'),
  fc.constantFrom('<@123456789012345678>', '<@&123456789012345678>', '<#1>', '<:wave:42>', '<a:dance:43>', '<t:1700000000:R>'),
  // With a blank behind it: where an address ends that runs into something else is anybody's guess.
  fc.constantFrom('https://example.org/a/very/long/path?with=query#and-hash ', '[a link](https://example.org/x) ', '</help:12>'),
  fc.constantFrom('👩‍👩‍👧‍👦', '🇩🇪🇫🇷', '👍🏽', 'e\u0301'),
  fc.nat({ max: 400 }).map((length) => 'x'.repeat(length)),
  fc.nat({ max: 300 }).map((length) => ' '.repeat(length)),
);
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

test('nothing is lost, nothing is too long, nothing is empty', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 100, max: 400 }), (whole, charactersMax) => {
      const parts = splitParts(whole, charactersMax);
      const chunks = splitMessage(whole, charactersMax);
      assert.equal(chunks.length, parts.length);
      let end = 0;
      for (const [index, part] of parts.entries()) {
        const chunk = chunks[index] ?? '';
        assert.ok(chunk.length <= charactersMax, `${chunk.length} characters`);
        assert.notEqual(chunk.trim(), '');
        assert.equal(whole.slice(end, part.start).trim(), '', 'only white space may be left out');
        assert.ok(part.end > part.start);
        assert.match(part.before, /^(```[\w+\-.#]*\n)?$/);
        assert.match(part.after, /^(\n```)?$/);
        end = part.end;
      }
      assert.equal(whole.slice(end).trim(), '');
    }),
    { numRuns: 1500 },
  );
});

test('never inside a surrogate pair, a mention, a link or an emoji', () => {
  const atom = /<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:\d+:R>|<\/\w+:\d+>|\[a link\]\([^)]+\)|https:\/\/[^\s<>`]+/g;
  fc.assert(
    fc.property(text, fc.integer({ min: 100, max: 400 }), (whole, charactersMax) => {
      const parts = splitParts(whole, charactersMax);
      const atoms = [...whole.matchAll(atom)].filter((found) => found[0].length < charactersMax - 60);
      for (const part of parts) {
        for (const at of [part.start, part.end]) {
          assert.doesNotMatch(whole.slice(at - 1, at + 1), /^[\ud800-\udbff][\udc00-\udfff]$/);
          const broken = atoms.find((found) => found.index < at && at < found.index + found[0].length);
          assert.equal(broken, undefined, `cut through ${broken?.[0]}`);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('every chunk but the last one has as many opening as closing fences, and code stays code', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 100, max: 400 }), (whole, charactersMax) => {
      for (const chunk of splitMessage(whole, charactersMax).slice(0, -1)) {
        assert.equal([...chunk.matchAll(/`{3,}/g)].length % 2, 0, JSON.stringify(chunk));
      }
    }),
    { numRuns: 1500 },
  );
});

test('a growing text never rewrites more than its last two messages, and settles', () => {
  fc.assert(
    fc.property(text, (whole) => {
      let former: readonly string[] = [];
      let rewrites = 0;
      for (let length = 1; length <= whole.length; length += 7) {
        const chunks = splitMessage(whole.slice(0, length), 200);
        for (const [index, chunk] of former.slice(0, -1).entries()) if (chunks[index] !== chunk) rewrites += 1;
        former = chunks;
      }
      // A message that is not the last one changes only when the piece at its end turns out to be longer.
      assert.ok(rewrites <= former.length, `${rewrites} rewrites of ${former.length} messages`);
    }),
    { numRuns: 150 },
  );
});

test('a code block is closed and opened again with its language', () => {
  const code = Array.from({ length: 30 }, (_, index) => `  const line${index} = ${index};`).join('\n');
  const chunks = splitMessage(`Look:\n\`\`\`ts\n${code}\n\`\`\`\nDone.`, 300);
  assert.ok(chunks.length > 2);
  for (const [index, chunk] of chunks.entries()) {
    if (index > 0) assert.match(chunk, /^```ts\n {2}const line/);
    if (index < chunks.length - 1) assert.match(chunk, /;\n```$/);
  }
  assert.match(chunks.at(-1) ?? '', /```\nDone\.$/);
});

test('the text’s own closing fence is not torn off', () => {
  for (let length = 80; length < 110; length += 1) {
    const chunks = splitMessage(`\`\`\`\n${'x'.repeat(length - 8)}\n\`\`\`\nand more words after it`, 100);
    for (const chunk of chunks) assert.doesNotMatch(chunk, /^```\n*```/);
  }
});

test('paragraphs go before lines, lines before sentences, sentences before words', () => {
  const words = (count: number): string => 'word '.repeat(count).trim();
  assert.equal(splitMessage(`${words(14)}\n\n${words(3)}\n${words(20)}`, 100)[0], words(14));
  assert.equal(splitMessage(`${words(12)}\n${words(20)}`, 100)[0], words(12));
  assert.equal(splitMessage(`${words(10)}. ${words(20)}`, 100)[0], `${words(10)}.`);
  assert.equal(splitMessage(words(40), 100)[0], words(20));
});

test('white space alone makes no message; an endless word is cut', () => {
  assert.deepEqual(splitMessage(' \n\t ', 100), []);
  assert.deepEqual(splitMessage('', 100), []);
  assert.deepEqual(splitMessage(`a${' '.repeat(5000)}b`, 100), ['a', 'b']);
  assert.deepEqual(splitMessage('x'.repeat(250), 100), ['x'.repeat(100), 'x'.repeat(100), 'x'.repeat(50)]);
});

test('a block that the model left open is closed, three backticks within a line are not', () => {
  assert.deepEqual(splitMessage('```js\nlet a', 100), ['```js\nlet a\n```']);
  assert.deepEqual(splitMessage('Type ``` to begin', 100), ['Type ``` to begin']);
  assert.deepEqual(splitMessage('```js', 100), ['```js\n```']);
});

test('a long hostile text is split in time linear in its length', () => {
  for (const unit of ['`', '```', '[', '[a](', '<@', 'https://', '\u0301', '👩‍', '🇩', ' \n', '``` ']) {
    const whole = unit.repeat(Math.ceil(16_000 / unit.length));
    const chunks = splitMessage(whole, 2000);
    assert.ok(chunks.every((chunk) => chunk.length <= 2000));
  }
});
