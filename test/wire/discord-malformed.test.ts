// Events that are not as discord.js or the bot expects, and listeners that fail: each costs a line in the log and
// nothing else. Guards against: one malformed dispatch ended the process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/platform/discord/client.ts';
import { guardPackets, guardShard } from '../../src/platform/discord/packet-guard.ts';
import type { FakeDiscord } from '../fakes/discord/index.ts';
import { finished, open, openInGuild, pause, type Received, textOf } from './discord-kit.ts';

const secret = 'the words that somebody said';
const troubles = (received: Received) =>
  received.log
    .filter(({ message }) => message === 'an event of Discord could not be handled')
    .map(({ fields }) => fields as Readonly<Record<string, unknown>>);

/** Sends dispatches and resolves once all of them have been handled, in whichever way. */
const send = async (discord: FakeDiscord, events: readonly (readonly [string, unknown])[]): Promise<void> => {
  for (const [event, data] of events) discord.dispatch(event, data);
  await discord.requestHeartbeat();
  await pause(20);
};

const oddities: readonly unknown[] = [null, undefined, 7, secret, {}, [], [null], { id: null, user: null }];

/** The payload with every single field made odd in every way. */
const spoiled = (payload: object): readonly object[] =>
  Object.keys(payload).flatMap((field) => oddities.map((oddity) => ({ ...payload, [field]: oddity })));

test('a malformed message or interaction is logged without its content, and the next message is answered', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const first = channel.say(ada, `${discord.bot.mention} one`);
  await finished(discord, received, first);
  const payload = { ...first.payload(), guild_id: channel.guild?.id, content: secret };
  await send(discord, [
    ['MESSAGE_CREATE', { ...payload, id: '101', author: null }],
    ['MESSAGE_CREATE', { ...payload, id: '102', interaction_metadata: { id: '1', type: 2, user: null } }],
    ['INTERACTION_CREATE', { id: '103', type: 2, channel_id: channel.id, data: null }],
    ['MESSAGE_CREATE', { ...payload, id: '104', content: null }], // understood by discord.js, not by the bot
  ]);
  assert.deepEqual(
    troubles(received).map((fields) => ({ ...fields, in: undefined })),
    [
      { event: 'MESSAGE_CREATE', id: '101', error: 'TypeError', in: undefined },
      { event: 'MESSAGE_CREATE', id: '102', error: 'TypeError', in: undefined },
      { event: 'INTERACTION_CREATE', id: '103', error: 'TypeError', in: undefined },
      { event: 'messageCreate', id: '104', error: 'TypeError', in: undefined },
    ],
  );
  const second = channel.say(ada, `${discord.bot.mention} two`);
  await finished(discord, received, second);
  assert.equal(textOf(channel.botMessages()), 'You said: one\nYou said: two');
});

test('whatever a dispatch holds, the bot goes on', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild();
  const first = channel.say(ada, `${discord.bot.mention} one`);
  await finished(discord, received, first);
  const message = { ...first.payload(), guild_id: guild.id, interaction_metadata: {}, message_snapshots: [], poll: {} };
  const interaction = {
    ...{ id: '1', application_id: discord.applicationId, token: 'x', version: 1, channel_id: channel.id, guild_id: guild.id },
    ...{ type: 2, data: { id: '2', name: 'help', type: 1, options: [] }, member: { user: {}, permissions: '0' }, locale: 'en' },
  };
  const names = ['CHANNEL_CREATE', 'CHANNEL_UPDATE', 'GUILD_CREATE', 'GUILD_UPDATE', 'GUILD_ROLE_CREATE', 'GUILD_MEMBER_UPDATE']
    .concat(['THREAD_CREATE', 'THREAD_LIST_SYNC', 'THREAD_MEMBERS_UPDATE', 'INTERACTION_CREATE', 'MESSAGE_REACTION_ADD'])
    .concat(['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE', 'MESSAGE_DELETE_BULK', 'USER_UPDATE', 'READY', 'RESUMED'])
    .concat(['error', 'constructor', '__proto__', 'NO_SUCH_EVENT', secret]);
  await send(discord, [
    ...names.flatMap((name) => [undefined, ...oddities].map((data) => [name, data] as const)),
    ...spoiled(message).flatMap((data) => [['MESSAGE_CREATE', data] as const, ['MESSAGE_UPDATE', data] as const]),
    ...spoiled(interaction).map((data) => ['INTERACTION_CREATE', data] as const),
    ...spoiled({ id: '5', channel_id: channel.id, guild_id: guild.id }).map((data) => ['MESSAGE_DELETE', data] as const),
  ]);
  const reported = troubles(received);
  assert.ok(reported.length > 100, `${reported.length} failures`);
  assert.deepEqual(
    reported.filter((fields) => JSON.stringify(fields).includes(secret)),
    [],
  );

  const second = channel.say(ada, `${discord.bot.mention} two`);
  await finished(discord, received, second);
  assert.match(textOf(channel.botMessages()), /You said: two$/);
  assert.deepEqual(received.fatal, []);
});

test('what was malformed before the start was complete is survived too', async () => {
  const { discord, platform, received } = await open();
  const [meadow, outage] = [discord.addGuild({ name: 'Meadow' }), discord.addGuild({ name: 'Outage' })];
  const channel = meadow.addChannel({ name: 'general' });
  const ada = discord.addUser({ name: 'ada' });
  outage.setAvailable(false); // the client waits for it, and keeps what comes meanwhile
  const started = platform.start();
  await discord.waitFor(() => discord.identifies === 1, 'the session');
  const question = channel.say(ada, `${discord.bot.mention} one`);
  await send(discord, [['MESSAGE_CREATE', { ...question.payload(), id: '101', author: null }]]);
  assert.deepEqual(received.messages, []);
  await send(discord, [['GUILD_CREATE', { id: outage.id, members: 7 }]]);
  await started;
  await finished(discord, received, question);
  assert.deepEqual(
    troubles(received).map(({ event }) => event),
    ['GUILD_CREATE', 'MESSAGE_CREATE'],
  );
});

test('a greeting that can not be understood ends the start', async () => {
  const { platform, received } = await open({ discord: { rawReady: { guilds: null } } });
  await assert.rejects(platform.start(), { code: 'discord-refused', message: /Start it again/ });
  assert.deepEqual(
    troubles(received).map(({ event }) => event),
    ['READY'],
  );
});

test('listeners that throw or reject do not reach the next event', async () => {
  const fail = (): never => {
    throw new Error(secret);
  };
  const { discord, received, channel, ada } = await openInGuild({ platform: { onEdit: fail, onDelete: async () => fail() } });
  const [one, two] = [channel.say(ada, 'one'), channel.say(ada, 'two')];
  one.edit(secret);
  two.delete();
  const question = channel.say(ada, `${discord.bot.mention} three`);
  await finished(discord, received, question);
  assert.deepEqual(
    troubles(received).map((fields) => ({ ...fields, in: undefined })),
    [
      { event: 'messageUpdate', id: one.id, error: 'Error', in: undefined },
      { event: 'messageDelete', id: two.id, error: 'Error', in: undefined },
    ],
  );
});

test('a library that is made in another way is refused at the start', () => {
  const outdated = { code: 'configuration-invalid', message: /no handlePacket any more.*npm ci/ };
  assert.throws(() => guardPackets({ ws: {} as ReturnType<typeof createClient>['ws'] }, () => {}), outdated);
  assert.throws(() => guardShard({}, () => {}), { code: 'configuration-invalid' });
  assert.doesNotThrow(() => createClient(undefined, () => {}));
});
