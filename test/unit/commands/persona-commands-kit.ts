// The persona commands over a real library, and those who call them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { commandAt } from '../../../src/commands/command-tree.ts';
import { encodeCall } from '../../../src/commands/custom-id.ts';
import { createCommands } from '../../../src/commands/index.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { type CommandOutcome, runCommand } from '../../../src/commands/run-command.ts';
import type { CommandAttachment, CommandButton, CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { bytesOf } from '../persona/card-kit.ts';
import { personasWith } from './persona-kit.ts';
import { createTestServices, everyone } from './services.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-persona-commands-'));
after(() => rmSync(temporary, { recursive: true }));

export const place = { serverId: '1', channelIds: ['30'] };
export const user = { id: 'discord:7', name: 'Ash' };
export const member: CommandContext = { ...everyone, conversation: 'discord:30', where: 'server', place, user };
const moderator: CommandContext = { ...member, rank: 'moderator' };
export const elsewhere: CommandContext = {
  ...moderator,
  conversation: 'discord:40',
  place: { serverId: '2', channelIds: ['40'] },
};
export const alone: CommandContext = { ...moderator, conversation: 'discord:50', where: 'direct', place: { channelIds: ['50'] } };
export const files = {
  'robin.yaml': 'name: Robin\nsummary: Helps with everything.\n',
  'ember.yaml': 'name: Ember\nsummary: A fire.\ndescription: "Burns for {{user}}."\ngreeting: Warm?\n',
};

export const setUp = async (more: Readonly<Record<string, string | Uint8Array>> = {}) => {
  const kit = await personasWith(temporary, { ...files, ...more });
  const services = createTestServices({
    personas: kit.personas,
    personaAt: async (_place, { personaId = '' }) => kit.personas.get(personaId) ?? kit.personas.default,
  });
  const commands = createCommands(services);
  const call = (path: string, options: GivenOptions = {}, context: CommandContext = moderator) =>
    runCommand(commands, context, path, options, silentLogger);
  /** Presses a button under a reply. Its id has to be one that Discord takes. */
  const press = (outcome: CommandOutcome, label: RegExp, context: CommandContext = moderator) => {
    const button =
      buttonsOf(outcome).find((each) => label.test(each.label)) ?? assert.fail(`no button ${label} under ${outcome.text}`);
    assert.ok(encodeCall({ ...button, askerId: '9'.repeat(20) }).length <= 100);
    return call(button.call, button.values ?? {}, context);
  };
  /** Fills in the form that a reply opens: what it shows, and in place of it what is given. */
  const fill = (outcome: CommandOutcome, given: Readonly<Record<string, string>>, context: CommandContext = moderator) => {
    const form = outcome.form ?? assert.fail(`no form, but: ${outcome.text}`);
    assert.ok(encodeCall({ ...form, askerId: '9'.repeat(20) }).length <= 100);
    assert.ok(form.title.length <= 45 && form.fields.length <= 5 && form.fields.every(({ label }) => label.length <= 45));
    return call(form.call, { ...form.values, ...fieldsOf(outcome), ...given }, context);
  };
  const choices = async (path: string, option: string, typed = '', context: CommandContext = moderator) =>
    await commandAt(commands, path)
      ?.command.options.find(({ name }) => name === option)
      ?.choices?.(context, typed, {});
  const stored = (): readonly string[] => (existsSync(kit.importedFolder) ? readdirSync(kit.importedFolder).sort() : []);
  return { ...kit, services, commands, call, press, fill, choices, stored };
};
const buttonsOf = ({ components = [] }: CommandOutcome): readonly CommandButton[] =>
  components.filter((each): each is CommandButton => each.kind === 'button');
export const labelsOf = (outcome: CommandOutcome): readonly string[] => buttonsOf(outcome).map(({ label }) => label);
export const fieldsOf = ({ form }: CommandOutcome): Readonly<Record<string, string>> =>
  Object.fromEntries((form?.fields ?? []).map(({ option, value = '' }) => [option, value]));
export const file = (name: string, bytes: unknown): CommandAttachment => ({ name, read: async () => bytesOf(bytes) });
export const rook = { name: 'Rook', description: 'A bird.', first_mes: 'Hm, {{user}}.' };
