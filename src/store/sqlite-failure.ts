import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';

/** What went wrong in SQLite or the file system, as far as it survives the way between threads. */
export type SqliteFailure = { readonly code: string; readonly message: string };

export const sqliteFailureOf = (error: unknown): SqliteFailure => {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  return { code, message };
};

/** What to do about the failures that people meet; SQLite's extended codes begin with the plain ones. */
const remedies: readonly (readonly [codes: readonly string[], sentence: string])[] = [
  [['NEWER_SCHEMA'], 'it was written by a newer version of Paddock. Update Paddock, or name another file.'],
  [['FOREIGN_DATABASE'], 'it is the database of another program. Name another file.'],
  [
    ['FILE_GONE'],
    'it was deleted, moved or replaced while Paddock ran, and what is written now would be lost. Put the file back, or restart Paddock to go on with what is there.',
  ],
  [['SQLITE_NOTADB'], 'it is not a database. Name another file, or restore a backup over it.'],
  [['SQLITE_CORRUPT'], 'it is damaged. Restore a backup, or move the file away to begin with an empty memory.'],
  [
    ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_PERM', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT'],
    'it can not be opened for writing. See that its folder exists and that this user may write to the folder and the file.',
  ],
  [['SQLITE_FULL', 'ENOSPC'], 'the disk is full. Free some space.'],
  [['SQLITE_BUSY', 'SQLITE_LOCKED'], 'another process holds it. See that only one Paddock uses the file.'],
  [['SQLITE_IOERR'], 'the disk reports an error.'],
];

/** The error for a failure of the store file at `path`: its sentence, and whether trying again can help. */
export const storeFailure = ({ code, message }: SqliteFailure, path: string): PaddockError => {
  const remedy = remedies.find(([codes]) => codes.some((known) => code === known || code.startsWith(`${known}_`)))?.[1];
  return new PaddockError('store-failed', `The store ${path} can not be used: ${remedy ?? `${message}.`} (${code}: ${message})`, {
    userText: sentence('memoryUnreachable'),
    isRetryable: code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_IOERR') || code === 'SQLITE_FULL',
  });
};
