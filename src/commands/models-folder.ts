import { readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { CommandContext, CommandPlace } from '../core/command.ts';
import type { Locale } from '../core/locale.ts';
import { closest } from '../text/closest.ts';
import { say } from './locale/index.ts';
import { refusal, shownPath } from './refusal.ts';

/** The folder in which model files lie, `data/models` unless configured otherwise. */
export interface ModelsFolder {
  /** Absolute path. */
  readonly folder: string;
  /** The bot's own folder; those in it are named from there. */
  readonly root?: string;
  /** Names of the model files in it, sorted; empty when there is no such folder. */
  list(): Promise<readonly string[]>;
}

/**
 * Lists the GGUF files of a folder that are models: of one split over several files only the first, which is
 * the one to load, and no image projectors.
 */
export const createModelsFolder = (folder: string, root?: string): ModelsFolder => ({
  folder,
  ...(root !== undefined && { root }),
  async list() {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return entries
      .filter(
        (entry) => (entry.isFile() || entry.isSymbolicLink()) && /\.gguf$/i.test(entry.name) && !/^mmproj/i.test(entry.name),
      )
      .map((entry) => entry.name)
      .filter((name) => !/-(?!0*1-of-)\d{5}-of-\d{5}\.gguf$/i.test(name))
      .sort((a, b) => a.localeCompare(b));
  },
});

/**
 * The folder as people know it: from the bot's own folder on. One that lies elsewhere is named whole in the terminal, where its
 * owner sits; others see no path of the machine.
 */
export const folderLabel = ({ folder, root }: ModelsFolder, where: CommandPlace, locale: Locale = 'en'): string => {
  const inRoot = root === undefined ? undefined : relative(root, folder);
  const isInside = inRoot !== undefined && inRoot !== '' && !/^\.\.(?:[\\/]|$)/.test(inRoot) && !isAbsolute(inRoot);
  if (isInside) return inRoot.replaceAll(sep, '/');
  return where === 'terminal' ? folder : say(locale, 'modelFolder');
};

const withoutExtension = (name: string): string => name.toLowerCase().replace(/\.gguf$/, '');

/**
 * The absolute path of a listed model. Only names that `list` gave can be asked for, and the file
 * must really lie in the folder, so that nobody reaches other files of the machine through a name or a link.
 */
export const modelPath = async (models: ModelsFolder, asked: string, context: CommandContext): Promise<string> => {
  const names = await models.list();
  const folder = folderLabel(models, context.where, context.locale);
  const alike = names.filter((name) => withoutExtension(name) === withoutExtension(asked));
  const file = names.find((name) => name === asked) ?? alike[0];
  if (file === undefined) {
    const near = closest(asked, names);
    throw near === undefined
      ? refusal('not-found', context, 'modelUnknown', { folder, command: shownPath('model', context) })
      : refusal('not-found', context, 'modelUnknownNear', { folder, near });
  }
  try {
    const root = await realpath(models.folder);
    const path = await realpath(join(root, file));
    if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  } catch (cause) {
    throw refusal('model-missing', context, 'modelUnreadable', { file, folder }, cause);
  }
  throw refusal('not-allowed', context, 'modelIsLink', { file, folder });
};
