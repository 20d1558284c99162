// Commands of every kind on Discord, with the real client: subcommands, menus, buttons, forms, files, languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCommand } from '../../src/commands/define-command.ts';
import type { Command, CommandComponent, CommandContext, OptionValue } from '../../src/core/command.ts';
import type { FakeDiscord, FakeInteraction, FakeMessage } from '../fakes/discord/index.ts';
import { open, openInGuild } from './discord-kit.ts';

type Seen = { readonly context: CommandContext; readonly options: Readonly<Record<string, OptionValue | undefined>> };

const componentsOf = (
  message: FakeMessage,
): readonly { readonly type: number; readonly custom_id: string; readonly label?: string }[] =>
  (message.payload().components ?? []).flatMap((row): unknown[] => ('components' in row ? row.components : [])) as never;

/** The message that the last call was about. */
const targetOf = (seen: readonly Seen[]) => {
  const target = seen.at(-1)?.context.target;
  assert.equal(target?.kind, 'message');
  return target;
};

/** The id of a button by its label, or of the first menu. */
const idOf = (message: FakeMessage, label?: string): string => {
  const found = componentsOf(message).find((each) => (label === undefined ? each.type === 3 : each.label === label));
  assert.ok(found, `a component ${label ?? ''} in ${JSON.stringify(componentsOf(message))}`);
  return found.custom_id;
};

const openFrame = async (given: { readonly commands?: readonly Command[] } = {}) => {
  const seen: Seen[] = [];
  const note = async (context: CommandContext, options: Seen['options']) => {
    seen.push({ context, options });
    return { text: `${context.where} ${context.rank} ${JSON.stringify(options)}`, isPrivate: false };
  };
  const buttons: readonly CommandComponent[] = [
    { kind: 'button', label: 'Next', call: 'page', values: { number: '2' }, style: 'primary' },
    { kind: 'button', label: 'All', call: 'page', values: { number: '3' }, isForAll: true },
    { kind: 'button', label: 'Quiet', call: 'quiet' },
    { kind: 'button', label: 'Edit', call: 'note edit', values: { id: '7' } },
    { kind: 'button', label: 'Secret', call: 'settings reset', isForAll: true },
    {
      kind: 'menu',
      label: 'Choose a page',
      call: 'page',
      option: 'number',
      choices: [1, 2, 3].map((page) => ({ label: `Page ${page}`, value: String(page), isChosen: page === 1 })),
    },
  ];
  const form = {
    title: 'A note',
    call: 'note save',
    values: { id: '7' },
    fields: [
      { option: 'title', label: 'Title', value: 'old title', isRequired: true },
      { option: 'text', label: 'Text', isLong: true },
    ],
  };
  const commands: readonly Command[] = given.commands ?? [
    {
      name: 'settings',
      description: 'Settings of the bot here',
      subcommands: [
        defineCommand({
          name: 'set',
          description: 'Changes one',
          rank: 'everyone',
          options: [
            {
              name: 'key',
              description: 'Which',
              isRequired: true,
              choices: async (_context, typed, { scope }) => [{ label: `Key ${typed} (${scope})`, value: `key-${typed}` }],
            },
            { name: 'scope', description: 'Where', kind: 'choice', values: ['channel', 'server'] },
            { name: 'count', description: 'How many', kind: 'integer', min: 1, max: 5, choices: async () => ['3', 'x'] },
            { name: 'share', description: 'How much', kind: 'number' },
            { name: 'is_on', description: 'Whether', kind: 'boolean' },
            { name: 'whom', description: 'Who', kind: 'user' },
            { name: 'channel', description: 'Which', kind: 'channel' },
            { name: 'role', description: 'Which', kind: 'role' },
          ],
          run: note,
        }),
        defineCommand({ name: 'reset', description: 'Forgets one', rank: 'moderator', options: [], run: note }),
        {
          name: 'deep',
          description: 'A group in it',
          subcommands: [defineCommand({ name: 'down', description: 'Below', rank: 'everyone', options: [], run: note })],
        },
      ],
    },
    {
      name: 'note',
      description: 'Notes',
      subcommands: [
        defineCommand({
          name: 'edit',
          description: 'Opens the form',
          rank: 'everyone',
          options: [{ name: 'id', description: 'Which' }],
          run: async (context, options) => {
            await note(context, options);
            if (options.id === 'slow') await slow.promise;
            return { text: '', isPrivate: true, form };
          },
        }),
        defineCommand({
          name: 'save',
          description: 'What the form calls',
          rank: 'everyone',
          options: [
            { name: 'id', description: 'Which', isRequired: true },
            { name: 'title', description: 'Title', isRequired: true, max: 20 },
            { name: 'text', description: 'Text', max: 9000 },
          ],
          run: note,
        }),
      ],
    },
    defineCommand({
      name: 'page',
      description: 'One page of several',
      rank: 'everyone',
      options: [{ name: 'number', description: 'Which', kind: 'integer', min: 1, max: 3 }],
      run: async (context, options) => {
        await note(context, options);
        return { text: `page ${options.number ?? 1}`, isPrivate: false, components: buttons, replacesMessage: true };
      },
    }),
    defineCommand({
      kind: 'action',
      name: 'quiet',
      description: 'Only for buttons',
      rank: 'everyone',
      options: [],
      run: async (context) => {
        await note(context, {});
        return { text: '', isPrivate: true };
      },
    }),
    defineCommand({ kind: 'message-menu', name: 'Rewind here', description: 'Menu', rank: 'everyone', options: [], run: note }),
    defineCommand({
      kind: 'user-menu',
      name: 'Forget this user',
      description: 'Menu',
      rank: 'moderator',
      options: [],
      run: note,
    }),
    defineCommand({
      name: 'upload',
      description: 'Takes a file',
      rank: 'everyone',
      options: [{ name: 'file', description: 'Which', kind: 'attachment', isRequired: true }],
      run: async (_context, { file }) => ({
        text: `${file.name}: ${Buffer.from(await file.read(100)).toString()}`,
        isPrivate: true,
      }),
    }),
    defineCommand({
      name: 'export',
      description: 'Gives a file',
      rank: 'everyone',
      options: [{ name: 'kind', description: 'Which', kind: 'choice', values: ['file', 'long', 'huge', 'none'] }],
      run: async (_context, { kind }) => {
        if (kind === 'long') return { text: 'line of text\n'.repeat(2000), isPrivate: false };
        if (kind === 'none') return { text: ' ', isPrivate: false };
        const bytes = kind === 'huge' ? new Uint8Array(11_000_000) : Buffer.from('{}');
        return { text: 'Here it is', isPrivate: true, files: [{ name: 'memory.json', bytes }] };
      },
    }),
    defineCommand({
      name: 'work',
      description: 'Takes long',
      rank: 'everyone',
      options: [],
      run: async ({ progress }) => {
        progress?.('a third');
        progress?.('half');
        await slow.promise;
        return { text: 'finished', isPrivate: true };
      },
    }),
  ];
  const slow = Promise.withResolvers<void>();
  const all = await openInGuild({ platform: { commands } });
  const moderator = all.discord.addUser({ name: 'mo' });
  all.guild.addMember(moderator, { roles: [all.guild.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  return { ...all, seen, slow, moderator };
};

const settled = (discord: FakeDiscord, call: FakeInteraction): Promise<unknown> =>
  discord.waitFor(() => call.isAcknowledged, 'an acknowledgement');

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

test('buttons and menus call commands, for the asker and moderators only, and change their message', async () => {
  const { discord, channel, ada, moderator, seen } = await openFrame();
  const message = await discord.callCommand(ada, channel, 'page').answered();
  assert.equal(message.content, 'page 1');
  const stranger = discord.addUser({ name: 'eve' });

  const stolen = await discord.pressButton(stranger, message, idOf(message, 'Next')).answered();
  assert.deepEqual([stolen.isEphemeral, seen.length], [true, 1]);
  assert.match(stolen.content, /Only whoever asked/);
  await settled(discord, discord.pressButton(stranger, message, idOf(message, 'All')));
  await discord.waitFor(() => message.content === 'page 3', 'the page for all');
  // It is still the asker's, and moderators may always.
  const again = await discord.pressButton(stranger, message, idOf(message, 'Next')).answered();
  assert.match(again.content, /Only whoever asked/);
  await settled(discord, discord.pressButton(moderator, message, idOf(message, 'Next')));
  await discord.waitFor(() => message.content === 'page 2', 'the next page');
  await settled(discord, discord.chooseInMenu(moderator, message, idOf(message), ['3']));
  await discord.waitFor(() => message.content === 'page 3', 'the chosen page');
  assert.deepEqual(channel.botMessages(), [message]);

  const quiet = discord.pressButton(moderator, message, idOf(message, 'Quiet'));
  await settled(discord, quiet);
  assert.deepEqual([quiet.callbackType, quiet.responses().length], [6, 0]);
  assert.deepEqual([targetOf(seen).messageId, message.content], [message.id, 'page 3']);
  const refused = await discord.pressButton(stranger, message, idOf(message, 'Secret')).answered();
  assert.match(refused.content, /moderators only/, 'the rank is checked for buttons as well');
  assert.throws(() => discord.callCommand(ada, channel, 'quiet'), /not registered/);
});

test('a forged or outdated id of a button does nothing but tell so', async () => {
  const { discord, channel, ada, seen } = await openFrame();
  const message = await discord.callCommand(ada, channel, 'page').answered();
  const before = seen.length;
  const forge = async (custom_id: string): Promise<string> => {
    const components = [{ type: 1, components: [{ type: 2, style: 2, label: 'x', custom_id }] }];
    message.payload(); // the message stays; only its components are replaced, as a forger's client would pretend
    const path = `/channels/${channel.id}/messages/${message.id}`;
    const response = await fetch(`${discord.apiUrl}/v10${path}`, {
      method: 'PATCH',
      headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ components }),
    });
    assert.equal(response.status, 200);
    return (await discord.pressButton(ada, message, custom_id).answered()).content;
  };
  assert.match(await forge('0~page~~'), /older version/);
  assert.match(await forge('nonsense'), /older version/);
  assert.match(await forge('1~no such~~'), /no such command/);
  assert.match(await forge('1~page~~~number=99'), /at most 3/);
  assert.match(await forge('1~settings reset~~'), /moderators only/);
  assert.match(await forge('1~upload~~~file=/etc/passwd'), /has to be a file/);
  assert.match(await forge('1~Forget this user~~'), /moderators only/);
  assert.equal(seen.length, before);
});

test('forms open with their values and call a command with what was filled in', async () => {
  const { discord, channel, ada, seen } = await openFrame();
  const opened = discord.callCommand(ada, channel, 'note edit', { id: '7' });
  const modal = await discord.waitFor(() => opened.modal, 'the form');
  assert.equal(modal.title, 'A note');
  assert.match(
    JSON.stringify(modal.components),
    /"custom_id":"title","label":"Title","style":1,"required":true,"max_length":20,"value":"old title"/,
  );
  assert.match(
    JSON.stringify(modal.components),
    /"custom_id":"text","label":"Text","style":2,"required":false,"max_length":4000/,
  );
  await discord.submitModal(ada, opened, { title: 'new title', text: 'two\nlines' }).answered();
  assert.deepEqual(seen.at(-1)?.options, { id: '7', title: 'new title', text: 'two\nlines' });
  const stranger = discord.addUser({ name: 'eve' });
  assert.match((await discord.submitModal(stranger, opened, { title: 'x' }).answered()).content, /Only whoever asked/);
  const long = await discord.submitModal(ada, opened, { title: 'x'.repeat(21) }).answered();
  assert.match(long.content, /title is too long/);

  const message = await discord.callCommand(ada, channel, 'page').answered();
  const pressed = discord.pressButton(ada, message, idOf(message, 'Edit'));
  await discord.waitFor(() => pressed.modal, 'the form behind a button');
  await discord.submitModal(ada, pressed, { title: 'third' }).answered();
  assert.equal(seen.at(-1)?.context.target?.kind, 'message');
});

test('a form that comes too late to open by itself waits behind a button', async () => {
  const { discord, channel, ada, slow } = await openFrame();
  const called = discord.callCommand(ada, channel, 'note edit', { id: 'slow' });
  await discord.waitFor(() => called.isDeferred, 'the deferral');
  slow.resolve();
  const answer = await called.answered();
  assert.deepEqual([answer.content, answer.isEphemeral], ['The form is ready.', true]);
  const pressed = discord.pressButton(ada, answer, idOf(answer, 'Open the form'));
  await discord.waitFor(() => pressed.modal, 'the form');
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

test('a reply whose buttons hold too much is sent without them', async () => {
  const commands: readonly Command[] = [
    defineCommand({
      name: 'wide',
      description: 'Too wide',
      rank: 'everyone',
      options: [{ name: 'has_form', description: 'Whether', kind: 'boolean' }],
      run: async (_context, { has_form }) => {
        const values = { text: 'x'.repeat(100) };
        const form = { title: 'A form', call: 'wide', values, fields: [{ option: 'text', label: 'Text' }] };
        return {
          text: 'still here',
          isPrivate: false,
          components: [{ kind: 'button', label: 'One', call: 'wide', values }],
          ...(has_form ? { form } : {}),
        };
      },
    }),
  ];
  const { discord, channel, ada, received } = await openFrame({ commands });
  assert.equal((await discord.callCommand(ada, channel, 'wide').answered()).content, 'still here');
  assert.match((await discord.callCommand(ada, channel, 'wide', { has_form: true }).answered()).content, /went wrong/);
  assert.equal(received.log.filter(({ level }) => level === 'error').length, 2);
});

test('what is registered tells options, places and permissions', async () => {
  const { discord } = await openFrame();
  const registered = new Map(discord.registeredCommands().map((body) => [String(body.name), body]));
  assert.deepEqual(
    [...registered.keys()],
    ['settings', 'note', 'page', 'Rewind here', 'Forget this user', 'upload', 'export', 'work'],
  );
  const { default_member_permissions, contexts, integration_types, options } = registered.get('settings') ?? {};
  assert.deepEqual([default_member_permissions, contexts, integration_types], [null, [0, 1], [0]]);
  const [set] = options as { readonly type: number; readonly options: readonly Readonly<Record<string, unknown>>[] }[];
  assert.deepEqual(
    set?.options.map(({ name, type, required }) => [name, type, required]),
    [
      ['key', 3, true],
      ['scope', 3, false],
      ['count', 4, false],
      ['share', 10, false],
      ['is_on', 5, false],
      ['whom', 6, false],
      ['channel', 7, false],
      ['role', 8, false],
    ],
  );
  assert.deepEqual(set?.options[1]?.choices, [
    { name: 'channel', value: 'channel' },
    { name: 'server', value: 'server' },
  ]);
  assert.deepEqual([set?.options[2]?.min_value, set?.options[2]?.max_value], [1, 5]);
  assert.deepEqual(
    [registered.get('Forget this user')?.type, registered.get('Forget this user')?.default_member_permissions],
    [2, '8192'],
  );
  assert.equal(registered.get('Rewind here')?.type, 3);
});

test('registration keeps what is not ours, sends nothing without a change, and never an empty list', async () => {
  const ping = (description: string): Command =>
    defineCommand({
      name: 'help',
      description,
      rank: 'moderator',
      options: [{ name: 'command', description: 'Which', min: 1, max: 9 }],
      run: async () => ({ text: 'pong', isPrivate: true }),
    });
  const before = async (discord: FakeDiscord): Promise<void> => {
    const url = `${discord.apiUrl}/v10/applications/${discord.applicationId}/commands`;
    const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify([
      { name: 'launch', type: 4, handler: 1 },
      { name: 'old', description: 'Gone' },
    ]);
    assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200);
  };
  const { discord, platform } = await open({ platform: { commands: [ping('Pongs')] } });
  const puts = (): number => discord.requests({ method: 'PUT', path: /commands$/ }).length;
  const names = (): readonly unknown[] => discord.registeredCommands().map(({ name }) => name);
  await before(discord);
  await platform.start();
  await platform.close();
  assert.deepEqual([names(), puts()], [['launch', 'help'], 2]);
  const [, help] = discord.registeredCommands();
  assert.deepEqual(
    help?.name_localizations,
    Object.fromEntries([
      ['de', 'hilfe'],
      ['fr', 'aide'],
      ['es-ES', 'ayuda'],
      ['es-419', 'ayuda'],
      ['ja', 'ヘルプ'],
      ['pt-BR', 'ajuda'],
    ]),
  );

  for (const [commands, count] of [
    [[ping('Pongs')], 2],
    [[], 2],
    [[ping('Pongs back')], 3],
  ] as const) {
    const { platform: again } = await open({ platform: { commands, apiUrl: discord.apiUrl, token: discord.token } });
    await again.start();
    await again.close();
    assert.deepEqual([names().length, names().includes('launch'), puts()], [2, true, count]);
  }
});
