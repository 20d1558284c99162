import type { Config } from '../config/config.ts';
import { loadPresets } from '../config/load-presets.ts';
import { checkMentions } from '../config/mentions.ts';
import { createSettingsCascade, type SettingsCascade } from '../config/settings-cascade.ts';
import { loadPersonas, type PersonaCatalogue } from '../persona/load-personas.ts';
import { chooseTemplate, loadTemplates, type PromptTemplate } from '../prompt/index.ts';

/** The files that people write: who answers, in which form, with which settings. */
export type Library = {
  readonly personas: PersonaCatalogue;
  readonly templates: ReadonlyMap<string, PromptTemplate>;
  readonly cascade: SettingsCascade;
};

/** Reads personas, templates and presets, and checks that all that is named is there. Throws `configuration-invalid`. */
export const loadLibrary = async (config: Config): Promise<Library> => {
  const { folders } = config;
  const presets = loadPresets(folders.presets, folders.root);
  const personas = loadPersonas(folders.personas, { defaultId: config.persona });
  const templates = await loadTemplates([folders.templates]);
  const known = { persona: personas.list().map(({ id }) => id), preset: presets.keys(), template: [...templates.keys(), 'auto'] };
  checkMentions([...config.mentions, ...[...presets.values()].flatMap(({ mentions }) => mentions)], known);
  // Also what came from the command line.
  chooseTemplate(templates, config.template);
  return { personas, templates, cascade: createSettingsCascade(config, presets) };
};
