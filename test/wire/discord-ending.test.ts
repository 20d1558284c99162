// The end: what happens to answers under way, and that nothing is left behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryError } from '../../src/core/delivery-error.ts';
import type { FaultEffect } from '../fakes/discord/index.ts';
import { fastTimers, openInGuild, pause } from './discord-kit.ts';

const long = 'A long answer. '.repeat(200).trim();

test('closing ends the connection, also in the middle of an answer', async () => {
  const { discord, platform, received, channel, ada } = await openInGuild({}, () => 'A long answer. '.repeat(200));
  channel.say(ada, `${discord.bot.mention} go`);
  await discord.waitFor(() => channel.botMessages().length > 0, 'the first piece');
  discord.faults.add({ path: /messages/, times: 1000, effect: { status: 500 } });
  await platform.close();
  await discord.waitFor(() => discord.connections === 0, 'the end of the connection');
  await discord.waitFor(() => received.failures.length === 1, 'the failure of the answer');
});

test('closing while the connection is being made again leaves none behind', async () => {
  const { discord, platform } = await openInGuild();
  discord.dropConnections();
  await discord.waitFor(() => discord.connections === 0, 'the loss of the connection');
  await platform.close();
  await pause(800); // discord.js waits 500 ms before it connects again
  assert.equal(discord.connections, 0);
  assert.equal(discord.resumes, 0);
});

// Guards against: the bot waited in its back-off until it was killed, and forgot what people had read.
test('draining gives up what Discord does not take, and tells what stands in the channel', async () => {
  const effects: readonly FaultEffect[] = [
    { status: 500 },
    { dropSocket: true, handled: false },
    { delayMs: 60_000, thenHandle: true },
    { rateLimit: { retryAfterS: 3 } }, // the library's own wait, which it ends only by itself
  ];
  for (const effect of effects) {
    const { discord, platform, received, channel, ada } = await openInGuild({}, () => long);
    channel.say(ada, `${discord.bot.mention} go`);
    const first = await discord.waitFor(() => channel.botMessages()[0], 'the first piece');
    for (const method of ['POST', 'PATCH'] as const) discord.faults.add({ method, path: /messages/, times: 1000, effect });
    const sentBefore = discord.requests().length;
    platform.drain();
    const failure = await discord.waitFor(() => received.failures[0], 'the failure of the answer', 2000);
    assert.ok(failure instanceof DeliveryError);
    assert.deepEqual(failure.deliveredIds, [first.id]);
    const sent = discord.requests().slice(sentBefore);
    assert.deepEqual(
      sent.filter(({ method }) => method === 'DELETE'),
      [],
    );
    assert.ok(sent.length <= 4, sent.map(({ method, path }) => `${method} ${path}`).join('\n'));
    assert.equal(first.isDeleted, false);
    await platform.close();
    assert.equal(discord.connections, 0);
  }
});

test('draining ends a back-off that waits already', async () => {
  // A clock that stands: no wait ends by itself.
  const timers = { ...fastTimers, after: (waitMs: number, callback: () => void) => fastTimers.after(waitMs * 1000, callback) };
  const { discord, platform, received, channel, ada } = await openInGuild({ platform: { timers } });
  discord.faults.add({ method: 'POST', path: /messages/, times: 1000, effect: { status: 500 } });
  channel.say(ada, `${discord.bot.mention} go`);
  await discord.waitFor(() => received.log.some(({ message }) => /trying again/.test(message)), 'the back-off');
  platform.drain();
  const failure = await discord.waitFor(() => received.failures[0], 'the failure of the answer', 2000);
  assert.ok(failure instanceof DeliveryError);
  assert.deepEqual(failure.deliveredIds, []);
});

test('draining lets Discord have what it takes', async () => {
  let ids: readonly string[] = [];
  const { discord, platform, channel, ada } = await openInGuild({
    platform: {
      onMessage: async (_message, port) => {
        port.show(long.slice(0, 500));
        await discord.waitFor(() => channel.botMessages().length > 0, 'the first piece');
        platform.drain();
        ids = await port.finish(long);
      },
    },
  });
  channel.say(ada, `${discord.bot.mention} go`);
  await discord.waitFor(() => ids.length > 0, 'the end of the answer');
  const messages = channel.botMessages();
  assert.deepEqual(
    ids,
    messages.map((message) => message.id),
  );
  assert.equal(messages.map((message) => message.content).join(' '), long);
});
