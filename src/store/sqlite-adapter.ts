import type { KeyvStoreAdapter, StoredData } from 'keyv';
import type { SqliteConnection } from './sqlite-connection.ts';
import { connectSqlite } from './sqlite-connection.ts';
import type { KeyRange, SqliteEntry } from './sqlite-table.ts';

/** A Keyv 5 store over one SQLite file. Every failure rejects with a `PaddockError`; none is emitted or swallowed. */
export type SqliteAdapter = Omit<KeyvStoreAdapter, 'setMany'> & {
  /** All entries in one transaction. */
  setMany(entries: readonly { readonly key: string; readonly value: unknown; readonly ttl?: number }[]): Promise<boolean[]>;
  /** Sees to it that no file holds what was deleted or replaced; false when another process is in the way. */
  scrub(): Promise<boolean>;
};

/**
 * Makes a Keyv store over a file, or over a connection that several adapters share (as Keyv keeps its
 * namespace in the adapter, each namespace needs one of its own). Without a namespace `clear` and
 * `iterator` mean the whole file. `disconnect` closes the connection.
 *
 * @param options.now the clock that decides what has expired, in milliseconds since 1970. [Date.now]
 */
export const createSqliteAdapter = (
  target: string | SqliteConnection,
  { now = () => Date.now() }: { readonly now?: () => number } = {},
): SqliteAdapter => {
  const connection = typeof target === 'string' ? connectSqlite(target) : target;
  let namespace: string | undefined;

  const getMany = async (keys: readonly string[]): Promise<(string | undefined)[]> =>
    connection.call('getMany', keys.map(checkedKey), now());
  const setMany: SqliteAdapter['setMany'] = async (entries) => {
    const at = now();
    await connection.call(
      'setMany',
      entries.map((entry) => entryOf(entry, at)),
      at,
    );
    return entries.map(() => true);
  };

  const adapter: SqliteAdapter = {
    opts: { dialect: 'sqlite', url: `sqlite://${connection.path}` },
    get namespace() {
      return namespace;
    },
    set namespace(value) {
      // Keyv writes keys as `namespace:key`; with a colon in it, one namespace could hold another.
      if (value?.includes(':')) throw new TypeError(`A namespace must not hold a colon: ${JSON.stringify(value)}`);
      namespace = value;
    },
    get: async <Value>(key: string) => {
      const [value] = await getMany([key]);
      return value as unknown as StoredData<Value> | undefined;
    },
    getMany: async <Value>(keys: string[]) => (await getMany(keys)) as unknown as StoredData<Value | undefined>[],
    set: async (key: string, value: unknown, ttl?: number) => {
      await setMany([ttl === undefined ? { key, value } : { key, value, ttl }]);
      return true;
    },
    setMany,
    delete: async (key) => connection.call('deleteMany', [checkedKey(key)]),
    deleteMany: async (keys) => connection.call('deleteMany', keys.map(checkedKey)),
    clear: async () => connection.call('clear', rangeOf(namespace)),
    has: async (key) => (await connection.call('hasMany', [checkedKey(key)], now()))[0] ?? false,
    hasMany: async (keys) => connection.call('hasMany', keys.map(checkedKey), now()),
    async *iterator<Value>(of?: string) {
      const range = rangeOf(of);
      let from: string | undefined = range.from;
      while (from !== undefined) {
        const page: { entries: (readonly [string, string])[]; next: string | undefined } = await connection.call(
          'page',
          { ...range, from },
          now(),
        );
        for (const entry of page.entries) yield [...entry] as (string | Awaited<Value>)[];
        from = page.next;
      }
    },
    scrub: async () => connection.call('scrub'),
    disconnect: async () => connection.close(),
    // Keyv subscribes to `error` here. There is nothing to hear: every failure reaches the caller.
    on: () => adapter,
  };
  return adapter;
};

/** Exactly the keys `namespace:…`; the character after the colon is the semicolon. */
const rangeOf = (namespace: string | undefined): KeyRange =>
  namespace === undefined || namespace === '' ? { from: '' } : { from: `${namespace}:`, to: `${namespace};` };

const entryOf = (
  { key, value, ttl }: { readonly key: string; readonly value: unknown; readonly ttl?: number },
  now: number,
): SqliteEntry => {
  if (typeof value !== 'string') throw new TypeError(`The SQLite store keeps serialised text, not ${typeof value}`);
  // The column holds whole numbers only; the greatest of them stands for a time to live without an end.
  const expires = ttl === undefined ? undefined : Math.min(Math.ceil(now + ttl), Number.MAX_SAFE_INTEGER);
  return { key: checkedKey(key), value, expires };
};

/** Half a surrogate pair has no UTF-8 form: two such keys could become the same one. */
const checkedKey = (key: string): string => {
  if (!key.isWellFormed()) throw new TypeError(`A key must be well-formed text: ${JSON.stringify(key)}`);
  return key;
};
