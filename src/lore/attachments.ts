import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import { createKeptValues, type ValueStore } from '../kept/kept-values.ts';
import { idPattern } from '../text/slug.ts';
import type { LoreScope } from './scan-input.ts';
import { storeFailed } from './store-failed.ts';

/** What a book can be attached to. Ids are a conversation's key, a persona's id, and a server's id on its platform. */
export type LorePlace =
  | { readonly kind: 'conversation'; readonly id: ConversationKey }
  | { readonly kind: 'persona'; readonly id: string }
  | { readonly kind: 'server'; readonly id: string }
  | { readonly kind: 'everywhere' };

/** A book that is attached, at which scope it counts, and to what it was attached. */
export type Attached = { readonly bookId: string; readonly scope: LoreScope; readonly at: LorePlace };

/** Where an answer is made. */
export type LoreWhere = {
  readonly conversation: ConversationKey;
  readonly place?: Place | undefined;
  readonly personaId?: string | undefined;
};

/** Which lorebooks count where. Kept in the store, and for the places in use in memory. */
export interface LoreAttachments {
  /** Ids of the books attached to exactly this, in the order in which they were. */
  at(place: LorePlace): Promise<readonly string[]>;
  /**
   * All that counts for an answer, in the order in which books claim their tokens; each book once. What is attached to a channel
   * counts in its threads, too.
   */
  for(where: LoreWhere): Promise<readonly Attached[]>;
  /** False when it was attached there already. Rejects with `bad-input` when too many are. */
  attach(place: LorePlace, bookId: string): Promise<boolean>;
  /** False when it was not attached there. */
  detach(place: LorePlace, bookId: string): Promise<boolean>;
  /** Attaches to one conversation what is attached to another, as for a branch. */
  copy(from: ConversationKey, to: ConversationKey): Promise<void>;
  /** Detaches everything. */
  forget(place: LorePlace): Promise<void>;
}

/** @throws PaddockError `store-failed`, from every function, when the store fails: that is never taken for "nothing attached". */
export const createLoreAttachments = ({ store }: { readonly store: ValueStore }): LoreAttachments => {
  const kept = createKeptValues({
    store,
    prefix: 'lore:attached',
    read: idsOf,
    keptMax: bounds.loreLibrary.placesMax,
    failed: storeFailed,
  });
  const at = (place: LorePlace): Promise<readonly string[]> => kept.get(idOf(place));
  const change = async (place: LorePlace, work: (ids: readonly string[]) => readonly string[]) =>
    await kept.change(idOf(place), (ids) => {
      const next = work(ids);
      return next === ids || next.length > 0 ? next : undefined;
    });

  return {
    at,
    for: async (where) => {
      const places = placesOf(where);
      const found = await Promise.all(places.map(async ({ at: place }) => await at(place)));
      const seen = new Set<string>();
      return places.flatMap(({ scope, at: place }, index) =>
        (found[index] ?? []).flatMap((bookId) => {
          if (seen.has(bookId)) return [];
          seen.add(bookId);
          return [{ bookId, scope, at: place }];
        }),
      );
    },
    attach: async (place, bookId) => {
      const { before, after } = await change(place, (ids) => {
        if (ids.includes(bookId)) return ids;
        if (ids.length >= bounds.loreLibrary.attachedMax) throw tooMany();
        return [...ids, bookId];
      });
      return before !== after;
    },
    detach: async (place, bookId) => {
      const { before, after } = await change(place, (ids) => (ids.includes(bookId) ? ids.filter((id) => id !== bookId) : ids));
      return before !== after;
    },
    copy: async (from, to) => {
      // Behind the changes that are under way.
      const { after: ids } = await change({ kind: 'conversation', id: from }, (there) => there);
      if (ids.length > 0) await change({ kind: 'conversation', id: to }, () => ids);
    },
    forget: async (place) => {
      await change(place, (ids) => (ids.length > 0 ? [] : ids));
    },
  };
};

const idOf = (place: LorePlace): string => (place.kind === 'everywhere' ? 'everywhere' : `${place.kind}:${place.id}`);

/** From the nearest on. */
const placesOf = ({
  conversation,
  place,
  personaId,
}: LoreWhere): readonly { readonly scope: LoreScope; readonly at: LorePlace }[] => {
  const [own, ...around] = place?.channelIds ?? [];
  // A thread's conversation is called after it; its channel's is called the same but for the id.
  const prefix = own !== undefined && conversation.endsWith(`:${own}`) ? conversation.slice(0, -own.length) : undefined;
  const above = prefix === undefined ? [] : around.map((id) => prefix + id);
  return [
    ...[conversation, ...above].map((id) => ({ scope: 'conversation' as const, at: { kind: 'conversation' as const, id } })),
    ...(personaId === undefined ? [] : [{ scope: 'character' as const, at: { kind: 'persona' as const, id: personaId } }]),
    ...(place?.serverId === undefined ? [] : [{ scope: 'server' as const, at: { kind: 'server' as const, id: place.serverId } }]),
    { scope: 'global', at: { kind: 'everywhere' } },
  ];
};

/** What was stored; ids that can't be any are passed over. */
const idsOf = (stored: unknown): readonly string[] =>
  Array.isArray(stored)
    ? stored.filter((id): id is string => typeof id === 'string' && idPattern.test(id)).slice(0, bounds.loreLibrary.attachedMax)
    : [];

const tooMany = (): PaddockError =>
  new PaddockError('bad-input', 'too many lorebooks are attached to one place', {
    userText: sentence('booksAttachedFull', { max: bounds.loreLibrary.attachedMax }),
  });
