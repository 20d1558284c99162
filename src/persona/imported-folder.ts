import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { isCode, linked } from '../text/link-file.ts';
import { idPattern } from '../text/slug.ts';
import type { CardFormat } from './card/read-card.ts';

/** One file of the folder. */
export type ImportedFile = { readonly id: string; readonly name: string; readonly path: string };

/**
 * The folder of imported cards: `<id>.<format>`, each as it was brought. Files appear whole or not at
 * all, and what is taken away lies in `.removed` within, the newest so many.
 */
export interface ImportedFolder {
  /** The cards there, by id; empty when there is no folder yet. */
  files(): Promise<readonly ImportedFile[]>;
  /** Writes a card under the first free id: `id`, `id-2`, … */
  add(id: string, format: CardFormat, bytes: Uint8Array, isTaken: (id: string) => boolean): Promise<ImportedFile>;
  /** Writes a card in place of one that is there; the former goes to the removed ones. */
  replace(file: ImportedFile, format: CardFormat, bytes: Uint8Array): Promise<ImportedFile>;
  remove(file: ImportedFile): Promise<void>;
  /** Puts the card back that was removed last under this id. Undefined where there is none. */
  restore(id: string): Promise<ImportedFile | undefined>;
}

const extensions: readonly string[] = ['.json', '.yaml', '.png', '.charx'] satisfies readonly `.${CardFormat}`[];
/** Ids tried for one name before giving up. */
const numberMax = 1000;

export const createImportedFolder = (folder: string, now: () => number): ImportedFolder => {
  const removedFolder = join(folder, '.removed');
  const files = async (): Promise<readonly ImportedFile[]> => (await namesIn(folder)).flatMap((name) => fileOf(folder, name));

  /** Keeps a file among the removed ones, where it is still there when its name is taken away. */
  const keep = async ({ id, name, path }: ImportedFile): Promise<void> => {
    await mkdir(removedFolder, { recursive: true, mode: 0o700 });
    const stamp = `${String(now()).padStart(14, '0')}-${randomBytes(3).toString('hex')}`;
    await link(path, join(removedFolder, `${id}.${stamp}${parse(name).ext}`));
    const removed = (await namesIn(removedFolder)).toSorted((a, b) => stampOf(a).localeCompare(stampOf(b)));
    for (const old of removed.slice(0, -bounds.removedPersonasMax)) await rm(join(removedFolder, old), { force: true });
  };

  /** A whole file under a name that is no card's. */
  const written = async (bytes: Uint8Array): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `.${randomBytes(8).toString('hex')}.part`);
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return path;
  };

  return {
    files,
    add: async (id, format, bytes, isTaken) => {
      const part = await written(bytes);
      try {
        const there = new Set((await files()).map((file) => file.id));
        for (let number = 1; number <= numberMax; number += 1) {
          const candidate = number === 1 ? id : `${id.slice(0, 58)}-${number}`;
          if (there.has(candidate) || isTaken(candidate)) continue;
          const name = `${candidate}.${format}`;
          // Unlike a rename, a link never replaces what another process has just put there.
          if (await linked(part, join(folder, name))) return { id: candidate, name, path: join(folder, name) };
        }
      } finally {
        await rm(part, { force: true });
      }
      throw new PaddockError('bad-input', `no free id for the persona ${id}`, {
        userText: 'There are too many personas of that name. Remove some first.',
      });
    },
    replace: async (file, format, bytes) => {
      const part = await written(bytes);
      const name = `${file.id}.${format}`;
      try {
        await keep(file);
        // At once where the name stays the same; at no moment is there none.
        await rename(part, join(folder, name));
        if (name !== file.name) await rm(file.path);
      } finally {
        await rm(part, { force: true });
      }
      return { id: file.id, name, path: join(folder, name) };
    },
    remove: async (file) => {
      await keep(file);
      await rm(file.path);
    },
    restore: async (id) => {
      const removed = (await namesIn(removedFolder)).filter((name) => name.startsWith(`${id}.`));
      const newest = removed.toSorted((a, b) => stampOf(a).localeCompare(stampOf(b))).at(-1);
      if (newest === undefined) return undefined;
      const name = `${id}${parse(newest).ext}`;
      if (!(await linked(join(removedFolder, newest), join(folder, name)))) return undefined;
      await rm(join(removedFolder, newest));
      return { id, name, path: join(folder, name) };
    },
  };
};

const fileOf = (folder: string, name: string): readonly ImportedFile[] => {
  const { name: id, ext } = parse(name);
  return idPattern.test(id) && extensions.includes(ext) ? [{ id, name, path: join(folder, name) }] : [];
};

const stampOf = (name: string): string => name.split('.')[1] ?? '';

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    // Links are passed over: they could lead anywhere.
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
};
