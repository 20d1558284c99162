import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { loadPresets } from '../config/load-presets.ts';
import { checkMentions, isTemplateFile, type Mention } from '../config/mentions.ts';
import type { Preset } from '../config/preset.ts';
import { createSettingsCascade, type SettingsCascade } from '../config/settings-cascade.ts';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import { createLorebookCatalogue, type LorebookCatalogue } from '../lore/index.ts';
import { createPersonaCatalogue, type LivePersonaCatalogue, personaIds } from '../persona/catalogue.ts';
import { chooseTemplate, loadTemplates, type PromptTemplate } from '../prompt/index.ts';
import { createFindings, type Findings } from './findings.ts';
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
   * `configuration-invalid` for the mistakes in all others; then presets and templates stay as they were.
   */
  reload(): Promise<readonly string[]>;
};

/**
 * Reads personas, lorebooks, templates and presets, and checks that all that is named is there. Throws `configuration-invalid`,
 * with the mistakes of all of them.
 * @param onProblem told of each imported file that can't be used
 */
export const loadLibrary = async (config: Config, onProblem: (problem: string) => void): Promise<Library> => {
  const { folders } = config;
  const places = { folder: folders.personas, importedFolder: join(folders.data, 'personas'), now: Date.now };
  const defaultNamedAt = config.mentions.findLast(isDefaultPersona(config));
  const mentions = config.mentions.filter((mention) => mention !== defaultNamedAt);
  const findings = createFindings();
  const personas = await findings.of(() =>
    inFolder(folders.data, () => createPersonaCatalogue({ ...places, defaultId: config.persona, defaultNamedAt })),
  );
  const lorebooks = await findings.of(() =>
    inFolder(folders.data, () =>
      createLorebookCatalogue({
        folder: join(folders.personas, 'lorebooks'),
        importedFolder: join(folders.data, 'lorebooks'),
        now: Date.now,
        onProblem: (id) => onProblem(`the lorebook ${id} can not be read any more`),
      }),
    ),
  );
  const idsOf = (catalogue: Pick<LivePersonaCatalogue, 'list'> | undefined) => async (): Promise<readonly string[] | undefined> =>
    catalogue?.list().map(({ id }) => id) ?? (await inFolder(folders.data, () => personaIds(places)));
  const files = await readFiles({ ...config, mentions }, idsOf(personas), findings);
  if (personas === undefined || lorebooks === undefined || files === undefined) throw findings.error();

  const presets = new Map(files.presets);
  const templates = new Map(files.templates);
  const problems = (): readonly string[] => [...personas.problems, ...lorebooks.problems];
  for (const problem of problems()) onProblem(problem);
  return {
    personas,
    lorebooks,
    templates,
    cascade: createSettingsCascade(config, presets),
    names: { presets: () => [...presets.keys()], templates: () => [...templates.keys()] },
    reload: async () => {
      const findings = createFindings();
      const isPersonasRead = await findings.of(() => personas.reload().then(() => true));
      const isLoreRead = await findings.of(() => lorebooks.reload().then(() => true));
      const files = await readFiles({ ...config, mentions }, idsOf(isPersonasRead ? personas : undefined), findings);
      if (isPersonasRead === undefined || isLoreRead === undefined || files === undefined) throw findings.error();
      replace(presets, files.presets);
      replace(templates, files.templates);
      return problems();
    },
  };
};

/** Whether a mention is the one that chose the persona which answers where no other was chosen. */
const isDefaultPersona =
  (config: Config) =>
  ({ kind, value, path }: Mention): boolean =>
    kind === 'persona' && value === config.persona && (path === 'persona' || path === '');

type Files = { readonly presets: ReadonlyMap<string, Preset>; readonly templates: ReadonlyMap<string, PromptTemplate> };

/** Presets and templates, and whether all is there that anything names. Undefined when something is wrong, which is then among the findings. */
const readFiles = async (
  { folders, mentions, template }: Pick<Config, 'folders' | 'mentions' | 'template'>,
  personaIds: () => Promise<readonly string[] | undefined>,
  findings: Findings,
): Promise<Files | undefined> => {
  const presets = await findings.of(() => loadPresets(folders.presets, folders.root));
  const templates = await findings.of(() => shippedTemplates(folders.templates));
  const templateIds = templates === undefined ? fileIds(folders.templates) : [...templates.keys()];
  const known = {
    persona: await findings.of(personaIds),
    preset: presets?.keys() ?? fileIds(folders.presets),
    template: templateIds,
  };
  const ofPresets = [...(presets?.values() ?? [])].flatMap((preset) => preset.mentions);
  const isNamed = await findings.of(() => {
    checkMentions([...mentions, ...ofPresets], known);
    return true;
  });
  // What no mention told already: a Jinja file, a form of the model's own, or `auto` without templates for it.
  const isMention = mentions.some(({ kind, value }) => kind === 'template' && value === template && !isTemplateFile(value));
  const isChosen = templates && (isMention || (await findings.of(() => chooseTemplate(templates, template) !== undefined)));
  return presets && templates && isNamed && isChosen ? { presets, templates } : undefined;
};

/** The ids of the YAML files of a folder, whatever is in them; undefined when it can't be read. */
const fileIds = (folder: string): readonly string[] | undefined => {
  try {
    return readdirSync(folder).flatMap((name) => /^(.+)\.ya?ml$/i.exec(name)?.[1] ?? []);
  } catch {
    return undefined;
  }
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
      { userText: sentence('templatesUnreadable'), cause: error },
    );
  }
};
