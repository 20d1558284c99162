import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import type { WrittenPlace } from './answer-schema.ts';
import { parseSetting, placeSchema, settingNamed, settingNames, valueAt, withSetting, writtenNames } from './setting-names.ts';
import { everywhere, type Overrides } from './settings-cascade.ts';

/** What overrides are kept in; a Keyv is one. */
export type OverrideStore = {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<boolean>;
};

/** What people set by command, by the id of a server, category, channel or thread, or `default` for everywhere. */
export interface SettingOverrides {
  /** What was set at a place, around it and for everywhere. */
  at(place: Place | undefined): Promise<Overrides>;
  /** The names of what was set at one id. */
  names(id: string): Promise<readonly string[]>;
  /** Sets one, given as typed; rejects with `not-found` or `bad-input`. Resolves with its full name and value. */
  set(id: string, name: string, text: string): Promise<{ readonly name: string; readonly value: unknown }>;
  /** Takes one back, or all; resolves with the names of those there were. */
  reset(id: string, name?: string): Promise<readonly string[]>;
}

const nothing: WrittenPlace = placeSchema.parse({});

/**
 * Keeps overrides in a store, and the places that are in use in memory. What is stored and can't be
 * any more (a setting that is gone) is passed over and logged. A failing store rejects with `store-failed`.
 */
export const createOverrides = ({
  store,
  logger,
}: {
  readonly store: OverrideStore;
  readonly logger: Logger;
}): SettingOverrides => {
  const known = new Map<string, Promise<WrittenPlace>>();
  let changes: Promise<unknown> = Promise.resolve();

  const read = async (id: string): Promise<WrittenPlace> => {
    const stored = await store.get(keyOf(id)).catch(storeFailed);
    if (stored === undefined || stored === null) return nothing;
    const result = placeSchema.safeParse(stored);
    if (result.success) return result.data;
    logger.warn({ part: 'settings', place: id }, 'some settings of a place are of no use any more and are passed over');
    return salvaged(stored);
  };
  const settingsOf = (id: string): Promise<WrittenPlace> => {
    const found = known.get(id);
    known.delete(id);
    const settings = found ?? read(id);
    known.set(id, settings);
    // What could not be read is asked for again.
    settings.catch(() => known.get(id) === settings && known.delete(id));
    const [oldest] = known.keys();
    if (known.size > bounds.overridePlacesMax && oldest !== undefined) known.delete(oldest);
    return settings;
  };
  /** One change after the other, so that none is lost. */
  const change = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = changes.then(work);
    changes = done.catch(() => undefined);
    return done;
  };
  const write = async (id: string, settings: WrittenPlace): Promise<void> => {
    const isEmpty = writtenNames(settings).length === 0;
    await (isEmpty ? store.delete(keyOf(id)) : store.set(keyOf(id), settings)).catch(storeFailed);
    known.set(id, Promise.resolve(settings));
  };

  return {
    async at(place) {
      const ids = [everywhere, ...(place?.serverId === undefined ? [] : [place.serverId]), ...(place?.channelIds ?? [])];
      const found = await Promise.all(ids.map(async (id) => [id, await settingsOf(id)] as const));
      return new Map(found.filter(([, settings]) => settings !== nothing));
    },
    names: async (id) => writtenNames(await settingsOf(id)),
    set: (id, asked, text) =>
      change(async () => {
        const { name, value } = parseSetting(asked, text);
        await write(id, withSetting(await settingsOf(id), name, value));
        return { name, value };
      }),
    reset: (id, asked) =>
      change(async () => {
        const settings = await settingsOf(id);
        const there = writtenNames(settings);
        const gone = asked === undefined ? there : there.filter((name) => name === settingNamed(asked).name);
        const rest = gone.reduce((left, name) => withSetting(left, name, undefined), settings);
        if (gone.length > 0) await write(id, gone.length === there.length ? nothing : rest);
        return gone;
      }),
  };
};

const keyOf = (id: string): string => `settings:${id}`;

/** Each setting that still can be, one by one. */
const salvaged = (stored: unknown): WrittenPlace =>
  settingNames.reduce((settings, { name }) => {
    const value = valueAt(stored, name);
    if (value === undefined) return settings;
    try {
      return withSetting(settings, name, value);
    } catch {
      return settings;
    }
  }, nothing);

const storeFailed = (cause: unknown): never => {
  throw new PaddockError('store-failed', 'settings could not be read or written', {
    userText: sentence('settingsUnreachable'),
    isRetryable: true,
    cause,
  });
};
