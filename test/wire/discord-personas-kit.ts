// Persona commands on a loopback Discord: what users do, and what comes of it.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createCommands } from '../../src/commands/index.ts';
import type { FakeAttachment, FakeChannel, FakeInteraction, FakeMessage, FakeUser, OptionValue } from '../fakes/discord/index.ts';
import { personasWith } from '../unit/commands/persona-kit.ts';
import { createTestServices } from '../unit/commands/services.ts';
import { bytesOf, pngWith, textChunk } from '../unit/persona/card-kit.ts';
import { openInGuild } from './discord-kit.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-wire-personas-'));
after(() => rmSync(temporary, { recursive: true }));

type Bot = Pick<Awaited<ReturnType<typeof openInGuild>>, 'discord'>;
type Options = Readonly<Record<string, OptionValue>>;
type Component = { readonly custom_id: string; readonly label?: string; readonly value?: string; readonly components?: unknown };

const partsIn = (value: unknown): readonly Component[] =>
  Array.isArray(value)
    ? value.flatMap(partsIn)
    : typeof value === 'object' && value !== null
      ? [...('custom_id' in value ? [value as Component] : []), ...('components' in value ? partsIn(value.components) : [])]
      : [];
const buttonsOf = (message: FakeMessage): readonly Component[] => partsIn(message.payload().components ?? []);
export const labelsOf = (message: FakeMessage): readonly (string | undefined)[] => buttonsOf(message).map(({ label }) => label);

export const cardFile = (name: string, bytes: unknown): FakeAttachment => ({
  name,
  contentType: 'application/octet-stream',
  bytes: bytesOf(bytes),
});
export const png = (card: unknown): Uint8Array => pngWith(textChunk('chara', card));
export const rook = { name: 'Rook', description: 'A bird.', first_mes: 'Hm, {{user}}.', mes_example: '{{char}}: Caw.' };

/** What users do, and what comes of it. */
export const actions = ({ discord }: Bot) => {
  /** What is said at last: a public reply that took long stands behind a private one which only acknowledges. */
  const replyOf = (interaction: FakeInteraction): Promise<FakeMessage> => {
    const said = () => interaction.responses().find(({ isLoading, content }) => !isLoading && content !== 'Done.');
    return discord.waitFor(said, 'a reply', 8000);
  };
  const call = (user: FakeUser, channel: FakeChannel, path: string, options: Options = {}) =>
    replyOf(discord.callCommand(user, channel, path, options));
  const formOf = async (opened: FakeInteraction): Promise<Readonly<Record<string, string>>> => {
    const modal = await discord.waitFor(() => opened.modal, 'the form');
    return Object.fromEntries(partsIn(modal.components).map(({ custom_id, value = '' }) => [custom_id, value]));
  };
  return {
    call,
    replyOf,
    formOf,
    /** Calls a command that opens a form, and hands it in with some fields changed. */
    fill: async (
      user: FakeUser,
      channel: FakeChannel,
      path: string,
      options: Options,
      given: Readonly<Record<string, string>>,
    ) => {
      const opened = discord.callCommand(user, channel, path, options);
      return await replyOf(discord.submitModal(user, opened, { ...(await formOf(opened)), ...given }));
    },
    press: (user: FakeUser, message: FakeMessage, label: RegExp): FakeInteraction => {
      const id = buttonsOf(message).find((each) => label.test(each.label ?? ''))?.custom_id;
      return discord.pressButton(user, message, id ?? assert.fail(`no ${label} under ${message.content}`));
    },
  };
};

/** Mo moderates, Eve is somebody, and so is Max, who moderates another server. */
export const open = async () => {
  const kit = await personasWith(temporary, {
    'robin.yaml': 'name: Robin\nsummary: Helps with everything.\n',
    'ember.yaml': 'name: Ember\nsummary: A fire.\ngreeting: Warm?\n',
  });
  const services = createTestServices({
    personas: kit.personas,
    personaAt: async (_place, { personaId = '' }) => kit.personas.get(personaId) ?? kit.personas.default,
  });
  const all = await openInGuild({ platform: { commands: createCommands(services) } });
  const { discord, guild } = all;
  const [mo, eve, max] = ['mo', 'eve', 'max'].map((name) => discord.addUser({ name }));
  if (mo === undefined || eve === undefined || max === undefined) throw new Error('three users');
  guild.addMember(mo, { roles: [guild.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  guild.addMember(eve);
  const far = discord.addGuild({ name: 'Far' });
  const farChannel = far.addChannel({ name: 'general' });
  far.addMember(max, { roles: [far.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  const stored = (): readonly string[] => {
    try {
      return readdirSync(kit.importedFolder).sort();
    } catch {
      return [];
    }
  };
  return { ...all, ...kit, ...actions(all), services, stored, mo, eve, max, farChannel };
};
