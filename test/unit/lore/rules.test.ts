import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lorebook } from '../../../src/core/lorebook.ts';
import type { ScanInput } from '../../../src/lore/index.ts';
import { activeIds, bookOf, inTurn, scanLines, type TestEntry } from './books.ts';

/** One rule: the entries, what was said (oldest first), and who is active (ids in the order of claims). */
type Case = {
  readonly rule: string;
  readonly entries: readonly TestEntry[];
  readonly says: readonly string[];
  readonly active: readonly string[];
  readonly book?: Partial<Lorebook>;
  readonly input?: Partial<ScanInput>;
};

const moon = (fields: TestEntry = {}): TestEntry => ({ keys: ['moon'], ...fields });

const cases: readonly Case[] = [
  // Keys
  { rule: 'a key in the newest message activates', entries: [moon()], says: ['the moon rises'], active: ['a'] },
  { rule: 'without its key nothing is active', entries: [moon()], says: ['the sun rises'], active: [] },
  { rule: 'any one of the keys is enough', entries: [{ keys: ['sun', 'moon'] }], says: ['moon'], active: ['a'] },
  { rule: 'case is ignored by default', entries: [moon()], says: ['MOON'], active: ['a'] },
  { rule: 'case counts where the entry says so', entries: [moon({ isCaseSensitive: true })], says: ['Moon'], active: [] },
  {
    rule: 'the exact case is found where case counts',
    entries: [{ keys: ['Moon'], isCaseSensitive: true }],
    says: ['a Moon'],
    active: ['a'],
  },
  {
    rule: 'one spelling with and without regard to case, side by side',
    entries: [{ keys: ['Rose'], isCaseSensitive: true }, { keys: ['rose'] }],
    says: ['a rose'],
    active: ['b'],
  },
  { rule: 'whole words by default', entries: [{ keys: ['king'] }], says: ['to my liking'], active: [] },
  { rule: 'a mark is a border', entries: [{ keys: ['king'] }], says: ['(king)!'], active: ['a'] },
  { rule: 'a possessive is a border', entries: [{ keys: ['Mira'] }], says: ["Mira's cat"], active: ['a'] },
  { rule: 'an underscore is part of a word', entries: [{ keys: ['king'] }], says: ['the_king'], active: [] },
  { rule: 'a digit is part of a word', entries: [{ keys: ['king'] }], says: ['king2'], active: [] },
  { rule: 'letters beyond ASCII are part of words', entries: [{ keys: ['caf'] }], says: ['im café'], active: [] },
  { rule: 'a key with letters beyond ASCII is found', entries: [{ keys: ['café'] }], says: ['Im Café.'], active: ['a'] },
  { rule: 'composed and decomposed accents are one', entries: [{ keys: ['cafe\u0301'] }], says: ['caf\u00e9'], active: ['a'] },
  { rule: 'Greek ignores case and the final sigma', entries: [{ keys: ['ΟΔΟΣ'] }], says: ['η οδος εδώ'], active: ['a'] },
  { rule: 'Japanese needs no spaces', entries: [{ keys: ['猫'] }], says: ['黒猫がいる'], active: ['a'] },
  { rule: 'Chinese needs no spaces', entries: [{ keys: ['北京'] }], says: ['我在北京工作'], active: ['a'] },
  { rule: 'a Latin word among kana stands alone', entries: [{ keys: ['Tokyo'] }], says: ['明日Tokyoに行く'], active: ['a'] },
  { rule: 'Korean particles cling to the word', entries: [{ keys: ['서울'] }], says: ['서울은 크다'], active: ['a'] },
  {
    rule: 'part of a word where whole words are off',
    entries: [{ keys: ['king'], matchesWholeWords: false }],
    says: ['liking'],
    active: ['a'],
  },
  { rule: 'a key of several words matches anywhere', entries: [{ keys: ['old man'] }], says: ['a bold mango'], active: ['a'] },
  { rule: 'a key that ends in marks needs a border', entries: [{ keys: ['C++'] }], says: ['in C++, yes'], active: ['a'] },
  { rule: 'an emoji is a key', entries: [{ keys: ['🌙'] }], says: ['look:🌙!'], active: ['a'] },
  { rule: 'white space around a key does not count', entries: [{ keys: ['  moon '] }], says: ['moon'], active: ['a'] },
  { rule: 'an empty key finds nothing', entries: [{ keys: ['', ' '] }], says: ['anything'], active: [] },
  {
    rule: 'keys inside one another are all found',
    entries: [
      { keys: ['he'], matchesWholeWords: false },
      { keys: ['she'], matchesWholeWords: false },
      { keys: ['hers'], matchesWholeWords: false },
    ],
    says: ['ushers'],
    active: ['a', 'b', 'c'],
  },
  { rule: 'names are searched too: `Name: text`', entries: [{ keys: ['Mira'] }], says: ['Mira: hello'], active: ['a'] },
  {
    rule: 'macros in keys are expanded',
    entries: [{ keys: ['{{char}}'] }],
    says: ['hi Vex'],
    active: ['a'],
    input: { expand: (text) => text.replace('{{char}}', 'Vex') },
  },
  {
    rule: 'entries that are switched off stay off',
    entries: [moon({ isEnabled: false, isConstant: true })],
    says: ['moon'],
    active: [],
  },
  // Regular expressions
  { rule: '/…/ is a regular expression', entries: [{ keys: ['/mo+n/'] }], says: ['mooooon'], active: ['a'] },
  { rule: 'a regular expression minds case without i', entries: [{ keys: ['/moon/'] }], says: ['MOON'], active: [] },
  { rule: 'flag i', entries: [{ keys: ['/moon/i'] }], says: ['MOON'], active: ['a'] },
  { rule: 'flag m: ^ at each line', entries: [{ keys: ['/^second/m'] }], says: ['first\nsecond'], active: ['a'] },
  { rule: 'flag s: the dot takes line ends', entries: [{ keys: ['/one.two/s'] }], says: ['one\ntwo'], active: ['a'] },
  { rule: 'without s it does not', entries: [{ keys: ['/one.two/'] }], says: ['one\ntwo'], active: [] },
  { rule: 'flags u and g change nothing', entries: [{ keys: ['/\\u{6d}oon/gu'] }], says: ['moon'], active: ['a'] },
  { rule: 'a comma may stand in a regular expression', entries: [{ keys: ['/a,b/'] }], says: ['a,b'], active: ['a'] },
  {
    rule: 'a path is no regular expression',
    entries: [{ keys: ['/usr/bin/'], matchesWholeWords: false }],
    says: ['in /usr/bin/ it lies'],
    active: ['a'],
  },
  {
    rule: 'what looks ahead is refused and never found',
    entries: [{ keys: ['/moon(?=light)/'] }],
    says: ['moonlight'],
    active: [],
  },
  { rule: 'what refers back is refused and never found', entries: [{ keys: ['/(o)\\1/'] }], says: ['moon'], active: [] },
  {
    rule: 'the speaker of a message can be told by \\x01',
    entries: [{ keys: ['/\\x01Bob:[^\\x01]*hello/'] }],
    says: ['Ada: hello', 'Bob: bye'],
    active: [],
  },
  {
    rule: '… and is found when it is his',
    entries: [{ keys: ['/\\x01Bob:[^\\x01]*hello/'] }],
    says: ['Bob: hello', 'Ada: bye'],
    active: ['a'],
  },
  {
    rule: 'bare patterns where the book says that keys are such',
    entries: [{ keys: ['mo+n'], keysArePatterns: true }],
    says: ['MOOON'],
    active: ['a'],
  },
  {
    rule: 'a name in a pattern is text',
    entries: [{ keys: ['/{{char}} sings/'] }],
    says: ['X.Y sings', 'XzY sings'],
    active: ['a'],
    input: { scanDepth: 2, expand: (text) => text.replace('{{char}}', 'X.Y') },
  },
  {
    rule: '… and its dot does not stand for any letter',
    entries: [{ keys: ['/{{char}} sings/'] }],
    says: ['XzY sings'],
    active: [],
    input: { expand: (text) => text.replace('{{char}}', 'X.Y') },
  },
  // Scan depth
  { rule: 'two messages are searched by default', entries: [moon()], says: ['moon', 'x', 'y'], active: [] },
  { rule: '… the one before the newest too', entries: [moon()], says: ['moon', 'x'], active: ['a'] },
  { rule: 'the setting changes the depth', entries: [moon()], says: ['moon', 'x', 'y'], active: ['a'], input: { scanDepth: 3 } },
  { rule: 'the book has its own depth', entries: [moon()], says: ['moon', 'x', 'y'], active: ['a'], book: { scanDepth: 3 } },
  {
    rule: 'the entry has its own depth',
    entries: [moon({ scanDepth: 1 })],
    says: ['moon', 'x'],
    active: [],
    book: { scanDepth: 5 },
  },
  { rule: 'depth 0 finds nothing in the chat', entries: [moon({ scanDepth: 0 })], says: ['moon'], active: [] },
  {
    rule: 'a regular expression keeps to its depth',
    entries: [
      { keys: ['/moon/'], scanDepth: 1 },
      { keys: ['/moon/'], scanDepth: 2 },
    ],
    says: ['moon', 'x'],
    active: ['b'],
  },
  // Secondary keys
  {
    rule: 'AND ANY: one secondary key is enough',
    entries: [moon({ secondaryKeys: ['red', 'blue'] })],
    says: ['blue moon'],
    active: ['a'],
  },
  { rule: 'AND ANY: none is not', entries: [moon({ secondaryKeys: ['red', 'blue'] })], says: ['moon'], active: [] },
  {
    rule: 'AND ALL: all are needed',
    entries: [moon({ secondaryKeys: ['red', 'blue'], secondaryLogic: 'and-all' })],
    says: ['red moon'],
    active: [],
  },
  {
    rule: 'AND ALL: all are there',
    entries: [moon({ secondaryKeys: ['red', 'blue'], secondaryLogic: 'and-all' })],
    says: ['red and blue moon'],
    active: ['a'],
  },
  {
    rule: 'NOT ANY: one spoils it',
    entries: [moon({ secondaryKeys: ['red', 'blue'], secondaryLogic: 'not-any' })],
    says: ['red moon'],
    active: [],
  },
  {
    rule: 'NOT ANY: none is there',
    entries: [moon({ secondaryKeys: ['red'], secondaryLogic: 'not-any' })],
    says: ['moon'],
    active: ['a'],
  },
  {
    rule: 'NOT ALL: some may be there',
    entries: [moon({ secondaryKeys: ['red', 'blue'], secondaryLogic: 'not-all' })],
    says: ['red moon'],
    active: ['a'],
  },
  {
    rule: 'NOT ALL: all spoil it',
    entries: [moon({ secondaryKeys: ['red', 'blue'], secondaryLogic: 'not-all' })],
    says: ['red blue moon'],
    active: [],
  },
  {
    rule: 'secondary keys count for nothing unless selective',
    entries: [moon({ secondaryKeys: ['red'], isSelective: false })],
    says: ['moon'],
    active: ['a'],
  },
  {
    rule: 'a secondary key may be a regular expression',
    entries: [moon({ secondaryKeys: ['/r.d/'] })],
    says: ['rod moon'],
    active: ['a'],
  },
  { rule: 'secondary keys alone activate nothing', entries: [moon({ secondaryKeys: ['red'] })], says: ['red'], active: [] },
  // Constant, probability
  { rule: 'a constant needs no key', entries: [{ isConstant: true }], says: ['x'], active: ['a'] },
  {
    rule: 'a chance that comes up',
    entries: [moon({ probability: 40 })],
    says: ['moon'],
    active: ['a'],
    input: { random: inTurn(0.39) },
  },
  {
    rule: 'a chance that does not',
    entries: [moon({ probability: 40 })],
    says: ['moon'],
    active: [],
    input: { random: inTurn(0.4) },
  },
  {
    rule: 'a chance of 0 never comes up',
    entries: [moon({ probability: 0 })],
    says: ['moon'],
    active: [],
    input: { random: inTurn(0) },
  },
  {
    rule: 'a chance that is switched off is certain',
    entries: [moon({ probability: 0, usesProbability: false })],
    says: ['moon'],
    active: ['a'],
  },
  {
    rule: 'constants roll too',
    entries: [{ isConstant: true, probability: 50 }],
    says: ['x'],
    active: [],
    input: { random: inTurn(0.9) },
  },
  {
    rule: 'a failed roll stays failed for the scan, though its key comes again by recursion',
    entries: [moon({ probability: 50, order: 200 }), { keys: ['sea'], content: 'the moon above' }],
    says: ['moon sea'],
    active: ['b'],
    input: { random: inTurn(0.9) },
  },
  // Groups
  {
    rule: 'one of a group wins by draw',
    entries: [moon({ group: 'g' }), moon({ group: 'g' })],
    says: ['moon'],
    active: ['b'],
    input: { random: inTurn(0.5) },
  },
  {
    rule: 'weights count in the draw',
    entries: [moon({ group: 'g', groupWeight: 300 }), moon({ group: 'g' })],
    says: ['moon'],
    active: ['a'],
    input: { random: inTurn(0.74) },
  },
  {
    rule: '… at their border too',
    entries: [moon({ group: 'g', groupWeight: 300 }), moon({ group: 'g' })],
    says: ['moon'],
    active: ['b'],
    input: { random: inTurn(0.75) },
  },
  {
    rule: 'weights of nothing share the chance',
    entries: [moon({ group: 'g', groupWeight: 0 }), moon({ group: 'g', groupWeight: 0 })],
    says: ['moon'],
    active: ['b'],
    input: { random: inTurn(0.3, 0.6) },
  },
  {
    rule: 'a member alone needs no draw',
    entries: [moon({ group: 'g' }), { keys: ['sun'], group: 'g' }],
    says: ['moon'],
    active: ['a'],
  },
  {
    rule: 'override: the highest order goes before the draw',
    entries: [
      moon({ group: 'g', groupOverride: true, order: 5 }),
      moon({ group: 'g', groupOverride: true, order: 9 }),
      moon({ group: 'g', order: 99 }),
    ],
    says: ['moon'],
    active: ['b'],
  },
  {
    rule: 'score: more keys found win',
    entries: [
      { keys: ['song', 'cat'], group: 'g', usesGroupScore: true },
      { keys: ['song', 'ghost'], group: 'g', usesGroupScore: true },
    ],
    says: ['a song of ghost'],
    active: ['b'],
  },
  {
    rule: 'score: secondary keys count with AND',
    entries: [
      { keys: ['song'], secondaryKeys: ['red', 'blue'], secondaryLogic: 'and-all', group: 'g', usesGroupScore: true },
      { keys: ['song'], group: 'g', usesGroupScore: true },
    ],
    says: ['red blue song'],
    active: ['a'],
  },
  {
    rule: 'score goes before override',
    entries: [
      { keys: ['song'], group: 'g', groupOverride: true, usesGroupScore: true },
      { keys: ['song', 'ghost'], group: 'g', usesGroupScore: true },
    ],
    says: ['ghost song'],
    active: ['b'],
  },
  {
    rule: 'an entry of two groups has to win in both',
    entries: [moon({ group: 'g, h' }), moon({ group: 'g', groupOverride: true }), moon({ group: 'h' })],
    says: ['moon'],
    active: ['b', 'c'],
  },
  {
    rule: 'a group that has a member takes no other by recursion',
    entries: [moon({ group: 'g', content: 'the sun' }), { keys: ['sun'], group: 'g' }],
    says: ['moon'],
    active: ['a'],
  },
  // Recursion
  {
    rule: 'the text of an entry activates another',
    entries: [moon({ content: 'the tide' }), { keys: ['tide'] }],
    says: ['moon'],
    active: ['a', 'b'],
  },
  {
    rule: 'recursion goes on',
    entries: [{ keys: ['c'] }, moon({ content: 'b' }), { keys: ['b'], content: 'c' }],
    says: ['moon'],
    active: ['b', 'c', 'a'],
  },
  {
    rule: 'recursion reaches whatever the scan depth',
    entries: [moon({ content: 'tide' }), { keys: ['tide'], scanDepth: 0 }],
    says: ['moon'],
    active: ['a', 'b'],
  },
  {
    rule: 'recursion may be off',
    entries: [moon({ content: 'tide' }), { keys: ['tide'] }],
    says: ['moon'],
    active: ['a'],
    input: { isRecursive: false },
  },
  {
    rule: 'the book decides for itself',
    entries: [moon({ content: 'tide' }), { keys: ['tide'] }],
    says: ['moon'],
    active: ['a'],
    book: { isRecursive: false },
  },
  {
    rule: 'exclude: an entry that is not activated so',
    entries: [moon({ content: 'tide' }), { keys: ['tide'], excludesRecursion: true }],
    says: ['moon'],
    active: ['a'],
  },
  {
    rule: 'prevent: a text that activates nothing',
    entries: [moon({ content: 'tide', preventsRecursion: true }), { keys: ['tide'] }],
    says: ['moon'],
    active: ['a'],
  },
  {
    rule: 'rounds: 1 is the messages only',
    entries: [moon({ content: 'tide' }), { keys: ['tide'] }],
    says: ['moon'],
    active: ['a'],
    input: { roundsMax: 1 },
  },
  {
    rule: 'rounds: 2 recurses once',
    entries: [moon({ content: 'b' }), { keys: ['b'], content: 'c' }, { keys: ['c'] }],
    says: ['moon'],
    active: ['a', 'b'],
    input: { roundsMax: 2 },
  },
  {
    rule: 'delayed until recursion: the chat alone does not do',
    entries: [moon({ recursionLevel: 1 })],
    says: ['moon'],
    active: [],
  },
  {
    rule: 'delayed until recursion: its turn comes with the first text',
    entries: [moon({ recursionLevel: 1 }), { isConstant: true, content: 'x' }],
    says: ['moon'],
    active: ['b', 'a'],
  },
  {
    rule: 'levels come one after another',
    entries: [
      moon({ recursionLevel: 2 }),
      moon({ recursionLevel: 1, secondaryKeys: ['lore of a'], secondaryLogic: 'not-any' }),
      { isConstant: true, content: 'x' },
    ],
    says: ['moon'],
    active: ['c', 'b', 'a'],
  },
  {
    rule: 'a regular expression is found in texts of entries',
    entries: [moon({ content: 'tides' }), { keys: ['/tid.s/'] }],
    says: ['moon'],
    active: ['a', 'b'],
  },
  {
    rule: 'a secondary key from a text completes a key from the chat',
    entries: [{ keys: ['sun'], secondaryKeys: ['tide'] }, moon({ content: 'tide' })],
    says: ['sun moon'],
    active: ['b', 'a'],
  },
  { rule: 'an entry that names itself is active once', entries: [moon({ content: 'moon moon' })], says: ['moon'], active: ['a'] },
  {
    rule: 'two that name each other end',
    entries: [
      { keys: ['x'], content: 'y' },
      { keys: ['y'], content: 'x' },
    ],
    says: ['x'],
    active: ['a', 'b'],
  },
  {
    rule: 'a key that turns up in a text does not bring an entry before its level',
    entries: [{ keys: ['tide'], recursionLevel: 2 }, moon({ recursionLevel: 1, content: 'x' }), moon({ content: 'tide' })],
    says: ['moon'],
    active: ['c', 'b', 'a'],
  },
  {
    rule: 'a level waits until the one before it found nothing more',
    entries: [
      moon({ recursionLevel: 1, content: 'deep' }),
      moon({ recursionLevel: 2 }),
      { isConstant: true, content: 'x' },
      { keys: ['deep'] },
    ],
    says: ['moon'],
    active: ['c', 'a', 'd', 'b'],
  },
  // Order of claims and budget
  {
    rule: 'higher order claims first',
    entries: [moon({ order: 1 }), moon({ order: 3 }), moon({ order: 2 })],
    says: ['moon'],
    active: ['b', 'c', 'a'],
  },
  { rule: 'of equal order the first in the book', entries: [moon(), moon()], says: ['moon'], active: ['a', 'b'] },
  {
    rule: 'the budget is a quarter of the context',
    entries: [moon({ content: 'w '.repeat(10) }), moon({ content: 'w' })],
    says: ['moon'],
    active: ['a'],
    input: { contextTokens: 40 },
  },
  {
    rule: 'the first overflow stops, though a smaller one would fit',
    entries: [moon({ order: 3, content: 'w w' }), moon({ order: 2, content: 'w '.repeat(9) }), moon({ order: 1, content: 'w' })],
    says: ['moon'],
    active: ['a'],
    input: { contextTokens: 40 },
  },
  {
    rule: 'constants count',
    entries: [{ isConstant: true, order: 900, content: 'w '.repeat(10) }, moon()],
    says: ['moon'],
    active: ['a'],
    input: { contextTokens: 40 },
  },
  {
    rule: 'found in the chat goes before found in a text, whatever the order',
    entries: [{ keys: ['tide'], order: 999, content: 'w '.repeat(5) }, moon({ order: 1, content: 'tide w w w w w' })],
    says: ['moon'],
    active: ['b'],
    input: { contextTokens: 40 },
  },
  {
    rule: 'the share may be another',
    entries: [moon({ content: 'w '.repeat(10) })],
    says: ['moon'],
    active: [],
    input: { contextTokens: 40, budgetShare: 0.1 },
  },
  {
    rule: 'an entry that ignores the budget comes in after the overflow',
    entries: [moon({ order: 3, content: 'w '.repeat(11) }), moon({ order: 2, content: 'w w', ignoresBudget: true })],
    says: ['moon'],
    active: ['b'],
    input: { contextTokens: 40 },
  },
  {
    rule: '… and takes nothing from the others',
    entries: [moon({ order: 3, content: 'w '.repeat(8), ignoresBudget: true }), moon({ order: 2, content: 'w '.repeat(9) })],
    says: ['moon'],
    active: ['a', 'b'],
    input: { contextTokens: 40 },
  },
  {
    rule: '… but never more than half of the context',
    entries: [moon({ content: 'w '.repeat(21), ignoresBudget: true })],
    says: ['moon'],
    active: [],
    input: { contextTokens: 40 },
  },
  {
    rule: '… and nothing slips in behind what was too much for that half',
    entries: [moon({ order: 3, content: 'w '.repeat(21), ignoresBudget: true }), moon({ order: 2, content: 'w' })],
    says: ['moon'],
    active: [],
    input: { contextTokens: 40 },
  },
  {
    rule: 'a book with its own budget drops the lowest priority',
    entries: [moon({ priority: 1, order: 900, content: 'w w w' }), moon({ priority: 5, content: 'w w w' })],
    says: ['moon'],
    active: ['b'],
    book: { budgetTokens: 5 },
  },
  {
    rule: '… the order where there is no priority',
    entries: [moon({ order: 1, content: 'w w w' }), moon({ order: 2, content: 'w w w' })],
    says: ['moon'],
    active: ['b'],
    book: { budgetTokens: 5 },
  },
  {
    rule: 'a book’s own budget may be more than a quarter',
    entries: [moon({ content: 'w '.repeat(15) })],
    says: ['moon'],
    active: ['a'],
    book: { budgetTokens: 16 },
    input: { contextTokens: 40 },
  },
  {
    rule: '… but not more than half of the context',
    entries: [moon({ content: 'w '.repeat(30) })],
    says: ['moon'],
    active: [],
    book: { budgetTokens: 9999 },
    input: { contextTokens: 40 },
  },
  // For whom and when
  { rule: 'delay: not before so many messages', entries: [moon({ delayMessages: 3 })], says: ['x', 'moon'], active: [] },
  { rule: '… and then', entries: [moon({ delayMessages: 2 })], says: ['x', 'moon'], active: ['a'] },
  { rule: 'for one kind of answer only', entries: [moon({ triggers: ['swipe'] })], says: ['moon'], active: [] },
  {
    rule: '… which this is',
    entries: [moon({ triggers: ['swipe'] })],
    says: ['moon'],
    active: ['a'],
    input: { trigger: 'swipe' },
  },
  {
    rule: 'for one character only',
    entries: [moon({ characterFilter: { names: ['Vex'], tags: [], isExclude: false } })],
    says: ['moon'],
    active: [],
    input: { character: { names: ['Mira'], tags: [] } },
  },
  {
    rule: '… who this is',
    entries: [moon({ characterFilter: { names: ['vex'], tags: [], isExclude: false } })],
    says: ['moon'],
    active: ['a'],
    input: { character: { names: ['Vex'], tags: [] } },
  },
  {
    rule: 'for all but those with a tag',
    entries: [moon({ characterFilter: { names: [], tags: ['elf'], isExclude: true } })],
    says: ['moon'],
    active: [],
    input: { character: { names: ['Vex'], tags: ['Elf'] } },
  },
  {
    rule: 'a text besides the chat is searched where the entry asks',
    entries: [moon({ sources: ['scenario'] }), moon()],
    says: ['x'],
    active: ['a'],
    input: { sources: { scenario: 'under a moon' } },
  },
  // Decorators
  { rule: '@@activate needs no key', entries: [{ content: '@@activate\ntext' }], says: ['x'], active: ['a'] },
  { rule: '@@dont_activate goes before keys', entries: [moon({ content: '@@dont_activate\ntext' })], says: ['moon'], active: [] },
  {
    rule: '@@activate goes before @@dont_activate',
    entries: [{ content: '@@dont_activate\n@@activate\ntext' }],
    says: ['x'],
    active: ['a'],
  },
  {
    rule: '@@scan_depth goes before the field',
    entries: [moon({ scanDepth: 1, content: '@@scan_depth 3\ntext' })],
    says: ['moon', 'x', 'y'],
    active: ['a'],
  },
  {
    rule: '@@additional_keys: one of them has to be there',
    entries: [moon({ content: '@@additional_keys red,blue\ntext' })],
    says: ['moon'],
    active: [],
  },
  { rule: '… and is', entries: [moon({ content: '@@additional_keys red,blue\ntext' })], says: ['blue moon'], active: ['a'] },
  {
    rule: '@@exclude_keys: none may be there',
    entries: [moon({ content: '@@exclude_keys red,blue\ntext' })],
    says: ['blue moon'],
    active: [],
  },
  {
    rule: 'decorators bind constants too',
    entries: [{ isConstant: true, content: '@@exclude_keys red\ntext' }],
    says: ['red'],
    active: [],
  },
  {
    rule: '@@activate_only_after so many answers',
    entries: [moon({ content: '@@activate_only_after 3\nt' })],
    says: ['moon'],
    active: [],
    input: { answerCount: 2 },
  },
  {
    rule: '@@activate_only_every so many answers',
    entries: [moon({ content: '@@activate_only_every 3\nt' })],
    says: ['moon'],
    active: ['a'],
    input: { answerCount: 6 },
  },
  {
    rule: '@@is_greeting is for one greeting',
    entries: [moon({ content: '@@is_greeting 1\nt' })],
    says: ['moon'],
    active: [],
    input: { greeting: 0 },
  },
  {
    rule: 'an unknown decorator lets its fallback count',
    entries: [moon({ content: '@@sing loudly\n@@@dont_activate\nt' })],
    says: ['moon'],
    active: [],
  },
  { rule: 'a known one does not', entries: [moon({ content: '@@depth 2\n@@@dont_activate\nt' })], says: ['moon'], active: ['a'] },
  {
    rule: 'a value without meaning lets the fallback count',
    entries: [moon({ content: '@@depth deep\n@@@dont_activate\nt' })],
    says: ['moon'],
    active: [],
  },
];

test('there are at least 80 cases', () => assert.ok(cases.length >= 80, `${cases.length} cases`));

for (const { rule, entries, says, active, book, input } of cases) {
  test(rule, async () => {
    const activation = await scanLines(bookOf(entries, book), says, input);
    assert.deepEqual(
      activeIds(activation),
      active,
      JSON.stringify(activation.skipped.map(({ entry, reason }) => [entry.id, reason])),
    );
    assert.equal(activation.activated.length + activation.skipped.length, entries.length, 'every entry is accounted for');
  });
}
