import { constants } from 'node:fs';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { inEnglish, type Sentence, sentence } from '../core/sentence.ts';
import type { KeptFile } from '../kept/kept-file.ts';
import { createRemovedFiles } from '../kept/removed-files.ts';
import { entriesOf, isCode, linked, withWholeFile } from '../kept/whole-file.ts';
import { idPattern } from '../text/slug.ts';
import type { BookFormat } from './book-file.ts';

/** One file of a folder. */
export type BookFile = Pick<KeptFile, 'id' | 'name' | 'path'>;

/**
 * The bot's own folder of lorebooks: `<id>.json` or `<id>.yaml`. Files appear whole or not at all; what is taken away
 * or replaced lies in `.removed` within, the newest so many.
 */
export interface BookFolder {
  /** The books there, by name; empty when there is no folder yet. */
  files(): Promise<readonly BookFile[]>;
  /** Puts a book there, in place of `former` where there is one. Rejects with `bad-input` when the name is another's. */
  write(id: string, format: BookFormat, bytes: Uint8Array, former?: BookFile): Promise<BookFile>;
  remove(file: BookFile): Promise<void>;
  /** Brings back what was removed last under this id; undefined where there is nothing, or something is there again. */
  restore(id: string): Promise<BookFile | undefined>;
  /** Deletes everything that was ever kept under this id, removed and replaced ones too. */
  erase(id: string): Promise<void>;
}

/** @param now in milliseconds since 1970 */
export const createBookFolder = (folder: string, now: () => number): BookFolder => {
  const removed = createRemovedFiles({
    folder: join(folder, '.removed'),
    now,
    extensions,
    countMax: bounds.loreLibrary.removedMax,
  });
  const files = async (): Promise<readonly BookFile[]> => (await bookFilesIn(folder)).flatMap(({ file }) => file ?? []);

  return {
    files,
    write: async (id, format, bytes, former) => {
      const name = `${id}.${format}`;
      const path = join(folder, name);
      await withWholeFile(folder, bytes, async (part) => {
        if (former !== undefined) await removed.keep(former);
        if (former?.name === name) await rename(part, path);
        else if (!(await linked(part, path))) throw taken(id);
        if (former !== undefined && former.name !== name) await rm(former.path);
      });
      return { id, name, path };
    },
    remove: async (file) => {
      await removed.keep(file);
      await rm(file.path);
    },
    restore: async (id) => {
      const newest = (await removed.list()).find((file) => file.id === id);
      if (newest === undefined || (await files()).some((file) => file.id === id)) return undefined;
      const name = `${id}${parse(newest.name).ext}`;
      const path = join(folder, name);
      return (await removed.giveBack(newest, path)) ? { id, name, path } : undefined;
    },
    erase: async (id) => {
      for (const file of [...(await files()), ...(await removed.list())]) {
        if (file.id === id) await rm(file.path, { force: true });
      }
    },
  };
};

const extensions = /^\.(?:json|ya?ml)$/i;

/**
 * What in a folder has the name of a book's file, by name: the file, or what is wrong with it. Links that lead out of the folder are wrong,
 * as they could lead anywhere. Empty where there is no folder.
 */
export const bookFilesIn = async (
  folder: string,
): Promise<readonly { readonly name: string; readonly file?: BookFile; readonly problem?: string }[]> => {
  const candidates = (await entriesOf(folder)).filter(({ name }) => !name.startsWith('.') && extensions.test(parse(name).ext));
  if (candidates.length === 0) return [];
  const root = await realpath(folder);
  return await Promise.all(
    candidates.map(async (entry) => {
      const { name } = entry;
      const path = join(folder, name);
      const id = parse(name).name;
      if (!idPattern.test(id)) {
        return { name, problem: 'the name must be of lower-case letters, digits, - and _ only, such as my-world.yaml' };
      }
      const real = entry.isSymbolicLink() ? await realpath(path).catch(() => '') : join(root, name);
      if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
        return { name, problem: 'is a link that leads out of the folder; put the file itself there' };
      }
      return { name, file: { id, name, path } };
    }),
  );
};

/** The bytes of a file of at most `bytesMax`. Rejects with `bad-input`, and a sentence that says why. */
export const bytesOfFile = async (path: string, bytesMax: number): Promise<Uint8Array> => {
  // Without waiting: opening a named pipe would last until somebody writes into it.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw isCode(error, 'ENOENT')
      ? unreadable(sentence('fileMissing'), error)
      : unreadable(sentence('fileUnreadable', { code: codeOf(error) }), error);
  });
  try {
    const state = await handle.stat();
    if (!state.isFile()) throw unreadable(sentence('fileIsNone'));
    if (state.size > bytesMax) throw unreadable(sentence('fileTooLarge', { megabytes: bytesMax / 1_000_000 }));
    const bytes = Buffer.alloc(state.size);
    const { bytesRead } = await handle.read(bytes, 0, state.size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason');

const unreadable = (said: Sentence, cause?: unknown): PaddockError =>
  new PaddockError('bad-input', inEnglish(said), { userText: said, ...(cause !== undefined && { cause }) });

const taken = (id: string): PaddockError =>
  new PaddockError('bad-input', `the lorebook ${id} is there already`, {
    userText: sentence('bookNameTaken'),
  });
