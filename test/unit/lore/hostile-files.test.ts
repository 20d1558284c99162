// Lorebook files with values that mean nothing, too much in them, or mistakes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { importLorebook, parseLorebook, worldOf } from '../../../src/lore/index.ts';
import { hasSentence, named } from './files-kit.ts';

test('values without meaning give way to defaults, with a remark', () => {
  const { book, warnings } = importLorebook(
    { entries: { '0': { key: 'a, b', order: 'high', depth: '3', position: 99, sticky: -4 }, '1': 5 } },
    named,
  );
  const entry = book.entries[0];
  assert.deepEqual(
    [entry?.keys, entry?.order, entry?.depth, entry?.position, entry?.stickyMessages],
    [['a', 'b'], 100, 3, 'before', 0],
  );
  assert.deepEqual(warnings, [
    'Entry 1: `order` holds nothing that has a meaning there; its default is taken.',
    'Entry 1: `position` holds nothing that has a meaning there; its default is taken.',
    'Entry 2 is not a group of names and values; it is left out.',
  ]);
});

test('ids are made unique, and no entry is lost on the way out', () => {
  const { book } = importLorebook(
    {
      entries: [
        { keys: ['a'], id: 1 },
        { keys: ['b'], id: 1 },
        { keys: ['c'], id: '__proto__' },
      ],
    },
    named,
  );
  assert.equal(new Set(book.entries.map(({ id }) => id)).size, 3);
  assert.equal(Object.keys(worldOf(book).entries as object).length, 3);
});

const { entriesMax, keysMax, keyCharactersMax, contentCharactersMax, fileBytesMax } = bounds.lorebook;
const hostile: readonly (readonly [string, () => string, RegExp])[] = [
  ['no JSON', () => '{"entries": {', /not valid JSON/],
  ['a picture', () => '\x89PNG\r\n', /not valid JSON/],
  ['a list', () => '[]', /holds no lorebook/],
  ['null', () => 'null', /holds no lorebook/],
  ['nothing of a book', () => '{"a":1}', /no `entries`/],
  ['entries that are text', () => '{"entries":"x"}', /no `entries`/],
  ['too large', () => ' '.repeat(fileBytesMax + 1), /larger than 4 MB/],
  ['nested without end', () => `${'['.repeat(200_000)}${']'.repeat(200_000)}`, /nested too deeply/],
  [
    'nested in an unknown field',
    () => `{"entries":{"0":{"x":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}}}`,
    /nested too deeply/,
  ],
  ['too many values', () => `{"entries":{"0":{"x":[${'0,'.repeat(1_000_001)}0]}}}`, /too many values/],
  ['too many entries', () => `{"entries":[${'{},'.repeat(entriesMax)}{}]}`, /more than 10000 entries/],
  ['too many keys', () => JSON.stringify({ entries: [{ keys: Array(keysMax + 1).fill('k') }] }), /more than 200 keys/],
  ['a key too long', () => JSON.stringify({ entries: [{ keys: ['k'.repeat(keyCharactersMax + 1)] }] }), /a key of more than/],
  [
    'a text too long',
    () => JSON.stringify({ entries: [{ keys: [], content: 'k'.repeat(contentCharactersMax + 1) }] }),
    /text of entry 1/,
  ],
];

for (const [what, text, sentence] of hostile) {
  test(`refused with a sentence: ${what}`, () => assert.throws(() => parseLorebook(text(), named), hasSentence(sentence)));
}

test('__proto__ changes nothing and is not kept', () => {
  const text =
    '{"__proto__":{"entries":{}},"entries":{"__proto__":{"key":["x"]},"0":{"key":["a"],"__proto__":{"constant":true},"extensions":{"__proto__":{"q":1}}}}}';
  const { book } = parseLorebook(text, named);
  assert.equal(book.entries.length, 1);
  assert.equal(book.entries[0]?.isConstant, false);
  assert.equal(JSON.stringify(worldOf(book)).includes('__proto__'), false);
  assert.equal(Reflect.get({}, 'constant'), undefined);
});
