import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { keepPrivate } from './keep-private.ts';
import { makePrivateFolder } from './private-folder.ts';
import { sqliteFailureOf, storeFailure } from './sqlite-failure.ts';
import { sqlitePath } from './sqlite-path.ts';

/** Keeps every other process away from a store. */
export interface StoreLock {
  /** Lets others have it. May be called again. */
  release(): void;
}

const attemptMs = 100;

/**
 * Locks the store that a URI names, for as long as this process lives: one writer a conversation is
 * what memory rests on. The lock is SQLite's own on an empty file beside the store (`paddock.db.lock`),
 * so the system frees it when the process ends, however it ends. Stores without a file need none.
 * Rejects with `store-failed` when another process has it.
 *
 * @param options.directory what a relative path is relative to
 * @param options.waitMsMax how long to wait for a process that is just ending [bounds.storeLockMsMax]
 */
export const lockStore = async (
  uri: string,
  { directory, waitMsMax = bounds.storeLockMsMax }: { readonly directory: string; readonly waitMsMax?: number },
): Promise<StoreLock> => {
  const path = sqlitePath(uri, directory);
  if (path === undefined) return { release: () => {} };
  for (let waitedMs = 0; ; waitedMs += attemptMs) {
    const lock = lockFile(`${path}.lock`);
    if (lock !== undefined) return { release: () => void lock.close() };
    if (waitedMs >= waitMsMax) throw inUse(path);
    await sleep(attemptMs);
  }
};

/** The connection that holds the lock; undefined when another process does. */
const lockFile = (path: string): Database.Database | undefined => {
  let database: Database.Database | undefined;
  try {
    makePrivateFolder(dirname(path));
    database = new Database(path, { timeout: 0 });
    keepPrivate(path);
    // Nothing is ever written, so there is no need of a journal either.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    const failure = sqliteFailureOf(error);
    if (failure.code === 'SQLITE_BUSY') return undefined;
    throw storeFailure(failure, path);
  }
};

const inUse = (path: string): PaddockError =>
  new PaddockError(
    'store-failed',
    `The store ${path} is in use by another Paddock, and two would lose what the other one remembers. ` +
      'End the other one first, or give this one a data folder of its own (--data, PADDOCK_DATA or the setting data).',
    { userText: 'I am running already.' },
  );
