import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * The folder of kept states: `key`, and for every conversation `<name>.state` (the library's own
 * format) with `<name>.head` beside it. Names are keyed hashes, so that they reveal no ids.
 * Parent and child both use this: the parent must be able to remove states while no child runs.
 */

/** Of the hash that names a conversation's files, in hexadecimal characters. */
const nameCharacters = 40;
const keyBytes = 32;
const keyFile = 'key';

/** Makes the folder where needed, for its owner alone, and gives the key of its file names. */
export const openStateFolder = (folder: string): Buffer => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = join(folder, keyFile);
  const known = readKey(path);
  if (known) return known;
  // What was named with another key could not be found to be forgotten.
  for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true, force: true });
  const key = randomBytes(keyBytes);
  writeFileSync(path, key, { mode: 0o600 });
  return key;
};

const readKey = (path: string): Buffer | undefined => {
  try {
    const key = readFileSync(path);
    return key.length === keyBytes ? key : undefined;
  } catch {
    return undefined;
  }
};

/** The name of a conversation's files, without extension. */
export const stateName = (key: Buffer, affinity: string): string =>
  createHmac('sha256', key).update(affinity).digest('hex').slice(0, nameCharacters);

/** What a file in the folder is; undefined for what does not belong there. */
export const parseStateFile = (
  file: string,
): { readonly name: string; readonly kind: 'state' | 'head' | 'unfinished' } | undefined => {
  const [, name, extension] = /^([0-9a-f]{40})\.(state|head|\d+\.new)$/.exec(file) ?? [];
  if (name === undefined) return undefined;
  return { name, kind: extension === 'state' || extension === 'head' ? extension : 'unfinished' };
};

export const isKeyFile = (file: string): boolean => file === keyFile;

/** Removes all files of a conversation; for use while no child process runs. */
export const removeStateFiles = async (folder: string, affinity: string): Promise<void> => {
  const key = readKey(join(folder, keyFile));
  if (!key) return; // without it there are no states that could be read
  const name = stateName(key, affinity);
  for (const file of await readdir(folder).catch(() => []))
    if (parseStateFile(file)?.name === name) await rm(join(folder, file), { force: true });
};
