import { bounds } from '../core/bounds.ts';
import { createKeptValues, type ValueStore } from '../kept/kept-values.ts';
import { storeFailed } from './store-failed.ts';

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
export const createBookOwners = ({ store }: { readonly store: ValueStore }): BookOwners => {
  const kept = createKeptValues<ReadonlyMap<string, string>>({
    store,
    prefix: 'lore',
    read: ownersOf,
    write: Object.fromEntries,
    keptMax: 1,
    failed: storeFailed,
  });
  const owners = (): Promise<ReadonlyMap<string, string>> => kept.get('owners');
  const change = async (edit: (next: Map<string, string>) => void): Promise<void> => {
    await kept.change('owners', (before) => {
      const next = new Map(before);
      edit(next);
      // Removed books keep their owner for a while, in case they come back.
      return new Map([...next].slice(-(bounds.loreLibrary.booksMax + bounds.loreLibrary.removedMax)));
    });
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

const ownersOf = (stored: unknown): Map<string, string> =>
  new Map(
    typeof stored === 'object' && stored !== null
      ? Object.entries(stored).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
      : [],
  );
