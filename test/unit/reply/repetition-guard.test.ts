import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRepetitionGuard, type RepetitionGuardOptions } from '../../../src/reply/repetition-guard.ts';

/** Pushes a text until the guard stops it; gives what is kept, or undefined. */
const stoppedAt = (text: string, options: RepetitionGuardOptions = {}, step = 5): string | undefined => {
  const guard = createRepetitionGuard(options);
  for (let at = 0; at < text.length; at += step)
    if (guard.push(text.slice(at, at + step)) === 'stop') return text.slice(0, guard.keptCharacters);
  assert.equal(guard.keptCharacters, text.length);
  return undefined;
};

const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');
const cell = (row: number, column: number): string => '·xo#'.charAt((row * 7 + column * 3 + row * column) % 4);
const paragraph =
  'The lighthouse keeper climbed the stairs every evening, counting each one aloud, and when he reached the lamp he looked over the dark sea ' +
  'for the ship that had left him here so many years ago. It never came, and yet he lit the lamp, and wound the clock, and wrote one line in the book.';

test('stops loops, and keeps the first repetition or two', () => {
  const loops: readonly (readonly [name: string, start: string, unit: string, kept: string])[] = [
    ['a sentence', 'Hello. ', 'I like it. ', 'Hello. I like it.'],
    ['a line', 'Once upon a time:\n', 'I am not sure what to say.\n', 'Once upon a time:\nI am not sure what to say.\n'],
    ['a paragraph', 'Listen.\n\n', `${paragraph}\n\n`, `Listen.\n\n${paragraph}\n`],
    ['lines with numbers', 'My list:\n', '', 'My list:\n1. Be kind to people and animals.\n'],
    ['characters', 'No', 'o', ''],
    ['blank lines', 'Well.', '\n', ''],
    ['words', 'It was ', 'very very ', ''],
    ['emoji', 'Ha ', '😂', ''],
    ['zero-width characters', 'Ha', '\u200b', ''],
    ['an action', '*She smiles.*\n\n', '*She nods.* "Yes." \n\n', '*She smiles.*\n\n*She nods.* "Yes." \n'],
    ['two lines in turn', '', 'What do you mean?\nI mean what I say.\n', ''],
    ['a token', 'The ', 'the', ''],
  ];
  for (const [name, start, unit, kept] of loops) {
    const body =
      unit === ''
        ? times(400, (index) => `${index + 1}. Be kind to people and animals.\n`)
        : unit.repeat(Math.ceil(20_000 / unit.length));
    const stopped = stoppedAt(start + body);
    assert.ok(stopped !== undefined, name);
    assert.ok(stopped.startsWith(start), name);
    assert.ok(stopped.length <= start.length + 2 * Math.max(unit.length, 40), `${name}: ${stopped.length} characters kept`);
    assert.ok(stopped.isWellFormed(), name);
    if (kept !== '') assert.equal(stopped.trimEnd(), kept.trimEnd(), name);
  }
});

test('lets repetition pass that belongs to the text', () => {
  const texts: Readonly<Record<string, string>> = {
    rule: `Before\n${'-'.repeat(200)}\nAfter\n${'='.repeat(200)}\n${'─'.repeat(200)}`,
    laughter: `${'ha '.repeat(60)}!`,
    scream: `${'A'.repeat(300)}H!`,
    table: `| a | b | c |\n|---|---|---|\n${times(60, (index) => `| ${index} | no | ${index % 3 === 0 ? 'yes' : 'no'} |\n`)}`,
    emptyTable: `| name | age | town |\n|---|---|---|\n${'|      |     |      |\n'.repeat(20)}`,
    form: times(20, (index) => `${index + 1}. ______________\n`),
    chessBoard: '+---+---+---+---+---+---+---+---+\n|   |   |   |   |   |   |   |   |\n'.repeat(8),
    board: times(19, (row) => `${times(19, (column) => `${cell(row, column)} `)}\n`),
    poem: times(
      8,
      (verse) =>
        `Verse ${verse} tells what happened on the ${verse}th of all days,\nand nobody knew why.\nOh the river runs, the river runs,\nthe river runs to the sea.\n\n`,
    ),
    chorus: 'Na na na nananana, nananana, hey Jude\n'.repeat(16),
    lines: 'I will not talk in class.\n'.repeat(20),
    code: `\`\`\`ts\n${times(40, (index) => `  expect(parse(values[${index}])).toBe(true);\n  count += 1;\n`)}\`\`\``,
    zeros: `\`\`\`py\nmatrix = [\n${'    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],\n'.repeat(16)}]\n\`\`\``,
    braces: `\`\`\`\n${times(30, (index) => `${' '.repeat(30 - index)}}\n`)}\`\`\``,
    base64: Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * index * 31 + (index >> 3)) & 255)).toString('base64'),
    hexDump: times(
      64,
      (row) => `${(row * 16).toString(16).padStart(8, '0')}  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00\n`,
    ),
    counting: times(500, (index) => `${index + 1}\n`),
    countingInLine: times(500, (index) => `${index + 1}, `),
    days: times(60, (index) => `Day ${index + 1}: I wrote a line.\n`),
    steps: times(12, (index) => `${index + 1}. Mix it.\n${index + 1}. Let it rest for ${index + 5} minutes.\n`),
    json: times(40, (index) => `  {\n    "id": ${index},\n    "name": "item",\n    "tags": []\n  },\n`),
    csv: times(100, (index) => `${index},0,0,0\n`),
    binary: times(64, (index) => `${index.toString(2).padStart(8, '0')} `),
    beat: 'boom boom tss '.repeat(30),
    digits: (10n ** 2000n / 97n).toString().slice(0, 96).repeat(5),
    prose: times(30, (index) => `${paragraph.slice(0, 150)} ${index * 7919}. ${paragraph.slice(150 - (index % 20))}\n\n`),
  };
  for (const [name, text] of Object.entries(texts)) assert.equal(stoppedAt(text), undefined, name);
});

test('how the answer is cut into pieces makes no difference, and nothing but the beginning is kept', () => {
  const words = fc.array(fc.constantFrom('la', 'the sea ', '\n', '. ', 'a', '1. ', '- ', '```\n', '😀', '| '), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(words, words, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 50 }), (start, unit, count, step) => {
      const text = start.join('') + unit.join('').repeat(count);
      const kept = stoppedAt(text, {}, step);
      assert.equal(kept, stoppedAt(text, {}, text.length));
      if (kept === undefined) return;
      assert.ok(text.startsWith(kept));
      assert.ok(kept.length <= start.join('').length + 2 * unit.join('').length + 1);
      assert.ok(kept.isWellFormed());
    }),
    { numRuns: 300 },
  );
});

test('every exact repetition is found in the end', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), (unit) => {
      assert.notEqual(stoppedAt(unit.repeat(Math.ceil(4000 / unit.length) + 12)), undefined);
    }),
    { numRuns: 200 },
  );
});

test('text without repetition passes whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 3, maxLength: 40 }), { minLength: 50, maxLength: 120 }),
      (words) => {
        const text = words.map((word, index) => `${word} ${index * index}`).join(' ');
        assert.equal(stoppedAt(text), undefined);
      },
    ),
    { numRuns: 30 },
  );
});

test('follows its options, and stays stopped', () => {
  assert.equal(stoppedAt('ab'.repeat(20), { charactersMin: 30, repetitionsMin: 3 })?.slice(0, 2), 'ab');
  assert.equal(stoppedAt('ab'.repeat(20), { charactersMin: 30, repetitionsMin: 25 }), undefined);
  assert.equal(stoppedAt('abcdef'.repeat(20), { charactersMin: 30, repetitionsMin: 3, periodCharactersMax: 5 }), undefined);
  const guard = createRepetitionGuard();
  assert.equal(guard.push('x'.repeat(2000)), 'stop');
  const kept = guard.keptCharacters;
  assert.equal(guard.push('and something new'), 'stop');
  assert.equal(guard.keptCharacters, kept);
});
