import type { Command } from '../core/command.ts';
import type { LoreServices } from './lore-access.ts';
import { loreAttachCommands } from './lore-attach.ts';
import { createLoreSaveCommand, loreEntryCommands } from './lore-entries.ts';
import { loreFileCommands } from './lore-files.ts';
import { loreListCommands } from './lore-list.ts';
import { createLoreTestCommand } from './lore-test.ts';

/** `/lore …`: what the bot knows of worlds and people, where it counts, and what of it a text would bring in. */
export const createLoreCommand = (services: LoreServices): Command => ({
  name: 'lore',
  description: 'Lorebooks: what I know of a world, and where it counts',
  short: { alone: 'list' },
  subcommands: [
    ...loreListCommands(services),
    ...loreAttachCommands(services),
    ...loreEntryCommands(services),
    createLoreTestCommand(services),
    ...loreFileCommands(services),
  ],
});

export { createLoreSaveCommand };
