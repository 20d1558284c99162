// Constants, chance, groups and recursion.
import { inTurn } from './books.ts';
import { moon, type Rule, testRules } from './rules-kit.ts';

const rules: readonly Rule[] = [
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
];

testRules(rules, 36);
