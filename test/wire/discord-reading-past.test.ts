// What was said before the bot came, and while it was away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../src/core/bounds.ts';
import { shownText } from '../../src/core/conversation.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { Memory } from '../../src/core/memory.ts';
import type { IncomingMessage } from '../../src/core/message.ts';
import { createMemory } from '../../src/memory/memory.ts';
import {
  createDiscordPlatform,
  type DiscordPlatformOptions,
  type SeenChannel,
  type SeenStore,
} from '../../src/platform/discord/index.ts';
import { openStore } from '../../src/store/store.ts';
import { type FakeChannel, type FakeDiscord, type FakeMessage, startFakeDiscord } from '../fakes/discord/index.ts';
import { answersTo, closeAfterwards, fastTimers, pause } from './discord-kit.ts';

const createSeenStore = (): SeenStore & { readonly channels: Map<string, SeenChannel>; readonly saves: string[] } => {
  const channels = new Map<string, SeenChannel>();
  const saves: string[] = [];
  return {
    channels,
    saves,
    load: async () => new Map(channels),
    save: async (channelId, seen) => {
      saves.push(channelId);
      channels.set(channelId, seen);
    },
    forget: async (channelId) => void channels.delete(channelId),
  };
};

const openMemory = async (): Promise<Memory> => {
  const memory = createMemory({ store: await openStore('memory://', { directory: '.' }), now: Date.now, logger: silentLogger });
  closeAfterwards(memory);
  return memory;
};

const turnOf = (message: IncomingMessage) => ({
  role: 'user' as const,
  speaker: { id: message.author.id, name: message.author.name },
  text: message.text,
  at: message.at,
  messageIds: [message.id],
});

/** A bot that remembers what it is asked and what it is told to have heard, and answers what memory did not know. */
const startBot = async (discord: FakeDiscord, memory: Memory, settings: Partial<DiscordPlatformOptions> = {}) => {
  const occasions: string[] = [];
  const platform = createDiscordPlatform({
    token: discord.token,
    apiUrl: discord.apiUrl,
    editIntervalMs: 1000,
    logger: silentLogger,
    commands: [],
    timers: fastTimers,
    onMessage: async (message, port) => {
      const isAsked = message.addressed !== 'none';
      const known = isAsked
        ? await memory.append(message.conversation, turnOf(message))
        : await memory.appendIf(message.conversation, turnOf(message), 'not-empty');
      if (isAsked && known?.isNew) await port.finish(`You said: ${message.text}`);
      port.end();
    },
    heard: async (messages, occasion) => {
      occasions.push(occasion);
      const news: string[] = [];
      for (const message of messages)
        if ((await memory.append(message.conversation, turnOf(message))).isNew) news.push(message.id);
      return news;
    },
    onEdit: async () => {},
    onDelete: async () => {},
    onFatal: () => {},
    ...settings,
  });
  closeAfterwards(platform);
  await platform.start();
  return { platform, occasions };
};

const openGuild = async () => {
  const discord = await startFakeDiscord();
  closeAfterwards(discord);
  const guild = discord.addGuild({ name: 'Meadow' });
  const channel = guild.addChannel({ name: 'general' });
  const ada = discord.addUser({ name: 'ada', displayName: 'Ada' });
  return { discord, guild, channel, ada, memory: await openMemory() };
};

const remembered = async (memory: Memory, channel: FakeChannel): Promise<readonly string[]> =>
  (await memory.turns(`discord:${channel.id}`)).map((turn) => `${turn.speaker.name}: ${shownText(turn)}`);

const answered = (discord: FakeDiscord, channel: FakeChannel, ...questions: readonly FakeMessage[]): Promise<unknown> =>
  discord.waitFor(() => questions.every((question) => answersTo(channel, question).length > 0), 'all answers');

const marks = (message: FakeMessage): readonly string[] => [...message.reactions.keys()];
const histories = (discord: FakeDiscord): number => discord.requests({ method: 'GET', path: /\/messages$/ }).length;

test('the first question in a channel comes after what was said there, which is fetched once', async () => {
  const { discord, guild, channel, ada, memory } = await openGuild();
  const bob = discord.addUser({ name: 'bob', displayName: 'Bob' });
  for (let number = 0; number < 30; number += 1) channel.say(number % 2 ? ada : bob, `message ${number}`);
  guild.setNickname(bob, 'Bobby');
  channel.say(bob, '', { raw: { type: 7 } });
  await startBot(discord, memory, { historyOnFirstUse: 5, seen: createSeenStore() });
  channel.say(bob, 'not to you');
  await pause(50);
  assert.equal(histories(discord), 0, 'nobody has spoken to the bot');
  const questions = ['first', 'second'].map((text) => channel.say(ada, `${discord.bot.mention} ${text}`));
  channel.say(bob, 'meanwhile');
  await answered(discord, channel, ...questions);
  await discord.waitFor(() => channel.botMessages().length === 2, 'both answers');
  assert.equal(histories(discord), 1);
  assert.deepEqual(await remembered(memory, channel), [
    'Ada: message 27',
    'Bobby: message 28',
    'Ada: message 29',
    'Bobby: not to you',
    'Ada: first',
    'Ada: second',
    'Bobby: meanwhile',
  ]);
});

test('a thread begins with the message on which it was opened', async () => {
  const { discord, channel, ada, memory } = await openGuild();
  const starter = channel.say(ada, 'Look at this');
  const thread = channel.addThread(ada, { name: 'this', on: starter });
  await startBot(discord, memory, { historyOnFirstUse: 20 });
  const question = thread.say(ada, `${discord.bot.mention} well?`);
  await answered(discord, thread, question);
  assert.deepEqual(await remembered(memory, thread), ['Ada: Look at this', 'Ada: well?']);
});

test('a history that can not be fetched keeps nobody from an answer', async () => {
  const { discord, channel, ada, memory } = await openGuild();
  discord.faults.add({ method: 'GET', path: /messages$/, times: 10, effect: { status: 403, code: 50_001 } });
  await startBot(discord, memory, { historyOnFirstUse: 20 });
  const one = channel.say(ada, `${discord.bot.mention} one`);
  await answered(discord, channel, one);
  const two = channel.say(ada, `${discord.bot.mention} two`);
  await answered(discord, channel, two);
  assert.equal(histories(discord), 1);
});

test('after a restart what was missed is remembered; young questions get one answer, older ones a mark', async () => {
  const { discord, guild, channel, ada, memory } = await openGuild();
  const seen = createSeenStore();
  const quiet = guild.addChannel({ name: 'quiet' });
  const gone = guild.addChannel({ name: 'gone' });
  const direct = discord.openDirectMessage(ada);
  const settings = { historyOnFirstUse: 20, seen };
  const first = await startBot(discord, memory, settings);
  const places = [channel, quiet, gone, direct];
  const asked = places.map((place) => place.say(ada, `${discord.bot.mention} before`));
  for (const [index, place] of places.entries()) await answered(discord, place, ...asked.slice(index, index + 1));
  first.platform.drain();
  channel.say(ada, 'while it ends');
  const duringEnd = channel.say(ada, `${discord.bot.mention} asked while it ends`);
  await first.platform.close();
  assert.deepEqual([...seen.channels.keys()].sort(), places.map(({ id }) => id).sort());

  const old = [channel.say(ada, `${discord.bot.mention} early`), direct.say(ada, 'early too')];
  channel.say(ada, 'said to nobody');
  gone.delete();
  await pause(30);
  const split = Date.now();
  await pause(30);
  const young = [channel.say(ada, `${discord.bot.mention} late`), direct.say(ada, 'late too')];
  const requestsBefore = histories(discord);
  const forgotten: string[] = [];
  const onForget = async (conversation: string) => void forgotten.push(conversation);
  const restarted = { ...settings, onForget, now: () => split + bounds.discord.lateQuestionMsMax };
  const second = await startBot(discord, memory, restarted);
  const live = channel.say(ada, `${discord.bot.mention} live`);
  await answered(discord, channel, ...young.slice(0, 1), live);
  await answered(discord, direct, ...young.slice(1));
  await discord.waitFor(() => old.every((message) => marks(message).length === 1), 'the marks');
  assert.deepEqual(marks(duringEnd), ['🕰️']);
  assert.deepEqual(await remembered(memory, channel), [
    'Ada: before',
    'Ada: while it ends',
    'Ada: asked while it ends',
    'Ada: early',
    'Ada: said to nobody',
    'Ada: late',
    'Ada: live',
  ]);
  assert.deepEqual(await remembered(memory, direct), ['Ada: before', 'Ada: early too', 'Ada: late too']);
  assert.deepEqual(second.occasions, ['missed', 'missed']);
  assert.equal(histories(discord) - requestsBefore, 2, 'the quiet channel is not asked');
  await discord.waitFor(() => !seen.channels.has(gone.id), 'the deleted channel');
  assert.deepEqual(forgotten, [`discord:${gone.id}`]);

  // Once more, from the same notes: what was handled is known to memory.
  await second.platform.close();
  for (const [channelId, note] of seen.channels) seen.channels.set(channelId, { ...note, messageId: asked[0]?.id ?? '' });
  const answers = channel.botMessages().length + direct.botMessages().length;
  await startBot(discord, memory, restarted);
  const last = channel.say(ada, `${discord.bot.mention} last`);
  await answered(discord, channel, last);
  await discord.waitFor(() => histories(discord) - requestsBefore >= 5, 'all channels');
  await pause(100);
  assert.equal(channel.botMessages().length + direct.botMessages().length, answers + 1);
  for (const message of [...young, live, last, ...asked]) assert.deepEqual(marks(message), []);
});

test('the last messages are saved now and then, not with every message', async () => {
  const { discord, guild, ada, memory } = await openGuild();
  const seen = createSeenStore();
  const due: (() => void)[] = [];
  const timers = {
    now: fastTimers.now,
    after: (waitMs: number, callback: () => void) => {
      if (waitMs !== bounds.discord.seenSaveMs) return fastTimers.after(waitMs, callback);
      due.push(callback);
      return () => {};
    },
  };
  const { platform } = await startBot(discord, memory, { seen, timers });
  const [one, two] = ['one', 'two'].map((name) => guild.addChannel({ name }));
  assert.ok(one && two);
  const said = Array.from({ length: 50 }, (_, number) => one.say(ada, `message ${number}`));
  const asked = two.say(ada, `${discord.bot.mention} hello`);
  await answered(discord, two, asked);
  assert.deepEqual(seen.saves, []);
  assert.equal(due.length, 1);
  due.shift()?.();
  assert.deepEqual([...seen.saves].sort(), [one.id, two.id].sort());
  assert.equal(seen.channels.get(one.id)?.messageId, said[0]?.id, 'what is saved lags, so that a crash loses nothing');
  due.shift()?.();
  assert.equal(seen.channels.get(one.id)?.messageId, said.at(-1)?.id);
  assert.equal(seen.channels.get(one.id)?.isUsed, false);
  assert.equal(seen.channels.get(two.id)?.isUsed, true);
  const newest = one.say(ada, 'newest');
  await discord.waitFor(() => due.length > 0, 'the next save');
  await platform.close();
  assert.equal(seen.channels.get(one.id)?.messageId, newest.id);
});

test('a store that fails costs nothing but what was missed', async () => {
  const { discord, channel, ada, memory } = await openGuild();
  const fail = async (): Promise<never> => {
    throw new Error('disk full');
  };
  const { platform } = await startBot(discord, memory, { seen: { load: fail, save: fail, forget: fail } });
  const question = channel.say(ada, `${discord.bot.mention} hello`);
  await answered(discord, channel, question);
  await platform.close();
});

test('of a long absence the newest messages are fetched', async () => {
  const { discord, channel, ada, memory } = await openGuild();
  const seen = createSeenStore();
  const first = await startBot(discord, memory, { seen });
  const question = channel.say(ada, `${discord.bot.mention} hello`);
  await answered(discord, channel, question);
  await first.platform.close();
  for (let number = 0; number < 250; number += 1) channel.say(ada, `message ${number}`);
  const late = channel.say(ada, `${discord.bot.mention} are you there?`);
  await startBot(discord, memory, { seen });
  await answered(discord, channel, late);
  const lines = await remembered(memory, channel);
  assert.equal(lines.length, 1 + bounds.discord.missedMessagesMax);
  assert.equal(lines[1], 'Ada: message 151');
});
