// What becomes of an answer when Discord takes it no longer, or not in this form.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryError } from '../../src/core/delivery-error.ts';
import type { FakeChannel, FakeDiscord, FakeUser } from '../fakes/discord/index.ts';
import { finished, openInGuild, pause, type Received, textOf } from './discord-kit.ts';

const sentToMessages = (discord: FakeDiscord, method: string): number =>
  discord.requests({ method, path: /\/messages(\/\d+)?$/ }).length;

const failed = async (discord: FakeDiscord, received: Received): Promise<DeliveryError> => {
  const failure = await discord.waitFor(() => received.failures[0], 'the failure');
  assert.ok(failure instanceof DeliveryError, String(failure));
  return failure;
};

/** Asks, and resolves with the first message of the answer while it is written. */
const begun = async (discord: FakeDiscord, channel: FakeChannel, user: FakeUser) => {
  const question = channel.say(user, `${discord.bot.mention} go`);
  const first = await discord.waitFor(() => channel.botMessages()[0], 'the first piece');
  return { question, first };
};

const long = 'This will be a long answer. '.repeat(60).trim();
const veryLong = 'One of many words in it. '.repeat(200).trim();

test('without the permission to read the history, answers and notices come without a reference', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, (text) => {
    if (text === 'fail') throw new Error('no answer');
    return veryLong;
  });
  channel.deny('ReadMessageHistory');
  const question = channel.say(ada, `${discord.bot.mention} go`);
  await finished(discord, received, question);
  const messages = channel.botMessages();
  assert.ok(messages.length >= 3);
  assert.equal(messages.map((message) => message.content).join(' '), veryLong);
  assert.equal(sentToMessages(discord, 'POST'), messages.length + 1, 'one post was refused');

  channel.say(ada, `${discord.bot.mention} fail`);
  await discord.waitFor(() => channel.botMessages().length > messages.length, 'the notice');
  assert.equal(channel.botMessages().at(-1)?.content, 'That went wrong.');
  assert.deepEqual([...new Set(channel.botMessages().map((message) => message.replyToId))], [undefined]);
});

test('a question that Discord does not know any more is answered without a reference', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const errors = { message_reference: { _errors: [{ code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }] } };
  discord.faults.add({ method: 'POST', path: /\/messages$/, effect: { status: 400, code: 50035, errors } });
  const question = channel.say(ada, `${discord.bot.mention} go`);
  await finished(discord, received, question);
  assert.equal(textOf(channel.botMessages()), 'You said: go');
  assert.equal(channel.botMessages()[0]?.replyToId, undefined);
});

test('when nothing can be delivered any more, whoever writes the answer is told, and nothing more is sent', async () => {
  const losses = [
    { code: 'not-found', stands: 0, lose: (channel: FakeChannel) => channel.delete() },
    { code: 'not-allowed', stands: 1, lose: (channel: FakeChannel) => channel.deny('ViewChannel') },
    // Edits are allowed without it, so that the first message is still filled.
    { code: 'not-allowed', stands: 1, lose: (channel: FakeChannel) => channel.deny('SendMessages') },
  ];
  for (const { code, stands, lose } of losses) {
    const { discord, received, channel, ada } = await openInGuild({}, () => veryLong.repeat(10));
    const { question, first } = await begun(discord, channel, ada);
    lose(channel);
    const failure = await failed(discord, received);
    assert.equal(failure.code, code);
    const written = received.written.get(question.id) ?? 0;
    assert.ok(written < veryLong.length * 9, `${written} characters were written for nobody`);
    if (stands > 0) assert.deepEqual(failure.deliveredIds, [first.id]);
    const refused = discord.requests({ path: /messages/ }).filter(({ status = 0 }) => status >= 400);
    assert.ok(refused.length <= 2, `${refused.length} refused requests`);
    assert.equal(sentToMessages(discord, 'DELETE'), 0);
  }
});

test('a channel that is gone is noticed before the first word', async () => {
  let lost: AbortSignal | undefined;
  const { discord, channel, ada } = await openInGuild({
    platform: {
      onMessage: async (_message, port) => {
        lost = port.lost;
        channel.delete();
        port.begin({ id: 'persona:test', name: 'Test' });
      },
    },
  });
  channel.say(ada, `${discord.bot.mention} go`);
  await discord.waitFor(() => lost?.aborted, 'the loss');
  assert.equal(sentToMessages(discord, 'POST'), 0);
});

test('what stands in the channel is not taken away because Discord is down or forbids the rest', async () => {
  for (const effect of [{ status: 500 }, { status: 403, code: 200_000 }]) {
    const { discord, received, channel, ada } = await openInGuild({}, () => long);
    const { question, first } = await begun(discord, channel, ada);
    // As many as the back-off tries, and then those that follow.
    const fault = discord.faults.add({ method: 'PATCH', path: /messages/, times: effect.status === 500 ? 8 : 2, effect });
    await finished(discord, received, question);
    assert.ok(fault.struck >= 2);
    assert.deepEqual(received.delivered.get(question.id), [first.id]);
    assert.equal(textOf(channel.botMessages()), long);
    assert.equal(sentToMessages(discord, 'DELETE'), 0);
    assert.equal(sentToMessages(discord, 'POST'), 1);
  }
});

test('a message that has had all its edits is replaced', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => long);
  const { question, first } = await begun(discord, channel, ada);
  discord.faults.add({ method: 'PATCH', path: /messages/, effect: { status: 400, code: 30_046 } });
  await finished(discord, received, question);
  const [answer, ...more] = channel.botMessages();
  assert.deepEqual(more, []);
  assert.notEqual(answer?.id, first.id);
  assert.equal(answer?.content, long);
});

test('a thread that is archived meanwhile is opened again; one that is locked is not', async () => {
  for (const isLocked of [false, true]) {
    const { discord, received, channel, ada } = await openInGuild({}, () => veryLong);
    channel.deny('ManageThreads');
    const thread = channel.addThread(ada, { name: 'inner' });
    const { question, first } = await begun(discord, thread, ada);
    thread.setArchived(true, { isLocked });
    if (isLocked) {
      const failure = await failed(discord, received);
      assert.equal(failure.code, 'not-allowed');
      assert.deepEqual(failure.deliveredIds, [first.id]);
    } else {
      await finished(discord, received, question);
      assert.equal(received.delivered.get(question.id)?.[0], first.id);
      assert.equal(
        thread
          .botMessages()
          .map((message) => message.content)
          .join(' '),
        veryLong,
      );
    }
    await pause(20);
    assert.equal(sentToMessages(discord, 'DELETE'), 0);
  }
});

test('a token that is refused once is tried again; one that is refused for good ends the bot', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const refuseToken = (path: RegExp, times: number) => discord.faults.add({ path, times, effect: { status: 401 } });
  refuseToken(/messages/, 1);
  channel.say(ada, `${discord.bot.mention} one`);
  await failed(discord, received);
  const question = channel.say(ada, `${discord.bot.mention} two`);
  await finished(discord, received, question);
  assert.equal(received.fatal.length, 0);

  refuseToken(/messages|gateway/, 1000);
  channel.say(ada, `${discord.bot.mention} three`);
  await discord.waitFor(() => received.fatal.length > 0, 'the refusal');
  assert.match(received.fatal[0]?.message ?? '', /DISCORD_TOKEN/);
});
