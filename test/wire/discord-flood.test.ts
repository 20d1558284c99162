// The client's caches and the platform's own memories are bounded: a flood of messages leaves the process's memory flat.
// By default a tenth of it, of servers, people, messages and bounds alike; all of it with PADDOCK_LONG_TESTS=1.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FakeChannel, startFakeDiscord } from '../fakes/discord/index.ts';
import { closeAfterwards } from './discord-kit.ts';

const share = process.env.PADDOCK_LONG_TESTS === '1' ? 1 : 0.1;
const messagesMax = 200_000 * share;
const usersMax = 50_000 * share;
const serversMax = 200 * share;
const channelsInServer = 5;
/** One message in so many is a direct one, and one in so many a question. */
const directEvery = 5;
const askedEvery = 97;
/** Messages on the way at once. */
const aheadMax = 2000;
/** In a smaller flood a leak would be smaller too, against what the process needs anyway. */
const growthMax = share === 1 ? 0.05 : 0.03;

type Report = { readonly heard: number; readonly answered?: number; readonly failed?: number; readonly bytes?: number };

/** Numbers that look random and are the same every time. */
const createRandom = () => {
  let state = 1;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

test(`${messagesMax} messages of ${usersMax} users in ${serversMax} servers leave the memory flat`, async (context) => {
  const discord = await startFakeDiscord({ replayMax: 1000, rateLimit: { limit: 1_000_000, windowMs: 1000 } });
  closeAfterwards(discord);
  const channels: FakeChannel[] = [];
  for (let server = 0; server < serversMax; server += 1) {
    const guild = discord.addGuild({ name: `Server ${server}` });
    for (let number = 0; number < channelsInServer; number += 1) channels.push(guild.addChannel({ name: `channel-${number}` }));
  }
  const child = fork(
    fileURLToPath(new URL('./discord-flood-child.ts', import.meta.url)),
    [discord.apiUrl, discord.token, String(share)],
    {
      execArgv: ['--expose-gc'],
    },
  );
  closeAfterwards({
    close: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  });
  let last: Report = { heard: 0 };
  child.on('message', (report) => {
    last = report as Report;
  });
  await discord.waitFor(() => child.connected && discord.identifies === 1, 'the bot', 20_000);
  await once(child, 'message');

  const random = createRandom();
  let id = 1_500_000_000_000_000_000n;
  const idOfUser = (user: number): string => String(800_000_000_000_000_000n + BigInt(user));
  const send = (number: number): void => {
    const user = random(usersMax);
    const isDirect = number % directEvery === 0;
    const isAsked = number % askedEvery === 0 && !isDirect;
    const server = user % serversMax;
    const channel = channels[server * channelsInServer + random(channelsInServer)];
    const account = {
      id: idOfUser(user),
      username: `user${user}`,
      global_name: `User ${user}`,
      discriminator: '0',
      avatar: null,
    };
    id += BigInt(1 + random(1_000_000));
    const mentions = isAsked ? [{ id: discord.bot.id, username: discord.bot.name, discriminator: '0000', bot: true }] : [];
    const content = `${isAsked ? `${discord.bot.mention} ` : ''}message ${number} ${'x'.repeat(random(200))}`;
    const common = { id: String(id), type: 0, content, author: account, mentions, mention_roles: [], mention_everyone: false };
    const empty = { attachments: [], embeds: [], components: [], flags: 0, pinned: false, tts: false };
    const timestamp = { timestamp: '2026-01-01T00:00:00.000000+00:00', edited_timestamp: null };
    const member = { roles: [], nick: null, avatar: null, joined_at: timestamp.timestamp, deaf: false, mute: false, flags: 0 };
    const place = isDirect
      ? { channel_id: String(900_000_000_000_000_000n + BigInt(user)), channel_type: 1 }
      : { channel_id: channel?.id, channel_type: 0, guild_id: channel?.guild?.id, member };
    discord.dispatch('MESSAGE_CREATE', { ...common, ...empty, ...timestamp, ...place });
  };

  const measured = async (): Promise<number> => {
    last = { heard: last.heard };
    child.send('measure');
    const bytes = await discord.waitFor(() => last.bytes, 'the measurement', 30_000);
    context.diagnostic(JSON.stringify(last));
    return bytes;
  };
  const flood = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number += 1) {
      send(number);
      if (number % 500 === 0) await discord.waitFor(() => last.heard > number - aheadMax, 'the messages before', 60_000);
    }
    await discord.waitFor(() => last.heard === to, 'all messages', 60_000);
  };

  const half = messagesMax / 2;
  await flood(0, half);
  const before = await measured();
  await flood(half, messagesMax);
  let after = await measured();
  // What is only on its way (requests that are still open, code that is being compiled) goes by itself; a leak does not.
  for (let tries = 0; tries < 10 && after / before - 1 >= growthMax; tries += 1) {
    await sleep(3000);
    after = await measured();
  }
  assert.equal(last.heard, messagesMax);
  assert.equal(last.failed, 0);
  assert.ok((last.answered ?? 0) > (messagesMax / askedEvery) * 0.7, 'questions were answered');
  const growth = after / before - 1;
  context.diagnostic(`${Math.round(before / 1024)} KiB, then ${Math.round(after / 1024)} KiB: ${(growth * 100).toFixed(2)} %`);
  assert.ok(growth < growthMax, `the memory grew by ${(growth * 100).toFixed(1)} %`);
});
