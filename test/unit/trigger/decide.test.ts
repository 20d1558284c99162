import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { IncomingMessage } from '../../../src/core/message.ts';
import { createBotTurns } from '../../../src/trigger/bot-turns.ts';
import { decide } from '../../../src/trigger/decide.ts';

const message = (addressed: IncomingMessage['addressed'], isBot = false, text = 'Hello'): IncomingMessage => ({
  conversation: 'discord:1',
  id: '10',
  author: { id: 'discord:2', name: 'Ada', isBot },
  text,
  at: 0,
  addressed,
});

test('what is said to the bot is answered, the rest only heard', () => {
  for (const addressed of ['direct', 'mention', 'reply'] as const) {
    assert.deepEqual(decide(message(addressed), { answerBots: false }, 0), { action: 'answer', reason: addressed });
  }
  assert.deepEqual(decide(message('none'), { answerBots: false }, 0), { action: 'listen', reason: 'not-addressed' });
});

test('nothing said is nothing', () => {
  assert.deepEqual(decide(message('direct', false, ' \n'), { answerBots: false }, 0), { action: 'ignore', reason: 'empty' });
});

test('bots are passed over unless allowed', () => {
  assert.deepEqual(decide(message('mention', true), { answerBots: false }, 0), { action: 'ignore', reason: 'bot' });
  assert.deepEqual(decide(message('mention', true), { answerBots: true }, 0), { action: 'answer', reason: 'mention' });
});

test('two bots that answer each other fall silent, until a human speaks', () => {
  const turns = createBotTurns();
  let answers = 0;
  const say = (isBot: boolean): void => {
    const decision = decide(message('reply', isBot), { answerBots: true }, turns.recent('discord:1'));
    const isAnswered = decision.action === 'answer';
    if (isAnswered) answers += 1;
    turns.note('discord:1', { isBot, isAnswered });
  };
  for (let round = 0; round < 50; round += 1) say(true);
  assert.equal(answers, bounds.botTurnsInARowMax);
  assert.equal(turns.recent('discord:2'), 0);
  say(false);
  assert.equal(answers, bounds.botTurnsInARowMax + 1);
  for (let round = 0; round < 50; round += 1) say(true);
  assert.equal(answers, 2 * bounds.botTurnsInARowMax + 1);
});

test('the counts are bounded', () => {
  const turns = createBotTurns();
  for (let index = 0; index <= bounds.botConversationsMax; index += 1) {
    turns.note(`discord:${index}`, { isBot: true, isAnswered: true });
  }
  assert.equal(turns.recent('discord:0'), 0);
  assert.equal(turns.recent('discord:1'), 1);
});
