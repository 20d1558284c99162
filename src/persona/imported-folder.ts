import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { inEnglish, sentence } from '../core/sentence.ts';
import { linked } from '../text/link-file.ts';
import type { CardFormat } from './card/read-card.ts';
import { type ImportedFile, importedName, type RemovedFile, readImportedName } from './imported-name.ts';
import { bytesOf, createRemovedCards, fileNames } from './removed-cards.ts';

/**
 * The folder of imported cards, each as it was brought. Files appear whole or not at all, and what is taken away lies in `.removed` within,
 * the newest so many.
 */
export interface ImportedFolder {
  /** The cards there, by id; empty when there is no folder yet. */
  files(): Promise<readonly ImportedFile[]>;
  /** Those that were removed or replaced and can be had back, the newest first. */
  removed(): Promise<readonly RemovedFile[]>;
  /** Writes a card under the first free id: `id`, `id-2`, … */
  add(
    id: string,
    format: CardFormat,
    bytes: Uint8Array,
    options: { readonly owner?: string; isTaken(id: string): boolean },
  ): Promise<ImportedFile>;
  /** Writes a card in place of one that is there, which goes to the removed ones; it stays whose it was. */
  replace(file: ImportedFile, format: CardFormat, bytes: Uint8Array): Promise<ImportedFile>;
  remove(file: ImportedFile): Promise<void>;
  /** Puts a removed card back. One that is there under its id goes to the removed ones. Undefined where it can't be had. */
  restore(removed: RemovedFile, present: ImportedFile | undefined): Promise<ImportedFile | undefined>;
  /** Deletes for good. */
  erase(file: ImportedFile): Promise<void>;
}

/** Ids tried for one name before giving up. */
const numberMax = 1000;

export const createImportedFolder = (folder: string, now: () => number): ImportedFolder => {
  const trash = createRemovedCards(join(folder, '.removed'), now);
  const fileAt = (id: string, owner: string | undefined, extension: string): ImportedFile => {
    const name = importedName(id, owner, extension);
    return { id, name, path: join(folder, name), ...(owner !== undefined && { owner }) };
  };
  const files = async (): Promise<readonly ImportedFile[]> =>
    (await fileNames(folder)).flatMap((name) => {
      const { id, at, owner, extension } = readImportedName(name) ?? {};
      return id === undefined || at !== undefined || extension === undefined ? [] : [fileAt(id, owner, extension)];
    });
  const partName = (): string => join(folder, `.${randomBytes(8).toString('hex')}.part`);

  /** A whole file under a name that is no card's. */
  const written = async (bytes: Uint8Array): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = partName();
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

  /** Throws when the folder would hold too much with so many bytes more. */
  const requireRoom = async (there: readonly ImportedFile[], bytes: number): Promise<void> => {
    let total = bytes;
    for (const { path } of there) total += await bytesOf(path);
    if (total > bounds.personaLibrary.folderBytesMax) throw fullFolder();
  };

  /** Puts a whole file in the place of one that is there. */
  const swap = async (part: string, former: ImportedFile, next: ImportedFile): Promise<void> => {
    await trash.keep(former);
    // At once where the name stays the same; at no moment is there none.
    await rename(part, next.path);
    if (next.name !== former.name) await rm(former.path);
  };

  return {
    files,
    removed: trash.list,
    add: async (id, format, bytes, { owner, isTaken }) => {
      const there = await files();
      await requireRoom(there, bytes.length);
      const part = await written(bytes);
      try {
        const ids = new Set(there.map((file) => file.id));
        for (let number = 1; number <= numberMax; number += 1) {
          const candidate = number === 1 ? id : `${id.slice(0, 58)}-${number}`;
          if (ids.has(candidate) || isTaken(candidate)) continue;
          const file = fileAt(candidate, owner, `.${format}`);
          // Unlike a rename, a link never replaces what another process has just put there.
          if (await linked(part, file.path)) return file;
        }
      } finally {
        await rm(part, { force: true });
      }
      throw new PaddockError('bad-input', `no free id for the persona ${id}`, {
        userText: sentence('personaNameTaken'),
      });
    },
    replace: async (file, format, bytes) => {
      const others = (await files()).filter(({ name }) => name !== file.name);
      await requireRoom(others, bytes.length);
      const part = await written(bytes);
      try {
        const next = fileAt(file.id, file.owner, `.${format}`);
        await swap(part, file, next);
        return next;
      } finally {
        await rm(part, { force: true });
      }
    },
    remove: async (file) => {
      await trash.keep(file);
      await rm(file.path);
    },
    restore: async (removed, present) => {
      const extension = readImportedName(removed.name)?.extension;
      if (extension === undefined) return undefined;
      const file = fileAt(removed.id, removed.owner, extension);
      if (present === undefined) {
        if (!(await linked(removed.path, file.path))) return undefined;
      } else {
        const part = partName();
        // A name of its own first: keeping the present one may let this one go.
        await link(removed.path, part);
        try {
          await swap(part, present, file);
        } finally {
          await rm(part, { force: true });
        }
      }
      await rm(removed.path, { force: true });
      return file;
    },
    erase: async ({ path }) => await rm(path, { force: true }),
  };
};

const fullFolder = (): PaddockError => {
  const said = sentence('personaFolderFull');
  return new PaddockError('bad-input', inEnglish(said), { userText: said });
};
