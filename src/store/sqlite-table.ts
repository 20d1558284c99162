import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { watchFiles } from './file-watch.ts';
import { keepPrivate } from './keep-private.ts';
import { makePrivateFolder } from './private-folder.ts';

/** One key with its value; `expires` in milliseconds since 1970, absent when it never does. */
export type SqliteEntry = { readonly key: string; readonly value: string; readonly expires?: number | undefined };

/**
 * The one table of a store file, synchronous: it blocks its thread for as long as the disk takes,
 * so the bot reaches it through `sqlite-worker.ts` only. `now` is milliseconds since 1970.
 */
export interface SqliteTable {
  getMany(keys: readonly string[], now: number): (string | undefined)[];
  hasMany(keys: readonly string[], now: number): boolean[];
  /** All entries or none. Also removes some expired rows, a bounded number each time. */
  setMany(entries: readonly SqliteEntry[], now: number): void;
  /** All keys or none; true when at least one was there. */
  deleteMany(keys: readonly string[]): boolean;
  /** Removes every key in the range. */
  clear(range: KeyRange): void;
  /** The first entries of the range in the order of their keys, expired ones left out, and where to go on. */
  page(range: KeyRange, now: number): { readonly entries: (readonly [string, string])[]; readonly next: string | undefined };
  /** Commits since the last `checkpoint`. */
  commits(): number;
  /**
   * Moves what was committed from the log beside the file into the file, which takes several waits for the disk; what is
   * asked for meanwhile waits too. What was committed is safe without it.
   */
  checkpoint(): void;
  /** The same as a whole, so that no file holds what was deleted or replaced before; false when another process is in the way. */
  scrub(): boolean;
  close(): void;
}

/** Keys from `from` up to, not including, `to`; to the end without `to`. Compared as UTF-8 bytes. */
export type KeyRange = { readonly from: string; readonly to?: string | undefined };

/** The format of the table. A file of a higher one is refused, one of a lower one is brought up to it. */
export const schemaVersion = 1;
/** Marks the file as ours ("PADK"), so that no other program's database is ever written to. */
export const applicationId = 0x5041444b;

/** How long a write waits for another process, in milliseconds. */
const busyMsMax = 5000;
const walAttemptsMax = 100;
/** Pages in the log beside the file at which SQLite moves them without having been asked, in the middle of a commit. */
const walPagesMax = 8000;
const pageRows = 100;
const sweepRows = 100;
const sweepEveryMs = 60_000;
/** SQLite sorts every BLOB after every TEXT, so an empty one stands for "no upper bound". */
const noUpperBound = Buffer.alloc(0);

/** A file that can't be used as a store; `code` names why. */
export class UnusableFileError extends Error {
  readonly code: 'NEWER_SCHEMA' | 'FOREIGN_DATABASE';
  constructor(code: UnusableFileError['code']) {
    super(code);
    this.code = code;
  }
}

/**
 * Opens the file, or creates it with its folder, for its owner only. Throws what SQLite and the file system throw, and
 * `UnusableFileError`; every function of the table throws a `FileGoneError` once the file has been deleted or replaced.
 */
export const openSqliteTable = (path: string): SqliteTable => {
  makePrivateFolder(dirname(path));
  const database = new Database(path, { timeout: busyMsMax });
  try {
    prepareDatabase(database, path);
    const files = [path, `${path}-wal`, `${path}-shm`];
    files.forEach(keepPrivate);
    return watched(tableOf(database), watchFiles(files));
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Looks whether the files are still there before every access: without them a write would be lost, and a read old. */
const watched = (table: SqliteTable, check: () => void): SqliteTable => {
  const checked =
    <Values extends unknown[], Result>(call: (...values: Values) => Result) =>
    (...values: Values): Result => {
      check();
      return call(...values);
    };
  return {
    getMany: checked(table.getMany),
    hasMany: checked(table.hasMany),
    setMany: checked(table.setMany),
    deleteMany: checked(table.deleteMany),
    clear: checked(table.clear),
    page: checked(table.page),
    commits: table.commits,
    checkpoint: checked(table.checkpoint),
    scrub: checked(table.scrub),
    close: table.close,
  };
};

const tableOf = (database: Database.Database): SqliteTable => {
  const select = database.prepare<[string], { value: string; expires: number | null }>(
    'SELECT value, expires FROM entries WHERE key = ?',
  );
  const upsert = database.prepare<[string, string, number | null]>(
    'INSERT INTO entries (key, value, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires',
  );
  const remove = database.prepare<[string]>('DELETE FROM entries WHERE key = ?');
  const removeRange = database.prepare<[string, string | Buffer]>('DELETE FROM entries WHERE key >= ? AND key < ?');
  const selectPage = database.prepare<[string, string | Buffer, number], { key: string; value: string; expires: number | null }>(
    'SELECT key, value, expires FROM entries WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
  );
  const removeExpired = database.prepare<[number, number]>(
    'DELETE FROM entries WHERE rowid IN (SELECT rowid FROM entries WHERE expires IS NOT NULL AND expires <= ? LIMIT ?)',
  );
  let nextSweepAt = 0;
  let commits = 0;

  /** The value under a key. An expired row is removed by whoever finds it. */
  const read = (key: string, now: number): string | undefined => {
    const row = select.get(key);
    if (row === undefined) return undefined;
    if (row.expires === null || row.expires > now) return row.value;
    remove.run(key);
    return undefined;
  };

  const sweep = (now: number): void => {
    if (now < nextSweepAt) return;
    const { changes } = removeExpired.run(now, sweepRows);
    // A full sweep means that there may be more: the next write goes on.
    if (changes < sweepRows) nextSweepAt = now + sweepEveryMs;
  };

  const setMany = database.transaction((entries: readonly SqliteEntry[], now: number) => {
    for (const { key, value, expires } of entries) upsert.run(key, value, expires ?? null);
    sweep(now);
  });
  const deleteMany = database.transaction((keys: readonly string[]) => {
    let removed = 0;
    for (const key of keys) removed += remove.run(key).changes;
    return removed > 0;
  });

  return {
    getMany: (keys, now) => keys.map((key) => read(key, now)),
    hasMany: (keys, now) => keys.map((key) => read(key, now) !== undefined),
    setMany: (entries, now) => {
      setMany.immediate(entries, now);
      commits += 1;
    },
    deleteMany: (keys) => {
      commits += 1;
      return deleteMany.immediate(keys);
    },
    clear: ({ from, to }) => {
      removeRange.run(from, to ?? noUpperBound);
      commits += 1;
    },
    page: ({ from, to }, now) => {
      const rows = selectPage.all(from, to ?? noUpperBound, pageRows);
      for (const row of rows) if (row.expires !== null && row.expires <= now) remove.run(row.key);
      const last = rows.length < pageRows ? undefined : rows.at(-1)?.key;
      return {
        entries: rows.filter((row) => row.expires === null || row.expires > now).map((row) => [row.key, row.value] as const),
        // The very next key in byte order.
        next: last === undefined ? undefined : `${last}\0`,
      };
    },
    commits: () => commits,
    checkpoint: () => {
      // Never waits for readers of another process; what they hold back is moved the next time.
      database.pragma('wal_checkpoint(PASSIVE)');
      commits = 0;
    },
    scrub: () => {
      const isBusy = database.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0;
      commits = 0;
      return !isBusy;
    },
    close: () => {
      database.close();
    },
  };
};

const prepareDatabase = (database: Database.Database, path: string): void => {
  // First of all look, so that a database of somebody else is left exactly as it was. In one transaction,
  // or else what another Paddock is just now creating would be seen half made.
  database.transaction(() => refuseUnusable(database)).deferred();
  // SQLite gives the files beside it the same permissions.
  keepPrivate(path);
  turnToWal(database);
  // Every commit reaches the disk before it is acknowledged.
  database.pragma('synchronous = FULL');
  // What is deleted or replaced is overwritten: people may have asked for it.
  database.pragma('secure_delete = ON');
  // Whoever has nothing else to do calls `checkpoint` much earlier, so that nobody's message waits for one.
  database.pragma(`wal_autocheckpoint = ${walPagesMax}`);
  database
    .transaction(() => {
      refuseUnusable(database);
      if (database.pragma('user_version', { simple: true }) === schemaVersion) return;
      database.exec(`
        CREATE TABLE entries (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, expires INTEGER) STRICT;
        CREATE INDEX entries_expires ON entries (expires) WHERE expires IS NOT NULL;
      `);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${schemaVersion}`);
    })
    .immediate();
};

/** While another process does the same, SQLite refuses it at once and does not wait as it does elsewhere. */
const turnToWal = (database: Database.Database): void => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!(error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') || attempt === walAttemptsMax) throw error;
      // This does wait.
      database.transaction(() => {}).immediate();
    }
  }
};

const refuseUnusable = (database: Database.Database): void => {
  const application = database.pragma('application_id', { simple: true });
  const version = Number(database.pragma('user_version', { simple: true }));
  if (application === applicationId) {
    if (version > schemaVersion) throw new UnusableFileError('NEWER_SCHEMA');
    return;
  }
  const things = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (application !== 0 || version !== 0 || things !== 0) throw new UnusableFileError('FOREIGN_DATABASE');
};
