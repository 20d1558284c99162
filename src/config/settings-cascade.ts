import type { AnswerSettings, Place } from '../core/settings.ts';
import type { WrittenAnswer, WrittenPlace, WrittenSampling } from './answer-schema.ts';
import { type Config, defaultContextTokens } from './config.ts';
import { type ModelNames, presetFor } from './match-preset.ts';
import { overlay } from './overlay.ts';
import type { Preset, Presets } from './preset.ts';
import { samplingOf } from './sampling.ts';
import { settingsSchema } from './schema.ts';

/** A setting of answers in one place, and where it comes from: `default`, `preset notus-7b-v1`, `configuration`, `server 42`. */
export type ExplainedSetting = { readonly name: string; readonly value: unknown; readonly source: string };

/** How answers are made, by where something is said and by the loaded model. */
export interface SettingsCascade {
  settingsAt(place: Place | undefined, model: ModelNames | undefined): AnswerSettings;
  /** Each value with its source, by name. */
  explainAt(place: Place | undefined, model: ModelNames | undefined): readonly ExplainedSetting[];
  /** The preset that is chosen there, or found for the model; undefined where none is. */
  presetAt(place: Place | undefined, model: ModelNames | undefined): Preset | undefined;
  /** The context of the engine, which is the same everywhere, in tokens. `model` may come from `namesOfFile`. */
  contextTokensFor(model: ModelNames | undefined): number;
}

/** What one level says: the defaults, a preset, the configuration, a server or a channel. */
type Layer = {
  readonly source: string;
  readonly persona?: string | undefined;
  readonly template?: string | undefined;
  readonly sampling: WrittenSampling;
  readonly answer: WrittenAnswer;
};
type Level = Layer & { readonly preset?: string | undefined };

const defaults = settingsSchema.parse(null);

/**
 * Puts settings over one another: the built-in defaults, the configuration, the server, and the channels from the
 * widest to the nearest. A preset stands right below the level that chooses it: what is written on that level or
 * nearer goes over the preset, and the preset over all that is wider. Only the nearest choice of a preset counts.
 *
 * @param config with command-line options already in `preset`, `persona` and `template`
 */
export const createSettingsCascade = (config: Config, presets: Presets): SettingsCascade => {
  const resolve = (place: Place | undefined, model: ModelNames | undefined) => {
    const levels = levelsAt(config, place);
    const chosenAt = levels.findLastIndex((level) => level.preset !== undefined);
    const preset = presetOf(presets, levels[chosenAt]?.preset ?? 'auto', model);
    const layers: readonly Layer[] = [
      { source: 'default', persona: defaults.persona, template: defaults.template, sampling: defaults.sampling, answer: {} },
      ...levels.flatMap((level, index): readonly Layer[] =>
        index === chosenAt && preset !== undefined ? [layerOf(preset), level] : [level],
      ),
    ];
    return { layers, preset };
  };

  return {
    settingsAt(place, model) {
      const { layers, preset } = resolve(place, model);
      const answer = layers.reduce<typeof defaults.answer>((under, layer) => overlay(under, layer.answer), defaults.answer);
      return {
        ...(preset !== undefined && { preset: preset.id }),
        personaId: last(layers, (layer) => layer.persona) ?? config.persona,
        template: templateOf(layers, preset),
        sampling: samplingOf(samplingAt(layers)),
        outputTokensMax: answer.tokensMax,
        stopStrings: stopStringsOf(layers, preset),
        reasoning: answer.reasoning,
        ...(preset?.layout !== undefined && { layout: preset.layout }),
      };
    },
    explainAt(place, model) {
      const { layers, preset } = resolve(place, model);
      return explain(layers, preset);
    },
    presetAt: (place, model) => resolve(place, model).preset,
    contextTokensFor(model) {
      if (!config.engine.isContextAuto) return config.engine.contextTokens;
      const chosen = presetOf(presets, config.preset, model)?.contextTokens;
      // A preset that only says how to answer leaves the context to the one made for the model.
      const made = model === undefined || config.preset === 'none' ? undefined : presetFor(presets, model)?.contextTokens;
      return chosen ?? made ?? defaultContextTokens;
    },
  };
};

/** The configuration, then the server, then its channels, the nearest last. */
const levelsAt = (config: Config, place: Place | undefined): readonly Level[] => {
  const { servers, channels } = config.places;
  const server = place?.serverId === undefined ? undefined : own(servers, place.serverId);
  const level = (source: string, { preset, persona, template, sampling, answer }: Omit<WrittenPlace, 'channels'>): Level => ({
    source,
    preset,
    persona,
    template,
    sampling,
    answer,
  });
  return [
    level('configuration', {
      preset: config.preset,
      persona: config.persona,
      template: config.template === 'auto' ? undefined : config.template,
      ...config.written,
    }),
    ...(server === undefined ? [] : [level(`server ${place?.serverId}`, server)]),
    ...(place?.channelIds ?? [])
      .toReversed()
      .flatMap((id) =>
        [own(channels, id), server && own(server.channels, id)].flatMap((channel) =>
          channel === undefined ? [] : [level(`channel ${id}`, channel)],
        ),
      ),
  ];
};

const own = <Value>(values: Readonly<Record<string, Value>>, id: string): Value | undefined =>
  Object.hasOwn(values, id) ? values[id] : undefined;

const presetOf = (presets: Presets, chosen: string, model: ModelNames | undefined): Preset | undefined => {
  if (chosen === 'none') return undefined;
  if (chosen !== 'auto') return presets.get(chosen);
  return model === undefined ? undefined : presetFor(presets, model);
};

const layerOf = ({ id, template, sampling, answer }: Preset): Layer => ({ source: `preset ${id}`, template, sampling, answer });

const last = <Value>(layers: readonly Layer[], pick: (layer: Layer) => Value | undefined): Value | undefined =>
  layers.map(pick).findLast((value) => value !== undefined);

/** `auto` in a place goes back to the preset's. */
const templateOf = (layers: readonly Layer[], preset: Preset | undefined): string => {
  const template = last(layers, (layer) => layer.template) ?? 'auto';
  return template === 'auto' ? (preset?.template ?? 'auto') : template;
};

/** The preset's always stay, as the model needs them; of the written lists the nearest counts. */
const stopStringsOf = (layers: readonly Layer[], preset: Preset | undefined): readonly string[] => {
  const written = last(layers, ({ source, answer }) => (isPreset(source) ? undefined : answer.stopStrings));
  return [...new Set([...(preset?.answer.stopStrings ?? []), ...(written ?? defaults.answer.stopStrings)])];
};

const isPreset = (source: string): boolean => source.startsWith('preset ');

const samplingAt = (layers: readonly Layer[]): typeof defaults.sampling =>
  layers.reduce<typeof defaults.sampling>(
    (under, { sampling: { dry, xtc, ...plain } }) => ({
      ...overlay(under, plain),
      dry: overlay(under.dry, dry),
      xtc: overlay(under.xtc, xtc),
    }),
    defaults.sampling,
  );

const explain = (layers: readonly Layer[], preset: Preset | undefined): readonly ExplainedSetting[] => {
  const found = new Map<string, ExplainedSetting>();
  const note = (name: string, value: unknown, source: string): void => {
    if (value !== undefined) found.set(name, { name, value, source });
  };
  for (const { source, persona, template, sampling, answer } of [{ ...defaults, source: 'default' }, ...layers]) {
    note('persona', persona, source);
    note('template', template, source);
    const { dry, xtc, ...plain } = sampling;
    for (const [name, value] of Object.entries(plain)) note(`sampling.${name}`, value, source);
    for (const [name, value] of Object.entries(dry)) note(`sampling.dry.${name}`, value, source);
    for (const [name, value] of Object.entries(xtc)) note(`sampling.xtc.${name}`, value, source);
    for (const [name, value] of Object.entries(answer)) note(`answer.${name}`, value, source);
  }
  const stopSources = layers.filter(({ answer }) => answer.stopStrings !== undefined).map(({ source }) => source);
  const written = stopSources.findLast((source) => !isPreset(source));
  const sources = [...stopSources.filter(isPreset), ...(written === undefined ? [] : [written])];
  note('answer.stopStrings', stopStringsOf(layers, preset), sources.join(' and ') || 'default');
  if (preset !== undefined) note('template', templateOf(layers, preset), templateSource(layers, preset));
  if (preset?.layout !== undefined) note('layout', true, `preset ${preset.id}`);
  return [...found.values()];
};

const templateSource = (layers: readonly Layer[], preset: Preset): string => {
  const layer = layers.findLast(({ template }) => template !== undefined);
  if (layer === undefined) return 'default';
  return layer.template === 'auto' && preset.template !== undefined ? `preset ${preset.id}` : layer.source;
};
