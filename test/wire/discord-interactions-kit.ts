// A bot on a loopback Discord with commands of every kind, and what they were called with.
import assert from 'node:assert/strict';
import { defineCommand } from '../../src/commands/define-command.ts';
import type { Command, CommandComponent, CommandContext, OptionValue } from '../../src/core/command.ts';
import type { FakeDiscord, FakeInteraction, FakeMessage } from '../fakes/discord/index.ts';
import { openInGuild } from './discord-kit.ts';

type Seen = { readonly context: CommandContext; readonly options: Readonly<Record<string, OptionValue | undefined>> };

const componentsOf = (
  message: FakeMessage,
): readonly { readonly type: number; readonly custom_id: string; readonly label?: string }[] =>
  (message.payload().components ?? []).flatMap((row): unknown[] => ('components' in row ? row.components : [])) as never;

/** The message that the last call was about. */
export const targetOf = (seen: readonly Seen[]) => {
  const target = seen.at(-1)?.context.target;
  assert.equal(target?.kind, 'message');
  return target;
};

/** The id of a button by its label, or of the first menu. */
export const idOf = (message: FakeMessage, label?: string): string => {
  const found = componentsOf(message).find((each) => (label === undefined ? each.type === 3 : each.label === label));
  assert.ok(found, `a component ${label ?? ''} in ${JSON.stringify(componentsOf(message))}`);
  return found.custom_id;
};

export const openFrame = async (given: { readonly commands?: readonly Command[] } = {}) => {
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

export const settled = (discord: FakeDiscord, call: FakeInteraction): Promise<unknown> =>
  discord.waitFor(() => call.isAcknowledged, 'an acknowledgement');
