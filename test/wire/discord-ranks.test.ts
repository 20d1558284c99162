// Who may do what, from Discord's permissions on: the real client, every command of moderators and owners, and the buttons and forms that call them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCommands } from '../../src/commands/command-tree.ts';
import { defineCommand } from '../../src/commands/define-command.ts';
import { createCommands } from '../../src/commands/index.ts';
import type { CommandOption } from '../../src/core/command.ts';
import type { FakeChannel, FakeInteraction, FakeMessage, FakeUser, OptionValue } from '../fakes/discord/index.ts';
import { createTestMemory, createTestServices } from '../unit/commands/services.ts';
import { open } from './discord-kit.ts';

const refused = /is for (?:moderators|the owner)|ist nur für/;

/** Carries what a test wants pressed or filled in, whoever may call it. */
const carriers = [
  defineCommand({
    name: 'carry',
    description: 'Carry a button',
    options: [{ name: 'call', description: 'What it calls', isRequired: true }],
    rank: 'everyone',
    run: async (_context, { call }) => ({
      text: 'Here.',
      isPrivate: false,
      components: [{ kind: 'button', label: 'Press', call, isForAll: true }],
    }),
  }),
  defineCommand({
    name: 'form',
    description: 'Open a form',
    options: [{ name: 'call', description: 'What it calls', isRequired: true }],
    rank: 'everyone',
    run: async (_context, { call }) => ({
      text: '',
      isPrivate: true,
      form: { call, title: 'Form', fields: [{ option: 'text', label: 'Text' }] },
    }),
  }),
];

/** A server with an owner, who manages it, who moderates it, and somebody; and who runs the bot. */
const openServer = async () => {
  const kept = createTestMemory(Date.now);
  const services = createTestServices({ kept });
  const commands = createCommands(services);
  const all = await open({
    discord: { rateLimit: { limit: 100_000, windowMs: 1000 } },
    platform: { commands: [...commands, ...carriers] },
  });
  const { discord } = all;
  const chief = discord.addUser({ name: 'chief' });
  const guild = discord.addGuild({ name: 'Meadow', owner: chief });
  const channel = guild.addChannel({ name: 'general' });
  const thread = channel.addThread(chief, { name: 'aside' });
  const member = (name: string, ...permissions: Parameters<typeof guild.addRole>[0]['permissions'] & object): FakeUser => {
    const user = discord.addUser({ name });
    guild.addMember(user, { roles: permissions.length === 0 ? [] : [guild.addRole({ name, permissions })] });
    return user;
  };
  const users = {
    plain: member('eve'),
    moderator: member('mo', 'ManageMessages'),
    manager: member('max', 'ManageGuild'),
    'server owner': chief,
    owner: discord.owner,
  };
  await all.platform.start();
  const said = async (interaction: FakeInteraction, what: string): Promise<FakeMessage> =>
    discord.waitFor(() => interaction.responses().find((each) => !each.isLoading), what, 8000);
  return { ...all, ...kept, services, commands, guild, channel, thread, users, said };
};

type Server = Awaited<ReturnType<typeof openServer>>;

/** Something for each option that has to be given. */
const sample = ({ users, channel, guild }: Server, { name, kind = 'text', values = [], min = 1 }: CommandOption): OptionValue => {
  switch (kind) {
    case 'text':
      return { server: '42', value: '0.5', name: 'sampling.temperature' }[name] ?? 'something';
    case 'choice':
      return values[0] ?? '';
    case 'integer':
    case 'number':
      return min;
    case 'boolean':
      return true;
    case 'user':
      return users.plain;
    case 'channel':
      return channel;
    case 'role':
      return guild.addRole({ name: 'some' });
    case 'attachment':
      return { name: 'a.json', contentType: 'application/json', bytes: new TextEncoder().encode('{}') };
    default:
      return kind satisfies never;
  }
};

test('Discord’s permissions make ranks: in a channel, a thread and a direct message', async () => {
  const server = await openServer();
  const { discord, channel, thread, users, said } = server;
  /** From which of the users on somebody may; in direct messages everybody is the moderator. */
  const samples = [
    { path: 'persona list', options: {}, from: 0, isOwners: false },
    { path: 'config show', options: {}, from: 1, isOwners: false },
    { path: 'sampling', options: {}, from: 1, isOwners: false },
    { path: 'prompt', options: {}, from: 1, isOwners: false },
    { path: 'config set', options: { name: 'temperature', value: '0.5', scope: 'server' }, from: 2, isOwners: false },
    { path: 'access show', options: { scope: 'server' }, from: 2, isOwners: false },
    { path: 'persona reload', options: {}, from: 4, isOwners: true },
    { path: 'admin servers', options: {}, from: 4, isOwners: true },
    { path: 'config set', options: { name: 'temperature', value: '0.5', scope: 'everywhere' }, from: 4, isOwners: true },
  ] as const;
  const denied = /is for (?:moderators|the owner)|may manage the server|Only the owner of the bot/;
  const noServer = /no server around this place/;
  for (const { path, options, from, isOwners } of samples)
    for (const [index, [name, user]] of Object.entries(users).entries()) {
      for (const where of [channel, thread]) {
        const { content } = await said(discord.callCommand(user, where, path, options), path);
        assert.equal(denied.test(content), index < from, `/${path} by ${name} in ${where.name}: ${content}`);
      }
      const direct: FakeChannel = discord.openDirectMessage(user);
      const { content } = await said(discord.callCommand(user, direct, path, options), path);
      assert.equal(denied.test(content), isOwners && name !== 'owner', `/${path} by ${name} alone: ${content}`);
      if (from === 2 && name !== 'owner') assert.match(content, noServer, `/${path} by ${name} alone`);
    }
});

test('the owner of a server stands above those who manage it, and below who runs the bot', async () => {
  const { discord, channel, users, said } = await openServer();
  const limit = async (user: FakeUser, count: number, scope: string): Promise<string> =>
    (await said(discord.callCommand(user, channel, 'limit', { user: count, scope }), 'limit')).content;
  assert.match(await limit(users['server owner'], 10, 'server'), /is 10 now/);
  assert.match(await limit(users.manager, 11, 'server'), /is 10, set by the owner of the server/);
  assert.match(await limit(users.moderator, 11, 'here'), /is 10, set by the owner of the server/);
  assert.match(await limit(users.owner, 5, 'server'), /is 5 now/);
  assert.match(await limit(users['server owner'], 6, 'here'), /is 5, set by the owner of the bot/);
  const reset = discord.callCommand(users['server owner'], channel, 'config reset', { name: 'perUserPerHour', scope: 'server' });
  assert.match((await said(reset, 'config reset')).content, /is 5, set by the owner of the bot/);
});

test('no member calls what is for moderators or owners: typed or from a menu, in a channel or a thread', async () => {
  const server = await openServer();
  const { discord, channel, thread, users, commands, services, said } = server;
  const others = allCommands(commands).filter(({ command }) => command.rank !== 'everyone');
  assert.ok(others.length > 20, `${others.length}`);
  for (const { path, command } of others) {
    const kind = command.kind ?? 'slash';
    if (kind === 'action') continue; // pressed below
    const given = Object.fromEntries(
      command.options.filter(({ isRequired }) => isRequired).map((option) => [option.name, sample(server, option)]),
    );
    for (const where of [channel, thread]) {
      const interaction =
        kind === 'slash'
          ? discord.callCommand(users.plain, where, path, given)
          : kind === 'message-menu'
            ? discord.callMessageCommand(users.plain, where.say(users.moderator, 'hello'), path)
            : discord.callUserCommand(users.plain, where, users.moderator, path);
      const { content, isEphemeral } = await said(interaction, path);
      assert.match(content, refused, path);
      assert.equal(isEphemeral, true, path);
    }
    for (const option of command.options.filter(({ choices }) => kind === 'slash' && choices !== undefined)) {
      const typing = discord.autocomplete(users.plain, channel, path, { [option.name]: '' }, option.name);
      await discord.waitFor(() => typing.choices, `completion of ${path}`);
      assert.deepEqual(typing.choices, [], path);
    }
  }
  assert.deepEqual(services.log, []);
});

test('no member calls it by a button or a form either, whoever they were made for', async () => {
  const { discord, channel, users, commands, services, said } = await openServer();
  const others = allCommands(commands).filter(
    ({ command }) => command.rank !== 'everyone' && ['slash', 'action'].includes(command.kind ?? 'slash'),
  );
  for (const { path } of others) {
    const carrier = await said(discord.callCommand(users.moderator, channel, 'carry', { call: path }), path);
    const id = /"custom_id":"([^"]+)"/.exec(JSON.stringify(carrier.payload().components))?.[1] ?? assert.fail(path);
    const pressed = await said(discord.pressButton(users.plain, carrier, id), path);
    assert.match(pressed.content, refused, path);
    assert.equal(pressed.isEphemeral, true);
    // A form is for who opened it; also for that one its command is checked.
    for (const opener of [users.plain, users.moderator]) {
      const opened = discord.callCommand(opener, channel, 'form', { call: path });
      await discord.waitFor(() => opened.modal, `the form of ${path}`);
      const { content, isEphemeral } = await said(discord.submitModal(users.plain, opened, { text: 'x' }), path);
      assert.match(content, opener === users.plain ? refused : /Only whoever asked/, path);
      assert.equal(isEphemeral, true);
    }
  }
  assert.deepEqual(services.log, []);
});
