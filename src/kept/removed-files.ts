import { randomBytes } from 'node:crypto';
import { link, mkdir, rm, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { type KeptFile, keptFileIn, readKeptName } from './kept-file.ts';
import { fileNames, isCode, linked } from './whole-file.ts';

/** A file that was removed or replaced. `at`: when, in milliseconds since 1970. */
export type RemovedFile = KeptFile & { readonly at: number };

/** Files that were removed or replaced and can be had back: the newest of them, so many files and so many bytes. */
export interface RemovedFiles {
  /** The newest first. */
  list(): Promise<readonly RemovedFile[]>;
  /** Keeps a file, while it is still there under its own name. */
  keep(file: KeptFile): Promise<void>;
  /** Gives one back under a path; false when that is taken. */
  giveBack(removed: RemovedFile, path: string): Promise<boolean>;
}

/**
 * @param options.extensions of the files; others in the folder are left alone.
 * @param options.bytesMax of all [no bound]; the newest one stays, however large it is.
 */
export const createRemovedFiles = ({
  folder,
  now,
  extensions,
  countMax,
  bytesMax = Number.POSITIVE_INFINITY,
}: {
  readonly folder: string;
  readonly now: () => number;
  readonly extensions: RegExp;
  readonly countMax: number;
  readonly bytesMax?: number;
}): RemovedFiles => {
  const list = async (): Promise<readonly RemovedFile[]> =>
    (await fileNames(folder))
      .flatMap((name): readonly RemovedFile[] => {
        const { id, at, owner, extension = '' } = readKeptName(name) ?? {};
        if (id === undefined || at === undefined || !extensions.test(extension)) return [];
        return [{ id, at, name, path: join(folder, name), ...(owner !== undefined && { owner }) }];
      })
      .toSorted((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));

  /** Lets the oldest go, of whoever has the most: nobody's removals push out those of another. */
  const prune = async (): Promise<void> => {
    const left = await Promise.all((await list()).map(async (file) => ({ ...file, bytes: await bytesOf(file.path) })));
    let total = left.reduce((sum, { bytes }) => sum + bytes, 0);
    while (left.length > countMax || (total > bytesMax && left.length > 1)) {
      const shares = Map.groupBy(left, ({ owner }) => owner);
      const size = (files: readonly { readonly bytes: number }[]): number =>
        left.length > countMax ? files.length : files.reduce((sum, { bytes }) => sum + bytes, 0);
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
      const { ext: extension } = parse(name);
      await link(path, keptFileIn(folder, { id, extension, stamp, ...(owner !== undefined && { owner }) }).path);
      await prune();
    },
    giveBack: async (removed, path) => {
      if (!(await linked(removed.path, path))) return false;
      await rm(removed.path, { force: true });
      return true;
    },
  };
};

/** The size of a file; 0 where it is gone meanwhile. */
export const bytesOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 0;
    throw error;
  }
};
