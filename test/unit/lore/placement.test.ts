import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareLorebook, worldOf } from '../../../src/lore/index.ts';
import { activeIds, bookOf, scanLines, type TestEntry } from './books.ts';

const always = (title: string, fields: TestEntry = {}): TestEntry => ({ title, isConstant: true, content: title, ...fields });

test('every position, each in ascending order with ties as in the book', async () => {
  const { placed } = await scanLines(
    bookOf([
      always('before 2', { order: 2 }),
      always('before 1', { order: 1 }),
      always('before 2 too', { order: 2 }),
      always('after', { position: 'after' }),
      always('note top', { position: 'note-top' }),
      always('note bottom', { position: 'note-bottom' }),
      always('examples top', { position: 'examples-top' }),
      always('examples bottom', { position: 'examples-bottom' }),
      always('deep', { position: 'depth', depth: 9 }),
      always('low system', { position: 'depth', depth: 0 }),
      always('low user', { position: 'depth', depth: 0, role: 'user' }),
      always('low assistant', { position: 'depth', depth: 0, role: 'assistant' }),
      always('low system first', { position: 'depth', depth: 0, order: -5 }),
      always('outlet', { position: 'outlet', outletName: 'map' }),
      always('outlet without name', { position: 'outlet' }),
      always('empty', { content: ' \n' }),
    ]),
    ['x'],
  );
  const titles = (texts: readonly { readonly title: string }[]): readonly string[] => texts.map(({ title }) => title);
  assert.deepEqual(titles(placed.before), ['before 1', 'before 2', 'before 2 too']);
  assert.deepEqual(titles(placed.after), ['after']);
  assert.deepEqual(titles(placed.noteTop), ['note top']);
  assert.deepEqual(titles(placed.noteBottom), ['note bottom']);
  assert.deepEqual(titles(placed.examplesTop), ['examples top']);
  assert.deepEqual(titles(placed.examplesBottom), ['examples bottom']);
  assert.deepEqual(
    placed.atDepth.map(({ depth, role, texts }) => [depth, role, ...titles(texts)]),
    [
      [9, 'system', 'deep'],
      [0, 'assistant', 'low assistant'],
      [0, 'user', 'low user'],
      [0, 'system', 'low system first', 'low system'],
    ],
  );
  assert.deepEqual(
    [...placed.outlets].map(([name, texts]) => [name, ...titles(texts)]),
    [['map', 'outlet']],
  );
});

test('@@position: behind the personality or the scenario; nothing where that is not there', async () => {
  const book = bookOf([
    always('a', { content: '@@position personality\nvain', position: 'depth' }),
    always('b', { content: '@@position scenario\nstormy', position: 'depth' }),
    always('c', { content: '@@position nowhere\n@@@position scenario\nwet' }),
    always('d', { content: '@@position nowhere\n@@@depth 3\ndeep' }),
  ]);
  const texts = (placed: readonly { readonly text: string }[]) => placed.map(({ text }) => text);
  const { placed } = await scanLines(book, ['1']);
  assert.deepEqual([texts(placed.personality), texts(placed.scenario)], [['vain'], ['stormy', 'wet']]);
  assert.deepEqual(
    placed.atDepth.map(({ depth, texts: at }) => [depth, ...texts(at)]),
    [[3, 'deep']],
  );
  const other = (await scanLines(book, ['1'], { sections: { personality: false, scenario: true } })).placed;
  assert.deepEqual([texts(other.personality), texts(other.scenario)], [[], ['stormy', 'wet']]);
  assert.deepEqual(
    other.atDepth.map(({ depth, texts: at }) => [depth, ...texts(at)]),
    [
      [4, 'vain'],
      [3, 'deep'],
    ],
  );
});

test('decorators place an entry, and do not stand in the prompt', async () => {
  const { placed } = await scanLines(
    bookOf([
      always('a', { content: '@@depth 2\n@@role assistant\n\nin the middle' }),
      always('b', { content: '@@position after_desc\n@@depth 2\nafter' }),
      always('c', { content: '@@reverse_depth 1\nnear the beginning' }),
      always('d', { content: 'not @@depth 3 at its beginning' }),
    ]),
    ['1', '2', '3', '4', '5'],
  );
  assert.deepEqual(
    placed.atDepth.map(({ depth, role, texts }) => [depth, role, texts[0]?.text]),
    [
      [4, 'system', 'near the beginning'],
      [2, 'assistant', 'in the middle'],
    ],
  );
  assert.deepEqual(
    placed.after.map(({ text }) => text),
    ['after'],
  );
  assert.deepEqual(
    placed.before.map(({ text }) => text),
    ['not @@depth 3 at its beginning'],
  );
});

test('books claim in the order conversation, character, server, global; in the prompt the order of the entries counts', async () => {
  const book = (id: string, order: number) =>
    prepareLorebook(bookOf([{ title: id, keys: ['moon'], order, content: 'w w w' }], { id }));
  const activation = await scanLines(
    [
      { book: book('everywhere', 900), scope: 'global' },
      { book: book('here', 1), scope: 'conversation' },
      { book: book('server', 800), scope: 'server' },
      { book: book('persona', 2), scope: 'character' },
      { book: book('here', 5), scope: 'global' },
    ],
    ['moon'],
    { contextTokens: 4 * 9 },
  );
  assert.deepEqual(activeIds(activation), ['here', 'persona', 'server']);
  assert.deepEqual(
    activation.placed.before.map(({ bookId }) => bookId),
    ['here', 'persona', 'server'],
  );
  assert.deepEqual(
    activation.skipped.map(({ bookId, reason }) => [bookId, reason.kind]),
    [['everywhere', 'budget']],
  );
  assert.deepEqual(activation.budget, { tokensUsed: 9, tokensShared: 9, tokensMax: 18 });
});

test('texts activate entries of other books, unless their own book takes no part in recursion', async () => {
  const book = (id: string, entry: TestEntry, isRecursive: boolean) => ({
    book: prepareLorebook(bookOf([{ title: id, ...entry }], { id, isRecursive })),
    scope: 'global' as const,
  });
  const scan = async (one: boolean, other: boolean) =>
    activeIds(
      await scanLines(
        [book('one', { keys: ['moon'], content: 'tide' }, one), book('other', { keys: ['tide'] }, other)],
        ['moon'],
      ),
    );
  assert.deepEqual(await scan(true, true), ['one', 'other']);
  assert.deepEqual(await scan(false, true), ['one']);
  assert.deepEqual(await scan(true, false), ['one']);
});

test('macros in texts are expanded once, for scan, count and prompt alike', async () => {
  const expanded: string[] = [];
  const book = bookOf([always('a', { content: '{{x}}' }), { keys: ['tide'] }, { keys: ['never'], content: '{{x}}' }]);
  const activation = await scanLines(book, ['x'], {
    expand: (text, of) => {
      if (of === 'content') expanded.push(text);
      return text.replace('{{x}}', 'the tide');
    },
  });
  assert.deepEqual(activeIds(activation), ['a', 'b']);
  assert.deepEqual(expanded, ['{{x}}', 'lore of b.']);
  assert.equal(activation.placed.before[0]?.text, 'the tide');
  assert.equal(activation.activated[0]?.tokens, 2);
  assert.equal(Object.keys(worldOf(book)).includes('entries'), true);
});
