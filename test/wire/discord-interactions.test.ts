// Commands of every kind on Discord, with the real client: subcommands, menus, files, long work, ranks, languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCommand } from '../../src/commands/define-command.ts';
import type { Command, CommandComponent } from '../../src/core/command.ts';
import { idOf, openFrame, targetOf } from './discord-interactions-kit.ts';

test('subcommands take typed options, also in groups of groups, and refuse what is out of bounds', async () => {
  const { discord, guild, channel, ada, seen } = await openFrame();
  const role = guild.addRole({ name: 'bards' });
  await discord
    .callCommand(ada, channel, 'settings set', {
      key: 'k',
      scope: 'server',
      count: 3,
      share: 0.5,
      is_on: false,
      whom: discord.owner,
      channel,
      role,
    })
    .answered();
  assert.deepEqual(seen[0]?.options, {
    key: 'k',
    scope: 'server',
    count: 3,
    share: 0.5,
    is_on: false,
    whom: { id: `discord:${discord.owner.id}`, name: 'The Owner', isBot: false },
    channel: { id: channel.id, name: 'general' },
    role: { id: role.id, name: 'bards' },
  });
  const { context } = seen[0] ?? {};
  assert.deepEqual(
    [context?.where, context?.rank, context?.locale, context?.user.id, context?.place],
    ['server', 'everyone', 'en', `discord:${ada.id}`, { channelIds: [channel.id], serverId: guild.id }],
  );
  await discord.callCommand(ada, channel, 'settings deep down').answered();
  assert.equal(seen.length, 2);
  const refused = await discord.callCommand(ada, channel, 'settings set', { key: 'k', count: 9 }).answered();
  assert.deepEqual([refused.content, refused.isEphemeral], ['count can be at most 5.', true]);
  assert.equal(seen.length, 2);
});

test('choices depend on what else is given, have labels, and are numbers where the option is one', async () => {
  const { discord, channel, ada } = await openFrame();
  const keys = await discord.autocomplete(ada, channel, 'settings set', { key: 'a', scope: 'server' }, 'key').offered();
  assert.deepEqual(keys, [{ name: 'Key a (server)', value: 'key-a' }]);
  const counts = await discord.autocomplete(ada, channel, 'settings set', { count: '3' }, 'count').offered();
  assert.deepEqual(counts, [{ name: '3', value: 3 }]);
});

test('menus of messages and users get what they were called on', async () => {
  const { discord, channel, ada, moderator, seen } = await openFrame();
  const said = channel.say(ada, 'once upon a time');
  await discord.callMessageCommand(moderator, said, 'Rewind here').answered();
  assert.deepEqual(seen[0]?.context.target, {
    kind: 'message',
    messageId: said.id,
    authorId: `discord:${ada.id}`,
    isOwn: false,
    text: 'once upon a time',
  });
  const own = await discord.callCommand(ada, channel, 'page').answered();
  await discord.callMessageCommand(ada, own, 'Rewind here').answered();
  assert.equal(targetOf(seen).isOwn, true);

  const refused = await discord.callUserCommand(ada, channel, moderator, 'Forget this user').answered();
  assert.match(refused.content, /moderators only/);
  await discord.callUserCommand(moderator, channel, ada, 'Forget this user').answered();
  assert.deepEqual(seen.at(-1)?.context.target, { kind: 'user', user: { id: `discord:${ada.id}`, name: 'Ada', isBot: false } });
});

test('files come in from Discord only, within their bound, and go out; long replies go out as a file', async () => {
  const { discord, channel, ada } = await openFrame();
  const file = { name: 'card.json', contentType: 'application/json', bytes: Buffer.from('{"a":1}') };
  assert.equal((await discord.callCommand(ada, channel, 'upload', { file }).answered()).content, 'card.json: {"a":1}');
  const large = { ...file, bytes: new Uint8Array(101) };
  assert.match((await discord.callCommand(ada, channel, 'upload', { file: large }).answered()).content, /too large/);

  const sent = await discord.callCommand(ada, channel, 'export', { kind: 'file' }).answered();
  assert.deepEqual(
    [sent.content, sent.isEphemeral, sent.attachments.map(({ name, bytes }) => `${name} ${Buffer.from(bytes)}`)],
    ['Here it is', true, ['memory.json {}']],
  );
  const long = await discord.callCommand(ada, channel, 'export', { kind: 'long' }).answered();
  assert.match(long.content, /as a file/);
  assert.equal(Buffer.from(long.attachments[0]?.bytes ?? []).toString(), 'line of text\n'.repeat(2000).trim());
  assert.match((await discord.callCommand(ada, channel, 'export', { kind: 'huge' }).answered()).content, /too large/);
  const none = await discord.callCommand(ada, channel, 'export', { kind: 'none' }).answered();
  assert.deepEqual([none.content, none.isEphemeral], ['Done.', true]);
});

test('long work is deferred, tells how far it is, and ends with its answer', async () => {
  const { discord, channel, ada, slow } = await openFrame();
  const called = discord.callCommand(ada, channel, 'work');
  await discord.waitFor(() => called.response?.content === 'half', 'the progress');
  slow.resolve();
  await discord.waitFor(() => called.response?.content === 'finished', 'the end');
  assert.deepEqual(
    called.response?.versions.map(({ content }) => content),
    ['half', 'finished'],
  );
  assert.equal(called.responses().length, 1);
});

test('after fifteen minutes a public reply goes to the channel itself', async () => {
  const done = Promise.withResolvers<void>();
  const commands: readonly Command[] = [
    defineCommand({
      name: 'slow',
      description: 'Very slow',
      rank: 'everyone',
      options: [],
      run: async () => done.promise.then(() => ({ text: 'at @everyone last', isPrivate: false })),
    }),
  ];
  const { discord, channel, ada } = await openFrame({ commands });
  const called = discord.callCommand(ada, channel, 'slow');
  await discord.waitFor(() => called.isDeferred, 'the deferral');
  called.expireToken();
  done.resolve();
  const message = await discord.waitFor(() => channel.botMessages()[0], 'the message');
  assert.deepEqual([message.content, message.pings], ['at @everyone last', []]);
});

test('every rank in every place: who may call, by command, button and form', async () => {
  const ranks = ['everyone', 'moderator', 'server-owner', 'owner'] as const;
  const placesOf = { server: ['server'], thread: ['thread'], direct: ['direct'], all: undefined } as const;
  let ran = 0;
  const commands: Command[] = [];
  // Every rank everywhere, every place for everybody, and one of both; the full table is in the unit tests.
  const cases = [
    ...ranks.map((rank) => [rank, 'all'] as const),
    ['everyone', 'server'],
    ['everyone', 'thread'],
    ['moderator', 'direct'],
  ] as const;
  for (const [rank, place] of cases) {
    const places = placesOf[place];
    const run = async () => {
      ran += 1;
      return { text: 'ran', isPrivate: true };
    };
    const name = `${rank}_${place}`.replace('-', '_');
    commands.push(defineCommand({ name, description: 'One', rank, ...(places && { places }), options: [], run }));
  }
  const offer = commands.map(({ name }): CommandComponent => ({ kind: 'button', label: name, call: name, isForAll: true }));
  commands.push(
    defineCommand({
      name: 'offer',
      description: 'Buttons for all',
      rank: 'everyone',
      options: [],
      run: async () => ({ text: 'press', isPrivate: false, components: offer }),
    }),
  );
  const { discord, ada } = await openFrame({ commands });
  const landlady = discord.addUser({ name: 'landlady' });
  const guild = discord.addGuild({ name: 'Hill', owner: landlady });
  const mo = discord.addUser({ name: 'mo2' });
  guild.addMember(mo, { roles: [guild.addRole({ name: 'mods', permissions: ['ManageGuild'] })] });
  const server = guild.addChannel({ name: 'hill' });
  const thread = server.addThread(ada, { name: 'a thread' });
  const people = { everyone: ada, moderator: mo, 'server-owner': landlady, owner: discord.owner } as const;

  for (const [who, user] of Object.entries(people) as [keyof typeof people, typeof ada][]) {
    const channels = { server, thread, direct: discord.openDirectMessage(user) };
    for (const [where, channel] of Object.entries(channels)) {
      const press = await discord.callCommand(user, channel, 'offer').answered();
      // Alone with the bot everybody is the moderator, and nobody owns a server there.
      const rank = where === 'direct' && who !== 'owner' ? 'moderator' : who;
      const allowed = (name: string): boolean => {
        const [needed = 'owner', place] = cases.find((each) => each.join('_').replace('-', '_') === name) ?? [];
        return ranks.indexOf(rank) >= ranks.indexOf(needed) && (place === 'all' || place === where);
      };
      const before = ran;
      const expected = await Promise.all(
        commands.slice(0, -1).map(async ({ name }) => {
          const isAllowed = allowed(name);
          for (const call of [discord.callCommand(user, channel, name), discord.pressButton(user, press, idOf(press, name))]) {
            const answer = await call.answered();
            assert.equal(answer.content === 'ran', isAllowed, `${who} calls ${name} in ${where}: ${answer.content}`);
            assert.equal(answer.isEphemeral, true);
          }
          return isAllowed ? 2 : 0;
        }),
      );
      assert.equal(
        ran - before,
        expected.reduce<number>((sum, each) => sum + each, 0),
      );
    }
  }
  assert.ok(ran > 50);
});

test('people are answered in the language of their client', async () => {
  const { discord, channel } = await openFrame();
  for (const [locale, pattern] of [
    ['de', /höchstens 5/],
    ['fr', /au maximum|au plus/],
    ['es-419', /como máximo/],
    ['ja', /5/],
    ['pt-BR', /no máximo/],
    ['nl', /at most 5/],
  ] as const) {
    const user = discord.addUser({ name: `user-${locale}`, locale });
    const answer = await discord.callCommand(user, channel, 'settings set', { key: 'k', count: 9 }).answered();
    assert.match(answer.content, pattern, locale);
    assert.equal(/at most/.test(answer.content), locale === 'nl');
  }
});

test('files that are too large for one message together come in several; one that is too large alone is told', async () => {
  const file = (name: string, megabytes: number) => ({ name, bytes: Buffer.alloc(megabytes * 1_000_000, 'x') });
  const outcomes: Readonly<Record<string, readonly ReturnType<typeof file>[]>> = {
    parts: [file('data.1', 8), file('data.2', 8), file('data.3', 1), file('data.4', 1)],
    whole: [file('data', 11)],
  };
  const commands = Object.entries(outcomes).map(([name, files]) =>
    defineCommand({
      name,
      description: 'Gives files',
      rank: 'everyone',
      options: [],
      run: async () => ({ text: 'Here.', isPrivate: true, files }),
    }),
  );
  const { discord, channel, ada } = await openFrame({ commands });
  const call = discord.callCommand(ada, channel, 'parts');
  await discord.waitFor(
    () => call.responses().length >= 2 && call.responses().flatMap((each) => each.attachments).length === 4,
    'all',
  );
  assert.deepEqual(
    call.responses().map(({ content, isEphemeral, attachments }) => [content, isEphemeral, attachments.map(({ name }) => name)]),
    [
      ['Here.', true, ['data.1']],
      ['', true, ['data.2', 'data.3', 'data.4']],
    ],
  );
  assert.match((await discord.callCommand(ada, channel, 'whole').answered()).content, /too large/);
});
