// What is kept of places that are gone: servers that the bot has left, channels with threads that nobody knows of any more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChannelTree } from '../../src/app/channel-tree.ts';
import { bounds } from '../../src/core/bounds.ts';
import { createDiscordPlatform } from '../../src/platform/discord/index.ts';
import { startFakeDiscord } from '../fakes/discord/index.ts';
import { createValueStore } from '../fakes/value-store.ts';
import { closeAfterwards, fastTimers, pause } from './discord-kit.ts';

/** A platform that notes what it is told to forget, in a server with a channel and a thread in which somebody spoke. */
const open = async () => {
  const discord = await startFakeDiscord();
  closeAfterwards(discord);
  const store = createValueStore();
  const forgotten: string[] = [];
  const left: string[] = [];
  let now = 1_000_000;
  const start = async () => {
    const platform = createDiscordPlatform({
      ...{ token: discord.token, apiUrl: discord.apiUrl, editIntervalMs: 1000, commands: [], timers: fastTimers },
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      now: () => now,
      tree: createChannelTree(store),
      onMessage: async (_message, port) => port.end(),
      onEdit: async () => {},
      onDelete: async () => {},
      onForget: async (conversation) => void forgotten.push(conversation),
      onForgetServer: async (id) => void left.push(id),
      onFatal: () => {},
    });
    closeAfterwards(platform);
    await platform.start();
    return platform;
  };
  const [guild, other] = [discord.addGuild({ name: 'Meadow' }), discord.addGuild({ name: 'Hill' })];
  const ada = discord.addUser({ name: 'ada' });
  const category = guild.addChannel({ name: 'talk', kind: 'category' });
  const channel = guild.addChannel({ name: 'general', parent: category });
  const thread = channel.addThread(ada, { name: 'more' });
  const far = other.addChannel({ name: 'far' });
  let running = await start();
  for (const place of [channel, thread, far]) place.say(ada, 'hello');
  const isNoted = () => [...store.values.keys()].filter((key) => key.startsWith('discord:within')).length === 4;
  await discord.waitFor(isNoted, 'the places');
  const pass = (ms: number): void => {
    now += ms;
  };
  const restart = async (meanwhile: () => void = () => {}): Promise<void> => {
    await running.close();
    meanwhile();
    running = await start();
  };
  /** Since when the bot is in a server no more. */
  const leftAt = (id: string): unknown => Reflect.get(Object(store.values.get('discord:servers')), id);
  return { discord, guild, other, channel, category, thread, far, restart, forgotten, left, store, pass, leftAt };
};

test('a server that the bot has left is forgotten some days later, with its threads; one that fails is not', async () => {
  const { discord, guild, other, channel, thread, far, restart, forgotten, left, store, pass, leftAt } = await open();
  other.setAvailable(false);
  guild.remove();
  await discord.waitFor(() => leftAt(guild.id) === 1_000_000, 'the mark');
  assert.equal(leftAt(other.id), null);
  pass(bounds.discord.leftServerMs - 1);
  await restart();
  await pause(50);
  assert.deepEqual([forgotten, left], [[], []]);
  pass(1);
  await restart();
  await discord.waitFor(() => left.length > 0, 'the end');
  assert.ok(forgotten.includes(`discord:${channel.id}`) && forgotten.includes(`discord:${thread.id}`));
  assert.ok(!forgotten.includes(`discord:${far.id}`));
  assert.deepEqual(left, [guild.id]);
  assert.deepEqual([...store.values.keys()].sort(), ['discord:servers', `discord:within:${other.id}`]);
});

test('a server that the bot was removed from while it was away is noticed with the next start', async () => {
  const { discord, guild, restart, pass, leftAt } = await open();
  await restart(() => guild.remove());
  await discord.waitFor(() => leftAt(guild.id) === 1_000_000, 'the mark');
  pass(1000);
  await restart();
  assert.equal(leftAt(guild.id), 1_000_000, 'what is known is not counted anew');
});

test('with a channel go its threads, also those that the client does not know any more; with a category goes nothing', async () => {
  const { discord, channel, category, thread, restart, forgotten } = await open();
  thread.setArchived(true);
  await restart();
  category.delete();
  channel.delete();
  await discord.waitFor(() => forgotten.length >= 2, 'both to go');
  await pause(50);
  assert.deepEqual([...new Set(forgotten)].toSorted(), [`discord:${channel.id}`, `discord:${thread.id}`].toSorted());
});
