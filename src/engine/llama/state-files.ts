import { createHash, createHmac, randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * The folder of kept states: `key`, and for every conversation and identity `<name>.state` (the library's
 * own format) with `<name>.head` beside it. Names are keyed hashes, so that they reveal no ids, and end in
 * that of the identity. Parent and child both use this: the parent must be able to remove states while no child runs.
 */

/** Of the hash that names a conversation's files, in hexadecimal characters. */
const nameCharacters = 40;
const identityCharacters = 16;
const keyBytes = 32;
const keyFile = 'key';

/**
 * Makes the folder where needed, for its owner alone, and gives the key of its file names. Throws, and changes nothing, when the
 * folder may be somebody else's: a link, or with anything else in it.
 */
export const openStateFolder = (folder: string): Buffer => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is a link, and states are kept in a folder of their own only`);
  const files = readdirSync(folder, { withFileTypes: true });
  const foreign = files.find((file) =>
    isKeyFile(file.name) ? !file.isFile() : file.isDirectory() || !parseStateFile(file.name),
  );
  if (foreign) throw new Error(`${join(folder, foreign.name)} is no state; move it away, or choose another folder`);
  const path = join(folder, keyFile);
  const known = readKey(path);
  const states = files.filter(({ name }) => !isKeyFile(name));
  if (!known && states.length === 0 && files.some(({ name }) => lstatSync(join(folder, name)).size > 0))
    throw new Error(`${path} is no key of states; move it away, or choose another folder`);
  chmodSync(folder, 0o700);
  if (known) return known;
  // What was named with another key could not be found to be forgotten.
  for (const { name } of files) rmSync(join(folder, name), { force: true });
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

/** What the names of all files of a conversation begin with. */
export const conversationName = (key: Buffer, affinity: string): string =>
  createHmac('sha256', key).update(affinity).digest('hex').slice(0, nameCharacters);

/** The name of a conversation's files under an identity, without extension. */
export const stateName = (key: Buffer, affinity: string, identity: string): string =>
  `${conversationName(key, affinity)}-${createHash('sha256').update(identity).digest('hex').slice(0, identityCharacters)}`;

/** What a file in the folder is; undefined for what does not belong there. */
export const parseStateFile = (
  file: string,
): { readonly conversation: string; readonly name: string; readonly kind: 'state' | 'head' | 'unfinished' } | undefined => {
  const [, conversation, identity, extension] = /^([0-9a-f]{40})(-[0-9a-f]{16})?\.(state|head|\d+\.new)$/.exec(file) ?? [];
  if (conversation === undefined) return undefined;
  // Names had no identity once.
  const isWhole = identity !== undefined && (extension === 'state' || extension === 'head');
  return { conversation, name: `${conversation}${identity ?? ''}`, kind: isWhole ? extension : 'unfinished' };
};

const isKeyFile = (file: string): boolean => file === keyFile;

/** Removes all files of a conversation; for use while no child process runs. */
export const removeStateFiles = async (folder: string, affinity: string): Promise<void> => {
  const key = readKey(join(folder, keyFile));
  if (!key) return; // without it there are no states that could be read
  const conversation = conversationName(key, affinity);
  for (const file of await readdir(folder).catch(() => []))
    if (parseStateFile(file)?.conversation === conversation) await rm(join(folder, file), { force: true });
};
