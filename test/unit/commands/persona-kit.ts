// Personas for tests of commands: a real catalogue over folders of its own.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonaLibrary } from '../../../src/commands/services.ts';
import { createPersonaCatalogue } from '../../../src/persona/catalogue.ts';

const unused = (): never => {
  throw new Error('this test has no imported personas');
};
const unusedAsync = async (): Promise<never> => unused();

/** Nothing that was imported, for tests of other commands. */
export const noImportedPersonas: Omit<PersonaLibrary, 'list' | 'get'> = {
  ownerOf: () => undefined,
  isImported: () => false,
  add: unusedAsync,
  replace: unusedAsync,
  edit: unusedAsync,
  remove: unusedAsync,
  removed: async () => [],
  restore: unusedAsync,
  card: unused,
  file: unused,
};

/** Personas with these files in people's own folder, by name; everything lies in a new folder within `parent`. */
export const personasWith = async (parent: string, files: Readonly<Record<string, string | Uint8Array>>, defaultId = 'robin') => {
  const root = mkdtempSync(join(parent, 'personas-'));
  const folder = join(root, 'personas');
  const importedFolder = join(root, 'data', 'personas');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let time = 1000;
  const open = () => createPersonaCatalogue({ folder, importedFolder, defaultId, now: () => (time += 1) });
  return { folder, importedFolder, open, personas: await open() };
};
