import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { type Checked, check } from '../text/check.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { parseYaml } from '../text/parse-yaml.ts';
import { readTextFile } from '../text/read-text-file.ts';
import { type Config, defaultContextTokens, type Folders, type Places } from './config.ts';
import type { Environment } from './environment.ts';
import { type Mention, mentionsIn, missingTemplateFiles, templateFile } from './mentions.ts';
import { nameOf } from './name-of.ts';
import { samplingOf } from './sampling.ts';
import { environmentSchema, type Settings, settingsSchema, writtenSchema } from './schema.ts';

/** The file's settings with their defaults, what it says itself, and which files it names. */
type Read = {
  readonly settings: Settings;
  readonly written: Config['written'];
  readonly mentions: readonly Mention[];
};

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
): Checked<Read> => {
  const name = nameOf(path, root);
  const file = readTextFile(path);
  if ('problem' in file && (isRequired || !file.isMissing)) {
    return { mistakes: [{ file: name, path: '', text: file.problem }] };
  }
  const document = parseYaml('text' in file ? file.text : '', name);
  const { value: settings, mistakes } = check(document, settingsSchema);
  const mentions = mentionsIn(document);
  const missing = missingTemplateFiles(mentions, root);
  if (mistakes !== undefined) return { mistakes: [...mistakes.map(hintAtSecrets), ...missing] };
  if (missing.length > 0) return { mistakes: missing };
  return { value: { settings, mentions, written: writtenSchema.parse(document.value) } };
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
  { settings, written, mentions }: Read,
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
    presets: join(root, 'config', 'models'),
  };
  const token = env.DISCORD_TOKEN?.trim();
  const { draftModel, ...engine } = settings.engine;
  return {
    preset: settings.preset,
    persona: settings.persona,
    template: templateFile(settings.template, root),
    folders,
    written,
    places: placesOf(settings, root),
    mentions,
    engine: {
      ...engine,
      contextTokens: engine.contextTokens === 'auto' ? defaultContextTokens : engine.contextTokens,
      isContextAuto: engine.contextTokens === 'auto',
      model: modelOf(overrides.PADDOCK_MODEL ?? engine.model, folders, absolute),
      ...(draftModel === 'none' ? {} : { draftModel: modelOf(draftModel, folders, absolute) }),
    },
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

/** Overrides with the paths of Jinja files made absolute. */
const placesOf = ({ servers, channels }: Settings, root: string): Places => {
  const resolved = <Place extends { template?: string | undefined }>(place: Place): Place =>
    place.template === undefined ? place : { ...place, template: templateFile(place.template, root) };
  const all = <Place extends { template?: string | undefined }>(places: Readonly<Record<string, Place>>): Record<string, Place> =>
    Object.fromEntries(Object.entries(places).map(([id, place]) => [id, resolved(place)]));
  return {
    servers: Object.fromEntries(
      Object.entries(servers).map(([id, server]) => [id, { ...resolved(server), channels: all(server.channels) }]),
    ),
    channels: all(channels),
  };
};

const freeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(Object.freeze(value))) freeze(inner);
  return value;
};
