import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import type { Sampling } from '../core/engine.ts';
import { type Checked, check } from '../text/check.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { parseYaml } from '../text/parse-yaml.ts';
import { readTextFile } from '../text/read-text-file.ts';
import type { Config, Folders } from './config.ts';
import type { Environment } from './environment.ts';
import { environmentSchema, type Settings, settingsSchema } from './schema.ts';

/**
 * Reads the configuration: the file, then the environment on top of it.
 *
 * @param options.file the file that was asked for; without it `config/paddock.yaml`, which may be missing
 * @param options.env see `readEnvironment`
 * @param options.root the bot's folder; relative paths begin there
 * @throws PaddockError `configuration-invalid`, with a line of the message for every mistake
 */
export const loadConfig = (options: { readonly file?: string; readonly env: Environment; readonly root: string }): Config => {
  const { env, root } = options;
  const settings = readSettings(resolve(root, options.file ?? join('config', 'paddock.yaml')), {
    root,
    isRequired: options.file !== undefined,
  });
  const overrides = readOverrides(env);
  if (settings.mistakes !== undefined || overrides.mistakes !== undefined) {
    throw mistakesError([...(settings.mistakes ?? []), ...(overrides.mistakes ?? [])]);
  }
  return freeze(configOf(settings.value, overrides.value, { env, root: resolve(root) }));
};

const readSettings = (
  path: string,
  { root, isRequired }: { readonly root: string; readonly isRequired: boolean },
): Checked<Settings> => {
  const name = nameOf(path, root);
  const file = readTextFile(path);
  if ('problem' in file && (isRequired || !file.isMissing)) {
    return { mistakes: [{ file: name, path: '', text: file.problem }] };
  }
  const { value, mistakes } = check(parseYaml('text' in file ? file.text : '', name), settingsSchema);
  return mistakes === undefined ? { value } : { mistakes: mistakes.map(hintAtSecrets) };
};

/** A secret in the file gets the sentence that helps, instead of a guess at what else was meant. */
const hintAtSecrets = (mistake: Mistake): Mistake =>
  /^(discord\.)?(discord[_-]?)?token$/i.test(mistake.path)
    ? { ...mistake, text: 'does not belong here: write DISCORD_TOKEN=… into the file .env instead' }
    : mistake;

/** What the environment overrides; a variable without content counts as absent. */
const readOverrides = (env: Environment): Checked<z.output<typeof environmentSchema>> => {
  const given = Object.keys(environmentSchema.shape).flatMap((name) => {
    const value = env[name]?.trim();
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const nowhere = { line: 0, column: 0 };
  const document = { file: 'environment', value: Object.fromEntries(given), mistakes: [], position: () => nowhere };
  const { value, mistakes } = check(document, environmentSchema);
  if (mistakes === undefined) return { value };
  return { mistakes: mistakes.map(({ file, path, text }) => ({ file, path, text })) };
};

const configOf = (
  settings: Settings,
  overrides: z.output<typeof environmentSchema>,
  { env, root }: { readonly env: Environment; readonly root: string },
): Config => {
  const home = env.HOME ?? env.USERPROFILE;
  const absolute = (path: string): string =>
    resolve(root, home !== undefined && /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path);
  const data = absolute(overrides.PADDOCK_DATA ?? settings.data);
  const folders: Folders = {
    root,
    data,
    models: join(data, 'models'),
    personas: join(root, 'personas'),
    templates: join(root, 'config', 'templates'),
  };
  const token = env.DISCORD_TOKEN?.trim();
  return {
    persona: settings.persona,
    template: settings.template,
    folders,
    engine: { ...settings.engine, model: modelOf(overrides.PADDOCK_MODEL ?? settings.engine.model, folders, absolute) },
    sampling: samplingOf(settings.sampling),
    answer: settings.answer,
    memory: { ...settings.memory, store: storeOf(settings.memory.store, data) },
    queue: settings.queue,
    discord: {
      ...settings.discord,
      apiUrl: overrides.DISCORD_API_URL ?? settings.discord.apiUrl,
      ...(token === undefined || token === '' ? {} : { token }),
    },
    log: { ...settings.log, level: overrides.PADDOCK_LOG_LEVEL ?? settings.log.level },
  };
};

/** A bare name is a file of the models folder, unless it is only found in the bot's own. */
const modelOf = (setting: string, folders: Folders, absolute: (path: string) => string): string => {
  if (setting === 'auto') return setting;
  const inModels = join(folders.models, setting);
  const isBareName = !/[/\\]/.test(setting);
  return isBareName && (existsSync(inModels) || !existsSync(absolute(setting))) ? inModels : absolute(setting);
};

const storeOf = (setting: string, data: string): string =>
  setting === 'sqlite' ? `sqlite://${join(data, 'paddock.db')}` : setting;

const samplingOf = ({ dry, xtc, seed, ...plain }: Settings['sampling']): Sampling => {
  const { window, ...penalty } = dry;
  return {
    ...plain,
    ...(dry.strength > 0 ? { dry: window === 'all' ? penalty : { ...penalty, window } } : {}),
    ...(xtc.probability > 0 ? { xtc } : {}),
    ...(seed === 'random' ? {} : { seed }),
  };
};

/** `config/paddock.yaml` for files in the bot's folder, the whole path for others. */
const nameOf = (path: string, root: string): string => {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/');
};

const freeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(Object.freeze(value))) freeze(inner);
  return value;
};
