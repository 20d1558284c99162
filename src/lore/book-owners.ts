import { bounds } from '../core/bounds.ts';
import { type LoreStore, storeFailed } from './lore-store.ts';

/**
 * To whom books belong that were brought while the bot runs: `server:42`, whose moderators may change it, or a
 * speaker's id. All others belong to who runs the bot.
 */
export interface BookOwners {
  of(bookId: string): Promise<string | undefined>;
  /** How many of these books belong to somebody. */
  count(owner: string, bookIds: readonly string[]): Promise<number>;
  set(bookId: string, owner: string): Promise<void>;
  /** Ids of all books of somebody, also of removed ones. */
  booksOf(owner: string): Promise<readonly string[]>;
  /** Forgets whose these books are. */
  forget(bookIds: readonly string[]): Promise<void>;
}

/** @throws PaddockError `store-failed`, from every function, when the store fails. */
export const createBookOwners = ({ store }: { readonly store: LoreStore }): BookOwners => {
  let known: Promise<Map<string, string>> | undefined;
  let changes: Promise<unknown> = Promise.resolve();
  const owners = (): Promise<Map<string, string>> => {
    const reading = known ?? store.get(key).catch(storeFailed).then(ownersOf);
    known = reading;
    // What could not be read is asked for again.
    reading.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading;
  };
  const change = (edit: (next: Map<string, string>) => void): Promise<void> => {
    const done = changes.then(async () => {
      const next = new Map(await owners());
      edit(next);
      // Removed books keep their owner for a while, in case they come back.
      const newest = new Map([...next].slice(-(bounds.loreLibrary.booksMax + bounds.loreLibrary.removedMax)));
      await store.set(key, Object.fromEntries(newest)).catch(storeFailed);
      known = Promise.resolve(newest);
    });
    changes = done.catch(() => undefined);
    return done;
  };
  return {
    of: async (bookId) => (await owners()).get(bookId),
    count: async (owner, bookIds) => {
      const all = await owners();
      return bookIds.filter((id) => all.get(id) === owner).length;
    },
    set: (bookId, owner) =>
      change((next) => {
        next.delete(bookId);
        next.set(bookId, owner);
      }),
    booksOf: async (owner) => [...(await owners())].filter(([, other]) => other === owner).map(([bookId]) => bookId),
    forget: (bookIds) =>
      change((next) => {
        for (const bookId of bookIds) next.delete(bookId);
      }),
  };
};

const key = 'lore:owners';

const ownersOf = (stored: unknown): Map<string, string> =>
  new Map(
    typeof stored === 'object' && stored !== null
      ? Object.entries(stored).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
      : [],
  );
