import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import {
  characterBookOf,
  importLorebook,
  lorebookFileOf,
  lorebookFileText,
  parseLorebook,
  parseLorebookFile,
  worldOf,
} from '../../../src/lore/index.ts';
import { bookOf } from './books.ts';

const named = { id: 'book', name: 'Book' };

/** An entry of a world file with every field at a value of its own, and one that nobody knows. */
const worldEntry = {
  uid: 7,
  key: ['moon', '/lun+a/i'],
  keysecondary: ['red'],
  comment: 'The Moon',
  content: '@@depth 2\nIt hangs low.',
  constant: true,
  vectorized: true,
  selective: false,
  selectiveLogic: 3,
  addMemo: true,
  order: 42.5,
  position: 4,
  disable: true,
  ignoreBudget: true,
  excludeRecursion: true,
  preventRecursion: true,
  matchPersonaDescription: true,
  matchCharacterDescription: false,
  matchCharacterPersonality: true,
  matchCharacterDepthPrompt: false,
  matchScenario: true,
  matchCreatorNotes: false,
  delayUntilRecursion: true,
  probability: 35,
  useProbability: false,
  depth: 3,
  outletName: 'map',
  group: 'g, h',
  groupOverride: true,
  groupWeight: 55,
  scanDepth: 9,
  caseSensitive: true,
  matchWholeWords: false,
  useGroupScoring: true,
  automationId: 'auto',
  role: 2,
  sticky: 4,
  cooldown: 5,
  delay: 6,
  triggers: ['swipe'],
  displayIndex: 3,
  characterFilter: { isExclude: true, names: ['Vex'], tags: ['elf'] },
  someday: { new: [1, null, 'x'] },
};

const plainWorldEntry = {
  uid: 8,
  key: [],
  keysecondary: [],
  content: '',
  role: null,
  sticky: null,
  scanDepth: null,
  caseSensitive: null,
};

const world = { entries: { '7': worldEntry, '8': plainWorldEntry }, extensions: { tool: 1 }, originalData: { a: [] } };

const cardEntry = {
  id: 'x1',
  keys: ['sun'],
  secondary_keys: ['hot', 'red'],
  comment: '',
  name: 'Sun',
  content: 'It burns.',
  constant: false,
  selective: true,
  insertion_order: -3,
  priority: 12,
  enabled: false,
  position: 'after_char',
  case_sensitive: true,
  use_regex: true,
  extensions: { agent: { deep: true } },
};

/** As SillyTavern writes them into cards. */
const tavernEntry = {
  id: 2,
  keys: ['star'],
  secondary_keys: [],
  comment: 'Star',
  content: 'It shines.',
  constant: false,
  selective: true,
  insertion_order: 100,
  enabled: true,
  position: 'before_char',
  use_regex: true,
  extensions: {
    position: 4,
    exclude_recursion: true,
    display_index: 2,
    probability: 80,
    useProbability: true,
    depth: 1,
    selectiveLogic: 1,
    group: 'g',
    group_override: false,
    group_weight: 10,
    prevent_recursion: false,
    delay_until_recursion: 2,
    scan_depth: null,
    match_whole_words: null,
    use_group_scoring: false,
    case_sensitive: null,
    automation_id: '',
    role: 1,
    vectorized: false,
    sticky: 1,
    cooldown: 2,
    delay: 3,
    match_scenario: true,
  },
};

const characterBook = {
  name: 'Sky',
  description: 'What is above.',
  scan_depth: 5,
  token_budget: 300,
  recursive_scanning: false,
  extensions: { maker: 'somebody' },
  entries: [cardEntry, tavernEntry],
  unknown: true,
};

test('a world file is read, field by field', () => {
  const { book, warnings } = importLorebook(world, named);
  assert.deepEqual(warnings, []);
  assert.equal(book.name, 'Book');
  const { origin: _origin, ...entry } = book.entries[0] ?? assert.fail();
  assert.deepEqual(entry, {
    id: '7',
    title: 'The Moon',
    keys: ['moon', '/lun+a/i'],
    secondaryKeys: ['red'],
    isSelective: false,
    secondaryLogic: 'and-all',
    keysArePatterns: false,
    content: '@@depth 2\nIt hangs low.',
    isEnabled: false,
    isConstant: true,
    order: 42.5,
    position: 'depth',
    depth: 3,
    role: 'assistant',
    outletName: 'map',
    scanDepth: 9,
    isCaseSensitive: true,
    matchesWholeWords: false,
    probability: 35,
    usesProbability: false,
    group: 'g, h',
    groupOverride: true,
    groupWeight: 55,
    usesGroupScore: true,
    excludesRecursion: true,
    preventsRecursion: true,
    recursionLevel: 1,
    stickyMessages: 4,
    cooldownMessages: 5,
    delayMessages: 6,
    ignoresBudget: true,
    sources: ['persona-description', 'character-personality', 'scenario'],
    characterFilter: { names: ['Vex'], tags: ['elf'], isExclude: true },
    triggers: ['swipe'],
  });
});

test('a character book is read: the fields of the specification and those in `extensions`', () => {
  const { book, warnings } = importLorebook(characterBook, named);
  assert.deepEqual(warnings, []);
  assert.deepEqual(
    [book.name, book.description, book.scanDepth, book.budgetTokens, book.isRecursive],
    ['Sky', 'What is above.', 5, 300, false],
  );
  const [sun, star] = book.entries;
  assert.deepEqual(
    [sun?.id, sun?.title, sun?.position, sun?.isCaseSensitive, sun?.priority, sun?.order, sun?.isEnabled, sun?.keysArePatterns],
    ['x1', 'Sun', 'after', true, 12, -3, false, true],
  );
  assert.deepEqual(
    [star?.position, star?.depth, star?.role, star?.secondaryLogic, star?.recursionLevel, star?.probability, star?.sources],
    ['depth', 1, 'user', 'not-all', 2, 80, ['scenario']],
  );
  assert.equal(star?.keysArePatterns, false, 'SillyTavern writes use_regex on every entry, for its keys in slashes');
});

test('a world file comes out as it went in, with the name it was given', () => {
  assert.deepEqual(worldOf(importLorebook(world, named).book), { ...world, name: 'Book' });
});

test('a character book comes out as it went in', () => {
  assert.deepEqual(characterBookOf(importLorebook(characterBook, named).book), characterBook);
  assert.deepEqual(lorebookFileOf(importLorebook({ spec: 'lorebook_v3', data: characterBook }, named).book), {
    spec: 'lorebook_v3',
    data: characterBook,
  });
});

test('world to card and back keeps every field, known or not', () => {
  const card = characterBookOf(importLorebook(world, named).book);
  const back = worldOf(importLorebook(JSON.parse(JSON.stringify(card)), named).book);
  const entries = back.entries as typeof world.entries;
  for (const [name, value] of Object.entries(worldEntry)) {
    const wanted = name === 'delayUntilRecursion' ? 1 : value;
    assert.deepEqual(Reflect.get(entries['7'], name), wanted, name);
  }
});

test('card to world and back keeps every field, known or not', () => {
  const there = worldOf(importLorebook(characterBook, named).book);
  const back = characterBookOf(importLorebook(JSON.parse(JSON.stringify(there)), named).book);
  const [sun, star] = back.entries as readonly (typeof cardEntry)[];
  assert.deepEqual([sun?.extensions.agent, sun?.keys, sun?.priority, sun?.position], [{ deep: true }, ['sun'], 12, 'after_char']);
  for (const [name, value] of Object.entries(tavernEntry.extensions)) {
    assert.deepEqual(Reflect.get(star?.extensions ?? {}, name) ?? null, value === null ? null : value, name);
  }
  assert.deepEqual(
    [back.name, back.scan_depth, back.token_budget, back.recursive_scanning, back.unknown],
    ['Sky', 5, 300, false, true],
  );
});

test('what was changed is written, the rest stays', () => {
  const { book } = importLorebook(world, named);
  const changed = { ...book, entries: book.entries.map((entry) => ({ ...entry, order: 1, isEnabled: true, sources: [] })) };
  const [moon, plain] = Object.values(worldOf(changed).entries as Record<string, Record<string, unknown>>);
  assert.deepEqual(moon, {
    ...worldEntry,
    order: 1,
    disable: false,
    matchPersonaDescription: false,
    matchCharacterPersonality: false,
    matchScenario: false,
  });
  assert.deepEqual(plain, { ...plainWorldEntry, order: 1 });
});

test('our own YAML: a book of any origin comes back the same', () => {
  for (const value of [world, characterBook]) {
    const { book } = importLorebook(value, named);
    assert.deepEqual(parseLorebookFile(lorebookFileText(book), 'book', 'book.yaml'), { book });
  }
  const own = bookOf([{ keys: ['moon'] }, { keys: ['sun'], order: 3, isConstant: true, scanDepth: 4 }], { scanDepth: 3 });
  assert.deepEqual(parseLorebookFile(lorebookFileText(own), 'book', 'book.yaml'), { book: own });
});

test('our own YAML is strict, and says what is wrong and where', () => {
  const text = 'name: Sky\nentries:\n  - keys: [moon]\n    content: x\n    postion: before\n  - keys: moon\n    depth: -1\n';
  const { mistakes } = parseLorebookFile(text, 'sky', 'sky.yaml');
  assert.deepEqual(
    mistakes?.map(({ position, path, text: sentence }) => [position?.line, path, sentence]),
    [
      [5, 'entries[0].postion', 'is not known; did you mean position?'],
      [6, 'entries[1].keys', 'expected a list of at most 200 texts, got "moon"'],
      [7, 'entries[1].depth', 'expected a whole number of at least 0, got -1'],
    ],
  );
  const twice = parseLorebookFile('name: Sky\nentries:\n  - id: a\n  - id: a\n', 'sky', 'sky.yaml');
  assert.match(twice.mistakes?.[0]?.text ?? '', /another entry's id already/);
});

test('a card with a book in it is a lorebook too; one without says so', () => {
  const card = { spec: 'chara_card_v2', data: { name: 'Vex', first_mes: 'Hi', character_book: characterBook } };
  assert.equal(parseLorebook(JSON.stringify(card), named).book.entries.length, 2);
  assert.throws(() => parseLorebook('{"data":{"name":"Vex","first_mes":"Hi"}}', named), hasSentence(/without a lorebook/));
});

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

const hasSentence = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PaddockError, String(error));
  assert.equal(error.code, 'bad-input');
  assert.match(error.userText, pattern);
  return true;
};

const { entriesMax, keysMax, keyCharactersMax, contentCharactersMax, fileBytesMax } = bounds.lorebook;
const hostile: readonly (readonly [string, () => string, RegExp])[] = [
  ['no JSON', () => '{"entries": {', /not valid JSON/],
  ['a picture', () => '\x89PNG\r\n', /not valid JSON/],
  ['a list', () => '[]', /holds no lorebook/],
  ['null', () => 'null', /holds no lorebook/],
  ['nothing of a book', () => '{"a":1}', /no `entries`/],
  ['entries that are text', () => '{"entries":"x"}', /no `entries`/],
  ['too large', () => ' '.repeat(fileBytesMax + 1), /larger than 8 MB/],
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
