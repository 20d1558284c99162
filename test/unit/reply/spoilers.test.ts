// A thought shown as a spoiler stays hidden in every message that carries a piece of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerCleaner } from '../../../src/reply/clean-answer.ts';
import { splitMessage, splitParts } from '../../../src/reply/split-message.ts';
import { findSpoilers } from '../../../src/reply/spoilers.ts';

test('a thought is hidden while it is written', () => {
  assert.deepEqual(splitMessage('||Let me see', 2000), ['||Let me see||']);
  assert.deepEqual(splitMessage('||Let me see||\n\nFour.', 2000), ['||Let me see||\n\nFour.']);
});

test('a long thought is closed and opened again', () => {
  const line = 'I think about it once more, and then again.\n';
  const chunks = splitMessage(`||${line.repeat(20).trim()}||\n\nFour.`, 300);
  assert.ok(chunks.length > 3);
  for (const chunk of chunks) {
    assert.ok(chunk.length <= 300);
    assert.match(chunk, /^\|\|I think[^|]*again\.\|\|(?:\n\nFour\.)?$/);
  }
  assert.match(chunks.at(-1) ?? '', /\|\|\n\nFour\.$/);
});

test('other bars are text', () => {
  for (const text of ['if (a || b) return', '```\na || b\n```', '`a||b` or `c`', '||', '|| a', 'x ||y', 'a | b']) {
    assert.deepEqual(findSpoilers(text).length, 0, text);
    assert.deepEqual(splitMessage(text, 2000), [text]);
  }
  assert.deepEqual(findSpoilers('say ||boo|| now'), [{ open: 4, close: 9 }]);
});

const thoughts = fc
  .array(
    fc.oneof(
      fc.lorem({ maxCount: 20 }),
      fc.constantFrom(
        '\n',
        '\n\n',
        ' ',
        '|',
        '||',
        '\\',
        '`',
        '```',
        '```js\n',
        '😀',
        'e\u0301',
        'x'.repeat(150),
        '<@1234567890>',
      ),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

test('nothing of a thought is ever outside bars, in whatever messages it comes', () => {
  fc.assert(
    fc.property(thoughts, fc.boolean(), fc.integer({ min: 100, max: 400 }), (thought, isClosed, charactersMax) => {
      const cleaner = createAnswerCleaner({ reasoning: 'spoiler' });
      let text = cleaner.push(isClosed ? `<think>${thought}</think>Final answer.` : `<think>${thought}`);
      if (isClosed) text = cleaner.end().shown;
      if (text.startsWith('Final')) return; // a thought of blanks
      const parts = splitParts(text, charactersMax);
      const chunks = splitMessage(text, charactersMax);
      for (const chunk of chunks) {
        assert.ok(chunk.length <= charactersMax, `${chunk.length} characters`);
        assert.doesNotMatch(chunk, /\|\|\|\|/);
      }
      // As Discord reads it: from bars to the next bars is hidden.
      const visible = chunks
        .map((chunk) => chunk.replace(/\|\|[\s\S]+?\|\|/g, ''))
        .join('')
        .trim();
      assert.equal(visible, isClosed ? 'Final answer.' : '');
      const kept = parts.map((part) => text.slice(part.start, part.end)).join('');
      assert.equal(kept.replace(/\s/g, ''), text.replace(/\s/g, ''));
    }),
    { numRuns: 2000 },
  );
});

test('a code block right inside a spoiler keeps its fences', () => {
  for (let length = 60; length < 160; length += 1) {
    const text = `||\`\`\`${'x'.repeat(length)}\`\`\``.repeat(4);
    for (const charactersMax of [150, 200, 250])
      for (const chunk of splitMessage(text, charactersMax).slice(0, -1))
        assert.equal([...chunk.matchAll(/`{3,}/g)].length % 2, 0, chunk);
  }
});
