import { statSync } from 'node:fs';

/** Thrown when a watched file is not there any more, or another one stands in its place. */
export class FileGoneError extends Error {
  readonly code = 'FILE_GONE';
}

/**
 * Remembers which files these paths name now, and makes the check that they still do. SQLite itself
 * would not notice: it writes on into a file without a name. A check costs some microseconds.
 */
export const watchFiles = (paths: readonly string[]): (() => void) => {
  const files = paths.map((path) => ({ path, identity: identityOf(path) }));
  return () => {
    for (const { path, identity } of files) if (identityOf(path) !== identity) throw new FileGoneError(`${path} is another file`);
  };
};

/** The same for the same file only, as long as somebody has it open. */
const identityOf = (path: string): string | undefined => {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file && `${file.dev}:${file.ino}`;
};
