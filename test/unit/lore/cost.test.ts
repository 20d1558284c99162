import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { activate, emptyLoreState, prepareLorebook } from '../../../src/lore/index.ts';
import { activeIds, bookOf, countWords, inTurn, messagesOf, scanLines } from './books.ts';

const word = (n: number): string => `w${n.toString(36)}`;

test('10,000 entries over 100 messages: the cost is that of the text plus that of the entries, not their product', async () => {
  const entries = Array.from({ length: 10_000 }, (_, n) => ({
    id: String(n),
    keys: [word(n), `${word(n)}x`, `the ${word(n)} y`],
  }));
  const lines = Array.from({ length: 100 }, (_, n) => `${'some words that mean nothing '.repeat(15)} ${word(n)} and so on`);
  const activation = await scanLines(bookOf(entries), lines, { scanDepth: 100, contextTokens: 100_000 });
  const characters = lines.reduce((sum, line) => sum + line.length + 5, 0);
  assert.equal(activation.activated.length, 100);
  assert.ok(
    activation.cost.steps < 4 * characters + 4 * entries.length,
    `${activation.cost.steps} steps for ${characters} characters`,
  );
  assert.equal(activation.cost.patternSteps, 0);
});

test('a chain of entries costs in proportion to its length, and ends at the bound', async () => {
  const chain = (length: number) =>
    scanLines(bookOf(Array.from({ length }, (_, n) => ({ id: String(n), keys: [word(n)], content: word(n + 1) }))), [word(0)], {
      contextTokens: 1_000_000,
    });
  const [short, long] = [await chain(200), await chain(800)];
  assert.equal(short.activated.length, 200);
  assert.equal(long.activated.length, 800);
  assert.ok(long.cost.steps < 5 * short.cost.steps, `${short.cost.steps} and ${long.cost.steps} steps`);
  assert.equal((await chain(3000)).activated.length, bounds.loreScan.roundsMax);
});

test('keys that end in one another cost no more than the places where they stand', async () => {
  const entries = Array.from({ length: 200 }, (_, n) => ({ keys: ['a'.repeat(n + 1)], id: String(n) }));
  const activation = await scanLines(bookOf(entries), ['a'.repeat(5000)]);
  assert.ok(activation.cost.steps < 250 * 5010 + 1000, `${activation.cost.steps}`);
});

test('a book of large regular expressions keeps only so many of them, and says so', () => {
  const entries = Array.from({ length: 300 }, (_, n) => ({ id: String(n), keys: [`/\\b[ab ]{1,400}q${n}\\b/`] }));
  const { terms, problems } = prepareLorebook(bookOf(entries));
  const size = terms.reduce((sum, term) => sum + (term.kind === 'pattern' ? term.pattern.size : 0), 0);
  assert.ok(
    size > bounds.lorebook.patternSizesMax * 0.9 && size <= bounds.lorebook.patternSizesMax + bounds.lorebook.patternSizeMax,
    `${size}`,
  );
  assert.match(problems[0] ?? '', /too large together/);
});

test('regular expressions that would cost too much are not asked', async () => {
  const entries = Array.from({ length: 900 }, (_, n) => ({ id: String(n), keys: [`/\\b[ab ]{1,20}q${n}\\b/`] }));
  const activation = await scanLines(bookOf(entries), [`${'ab '.repeat(5000)}q899`]);
  assert.ok(activation.cost.patternSteps <= bounds.loreScan.patternStepsMax);
  assert.ok(activation.cost.patternSteps > 0.9 * bounds.loreScan.patternStepsMax);
});

test('a pattern that ruins backtracking engines is answered within its steps', async () => {
  const activation = await scanLines(bookOf([{ keys: ['/^(?:x:)?(?:a+)+$/m'] }, { keys: ['/(?:a|aa)+b/'] }]), [
    `x: ${'a'.repeat(20_000)}!`,
  ]);
  assert.deepEqual(activeIds(activation), []);
  assert.ok(activation.cost.patternSteps < 2_000_000, `${activation.cost.patternSteps}`);
});

test('tokens are counted in one call, and not at all when nothing is active', async () => {
  const calls: number[] = [];
  const count = async (texts: readonly string[]) => {
    calls.push(texts.length);
    return countWords(texts);
  };
  const book = prepareLorebook(bookOf([{ keys: ['a'], content: 'b' }, { keys: ['b'], content: 'c' }, { keys: ['c'] }]));
  const input = {
    books: [{ book, scope: 'global' as const }],
    messageCount: 1,
    contextTokens: 4000,
    state: emptyLoreState,
    random: inTurn(),
  };
  await activate({ ...input, messages: messagesOf(['a']) }, count);
  await activate({ ...input, messages: messagesOf(['x']) }, count);
  assert.deepEqual(calls, [3]);
});

test('texts beyond any budget are neither expanded nor counted', async () => {
  const entries = Array.from({ length: 200 }, (_, n) => ({ id: String(n), isConstant: true, content: 'w '.repeat(5000) }));
  let counted = 0;
  const activation = await activate(
    {
      books: [{ book: prepareLorebook(bookOf(entries)), scope: 'global' }],
      messages: [],
      messageCount: 0,
      contextTokens: 4000,
      state: emptyLoreState,
      random: inTurn(),
    },
    async (texts) => {
      counted = texts.length;
      return countWords(texts);
    },
  );
  assert.equal(counted, 4);
  assert.deepEqual(activation.activated, []);
  assert.ok(activation.skipped.every(({ reason }) => reason.kind === 'budget'));
});
