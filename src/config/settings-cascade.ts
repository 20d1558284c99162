import type { AnswerSettings, Place, ReplySettings } from '../core/settings.ts';
import type { WrittenPlace } from './answer-schema.ts';
import { type Config, defaultContextTokens } from './config.ts';
import { above, type Limit, type Limits, limitNames, type Setter, strictest, withLimit } from './limits.ts';
import { type ModelNames, presetFor } from './match-preset.ts';
import { overlay } from './overlay.ts';
import type { Preset, Presets } from './preset.ts';
import { samplingOf } from './sampling.ts';
import { settingsSchema } from './schema.ts';
import { valueAt } from './setting-names.ts';

/** A setting in one place, and where it comes from: `default`, `preset notus-7b-v1`, `configuration`, `server 42`, `channel 7, by command`. */
export type ExplainedSetting = { readonly name: string; readonly value: unknown; readonly source: string };

/** What was set at one place by command. `limits`: who set those settings that limit something. [a moderator; everywhere, the bot's owner] */
export type SetPlace = WrittenPlace & { readonly limits?: Limits };

/** What was set by command, by the id of a server, category, channel or thread, or `default` for everywhere. */
export type Overrides = ReadonlyMap<string, SetPlace>;

/** The key of what was set for everywhere. */
export const everywhere = 'default';

/** How the bot behaves and answers, by where something is said and by the loaded model. */
export interface SettingsCascade {
  settingsAt(place: Place | undefined, model: ModelNames | undefined, overrides?: Overrides): AnswerSettings;
  /** Each value with its source, by name. */
  explainAt(place: Place | undefined, model: ModelNames | undefined, overrides?: Overrides): readonly ExplainedSetting[];
  /** The limit that somebody can't lift there, as far as people of a higher rank have set one; see limits.ts. */
  limitAt(place: Place | undefined, name: string, by: Setter, overrides?: Overrides): Limit | undefined;
  /** The preset that is chosen there, or found for the model; undefined where none is. */
  presetAt(place: Place | undefined, model: ModelNames | undefined, overrides?: Overrides): Preset | undefined;
  /** The context of the engine, which is the same everywhere, in tokens. `model` may come from `namesOfFile`. */
  contextTokensFor(model: ModelNames | undefined): number;
}

/** What one level says: the defaults, a preset, the configuration, a server or a channel. */
type Layer = {
  readonly source: string;
  readonly isPreset?: boolean;
  readonly written: Omit<WrittenPlace, 'preset'>;
  /** Who set its limits. [the bot's owner] */
  readonly by?: Setter;
  readonly limits?: Limits;
};
type Level = Layer & { readonly written: WrittenPlace };

const defaults = settingsSchema.parse(null);
const nothing = { sampling: { dry: {}, xtc: {} }, answer: {}, trigger: {}, reply: {}, recall: {}, quota: {} };
const defaultLayer = { ...nothing, persona: defaults.persona, template: defaults.template };

/**
 * Puts settings over one another: the built-in defaults, the configuration, the server, and the channels from the
 * widest to the nearest; at each of these what was set by command goes over the file. A preset stands right below
 * the level that chooses it: what is written on that level or nearer goes over the preset, and the preset over all
 * that is wider. Only the nearest choice of a preset counts.
 *
 * @param config with command-line options already in `preset`, `persona` and `template`
 */
export const createSettingsCascade = (config: Config, presets: Presets): SettingsCascade => {
  const resolve = (place: Place | undefined, model: ModelNames | undefined, overrides: Overrides = new Map()) => {
    const levels = levelsAt(config, place, overrides);
    const chosenAt = levels.findLastIndex(({ written }) => written.preset !== undefined);
    const preset = presetOf(presets, levels[chosenAt]?.written.preset ?? 'auto', model);
    const layers: readonly Layer[] = [
      { source: 'default', written: defaultLayer },
      ...levels.flatMap((level, index): readonly Layer[] =>
        index === chosenAt && preset !== undefined ? [layerOf(preset), level] : [level],
      ),
    ];
    const chosen = levels[chosenAt];
    const choice = { value: chosen?.written.preset ?? 'auto', source: chosen?.source ?? 'default' };
    return { layers, preset, choice };
  };

  const settingsAt = (place: Place | undefined, model: ModelNames | undefined, overrides: Overrides): AnswerSettings => {
    const { layers, preset } = resolve(place, model, overrides);
    const answer = merged(layers, defaults.answer, (written) => written.answer);
    const timeZone = nearest(layers, (written) => written.timeZone) ?? defaults.timeZone;
    const historyTurnsMax = nearest(layers, ({ historyTurnsMax }) => historyTurnsMax) ?? defaults.historyTurnsMax;
    return {
      ...(preset !== undefined && { preset: preset.id }),
      personaId: nearest(layers, ({ persona }) => persona) ?? config.persona,
      template: templateOf(layers, preset),
      sampling: samplingOf(samplingAt(layers)),
      outputTokensMax: answer.tokensMax,
      stopStrings: stopStringsOf(layers, preset),
      reasoning: answer.reasoning,
      ...(preset?.layout !== undefined && { layout: preset.layout }),
      ...(timeZone !== 'auto' && { timeZone }),
      ...(historyTurnsMax !== 'all' && { historyTurnsMax }),
      adultPersonas: limited(layers, 'adultPersonas', defaults.adultPersonas),
      personaChoice: limited(layers, 'personaChoice', defaults.personaChoice),
      trigger: merged(layers, defaults.trigger, (written) => written.trigger),
      reply: { ...merged(layers, defaults.reply, (written) => written.reply), ...languageAt(layers, place) },
      recall: merged(layers, defaults.recall, (written) => written.recall),
      quota: {
        perUserPerHour: limited(layers, 'quota.perUserPerHour', defaults.quota.perUserPerHour),
        perServerPerHour: limited(layers, 'quota.perServerPerHour', defaults.quota.perServerPerHour),
      },
    };
  };

  /** What was found for a place, which travels with its message and is asked about several times on the way. */
  const found = new WeakMap<Place, Found>();

  return {
    settingsAt(place, model, overrides = new Map()) {
      const known = place && found.get(place);
      if (known && known.model === model && isSame(known.overrides, overrides) && isSame(known.presets, presets))
        return known.settings;
      const settings = settingsAt(place, model, overrides);
      if (place) found.set(place, { model, overrides: new Map(overrides), presets: new Map(presets), settings });
      return settings;
    },
    explainAt(place, model, overrides) {
      const { layers, preset, choice } = resolve(place, model, overrides);
      return [{ name: 'preset', ...choice }, ...explain(layers, preset)];
    },
    limitAt: (place, name, by, overrides) =>
      strictest(name, above(limitsIn(resolve(place, undefined, overrides).layers, name), by)),
    presetAt: (place, model, overrides) => resolve(place, model, overrides).preset,
    contextTokensFor(model) {
      if (!config.engine.isContextAuto) return config.engine.contextTokens;
      const chosen = presetOf(presets, config.preset, model)?.contextTokens;
      // A preset that only says how to answer leaves the context to the one made for the model.
      const made = model === undefined || config.preset === 'none' ? undefined : presetFor(presets, model)?.contextTokens;
      return chosen ?? made ?? defaultContextTokens;
    },
  };
};

type Found = {
  readonly model: ModelNames | undefined;
  readonly overrides: Overrides;
  readonly presets: Presets;
  readonly settings: AnswerSettings;
};

/** Whether both hold the same values, which are replaced and never changed. */
const isSame = (one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): boolean =>
  one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);

/** The configuration, then the server, then its channels, the nearest last. */
const levelsAt = (config: Config, place: Place | undefined, overrides: Overrides): readonly Level[] => {
  const { servers, channels } = config.places;
  const serverId = place?.serverId;
  const server = serverId === undefined ? undefined : own(servers, serverId);
  const level = (source: string, written: WrittenPlace | undefined): readonly Level[] =>
    written === undefined ? [] : [{ source, written }];
  const byCommand = (id: string, name: string): readonly Level[] => {
    const { limits = {}, ...written } = overrides.get(id) ?? {};
    if (!overrides.has(id)) return [];
    const by = id === everywhere ? 'owner' : 'moderator';
    return level(`${name}, by command`, written as WrittenPlace).map((each) => ({ ...each, by, limits }));
  };
  return [
    ...level('configuration', {
      ...config.written,
      preset: config.preset,
      persona: config.persona,
      template: config.template === 'auto' ? undefined : config.template,
    }),
    ...byCommand(everywhere, 'everywhere'),
    ...(serverId === undefined ? [] : [...level(`server ${serverId}`, server), ...byCommand(serverId, `server ${serverId}`)]),
    ...(place?.channelIds ?? [])
      .toReversed()
      .flatMap((id) => [
        ...level(`channel ${id}`, own(channels, id)),
        ...level(`channel ${id}`, server && own(server.channels, id)),
        ...byCommand(id, `channel ${id}`),
      ]),
  ];
};

const own = <Value>(values: Readonly<Record<string, Value>>, id: string): Value | undefined =>
  Object.hasOwn(values, id) ? values[id] : undefined;

const presetOf = (presets: Presets, chosen: string, model: ModelNames | undefined): Preset | undefined => {
  if (chosen === 'none') return undefined;
  if (chosen !== 'auto') return presets.get(chosen);
  return model === undefined ? undefined : presetFor(presets, model);
};

const layerOf = ({ id, template, sampling, answer }: Preset): Layer => ({
  source: `preset ${id}`,
  isPreset: true,
  written: { ...nothing, template, sampling, answer },
});

const nearest = <Value>(layers: readonly Layer[], pick: (written: Layer['written']) => Value | undefined): Value | undefined =>
  layers.map(({ written }) => pick(written)).findLast((value) => value !== undefined);

/** A group of settings, each from the nearest layer that has it, or its default. */
const merged = <Group extends object>(
  layers: readonly Layer[],
  group: Group,
  pick: (written: Layer['written']) => { readonly [Name in keyof Group]?: Group[Name] | undefined },
): Group => layers.reduce((under, { written }) => overlay(under, pick(written)), group);

/** `auto` in a place goes back to the preset's. */
const templateOf = (layers: readonly Layer[], preset: Preset | undefined): string => {
  const template = nearest(layers, (written) => written.template) ?? 'auto';
  return template === 'auto' ? (preset?.template ?? 'auto') : template;
};

/** The preset's always stay, as the model needs them; of the written lists the nearest counts. */
const stopStringsOf = (layers: readonly Layer[], preset: Preset | undefined): readonly string[] => {
  const written = layers.findLast((layer) => !layer.isPreset && layer.written.answer.stopStrings)?.written.answer.stopStrings;
  return [...new Set([...(preset?.answer.stopStrings ?? []), ...(written ?? defaults.answer.stopStrings)])];
};

/** The language of the bot's own words; said only where one is chosen or known. */
const languageAt = (layers: readonly Layer[], place: Place | undefined): Pick<ReplySettings, 'language'> => {
  const chosen = nearest(layers, ({ language }) => language) ?? defaults.language;
  const language = chosen === 'auto' ? place?.locale : chosen;
  return language === undefined ? {} : { language };
};

/** All limits of one name that count, and where they come from. */
const limitsIn = (layers: readonly Layer[], name: string) =>
  layers
    .flatMap(({ written, source, by = 'owner', limits = {} }) => {
      const value = valueAt(written, name);
      const set = own(limits, name) ?? (value === undefined ? [] : [{ by, value }]);
      return set.map((limit) => ({ ...limit, source }));
    })
    .reduce<readonly (Limit & { readonly source: string })[]>(withLimit, [
      { by: 'owner', value: valueAt(defaults, name), source: 'default' },
    ]);

/** The strictest limit that counts. What is stored was checked by the schema. */
const limited = <Value>(layers: readonly Layer[], name: string, value: Value): Value =>
  (strictest(name, limitsIn(layers, name))?.value as Value | undefined) ?? value;

const samplingAt = (layers: readonly Layer[]): typeof defaults.sampling =>
  layers.reduce<typeof defaults.sampling>((under, { written }) => {
    const { dry, xtc, ...plain } = written.sampling;
    return { ...overlay(under, plain), dry: overlay(under.dry, dry), xtc: overlay(under.xtc, xtc) };
  }, defaults.sampling);

const explain = (layers: readonly Layer[], preset: Preset | undefined): readonly ExplainedSetting[] => {
  const found = new Map<string, ExplainedSetting>();
  const note = (name: string, value: unknown, source: string): void => {
    if (value !== undefined) found.set(name, { name, value, source });
  };
  const { persona, template, sampling, answer, language, timeZone, historyTurnsMax, adultPersonas, personaChoice } = defaults;
  const { trigger, reply, recall, quota } = defaults;
  const answering = { persona, template, sampling, answer, language, timeZone, historyTurnsMax, adultPersonas, personaChoice };
  const whole = { ...answering, trigger, reply, recall, quota };
  for (const [name, value] of leavesOf(whole)) note(name, value, 'default');
  for (const { source, written } of layers) {
    const { preset: _chosen, ...settings }: WrittenPlace = written;
    for (const [name, value] of leavesOf(settings)) note(name, value, source);
  }
  for (const name of limitNames) {
    const limit = strictest(name, limitsIn(layers, name));
    note(name, limit?.value, limit?.source ?? 'default');
  }
  const stopping = layers.filter(({ written }) => written.answer.stopStrings !== undefined);
  const writtenAt = stopping.findLast(({ isPreset }) => !isPreset);
  const sources = [...stopping.filter(({ isPreset }) => isPreset), ...(writtenAt ? [writtenAt] : [])].map(({ source }) => source);
  note('answer.stopStrings', stopStringsOf(layers, preset), sources.join(' and ') || 'default');
  if (preset !== undefined) note('template', templateOf(layers, preset), templateSource(layers, preset));
  if (preset?.layout !== undefined) note('layout', true, `preset ${preset.id}`);
  return [...found.values()];
};

/** The settings of nested groups by their dotted names. */
const leavesOf = (group: object, prefix = ''): readonly (readonly [name: string, value: unknown])[] =>
  Object.entries(group).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value] as const],
  );

const templateSource = (layers: readonly Layer[], preset: Preset): string => {
  const layer = layers.findLast(({ written }) => written.template !== undefined);
  if (layer === undefined) return 'default';
  return layer.written.template === 'auto' && preset.template !== undefined ? `preset ${preset.id}` : layer.source;
};
