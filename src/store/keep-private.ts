import { chmodSync, statSync } from 'node:fs';

/**
 * Takes a file away from everybody but its owner: what people say to the bot is nobody else's business.
 * By its name and without opening it, because closing a file ends SQLite's locks on it in the whole process.
 * One that is not there, or somebody else's, is left alone.
 */
export const keepPrivate = (path: string): void => {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined || file.uid !== process.getuid?.()) return;
  if ((file.mode & 0o077) !== 0) chmodSync(path, file.mode & 0o700);
};
