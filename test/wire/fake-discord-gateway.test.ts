// The loopback Discord's gateway: sessions, lost connections, refusals and what the intents let through.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { Events, GatewayIntentBits } from 'discord.js';
import { WebSocket } from 'ws';
import type { FakeDiscord } from '../fakes/discord/index.ts';
import type { DiscordOfTest } from './fake-discord-client.ts';
import { clientOf, discordFor, ordinaryIntents, readyClient } from './fake-discord-client.ts';

const scene = async (test: TestContext, options: { readonly heartbeatIntervalMs?: number } = {}) => {
  const discord = await discordFor(test, options);
  const channel = discord.addGuild({ name: 'Camp' }).addChannel({ name: 'general' });
  const ann = discord.addUser({ name: 'ann' });
  const client = await readyClient(discord);
  const texts: string[] = [];
  // Raw, because discord.js itself drops a message that it was told twice.
  client.on(Events.Raw, (packet: { readonly t: string | null; readonly d: { readonly content: string } }) => {
    if (packet.t === 'MESSAGE_CREATE') texts.push(packet.d.content);
  });
  return { discord, channel, ann, client, texts };
};

/** A bare gateway connection, for what discord.js would never send. */
const rawConnection = async (discord: FakeDiscord, path = '/?v=10&encoding=json') => {
  const socket = new WebSocket(`${discord.gatewayUrl}${path}`);
  const packets: { readonly op: number; readonly t: string | null; readonly d: unknown; readonly s: number | null }[] = [];
  socket.on('message', (data) => packets.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  const send = (op: number, d: unknown): void => socket.send(JSON.stringify({ op, d }));
  return { socket, packets, closed, send };
};

const identification = (discord: FakeDiscord, change: object = {}): object => ({
  token: discord.token,
  intents: 0,
  properties: { os: 'test' },
  ...change,
});

// Together, as discord.js pauses half a second before it connects again.
describe('a lost connection', { concurrency: true }, () => {
  for (const [way, lose] of [
    ['drops without a word', (discord: FakeDiscord) => discord.dropConnections()],
    ['closes with 4000', (discord: FakeDiscord) => discord.dropConnections({ code: 4000 })],
    ['is asked to reconnect', (discord: FakeDiscord) => discord.requestReconnect()],
    ['has an invalid but resumable session', (discord: FakeDiscord) => discord.invalidateSession(true)],
  ] as const) {
    it(`that ${way} is resumed, and nothing is lost or told twice`, async (test) => {
      const { discord, channel, ann, texts } = await scene(test);
      channel.say(ann, 'before');
      await discord.waitFor(() => texts.length === 1, 'the message before');
      lose(discord);
      channel.say(ann, 'meanwhile 1');
      channel.say(ann, 'meanwhile 2');
      await discord.waitFor(() => discord.resumes === 1, 'the resumption');
      channel.say(ann, 'after');
      await discord.requestHeartbeat();
      await discord.waitFor(() => texts.length >= 4, 'all messages');
      assert.deepEqual(texts, ['before', 'meanwhile 1', 'meanwhile 2', 'after']);
      assert.equal(discord.identifies, 1);
      assert.equal(discord.connections, 1);
    });
  }

  it('whose session is invalid is replaced by a new one, which misses what was said meanwhile', async (test) => {
    const { discord, channel, ann, texts } = await scene(test);
    discord.invalidateSession(false);
    channel.say(ann, 'missed');
    await discord.waitFor(() => discord.identifies === 2, 'the second identify');
    channel.say(ann, 'heard');
    await discord.waitFor(() => texts.length > 0, 'a message');
    assert.deepEqual([texts, discord.resumes], [['heard'], 0]);
  });

  it('whose session is forgotten gets op 9 on its RESUME and identifies afresh', async (test) => {
    const { discord, texts, channel, ann } = await scene(test);
    discord.dropConnections({ forget: true });
    await discord.waitFor(() => discord.identifies === 2, 'the second identify', 8000);
    channel.say(ann, 'heard');
    await discord.waitFor(() => texts.length > 0, 'a message');
    assert.equal(discord.resumes, 0);
  });

  it('comes back although the gateway refuses it at first', async (test) => {
    const { discord, client } = await scene(test);
    client.on(Events.ShardError, () => {});
    discord.refuseConnections(1);
    discord.dropConnections();
    await discord.waitFor(() => discord.resumes + discord.identifies === 2, 'the new session', 8000);
  });

  it('that answers no heartbeats is left by the client, and resumed', async (test) => {
    const { discord } = await scene(test, { heartbeatIntervalMs: 30 });
    await discord.waitFor(() => discord.heartbeats > 2, 'heartbeats');
    assert.equal(discord.resumes, 0);
    discord.setHeartbeatAcks(false);
    await discord.waitFor(() => discord.connections === 0, 'the client to leave');
    discord.setHeartbeatAcks(true);
    await discord.waitFor(() => discord.resumes === 1, 'the resumption');
  });
});

describe('what the gateway refuses', () => {
  const closeCode = async (discord: DiscordOfTest, token: string): Promise<number> => {
    const client = clientOf(discord);
    client.on(Events.ShardError, () => {});
    const closed = new Promise<number>((resolve) => client.once(Events.ShardDisconnect, ({ code }) => resolve(code)));
    client.login(token).catch(() => {});
    return closed;
  };

  it('a privileged intent that is not switched on: 4014', async (test) => {
    const discord = await discordFor(test, { privilegedIntents: [] });
    assert.equal(await closeCode(discord, discord.token), 4014);
    assert.equal(discord.identifies, 0);
  });

  it('a token that only the gateway finds wrong, and any scripted code: 4004', async (test) => {
    const discord = await discordFor(test);
    discord.closeOnNextIdentify(4004);
    assert.equal(await closeCode(discord, discord.token), 4004);
    const { send, closed } = await rawConnection(discord);
    send(2, identification(discord, { token: 'wrong' }));
    assert.equal(await closed, 4004);
  });

  it('what is no proper packet, or comes at the wrong time', async (test) => {
    const discord = await discordFor(test);
    const codeAfter = async (...packets: readonly (readonly [number, unknown])[]): Promise<number> => {
      const connection = await rawConnection(discord);
      for (const [op, d] of packets) connection.send(op, d);
      return connection.closed;
    };
    const identify = [2, identification(discord)] as const;
    assert.equal(await codeAfter([3, {}]), 4003);
    assert.equal(await codeAfter(identify, identify), 4005);
    assert.equal(await codeAfter(identify, [99, {}]), 4001);
    assert.equal(await codeAfter([2, identification(discord, { intents: 1 << 30 })]), 4013);
    assert.equal(await codeAfter([2, identification(discord, { shard: [2, 2] })]), 4010);
    assert.equal(await codeAfter(...Array.from({ length: 121 }, () => [1, null] as const)), 4008);
    assert.equal(await (await rawConnection(discord, '/?v=9&encoding=json')).closed, 4012);
    const binary = await rawConnection(discord);
    binary.socket.send('{');
    assert.equal(await binary.closed, 4002);
  });

  it('a RESUME from ahead of the session: 4007', async (test) => {
    const discord = await discordFor(test);
    const first = await rawConnection(discord);
    first.send(2, identification(discord));
    const ready = await discord.waitFor(() => first.packets.find((each) => each.t === 'READY'), 'READY');
    const { session_id } = ready.d as { session_id: string };
    first.socket.terminate();
    const second = await rawConnection(discord);
    second.send(6, { token: discord.token, session_id, seq: 99 });
    assert.equal(await second.closed, 4007);
  });
});

describe('what the intents let through', () => {
  it('without message content only own, private and addressed texts are readable', async (test) => {
    const discord = await discordFor(test, { privilegedIntents: [] });
    const channel = discord.addGuild({ name: 'Camp' }).addChannel({ name: 'general' });
    const ann = discord.addUser({ name: 'ann' });
    const intents = ordinaryIntents.filter((intent) => intent !== GatewayIntentBits.MessageContent);
    const client = await readyClient(discord, { intents });
    const texts: string[] = [];
    client.on(Events.MessageCreate, (message) => texts.push(message.content));
    const secret = channel.say(ann, 'secret', { attachments: [{ name: 'a.txt' }] });
    channel.say(ann, `${discord.bot.mention} open`);
    discord.openDirectMessage(ann).say(ann, 'private');
    const place = await client.channels.fetch(channel.id);
    assert.ok(place?.isSendable());
    await place.send('own');
    await discord.waitFor(() => texts.length === 4, 'four messages');
    assert.deepEqual(texts, ['', `${discord.bot.mention} open`, 'private', 'own']);
    const fetched = await place.messages.fetch({ message: secret.id, force: true });
    assert.deepEqual([fetched.content, fetched.attachments.size], ['', 0]);
  });

  it('events of other kinds stay away', async (test) => {
    const discord = await discordFor(test);
    const guild = discord.addGuild({ name: 'Camp' });
    const ann = discord.addUser({ name: 'ann' });
    const client = await readyClient(discord, { intents: [GatewayIntentBits.Guilds] });
    const events: string[] = [];
    client.on(Events.Raw, (packet: { readonly t: string | null }) => events.push(String(packet.t)));
    const channel = guild.addChannel({ name: 'second' });
    channel.say(ann, 'unheard').react(ann, '👍');
    channel.startTyping(ann);
    channel.rename('third');
    channel.delete();
    guild.setAvailable(false);
    guild.setAvailable(true);
    guild.remove();
    discord.addGuild({ name: 'Other' });
    await discord.waitFor(() => client.guilds.cache.first()?.name === 'Other', 'the other guild');
    assert.deepEqual(events, [
      'CHANNEL_CREATE',
      'CHANNEL_UPDATE',
      'CHANNEL_DELETE',
      'GUILD_DELETE',
      'GUILD_CREATE',
      'GUILD_DELETE',
      'GUILD_CREATE',
    ]);
    await assert.rejects(client.guilds.fetch({ guild: guild.id, force: true }), { code: 10004 });
  });

  it('members can be asked for over the gateway', async (test) => {
    const discord = await discordFor(test);
    const guild = discord.addGuild({ name: 'Camp' });
    const [ann, ben] = [discord.addUser({ name: 'ann' }), discord.addUser({ name: 'ben' })];
    guild.addMember(ann);
    guild.addMember(ben, { roles: [guild.addRole({ name: 'mod', permissions: ['ManageGuild'] })] });
    const client = await readyClient(discord, { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers] });
    const found = await client.guilds.cache.get(guild.id)?.members.fetch({ user: [ben.id] });
    assert.equal(found?.get(ben.id)?.permissions.has('ManageGuild'), true);
    assert.equal(found?.size, 1);
    client.user.setPresence({ status: 'idle', activities: [{ name: 'chess' }] });
    await discord.waitFor(() => discord.presence?.status === 'idle', 'the presence');
    assert.deepEqual(discord.presence?.activities, [{ name: 'chess' }]);
  });
});
