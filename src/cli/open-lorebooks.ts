import { join } from 'node:path';
import { createLorebookCatalogue, type LorebookCatalogue } from '../lore/index.ts';
import type { Options } from './arguments.ts';
import { loadSettings } from './load-settings.ts';

/** The lorebooks of the bot, as it finds them at its start. Throws `configuration-invalid` for a mistake in those that people write. */
export const openLorebooks = (options: Options): Promise<LorebookCatalogue> => {
  const { folders } = loadSettings(options).config;
  return createLorebookCatalogue({
    folder: join(folders.personas, 'lorebooks'),
    importedFolder: join(folders.data, 'lorebooks'),
    now: Date.now,
  });
};
