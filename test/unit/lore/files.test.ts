// Lorebook files of every form: how they are read, and written again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
import {
  type cardEntry,
  characterBook,
  hasSentence,
  named,
  plainWorldEntry,
  tavernEntry,
  world,
  worldEntry,
} from './files-kit.ts';

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
