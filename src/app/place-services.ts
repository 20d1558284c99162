import type { Limit, Setter } from '../config/limits.ts';
import type { SettingOverrides } from '../config/overrides.ts';
import type { Preset } from '../config/preset.ts';
import type { ExplainedSetting, Overrides } from '../config/settings-cascade.ts';
import type { Engine } from '../core/engine.ts';
import type { Locale } from '../core/locale.ts';
import type { Memory } from '../core/memory.ts';
import type { Persona } from '../core/persona.ts';
import type { AnswerSettings, Place } from '../core/settings.ts';
import type { LoreService } from '../lore/lore-service.ts';
import type { HumanPersonas } from '../people/human-personas.ts';
import { chooseTemplate } from '../prompt/index.ts';
import type { Recall } from '../recall/index.ts';
import type { VariableStore } from '../turn/conversation-macros.ts';
import type { PlaceServices } from '../turn/respond.ts';
import type { Library } from './library.ts';

/** How answers are made by where something is said, with what was set by command, for the model that is loaded at the moment. */
export type Places = {
  at(place: Place | undefined): Promise<PlaceServices>;
  settingsAt(place: Place | undefined, overrides?: Overrides): Promise<AnswerSettings>;
  /** Every value that counts there, and where it comes from. */
  explainAt(place: Place | undefined): Promise<readonly ExplainedSetting[]>;
  /** The limit that somebody can't lift there, as far as people of a higher rank have set one. */
  limitAt(place: Place | undefined, name: string, by: Setter): Promise<Limit | undefined>;
  /** The preset in use there, if any. */
  presetAt(place: Place | undefined): Promise<Preset | undefined>;
};

export type PlacesOptions = {
  readonly memory: Memory;
  readonly engine: Engine;
  readonly overrides: Pick<SettingOverrides, 'at'>;
  readonly people: HumanPersonas;
  /** [they last for one prompt] */
  readonly globalVariables?: VariableStore;
  readonly lore?: LoreService;
  readonly recall?: Pick<Recall, 'find'>;
  /** The language of the bot's own words outside of servers, where no setting chooses one. [English] */
  readonly locale?: Locale;
};

export const createPlaces = (
  { personas, templates, cascade }: Library,
  { memory, engine, overrides, people, globalVariables, lore, recall, locale }: PlacesOptions,
): Places => ({
  async at(place) {
    const settings = cascade.settingsAt(spokenAt(place, locale), engine.model, await overrides.at(place));
    const { sampling, outputTokensMax, stopStrings, reasoning, layout, trigger, reply, historyTurnsMax, timeZone } = settings;
    return {
      memory,
      engine,
      persona: ({ personaId = settings.personaId }) =>
        [personaId, settings.personaId]
          .map((id) => personas.get(id))
          .find((persona) => persona && mayAnswer(persona, settings, place)) ?? personas.default,
      personaById: (id) => {
        const persona = personas.get(id);
        return persona && mayAnswer(persona, settings, place) ? persona : undefined;
      },
      template: () => chooseTemplate(templates, settings.template)(engine.model),
      sampling,
      outputTokensMax,
      stopStrings,
      reasoning,
      trigger,
      reply,
      ...(layout && { layout }),
      ...(historyTurnsMax !== undefined && { historyTurnsMax }),
      ...(place && { place }),
      human: (userId) => people.of(userId, place),
      ...(timeZone !== undefined && { timeZone }),
      ...(globalVariables && { globalVariables }),
      ...(lore && { lore }),
      ...(recall && settings.recall.mode !== 'off' && { recall: { find: recall.find, settings: settings.recall } }),
      now: Date.now,
      random: Math.random,
    };
  },
  settingsAt: async (place, set) => cascade.settingsAt(spokenAt(place, locale), engine.model, set ?? (await overrides.at(place))),
  explainAt: async (place) => cascade.explainAt(place, engine.model, await overrides.at(place)),
  limitAt: async (place, name, by) => cascade.limitAt(place, name, by, await overrides.at(place)),
  presetAt: async (place) => cascade.presetAt(place, engine.model, await overrides.at(place)),
});

/** A place with the language that is spoken there: the given one where no server speaks another. */
const spokenAt = (place: Place | undefined, locale: Locale | undefined): Place | undefined =>
  locale === undefined || place?.serverId !== undefined ? place : { channelIds: [], locale, ...place };

/** Personas for adults answer only where the settings let them; the terminal and direct messages are private. */
const mayAnswer = ({ tags = [] }: Persona, { adultPersonas }: AnswerSettings, place: Place | undefined): boolean => {
  if (!tags.some((tag) => tag.trim().toLowerCase() === 'nsfw')) return true;
  if (adultPersonas === 'age-restricted') return place === undefined || place.isAgeRestricted === true;
  return adultPersonas === 'everywhere';
};
