import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { isCode } from '../text/link-file.ts';
import { type ImportedFile, importedName, type RemovedFile, readImportedName } from './imported-name.ts';

/** Cards that were removed or replaced and can be had back: the newest of them, so many files and so many bytes. */
export interface RemovedCards {
  /** The newest first. */
  list(): Promise<readonly RemovedFile[]>;
  /** Keeps a file, where it is still there when its name is taken away. */
  keep(file: ImportedFile): Promise<void>;
}

export const createRemovedCards = (folder: string, now: () => number): RemovedCards => {
  const list = async (): Promise<readonly RemovedFile[]> =>
    (await fileNames(folder))
      .flatMap((name): readonly RemovedFile[] => {
        const { id, at, owner } = readImportedName(name) ?? {};
        if (id === undefined || at === undefined) return [];
        return [{ id, at, name, path: join(folder, name), ...(owner !== undefined && { owner }) }];
      })
      .toSorted((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));

  /** Lets the oldest go, of whoever has the most: nobody's removals push out those of another. */
  const prune = async (): Promise<void> => {
    const left = await Promise.all((await list()).map(async (file) => ({ ...file, bytes: await bytesOf(file.path) })));
    let total = left.reduce((sum, { bytes }) => sum + bytes, 0);
    while (left.length > bounds.removedPersonasMax || (total > bounds.personaLibrary.removedBytesMax && left.length > 1)) {
      const shares = Map.groupBy(left, ({ owner }) => owner);
      const size = (files: readonly { readonly bytes: number }[]): number =>
        left.length > bounds.removedPersonasMax ? files.length : files.reduce((sum, { bytes }) => sum + bytes, 0);
      const most = [...shares.values()].toSorted((a, b) => size(b) - size(a))[0] ?? left;
      const oldest = most.at(-1);
      if (oldest === undefined) return;
      await rm(oldest.path, { force: true });
      left.splice(left.indexOf(oldest), 1);
      total -= oldest.bytes;
    }
  };

  return {
    list,
    keep: async ({ id, name, path, owner }) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const stamp = `${String(now()).padStart(14, '0')}-${randomBytes(3).toString('hex')}`;
      const extension = readImportedName(name)?.extension ?? '';
      await link(path, join(folder, importedName(id, owner, extension, stamp)));
      await prune();
    },
  };
};

/** The files of a folder; none where there is no folder. Links are passed over: they could lead anywhere. */
export const fileNames = async (folder: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
};

/** 0 where the file is gone meanwhile. */
export const bytesOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 0;
    throw error;
  }
};
