// What becomes of an answer when Discord refuses something.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaddockError } from '../../src/core/error.ts';
import { answersTo, finished, openInGuild } from './discord-kit.ts';

test('exactly one answer when an edit is limited, a post fails or its answer is lost', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, (text) => `${text}: ${'words and words '.repeat(40)}`);
  const faults = [
    { method: 'PATCH', path: /messages/, effect: { rateLimit: { retryAfterS: 0.2 } } },
    { method: 'POST', path: /\/messages$/, effect: { status: 500 } },
    { method: 'POST', path: /\/messages$/, effect: { status: 502, handled: true } },
    { method: 'POST', path: /\/messages$/, effect: { dropSocket: true, handled: true } },
    { method: 'POST', path: /\/messages$/, effect: { dropSocket: true, handled: false } },
    { method: 'PATCH', path: /messages/, effect: { status: 503 } },
    { method: 'PATCH', path: /messages/, effect: { dropSocket: true, handled: true } },
  ] as const;
  for (const [index, fault] of faults.entries()) {
    const handle = discord.faults.add(fault);
    const question = channel.say(ada, `${discord.bot.mention} question ${index}`);
    await finished(discord, received, question);
    assert.equal(handle.struck, 1, `fault ${index} struck`);
    const [answer, ...more] = answersTo(channel, question);
    assert.deepEqual(more, [], `fault ${index}`);
    assert.equal(answer?.content, `question ${index}: ${'words and words '.repeat(40)}`.trim());
    assert.deepEqual(received.delivered.get(question.id), [answer?.id]);
  }
  assert.deepEqual(received.failures, []);
  assert.equal(channel.botMessages().length, faults.length);
});

test('an answer deleted while it is written comes again, once', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'This will be a long answer. '.repeat(30));
  const question = channel.say(ada, `${discord.bot.mention} go`);
  const first = await discord.waitFor(() => channel.botMessages()[0], 'the first piece');
  first.delete();
  await finished(discord, received, question);
  const messages = channel.botMessages();
  assert.equal(messages.length, 1);
  assert.equal(messages[0]?.content, 'This will be a long answer. '.repeat(30).trim());
  assert.deepEqual(received.delivered.get(question.id), [messages[0]?.id]);
});

test('a deleted question is answered without a reference; a deleted channel or a missing permission stops nothing', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild({}, (text) => `An answer about ${text}. `.repeat(20));
  const forbidden = guild.addChannel({ name: 'quiet' });
  forbidden.deny('SendMessages');
  forbidden.say(ada, `${discord.bot.mention} silence`);
  const doomed = guild.addChannel({ name: 'doomed' });
  doomed.say(ada, `${discord.bot.mention} doom`);
  await discord.waitFor(() => doomed.botMessages().length > 0, 'the first piece');
  doomed.delete();
  const question = channel.say(ada, `${discord.bot.mention} absence`);
  question.delete();
  await finished(discord, received, question);
  await discord.waitFor(() => received.failures.length === 2, 'two failures');
  assert.deepEqual(received.failures.map((error) => error instanceof PaddockError && error.code).sort(), [
    'not-allowed',
    'not-found',
  ]);
  assert.equal(channel.botMessages().length, 1);
  assert.deepEqual(received.fatal, []);
});
