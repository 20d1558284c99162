import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load-config.ts';
import { mentionsInOption, templateFile } from '../config/mentions.ts';
import type { Options } from './arguments.ts';

/** The bot's own folder, with `config/` and `personas/`. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export type LoadedSettings = { readonly config: Config };

/** The configuration of file, environment and command line, each over the one before. */
export const loadSettings = (options: Options): LoadedSettings => {
  const environment = readEnvironment(root, process.env);
  const config = loadConfig({
    root,
    env: {
      ...environment,
      ...(options.model === undefined ? {} : { PADDOCK_MODEL: options.model }),
      ...(options.data === undefined ? {} : { PADDOCK_DATA: options.data }),
    },
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const { persona, template, preset } = options;
  return {
    config: {
      ...config,
      ...(persona === undefined ? {} : { persona }),
      ...(template === undefined ? {} : { template: templateFile(template, process.cwd()) }),
      ...(preset === undefined ? {} : { preset }),
      mentions: [
        ...config.mentions,
        ...mentionsInOption('persona', persona),
        ...mentionsInOption('template', template),
        ...mentionsInOption('preset', preset),
      ],
    },
  };
};
