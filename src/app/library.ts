import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { loadPresets } from '../config/load-presets.ts';
import { checkMentions } from '../config/mentions.ts';
import type { Preset } from '../config/preset.ts';
import { createSettingsCascade, type SettingsCascade } from '../config/settings-cascade.ts';
import { PaddockError } from '../core/error.ts';
import { createLorebookCatalogue, type LorebookCatalogue } from '../lore/index.ts';
import { createPersonaCatalogue, type LivePersonaCatalogue } from '../persona/catalogue.ts';
import { chooseTemplate, loadTemplates, type PromptTemplate } from '../prompt/index.ts';
import { inFolder } from './folder-error.ts';

/** The files that people write: who answers, in which form, with which settings. */
export type Library = {
  readonly personas: LivePersonaCatalogue;
  readonly lorebooks: LorebookCatalogue;
  readonly templates: ReadonlyMap<string, PromptTemplate>;
  readonly cascade: SettingsCascade;
  readonly names: { presets(): readonly string[]; templates(): readonly string[] };
  /**
   * Reads all files but the configuration again; gives what is wrong with imported ones that were passed over. Rejects with
   * `configuration-invalid` for a mistake in the others; then presets and templates stay as they were.
   */
  reload(): Promise<readonly string[]>;
};

/**
 * Reads personas, lorebooks, templates and presets, and checks that all that is named is there. Throws `configuration-invalid`.
 * @param onProblem told of each imported file that can't be used
 */
export const loadLibrary = async (config: Config, onProblem: (problem: string) => void): Promise<Library> => {
  const { folders } = config;
  const personas = await inFolder(folders.data, () =>
    createPersonaCatalogue({
      folder: folders.personas,
      importedFolder: join(folders.data, 'personas'),
      defaultId: config.persona,
      now: Date.now,
    }),
  );
  const lorebooks = await inFolder(folders.data, () =>
    createLorebookCatalogue({
      folder: join(folders.personas, 'lorebooks'),
      importedFolder: join(folders.data, 'lorebooks'),
      now: Date.now,
      onProblem: (id) => onProblem(`the lorebook ${id} can not be read any more`),
    }),
  );
  const presets = new Map<string, Preset>();
  const templates = new Map<string, PromptTemplate>();
  const read = async (): Promise<readonly string[]> => {
    const foundPresets = loadPresets(folders.presets, folders.root);
    const foundTemplates = await shippedTemplates(folders.templates);
    const known = {
      persona: personas.list().map(({ id }) => id),
      preset: foundPresets.keys(),
      template: [...foundTemplates.keys(), 'auto'],
    };
    checkMentions([...config.mentions, ...[...foundPresets.values()].flatMap(({ mentions }) => mentions)], known);
    // Also what came from the command line.
    chooseTemplate(foundTemplates, config.template);
    replace(presets, foundPresets);
    replace(templates, foundTemplates);
    return [...personas.problems, ...lorebooks.problems];
  };
  for (const problem of await read()) onProblem(problem);
  return {
    personas,
    lorebooks,
    templates,
    cascade: createSettingsCascade(config, presets),
    names: { presets: () => [...presets.keys()], templates: () => [...templates.keys()] },
    reload: async () => {
      await personas.reload();
      await lorebooks.reload();
      return read();
    },
  };
};

/** Whoever holds the map sees what is new. */
const replace = <Value>(map: Map<string, Value>, values: ReadonlyMap<string, Value>): void => {
  map.clear();
  for (const [name, value] of values) map.set(name, value);
};

const shippedTemplates = async (folder: string): Promise<ReadonlyMap<string, PromptTemplate>> => {
  try {
    return await loadTemplates([folder]);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new PaddockError(
      'configuration-invalid',
      `The templates in ${folder} can not be read: ${error.message}. Paddock comes with that folder; put it back, and let this user read it.`,
      { userText: 'My templates can not be read. The people who run me can find the cause in the log.', cause: error },
    );
  }
};
