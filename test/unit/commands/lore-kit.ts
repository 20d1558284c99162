// Lorebooks for tests of commands: real parts over a folder of their own and a store in memory.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoreParts } from '../../../src/commands/services.ts';
import {
  createBookOwners,
  createLoreAttachments,
  createLorebookCatalogue,
  createLoreService,
  createLoreStates,
} from '../../../src/lore/index.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const unused = async (): Promise<never> => {
  throw new Error('this test has no lorebooks');
};

/** No lorebooks at all, for tests of other commands. */
export const noLorebooks: LoreParts = {
  catalogue: {
    list: () => [],
    find: () => undefined,
    get: async () => undefined,
    file: unused,
    add: unused,
    replace: unused,
    edit: unused,
    remove: unused,
    restore: unused,
  },
  attachments: { at: unused, for: async () => [], attach: unused, detach: unused, copy: unused, forget: unused },
  owners: { of: unused, count: unused, set: unused },
  service: { books: async () => [] },
};

/** Lorebooks with these files in people's own folder, by name; everything lies in a new folder within `parent`. */
export const lorebooksWith = async (parent: string, files: Readonly<Record<string, string>>) => {
  const root = mkdtempSync(join(parent, 'lore-'));
  const folder = join(root, 'personas', 'lorebooks');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const store = createValueStore();
  let time = 1000;
  const importedFolder = join(root, 'data', 'lorebooks');
  const catalogue = await createLorebookCatalogue({ folder, importedFolder, now: () => (time += 1) });
  const attachments = createLoreAttachments({ store });
  const states = createLoreStates({ store });
  const service = createLoreService({ catalogue, attachments, states, random: () => 0 });
  const owners = createBookOwners({ store });
  const parts: LoreParts = { catalogue, attachments, owners, service };
  return { ...parts, parts, owners, catalogue, service, states, store, folder, importedFolder };
};
