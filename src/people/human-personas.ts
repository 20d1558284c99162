import { z } from 'zod';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { HumanPersona } from '../core/human-persona.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import { createKeptValues, storeFailure, type ValueStore } from '../kept/kept-values.ts';

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
export const createHumanPersonas = (store: ValueStore): HumanPersonas => {
  const kept = createKeptValues({
    store,
    prefix: 'me',
    read: readStored,
    keptMax: humanPersona.peopleMax,
    failed: storeFailure('human personas could not be read or written', sentence('aboutYouUnreachable')),
  });

  return {
    async of(userId, place) {
      const stored = await kept.get(userId);
      const scopes = [...(place?.channelIds ?? []), ...(place?.serverId === undefined ? [] : [place.serverId]), everyPlace];
      const nearest = scopes.find((id) => Object.hasOwn(stored, id));
      return nearest === undefined ? undefined : stored[nearest];
    },
    all: async (userId) => new Map(Object.entries(await kept.get(userId))),
    set: async (userId, scopeId, persona) => {
      await kept.change(userId, (stored) => {
        if (!Object.hasOwn(stored, scopeId) && Object.keys(stored).length >= humanPersona.placesMax) throw tooMany();
        const result = schema.safeParse({ ...stored, [scopeId]: persona });
        if (!result.success) throw tooLong();
        return result.data;
      });
    },
    clear: async (userId, scopeId) => {
      const { before, after } = await kept.change(userId, (stored) => {
        const rest = Object.entries(stored).filter(([id]) => scopeId !== undefined && id !== scopeId);
        if (rest.length === Object.keys(stored).length) return stored;
        return rest.length === 0 ? undefined : Object.fromEntries(rest);
      });
      return before !== after;
    },
  };
};

const readStored = (stored: unknown): Stored => {
  const result = schema.safeParse(stored ?? {});
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
