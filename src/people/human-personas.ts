import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';

/** What human personas are kept in; a Keyv is one. */
export type HumanPersonaStore = {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<boolean>;
};

/** What humans say about themselves: by user, and there by server or channel, or `default` for everywhere. */
export interface HumanPersonas {
  /** The one for a place: a thread's before its channel's, that before the server's, that before the one for everywhere. */
  of(userId: string, place: Place | undefined): Promise<HumanPersona | undefined>;
  /** All that a user has set, by the id of the place. */
  all(userId: string): Promise<ReadonlyMap<string, HumanPersona>>;
  /** Sets one; rejects with `bad-input` for what is too long or too many. */
  set(userId: string, scopeId: string, persona: HumanPersona): Promise<void>;
  /** Takes one back, or all; false when there was none. */
  clear(userId: string, scopeId?: string): Promise<boolean>;
}

/** The scope of what holds everywhere. */
export const everyPlace = 'default';

const { nameCharactersMax, humanPersona } = bounds;
const schema = z.record(
  z.string().max(100),
  z.strictObject({
    name: z.string().max(nameCharactersMax).exactOptional(),
    description: z.string().max(humanPersona.descriptionCharactersMax).exactOptional(),
    avatarUrl: z.string().max(humanPersona.urlCharactersMax).exactOptional(),
  }),
);
type Stored = z.output<typeof schema>;

/** Keeps human personas in a store, and those of people who talk in memory. A failing store rejects with `store-failed`. */
export const createHumanPersonas = (store: HumanPersonaStore): HumanPersonas => {
  const known = new Map<string, Promise<Stored>>();
  let changes: Promise<unknown> = Promise.resolve();

  const storedOf = (userId: string): Promise<Stored> => {
    const stored = known.get(userId) ?? read(store, userId);
    known.delete(userId);
    known.set(userId, stored);
    stored.catch(() => known.get(userId) === stored && known.delete(userId));
    const [oldest] = known.keys();
    if (known.size > humanPersona.peopleMax && oldest !== undefined) known.delete(oldest);
    return stored;
  };
  const change = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = changes.then(work);
    changes = done.catch(() => undefined);
    return done;
  };
  const write = async (userId: string, stored: Stored): Promise<void> => {
    const isEmpty = Object.keys(stored).length === 0;
    await (isEmpty ? store.delete(keyOf(userId)) : store.set(keyOf(userId), stored)).catch(storeFailed);
    known.set(userId, Promise.resolve(stored));
  };

  return {
    async of(userId, place) {
      const stored = await storedOf(userId);
      const scopes = [...(place?.channelIds ?? []), ...(place?.serverId === undefined ? [] : [place.serverId]), everyPlace];
      const nearest = scopes.find((id) => Object.hasOwn(stored, id));
      return nearest === undefined ? undefined : stored[nearest];
    },
    all: async (userId) => new Map(Object.entries(await storedOf(userId))),
    set: (userId, scopeId, persona) =>
      change(async () => {
        const stored = await storedOf(userId);
        if (!Object.hasOwn(stored, scopeId) && Object.keys(stored).length >= humanPersona.placesMax) throw tooMany();
        const result = schema.safeParse({ ...stored, [scopeId]: persona });
        if (!result.success) throw tooLong();
        await write(userId, result.data);
      }),
    clear: (userId, scopeId) =>
      change(async () => {
        const stored = await storedOf(userId);
        const ids = scopeId === undefined ? Object.keys(stored) : Object.keys(stored).filter((id) => id === scopeId);
        if (ids.length === 0) return false;
        await write(userId, Object.fromEntries(Object.entries(stored).filter(([id]) => !ids.includes(id))));
        return true;
      }),
  };
};

const keyOf = (userId: string): string => `me:${userId}`;

const read = async (store: HumanPersonaStore, userId: string): Promise<Stored> => {
  const result = schema.safeParse((await store.get(keyOf(userId)).catch(storeFailed)) ?? {});
  if (result.success) return result.data;
  throw new PaddockError('store-failed', `what is stored of a human persona is not of its form: ${result.error.message}`, {
    userText: sentence('aboutYouUnreadable'),
  });
};

const tooLong = (): PaddockError =>
  new PaddockError('bad-input', 'a human persona is too long', {
    userText: sentence('aboutYouTooLong', { nameMax: nameCharactersMax, descriptionMax: humanPersona.descriptionCharactersMax }),
  });

const tooMany = (): PaddockError =>
  new PaddockError('bad-input', 'a user has set too many human personas', {
    userText: sentence('aboutYouTooMany', { max: humanPersona.placesMax }),
  });

const storeFailed = (cause: unknown): never => {
  throw new PaddockError('store-failed', 'human personas could not be read or written', {
    userText: sentence('aboutYouUnreachable'),
    isRetryable: true,
    cause,
  });
};
