import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a whole file under a name that is nobody's, for `use` to rename or link to its own; what is left of it is deleted then. The folder
 * is made where there is none.
 */
export const withWholeFile = async <Result>(
  folder: string,
  bytes: Uint8Array,
  use: (part: string) => Promise<Result>,
): Promise<Result> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = partIn(folder);
  const handle = await open(part, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await use(part);
  } finally {
    await rm(part, { force: true });
  }
};

/** The same for a file that is there: a second name of it, so that it stays whole whatever becomes of the first. */
export const withSecondName = async <Result>(
  folder: string,
  path: string,
  use: (part: string) => Promise<Result>,
): Promise<Result> => {
  const part = partIn(folder);
  await link(path, part);
  try {
    return await use(part);
  } finally {
    await rm(part, { force: true });
  }
};

const partIn = (folder: string): string => join(folder, `.${randomBytes(8).toString('hex')}.part`);

/** Gives a file a second name. Unlike a rename, this never replaces what another process has just put there: false when the name is taken. */
export const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
};

/** What lies in a folder, by name; nothing where there is no folder. */
export const entriesOf = async (folder: string) => {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
};

/** The names of the files of a folder. Links are passed over: they could lead anywhere. */
export const fileNames = async (folder: string): Promise<readonly string[]> =>
  (await entriesOf(folder)).flatMap((entry) => (entry.isFile() ? [entry.name] : []));

/** Whether an error is the file system's of that code. */
export const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;
