import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { IncomingMessage } from '../../../src/core/message.ts';
import type { TriggerSettings } from '../../../src/core/settings.ts';
import { type Decision, decide } from '../../../src/trigger/decide.ts';
import { createRecentAnswers, type Lately } from '../../../src/trigger/recent-answers.ts';

const defaults: TriggerSettings = {
  mention: true,
  direct: true,
  ownThreads: true,
  always: false,
  words: [],
  chance: 0,
  chanceCooldownSeconds: 300,
  bots: false,
};
const message = (addressed: IncomingMessage['addressed'], change: Partial<IncomingMessage> = {}): IncomingMessage => ({
  conversation: 'discord:1',
  id: '10',
  author: { id: 'discord:2', name: 'Ada', isBot: false },
  text: 'Hello',
  at: 1_000_000,
  addressed,
  ...change,
});
const bot = { id: 'discord:3', name: 'Beep', isBot: true };
const never = (): number => assert.fail('chance had no say');
const decided = (
  said: IncomingMessage,
  settings: Partial<TriggerSettings> = {},
  lately: Lately = { botTurns: 0 },
  random = never,
): Decision => decide(said, { ...defaults, ...settings }, lately, random);
const heard = { action: 'listen', reason: 'not-addressed' };
const answered = (reason: string) => ({ action: 'answer', reason });

test('what is said to the bot is answered, the rest only heard', () => {
  for (const addressed of ['direct', 'mention', 'reply'] as const)
    assert.deepEqual(decided(message(addressed)), answered(addressed));
  assert.deepEqual(decided(message('none')), heard);
});

test('nothing said is nothing', () => {
  assert.deepEqual(decided(message('direct', { text: ' \n' })), { action: 'ignore', reason: 'empty' });
});

test('a place can switch off what is answered elsewhere', () => {
  const off = { action: 'listen', reason: 'switched-off' };
  assert.deepEqual(decided(message('direct'), { direct: false }), off);
  for (const addressed of ['mention', 'reply'] as const) assert.deepEqual(decided(message(addressed), { mention: false }), off);
  assert.deepEqual(decided(message('mention'), { mention: false, always: true }), answered('always'));
});

describe('what is addressed to nobody', () => {
  test('in a thread of its own', () => {
    const inThread = message('none', { place: { channelIds: ['9'], isOwnThread: true } });
    assert.deepEqual(decided(inThread), answered('own-thread'));
    assert.deepEqual(decided(inThread, { ownThreads: false }), heard);
  });
  test('always', () => assert.deepEqual(decided(message('none'), { always: true }), answered('always')));
  const words: readonly [text: string, words: readonly string[], isWoken: boolean][] = [
    ['Hey PADDOCK!', ['paddock'], true],
    ['paddocks', ['paddock'], false],
    ['a pad dock', ['paddock'], false],
    ['so hey   you there', ['hey you'], true],
    ['ねえロボくん', ['ロボ'], true],
    ['ｐａｄｄｏｃｋ?', ['Paddock'], true],
    ['sub-paddock', ['paddock'], true],
    ['the paddocks and a paddock', ['paddock'], true],
    ['anything', [], false],
  ];
  for (const [text, wake, isWoken] of words)
    test(`"${text}" with ${JSON.stringify(wake)}`, () =>
      assert.deepEqual(decided(message('none', { text }), { words: wake }), isWoken ? answered('word') : heard));
  test('by chance, but not soon after an answer', () => {
    const lucky = () => 0.04;
    assert.deepEqual(decided(message('none'), { chance: 0.05 }, { botTurns: 0 }, lucky), answered('chance'));
    assert.deepEqual(
      decided(message('none'), { chance: 0.05 }, { botTurns: 0 }, () => 0.05),
      heard,
    );
    assert.deepEqual(decided(message('none'), { chance: 1 }, { botTurns: 0, answeredAt: 700_001 }), heard);
    assert.deepEqual(decided(message('none'), { chance: 1 }, { botTurns: 0, answeredAt: 700_000 }, lucky), answered('chance'));
  });
});

describe('bots', () => {
  test('are passed over unless allowed', () => {
    assert.deepEqual(decided(message('mention', { author: bot })), { action: 'ignore', reason: 'bot' });
    assert.deepEqual(decided(message('mention', { author: bot }), { bots: true }), answered('mention'));
  });
  test('get no answer to what is addressed to nobody', () => {
    assert.deepEqual(decided(message('none', { author: bot }), { bots: true, always: true, words: ['hello'], chance: 1 }), heard);
  });
  test('that answer each other fall silent, until a human speaks', () => {
    const recent = createRecentAnswers();
    let answers = 0;
    const say = (isBot: boolean): void => {
      const said = message('reply', isBot ? { author: bot } : {});
      const isAnswered = decided(said, { bots: true }, recent.recent('discord:1')).action === 'answer';
      if (isAnswered) answers += 1;
      recent.note('discord:1', { isBot, isAnswered, at: 0 });
    };
    for (let round = 0; round < 50; round += 1) say(true);
    assert.equal(answers, bounds.botTurnsInARowMax);
    assert.equal(recent.recent('discord:2').botTurns, 0);
    say(false);
    assert.equal(answers, bounds.botTurnsInARowMax + 1);
    for (let round = 0; round < 50; round += 1) say(true);
    assert.equal(answers, 2 * bounds.botTurnsInARowMax + 1);
  });
});

test('what is known of conversations is bounded, and nothing is kept of those in which nothing happens', () => {
  const recent = createRecentAnswers();
  recent.note('discord:quiet', { isBot: false, isAnswered: false, at: 0 });
  for (let index = 0; index <= bounds.recentConversationsMax; index += 1)
    recent.note(`discord:${index}`, { isBot: true, isAnswered: true, at: index });
  assert.deepEqual(recent.recent('discord:0'), { botTurns: 0 });
  assert.deepEqual(recent.recent('discord:1'), { botTurns: 1, answeredAt: 1 });
});
