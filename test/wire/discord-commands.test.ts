// Commands on Discord: how they are registered, called and answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/core/command.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { createDiscordPlatform } from '../../src/platform/discord/index.ts';
import { closeAfterwards, fastTimers, open, openInGuild } from './discord-kit.ts';

const say = (text: string, isPrivate = false) => ({ text, isPrivate });

test('commands: registered once, run by rank, private where they are, deferred when slow', async () => {
  let release = (): void => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const commands: readonly Command[] = [
    {
      name: 'greet',
      description: 'Greets somebody',
      rank: 'everyone',
      options: [
        {
          name: 'whom',
          description: 'Whom to greet',
          isRequired: true,
          choices: async (_context, typed) => ['cow', 'calf', 'goat'].filter((name) => name.startsWith(typed)),
        },
      ],
      run: async ({ user, conversation, rank }, { whom }) =>
        say(`@everyone ${user.name} (${rank}) greets ${whom} in ${conversation}`),
    },
    {
      name: 'secret',
      description: 'For moderators',
      rank: 'moderator',
      options: [],
      run: async () => say('psst '.repeat(500), true),
    },
    { name: 'owner', description: 'For the owner', rank: 'owner', options: [], run: async () => say('mine') },
    { name: 'slow', description: 'Takes long', rank: 'everyone', options: [], run: async () => slow.then(() => say('at last')) },
  ];
  const { discord, guild, channel, ada } = await openInGuild({ platform: { commands } });
  assert.deepEqual(
    discord
      .commands()
      .map((command) => command.name)
      .sort(),
    ['greet', 'owner', 'secret', 'slow'],
  );

  const greeting = await discord.callCommand(ada, channel, 'greet', { whom: 'cow' }).answered();
  assert.equal(greeting.content, `@everyone Ada (everyone) greets cow in discord:${channel.id}`);
  assert.deepEqual(greeting.pings, []);
  assert.equal(greeting.isEphemeral, false);
  const offered = await discord.autocomplete(ada, channel, 'greet', { whom: 'c' }, 'whom').offered();
  assert.deepEqual(
    offered.map((choice) => choice.value),
    ['cow', 'calf'],
  );

  const refused = await discord.callCommand(ada, channel, 'secret').answered();
  assert.equal(refused.isEphemeral, true);
  assert.doesNotMatch(refused.content, /psst/);
  const moderator = discord.addUser({ name: 'mo' });
  guild.addMember(moderator, { roles: [guild.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  const secret = discord.callCommand(moderator, channel, 'secret');
  await secret.answered();
  await discord.waitFor(() => secret.responses().length === 2, 'both parts');
  assert.ok(secret.responses().every((part) => part.isEphemeral));
  assert.equal(
    secret
      .responses()
      .map((part) => part.content)
      .join(' '),
    'psst '.repeat(500).trim(),
  );
  const direct = await discord.callCommand(ada, discord.openDirectMessage(ada), 'secret').answered();
  assert.match(direct.content, /psst/);
  assert.doesNotMatch((await discord.callCommand(moderator, channel, 'owner').answered()).content, /mine/);
  assert.equal((await discord.callCommand(discord.owner, channel, 'owner').answered()).content, 'mine');

  const waiting = discord.callCommand(ada, channel, 'slow');
  await discord.waitFor(() => waiting.isDeferred, 'the deferral');
  release();
  await discord.waitFor(() => waiting.responses().length === 2, 'the answer after it');
  assert.deepEqual(
    waiting.responses().map(({ content, isEphemeral }) => ({ content, isEphemeral })),
    [
      { content: 'Done.', isEphemeral: true },
      { content: 'at last', isEphemeral: false },
    ],
  );
});

test('an interaction that is too late or already answered is logged and stops nothing', async () => {
  const commands: readonly Command[] = [
    { name: 'ping', description: 'Pongs', rank: 'everyone', options: [], run: async () => say('pong') },
  ];
  const { discord, received, channel, ada } = await openInGuild({ platform: { commands } });
  discord.faults.add({ method: 'POST', path: /callback/, effect: { status: 404, code: 10062 } });
  discord.callCommand(ada, channel, 'ping');
  await discord.waitFor(() => received.log.some(({ message }) => /too late/.test(message)), 'the log line');
  discord.faults.add({ method: 'POST', path: /callback/, effect: { status: 500, handled: true } });
  assert.equal((await discord.callCommand(ada, channel, 'ping').answered()).content, 'pong');
  await discord.waitFor(() => received.log.filter(({ message }) => /too late/.test(message)).length === 2, 'the second log line');
  assert.equal((await discord.callCommand(ada, channel, 'ping').answered()).content, 'pong');
});

test('commands that Discord has already are not registered again', async () => {
  const commands: readonly Command[] = [
    {
      name: 'ping',
      description: 'Pongs',
      rank: 'everyone',
      options: [{ name: 'how', description: 'How' }],
      run: async () => say('pong'),
    },
  ];
  const { discord, platform } = await open({ platform: { commands } });
  await platform.start();
  await platform.close();
  const again = (description: string) =>
    createDiscordPlatform({
      token: discord.token,
      apiUrl: `${discord.apiUrl}/`,
      editIntervalMs: 1000,
      logger: silentLogger,
      commands: commands.map((command) => ({ ...command, description })),
      timers: fastTimers,
      onMessage: async () => {},
      onEdit: async () => {},
      onDelete: async () => {},
      onFatal: () => {},
    });
  const puts = (): number => discord.requests({ method: 'PUT', path: /commands$/ }).length;
  assert.equal(puts(), 1);
  for (const [description, count] of [
    ['Pongs', 1],
    ['Pongs back', 2],
  ] as const) {
    const second = again(description);
    closeAfterwards(second);
    await second.start();
    assert.equal(puts(), count);
    await second.close();
  }
});
