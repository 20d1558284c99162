// The lorebook commands over real parts, and those who call them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { commandAt } from '../../../src/commands/command-tree.ts';
import { createLoreCommand, createLoreSaveCommand } from '../../../src/commands/lore.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandAttachment, CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { lorebooksWith } from './lore-kit.ts';
import { createTestServices, everyone, owner } from './services.ts';

export const temporary = mkdtempSync(join(tmpdir(), 'paddock-lore-commands-'));
after(() => rmSync(temporary, { recursive: true }));

export const files = {
  'pass.yaml':
    'name: The Pass\ndescription: A mountain road.\nentries:\n  - {title: Inn, keys: [inn, Last Lantern], content: "The only inn, by the {{char}} road."}\n  - {title: Snow, keys: [pass], secondaryKeys: [winter], content: Deep., order: 5}\n  - {keys: [gate], content: Shut., isEnabled: false}\n',
  'names.yaml': 'name: Names\nentries:\n  - {keys: ["{{char}}"], content: That is me.}\n',
};
export const place = { serverId: '1', channelIds: ['30'] };
export const member: CommandContext = {
  ...everyone,
  conversation: 'discord:30',
  where: 'server',
  place,
  user: { id: 'discord:7', name: 'Ash' },
};
export const moderator: CommandContext = { ...member, rank: 'moderator' };
export const manager: CommandContext = { ...moderator, managesServer: true };
export const elsewhere: CommandContext = {
  ...moderator,
  conversation: 'discord:40',
  place: { serverId: '2', channelIds: ['40'] },
};
export const alone: CommandContext = {
  ...member,
  conversation: 'discord:50',
  where: 'direct',
  place: { channelIds: ['50'] },
  rank: 'moderator',
};

export const setUp = async () => {
  const lore = await lorebooksWith(temporary, files);
  const services = createTestServices({ lore: lore.parts });
  const commands = [createLoreCommand(services), createLoreSaveCommand(services)];
  const call = (path: string, options: GivenOptions = {}, context: CommandContext = owner) =>
    runCommand(commands, context, path, options, silentLogger);
  const choices = async (path: string, option: string, typed: string, given = {}, context: CommandContext = owner) =>
    await commandAt(commands, path)
      ?.command.options.find(({ name }) => name === option)
      ?.choices?.(context, typed, given);
  return { ...lore, services, commands, call, choices };
};
export const file = (name: string, bytes: Uint8Array | string): CommandAttachment => ({
  name,
  read: async () => (typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes),
});
export const world = JSON.stringify({ entries: { 0: { uid: 0, key: ['sea'], content: 'Salt.' } } });
