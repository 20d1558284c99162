import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Lorebook } from '../../../src/core/lorebook.ts';
import { stateThrough, stateWithout } from '../../../src/lore/effects.ts';
import { emptyLoreState, type LoreState, readLoreState } from '../../../src/lore/index.ts';
import { activeIds, bookOf, inTurn, scanLines } from './books.ts';

/** What is active when the conversation has `count` messages, of which the newest is `said`. */
const at = async (book: Lorebook, state: LoreState, count: number, said: string) => {
  const activation = await scanLines(book, [said], { messageCount: count, state, scanDepth: 1 });
  // The state goes through storage, as it does between two answers.
  return { active: activeIds(activation), state: readLoreState(JSON.parse(JSON.stringify(activation.state))), activation };
};

/** The numbers of messages at which entry `a` is active, when its key is said at `says` only. */
const activeAt = async (book: Lorebook, says: readonly number[], until: number): Promise<readonly number[]> => {
  let state = emptyLoreState;
  const found: number[] = [];
  for (let count = 1; count <= until; count += 1) {
    const now = await at(book, state, count, says.includes(count) ? 'moon' : 'quiet');
    if (now.active.includes('a')) found.push(count);
    state = now.state;
  }
  return found;
};

test('sticky: active for so many messages more', async () => {
  assert.deepEqual(await activeAt(bookOf([{ keys: ['moon'], stickyMessages: 3 }]), [2], 8), [2, 3, 4, 5]);
});

test('sticky is not renewed by the key', async () => {
  assert.deepEqual(await activeAt(bookOf([{ keys: ['moon'], stickyMessages: 2 }]), [1, 2], 8), [1, 2, 3]);
});

test('cooldown: barred for so many messages', async () => {
  assert.deepEqual(await activeAt(bookOf([{ keys: ['moon'], cooldownMessages: 2 }]), [1, 2, 3, 4, 5], 5), [1, 4]);
});

test('cooldown follows sticky; delay comes before: the example of the documentation', async () => {
  const book = bookOf([{ keys: ['moon'], stickyMessages: 3, cooldownMessages: 2, delayMessages: 1 }]);
  assert.deepEqual(await activeAt(book, [0, 1, 2, 3, 4, 5, 6, 7], 7), [1, 2, 3, 4, 7]);
});

test('a sticky entry rolls no dice and takes no part in a draw', async () => {
  const book = bookOf([
    { keys: ['moon'], stickyMessages: 5, probability: 50, group: 'g' },
    { keys: ['sun'], group: 'g', groupOverride: true, order: 900 },
  ]);
  const first = await scanLines(book, ['moon'], { messageCount: 1, random: inTurn(0.1) });
  const second = await scanLines(book, ['sun'], { messageCount: 2, state: first.state, random: inTurn() });
  assert.deepEqual(activeIds(second), ['a']);
  assert.deepEqual(
    second.skipped.map(({ reason }) => reason.kind === 'group' && reason.by),
    ['sticky'],
  );
});

test('a sticky entry claims its tokens first', async () => {
  const book = bookOf([
    { keys: ['moon'], stickyMessages: 5, order: 1, content: 'w '.repeat(6) },
    { keys: ['sun'], order: 9, content: 'w '.repeat(6) },
  ]);
  const first = await scanLines(book, ['moon'], { messageCount: 1 });
  const second = await scanLines(book, ['sun'], { messageCount: 2, state: first.state, contextTokens: 40 });
  assert.deepEqual(activeIds(second), ['a']);
});

test('answering the same message again undoes what the former answer began', async () => {
  const book = bookOf([{ keys: ['moon'], stickyMessages: 3, cooldownMessages: 3 }]);
  const first = await at(book, emptyLoreState, 4, 'moon');
  assert.equal(first.activation.activated[0]?.cause.kind, 'keys');
  const again = await at(book, first.state, 4, 'moon');
  assert.equal(again.activation.activated[0]?.cause.kind, 'keys');
  const edited = await at(book, first.state, 4, 'quiet');
  assert.deepEqual(edited.active, []);
  assert.deepEqual(edited.state, emptyLoreState);
});

test('messages taken back undo effects that began later', async () => {
  const book = bookOf([{ keys: ['moon'], cooldownMessages: 10 }]);
  const first = await at(book, emptyLoreState, 9, 'moon');
  assert.deepEqual((await at(book, first.state, 5, 'moon')).active, ['a']);
});

test('an entry that was changed is free of its effects', async () => {
  const first = await at(bookOf([{ keys: ['moon'], cooldownMessages: 10 }]), emptyLoreState, 1, 'moon');
  assert.deepEqual(
    (await at(bookOf([{ keys: ['moon'], cooldownMessages: 10, content: 'new' }]), first.state, 2, 'moon')).active,
    ['a'],
  );
});

test('effects of a book that is not attached now wait for it, and end with their time', async () => {
  const book = bookOf([{ keys: ['moon'], cooldownMessages: 4 }]);
  const other = bookOf([], { id: 'other' });
  const first = await at(book, emptyLoreState, 1, 'moon');
  const without = await at(other, first.state, 2, 'moon');
  assert.deepEqual((await at(book, without.state, 3, 'moon')).active, []);
  const over = 5 + bounds.loreScan.pastMessagesMax;
  assert.notDeepEqual((await at(other, without.state, over, 'moon')).state, emptyLoreState, 'an answer could be made anew');
  assert.deepEqual((await at(other, without.state, over + 1, 'moon')).state, emptyLoreState);
});

test('an entry dropped by the budget begins no effect', async () => {
  const book = bookOf([{ keys: ['moon'], stickyMessages: 4, content: 'w '.repeat(50) }]);
  const activation = await scanLines(book, ['moon'], { contextTokens: 40 });
  assert.deepEqual(activation.state, emptyLoreState);
});

test('@@keep_activate_after_match: once active, always active', async () => {
  assert.deepEqual(
    await activeAt(bookOf([{ keys: ['moon'], content: '@@keep_activate_after_match\nt' }]), [2], 6),
    [2, 3, 4, 5, 6],
  );
});

test('@@dont_activate_after_match: once only', async () => {
  assert.deepEqual(await activeAt(bookOf([{ keys: ['moon'], content: '@@dont_activate_after_match\nt' }]), [2, 3, 4, 5], 6), [2]);
});

/** States after answers at these numbers of messages, at each of which the key was said. */
const stateAfter = async (book: Lorebook, counts: readonly number[]): Promise<LoreState> => {
  let state = emptyLoreState;
  for (const count of counts) state = (await at(book, state, count, 'moon')).state;
  return state;
};

const beginnings = ({ effects }: LoreState): readonly number[] =>
  Object.values(effects).flatMap((those) => those.map((one) => one.at));

test('an older answer that is made anew finds the effects of its time, also those that are over, and leaves later ones alone', async () => {
  const book = bookOf([{ keys: ['moon'], cooldownMessages: 2 }]);
  const state = await stateAfter(book, [1, 3, 5, 7, 9]);
  assert.deepEqual(beginnings(state), [1, 5, 9]);
  const again = async (messageCount: number, said = 'moon') =>
    scanLines(book, [said], { messageCount, messagesNow: 10, state, scanDepth: 1 });
  const [third, fifth, seventh] = [await again(3), await again(5), await again(7, 'quiet')];
  assert.deepEqual([activeIds(third), activeIds(fifth), activeIds(seventh)], [[], ['a'], []]);
  for (const { state: after } of [third, fifth, seventh]) assert.deepEqual(beginnings(after), [1, 5, 9]);
  assert.deepEqual(beginnings((await again(5, 'quiet')).state), [1, 9], 'it begins nothing this time');
});

test('an entry that was active for good stays so when it was active again in an answer that is made anew', async () => {
  const book = bookOf([{ keys: ['moon'], stickyMessages: 1, content: '@@keep_activate_after_match\nt' }]);
  const state = await stateAfter(book, [1, 3, 5]);
  assert.deepEqual(activeIds(await scanLines(book, ['quiet'], { messageCount: 5, messagesNow: 6, state })), ['a']);
});

test('what began with messages that were taken back is undone, and later effects move up', async () => {
  const book = bookOf([{ keys: ['moon'], cooldownMessages: 1 }]);
  const state = await stateAfter(book, [1, 3, 5]);
  assert.deepEqual(beginnings(state), [1, 3, 5]);
  assert.deepEqual(beginnings(stateWithout(state, [3, 4])), [1, 3], 'a question with its answer');
  assert.deepEqual(beginnings(stateWithout(state, [0, 0])), [-1, 1, 3], 'long ago');
  assert.deepEqual(stateWithout(state, [7]), state);
  assert.deepEqual(beginnings(stateThrough(state, 4)), [1, 3]);
  assert.deepEqual(beginnings(stateThrough(state, 3)), [1], 'up to a question, without its answer');
  const [, , third] = Object.values(stateThrough(state, 6, 2).effects)[0] ?? [];
  assert.deepEqual([third?.at, third?.stickyUntil, third?.cooldownUntil], [3, 3, 4]);
});

test('a state as it was stored before effects had a past is read', async () => {
  const [effect] = Object.values((await stateAfter(bookOf([{ keys: ['moon'], cooldownMessages: 1 }]), [1])).effects)[0] ?? [];
  assert.deepEqual(readLoreState({ effects: { 'book/a': effect } }), { effects: { 'book/a': [effect] } });
});

test('a stored state that is none is dropped', () => {
  for (const value of [undefined, null, 5, [], {}, { effects: [] }, { effects: { 'b/a': { at: 'x' } } }]) {
    assert.deepEqual(readLoreState(value), emptyLoreState);
  }
});
