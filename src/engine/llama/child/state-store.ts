import { createReadStream } from 'node:fs';
import { lstat, open, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { conversationName, openStateFolder, parseStateFile, stateName } from '../state-files.ts';
import { readHead, type StateHead, writeHead } from './state-head.ts';

/** A state in the folder. */
export type KeptState = StateHead & {
  readonly name: string;
  /** Of the state file, absolute. */
  readonly path: string;
};

/**
 * Kept states as files: the newest within a budget, whole and of one identity. Those of others, such as another model, are never given
 * out, and stay for when that comes back, as long as there is room. Page cache makes it fast, the disk makes it last.
 */
export interface StateStore {
  /** Of all files together; a larger state can't be kept. */
  readonly bytesMax: number;
  /** All that could be restored, those used last at the end. */
  all(): Iterable<KeptState>;
  /** What is kept of a conversation. */
  stateOf(affinity: string): KeptState | undefined;
  /**
   * Takes a new state of a conversation. Resolves as soon as `save` has written it; checking and
   * publishing it goes on behind (see `settled`). One that is larger than the budget is dropped, and drives out no other.
   * @param save writes the state into a file and gives its size
   */
  write(affinity: string, tokens: Uint32Array, save: (path: string) => Promise<number>): Promise<void>;
  /** Whether a state has neither been removed nor replaced. */
  isCurrent(state: KeptState): boolean;
  /** Whether a state is there and as it was written; one that is not is removed. */
  verify(state: KeptState): Promise<boolean>;
  /** Notes the use of a state, for the order of removal. */
  touch(state: KeptState): Promise<void>;
  remove(state: KeptState): Promise<void>;
  /** Removes what is kept of a conversation, also what is being written. */
  forget(affinity: string): Promise<void>;
  /** Resolves when nothing of a conversation, or at all, is being written; never rejects. */
  settled(affinity?: string): Promise<void>;
  /** Gives a file for a trial, to be written and read, and removes it. */
  withTrialFile<Result>(use: (path: string) => Promise<Result>): Promise<Result>;
}

/**
 * Opens the folder and removes from it what is no whole state. Throws what `openStateFolder` throws.
 * @param bytesMax of all files together; those unused for longest go first
 */
export const openStateStore = async (options: {
  readonly folder: string;
  readonly bytesMax: number;
  readonly identity: string;
  readonly onFailure: (error: unknown) => void;
}): Promise<StateStore> => {
  const { folder, bytesMax, identity, onFailure } = options;
  const key = openStateFolder(folder);
  /** Of all identities, in order of use. */
  const states = await readFolder(folder, identity);
  const nameOf = (affinity: string): string => stateName(key, affinity, identity);
  /** The newest write of each name; one that is no longer here when it is done counts for nothing. */
  const writes = new Map<string, number>();
  let lastWrite = 0;
  let publishing: Promise<void> = Promise.resolve();

  const removeFiles = async (name: string): Promise<void> => {
    await rm(join(folder, `${name}.head`), { force: true });
    await rm(join(folder, `${name}.state`), { force: true });
  };

  const removeBeyondBudget = async (): Promise<void> => {
    let bytes = 0;
    for (const state of states.values()) bytes += state.bytes;
    for (const state of [...states.values()]) {
      if (bytes <= bytesMax) return;
      bytes -= state.bytes;
      await remove(state);
    }
  };

  const remove = async (state: KeptState): Promise<void> => {
    if (states.get(state.name) !== state) return;
    states.delete(state.name);
    await removeFiles(state.name);
  };

  const publish = async (name: string, write: number, newPath: string, tokens: Uint32Array, bytes: number): Promise<void> => {
    const path = join(folder, `${name}.state`);
    try {
      if (bytes > bytesMax || writes.get(name) !== write) return;
      const sum = await sumOf(newPath);
      if (writes.get(name) !== write) return;
      const state: KeptState = { identity, tokens, bytes, crc32: sum, name, path };
      // Head and state never belong to different writes: the old ones go before the new ones come.
      states.delete(name);
      await removeFiles(name);
      await rename(newPath, path);
      await writeFile(join(folder, `${name}.head`), writeHead({ identity, tokens, bytes, crc32: sum }), { mode: 0o600 });
      if (writes.get(name) !== write) await removeFiles(name);
      else states.set(name, state);
      await removeBeyondBudget();
    } finally {
      if (writes.get(name) === write) writes.delete(name);
      await rm(newPath, { force: true });
    }
  };

  await removeBeyondBudget();

  return {
    bytesMax,
    all: function* () {
      for (const state of states.values()) if (state.identity === identity) yield state;
    },
    stateOf: (affinity) => states.get(nameOf(affinity)),
    write: async (affinity, tokens, save) => {
      const name = nameOf(affinity);
      const write = ++lastWrite;
      writes.set(name, write);
      const newPath = join(folder, `${name}.${write}.new`);
      try {
        // The library opens it without a mode.
        await (await open(newPath, 'wx', 0o600)).close();
        const bytes = await save(newPath);
        publishing = publishing.then(() => publish(name, write, newPath, tokens, bytes)).catch(onFailure);
      } catch (error) {
        if (writes.get(name) === write) writes.delete(name);
        await rm(newPath, { force: true });
        throw error;
      }
    },
    isCurrent: (state) => states.get(state.name) === state,
    verify: async (state) => {
      const isWhole = await lstat(state.path)
        .then(async (file) => file.isFile() && file.size === state.bytes && (await sumOf(state.path)) === state.crc32)
        .catch(() => false);
      if (!isWhole) await remove(state);
      return isWhole && states.get(state.name) === state;
    },
    touch: async (state) => {
      if (states.get(state.name) !== state) return;
      states.delete(state.name);
      states.set(state.name, state);
      const now = new Date();
      await utimes(join(folder, `${state.name}.head`), now, now).catch(() => {});
    },
    remove,
    forget: async (affinity) => {
      const conversation = conversationName(key, affinity);
      writes.delete(nameOf(affinity));
      for (const name of [nameOf(affinity), ...states.keys()]) {
        if (!name.startsWith(conversation)) continue;
        states.delete(name);
        await removeFiles(name);
      }
      // What is being published at this moment sees that its write is gone.
      await publishing;
    },
    settled: async (affinity) => {
      if (affinity === undefined || writes.has(nameOf(affinity))) await publishing;
    },
    withTrialFile: async (use) => {
      const path = join(folder, `${nameOf('')}.0.new`);
      try {
        await (await open(path, 'wx', 0o600)).close();
        return await use(path);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
};

/** The folder's whole states, by name, those used last at the end; what is left of others is removed. */
const readFolder = async (folder: string, identity: string): Promise<Map<string, KeptState>> => {
  const found: { readonly state: KeptState; readonly usedAt: number }[] = [];
  const files = await readdir(folder);
  for (const file of files) {
    if (parseStateFile(file)?.kind !== 'head') continue;
    const state = await readState(folder, file.slice(0, -'.head'.length), identity).catch(() => undefined);
    if (state) found.push(state);
  }
  const names = new Set(found.map(({ state }) => state.name));
  for (const file of files) {
    const parsed = parseStateFile(file);
    if (!parsed || (parsed.kind !== 'unfinished' && names.has(parsed.name))) continue;
    await rm(join(folder, file), { force: true });
  }
  return new Map(found.sort((one, other) => one.usedAt - other.usedAt).map(({ state }) => [state.name, state]));
};

const readState = async (
  folder: string,
  name: string,
  identity: string,
): Promise<{ readonly state: KeptState; readonly usedAt: number } | undefined> => {
  const headPath = join(folder, `${name}.head`);
  const path = join(folder, `${name}.state`);
  const [headFile, stateFile] = await Promise.all([lstat(headPath), lstat(path)]);
  if (!headFile.isFile() || !stateFile.isFile()) return undefined;
  const head = readHead(await readFile(headPath, 'utf8'));
  if (!head || head.bytes !== stateFile.size) return undefined;
  // Tokens of other identities are never compared.
  const tokens = head.identity === identity ? head.tokens : new Uint32Array();
  return { state: { ...head, tokens, name, path }, usedAt: headFile.mtimeMs };
};

/** Against damage, not against forgery: whoever can write here can write everywhere in the data folder. */
const sumOf = async (path: string): Promise<number> => {
  let sum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) sum = crc32(chunk as Buffer, sum);
  return sum;
};
