import { readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { CommandPlace } from '../core/command.ts';
import { PaddockError } from '../core/error.ts';
import { closest } from '../text/closest.ts';

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
export const folderLabel = ({ folder, root }: ModelsFolder, where: CommandPlace): string => {
  const inRoot = root === undefined ? undefined : relative(root, folder);
  const isInside = inRoot !== undefined && inRoot !== '' && !/^\.\.(?:[\\/]|$)/.test(inRoot) && !isAbsolute(inRoot);
  if (isInside) return inRoot.replaceAll(sep, '/');
  return where === 'terminal' ? folder : 'the models folder';
};

const withoutExtension = (name: string): string => name.toLowerCase().replace(/\.gguf$/, '');

/**
 * The absolute path of a listed model. Only names that `list` gave can be asked for, and the file
 * must really lie in the folder, so that nobody reaches other files of the machine through a name or a link.
 */
export const modelPath = async (models: ModelsFolder, asked: string, where: CommandPlace): Promise<string> => {
  const names = await models.list();
  const label = folderLabel(models, where);
  const alike = names.filter((name) => withoutExtension(name) === withoutExtension(asked));
  const name = names.find((name) => name === asked) ?? alike[0];
  if (name === undefined) {
    const near = closest(asked, names);
    throw new PaddockError('not-found', 'a model was asked for that is not in the models folder', {
      userText:
        near === undefined
          ? `There is no such model file in ${label}. /model lists those that are there; put a GGUF file into that folder to add one.`
          : `There is no such model file in ${label}. Did you mean ${near}?`,
    });
  }
  try {
    const root = await realpath(models.folder);
    const path = await realpath(join(root, name));
    if (path.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  } catch (cause) {
    throw new PaddockError('model-missing', 'a listed model file cannot be reached', {
      userText: `The file ${name} can't be read. Check that it is still in ${label} and that I may read it.`,
      cause,
    });
  }
  throw new PaddockError('not-allowed', 'a model file in the models folder is a link that leads out of it', {
    userText: `${name} is a link that leads out of ${label}. Move the file itself there, or name it as the model in config/paddock.yaml.`,
  });
};
