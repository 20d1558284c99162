import { bounds } from '../core/bounds.ts';
import type { Logger } from '../core/logger.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import { createKeptValues, storeFailure, type ValueStore } from '../kept/kept-values.ts';
import type { WrittenPlace } from './answer-schema.ts';
import { above, isLimit, type Limit, type Limits, limitNames, type Setter, setters, withLimit } from './limits.ts';
import { parseSetting, placeSchema, settingNamed, settingNames, valueAt, withSetting, writtenNames } from './setting-names.ts';
import { everywhere, type Overrides, type SetPlace } from './settings-cascade.ts';

/** What people set by command, by the id of a server, category, channel or thread, or `default` for everywhere. */
export interface SettingOverrides {
  /** What was set at a place, around it and for everywhere. */
  at(place: Place | undefined): Promise<Overrides>;
  /** The names of what was set at one id. */
  names(id: string): Promise<readonly string[]>;
  /**
   * Sets one, given as typed; rejects with `not-found` or `bad-input`. Resolves with its full name and value. Of a setting that is a limit
   * those from higher up stay, and count while they are stricter.
   *
   * @param by who sets it [a moderator; everywhere, the bot's owner]
   */
  set(id: string, name: string, text: string, by?: Setter): Promise<{ readonly name: string; readonly value: unknown }>;
  /**
   * Takes one back, or all; resolves with the names of those that changed. Limits from higher up stay.
   *
   * @param by who takes it back [a moderator; everywhere, the bot's owner]
   */
  reset(id: string, name?: string, by?: Setter): Promise<readonly string[]>;
  /** The limits that were set at one id, with those that count again when others are taken back. */
  limits(id: string): Promise<Limits>;
}

const nothing: SetPlace = placeSchema.parse({});

/**
 * Keeps overrides in a store, and the places that are in use in memory. What is stored and can't be
 * any more (a setting that is gone) is passed over and logged. A failing store rejects with `store-failed`.
 */
export const createOverrides = ({ store, logger }: { readonly store: ValueStore; readonly logger: Logger }): SettingOverrides => {
  const kept = createKeptValues<SetPlace>({
    store,
    prefix: 'settings',
    read: (stored, id) => {
      if (stored === undefined) return nothing;
      const { limits, ...written } = Object(stored) as { readonly limits?: unknown };
      const result = placeSchema.safeParse(written);
      if (result.success) return withLimits(result.data, limitsRead(limits, result.data, setterAt(id)));
      logger.warn({ part: 'settings', place: id }, 'some settings of a place are of no use any more and are passed over');
      const some = salvaged(written);
      return withLimits(some, limitsRead(limits, some, setterAt(id)));
    },
    keptMax: bounds.overridePlacesMax,
    failed: storeFailure('settings could not be read or written', sentence('settingsUnreachable')),
  });

  return {
    async at(place) {
      const ids = [everywhere, ...(place?.serverId === undefined ? [] : [place.serverId]), ...(place?.channelIds ?? [])];
      const found = await Promise.all(ids.map(async (id) => [id, await kept.get(id)] as const));
      return new Map(found.filter(([, settings]) => settings !== nothing));
    },
    names: async (id) => writtenNames(await kept.get(id)),
    set: async (id, asked, text, by = setterAt(id)) => {
      const { name, value } = parseSetting(asked, text);
      await kept.change(id, (settings) =>
        orNone(
          isLimit(name)
            ? changedLimit(settings, name, withLimit(limitsOf(settings, name), { by, value }))
            : changed(settings, name, value),
        ),
      );
      return { name, value };
    },
    reset: async (id, asked, by = setterAt(id)) => {
      const isMeant = (name: string): boolean => asked === undefined || name === settingNamed(asked).name;
      const { before, after } = await kept.change(id, (settings) => {
        const next = writtenNames(settings)
          .filter(isMeant)
          .reduce((left, name) => (isLimit(name) ? lifted(left, name, by) : changed(left, name, undefined)), settings);
        return next === settings ? settings : orNone(next);
      });
      return writtenNames(before).filter(
        (name) =>
          isMeant(name) && (valueAt(after, name) === undefined || limitsOf(after, name).length < limitsOf(before, name).length),
      );
    },
    limits: async (id) => (await kept.get(id)).limits ?? {},
  };
};

/** Who has set what is stored without saying so. */
const setterAt = (id: string): Setter => (id === everywhere ? 'owner' : 'moderator');

const limitsOf = ({ limits = {} }: SetPlace, name: string): readonly Limit[] =>
  Object.hasOwn(limits, name) ? (limits[name] ?? []) : [];

/** Settings without what is noted of their limits, which is no setting. */
const written = ({ limits: _limits, ...settings }: SetPlace): WrittenPlace => settings as WrittenPlace;

const withLimits = (settings: WrittenPlace, limits: Limits): SetPlace =>
  Object.keys(limits).length === 0 ? settings : { ...settings, limits };

const changed = (settings: SetPlace, name: string, value: unknown): SetPlace =>
  withLimits(withSetting(written(settings), name, value), settings.limits ?? {});

/** A limit's value is what was allowed last. */
const changedLimit = (settings: SetPlace, name: string, limits: readonly Limit[]): SetPlace => {
  const others = Object.fromEntries(Object.entries(settings.limits ?? {}).filter(([each]) => each !== name));
  const value = limits.at(-1)?.value;
  return withLimits(withSetting(written(settings), name, value), limits.length === 0 ? others : { ...others, [name]: limits });
};

/** Without what somebody can take back of a limit; the same settings when that is nothing. */
const lifted = (settings: SetPlace, name: string, by: Setter): SetPlace => {
  const limits = limitsOf(settings, name);
  const left = above(limits, by);
  return left.length === limits.length && left.length > 0 ? settings : changedLimit(settings, name, left);
};

const orNone = (settings: SetPlace): SetPlace | undefined => (writtenNames(settings).length === 0 ? undefined : settings);

/** Each setting that still can be, one by one. */
const salvaged = (stored: unknown): WrittenPlace =>
  settingNames.reduce<WrittenPlace>((settings, { name }) => {
    const value = valueAt(stored, name);
    if (value === undefined) return settings;
    try {
      return withSetting(settings, name, value);
    } catch {
      return settings;
    }
  }, nothing);

/** The stored limits of settings that are there, each with at least the value that counts. */
const limitsRead = (stored: unknown, settings: WrittenPlace, by: Setter): Limits =>
  Object.fromEntries(
    limitNames.flatMap((name): readonly (readonly [string, readonly Limit[]])[] => {
      const value = valueAt(settings, name);
      if (value === undefined) return [];
      const list: unknown = Object.hasOwn(Object(stored), name) ? Reflect.get(Object(stored), name) : undefined;
      const limits = (Array.isArray(list) ? list : []).flatMap((each: unknown): readonly Limit[] => {
        const setter = setters.find((one) => one === Reflect.get(Object(each), 'by'));
        const said: unknown = Reflect.get(Object(each), 'value');
        return setter === undefined || !isPossible(name, said) ? [] : [{ by: setter, value: said }];
      });
      return [[name, limits.at(-1)?.value === value ? limits : withLimit(limits, { by, value })]];
    }),
  );

const isPossible = (name: string, value: unknown): boolean => {
  try {
    return valueAt(withSetting(nothing, name, value), name) !== undefined;
  } catch {
    return false;
  }
};
