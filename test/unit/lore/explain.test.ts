import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainActivation, explainText } from '../../../src/lore/index.ts';
import { bookOf, countWords, inTurn, scanLines, type TestEntry } from './books.ts';

const why = async (entries: readonly TestEntry[], says: readonly string[], input = {}) =>
  Object.fromEntries(explainActivation(await scanLines(bookOf(entries), says, input)).map((one) => [one.entryId, one.why]));

test('says what activated an entry', async () => {
  assert.deepEqual(
    await why(
      [
        { keys: ['moon', 'sea'], secondaryKeys: ['red'], content: 'tide' },
        { keys: ['tide'], title: 'Tides' },
        { isConstant: true },
        { content: '@@activate\nx' },
        { keys: ['/ho+t/'] },
        { keys: ['sky'], sources: ['character-note'] },
      ],
      ['a red moon', 'hoot'],
      { sources: { 'character-note': 'sky' } },
    ),
    {
      a: '"moon" in the message before the newest, and "red" in the message before the newest',
      Tides: '"tide" in the text of "a"',
      c: 'it is always active',
      d: 'its text says @@activate',
      e: '"/ho+t/" in the newest 2 messages',
      f: '"sky" in the character’s note',
    },
  );
});

test('says why not', async () => {
  assert.deepEqual(
    await why(
      [
        { keys: ['moon'], secondaryKeys: ['red', 'blue'], secondaryLogic: 'and-all' },
        { keys: ['moon'], secondaryKeys: ['blue'], secondaryLogic: 'not-any' },
        { keys: ['sun'] },
        { keys: ['moon'], isEnabled: false },
        { keys: ['moon'], delayMessages: 4 },
        { keys: ['moon'], probability: 10 },
        { keys: ['moon'], group: 'g', groupOverride: true, title: 'First' },
        { keys: ['moon'], group: 'g' },
        { keys: ['moon'], recursionLevel: 1 },
        { keys: ['(?=x)'], keysArePatterns: true },
        { keys: ['moon'], order: -1, content: 'w '.repeat(999) },
      ],
      ['blue moon'],
      { random: inTurn(0.5), contextTokens: 1000, roundsMax: 1 },
    ),
    {
      a: 'a key was found, but not "red"',
      b: 'a key was found, but so was "blue"',
      c: 'none of its keys was found',
      d: 'it is switched off',
      e: 'it waits for 3 messages more in the conversation',
      f: 'its chance of 10 % did not come up',
      First: '"moon" in the newest message',
      h: '"First" came first in the group "g" (it goes before others)',
      i: 'it waits until the texts of other entries are searched (level 1)',
      j: 'it has no key that can be found',
      k: 'the token budget was used up',
    },
  );
});

test('a test of a text needs no conversation: chances come up, delays are over, problems are told', async () => {
  const book = bookOf([
    { title: 'Moon', keys: ['moon'], probability: 1, delayMessages: 50, content: 'two words' },
    { title: 'Bad', keys: ['/(a)\\1/'] },
  ]);
  const { entries, problems } = await explainText([book], 'Mira: over the moon', {
    contextTokens: 4000,
    countTokens: countWords,
  });
  assert.deepEqual(
    entries.map(({ title, isActive, tokens }) => [title, isActive, tokens]),
    [
      ['Moon', true, 2],
      ['Bad', false, 0],
    ],
  );
  assert.match(problems[0] ?? '', /^The key \/\(a\)\\1\/ of "Bad" is never found: it refers back to a group/);
});
