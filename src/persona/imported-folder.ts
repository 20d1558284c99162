import { rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import { inEnglish, sentence } from '../core/sentence.ts';
import { type KeptFile, keptFileIn, readKeptName } from '../kept/kept-file.ts';
import { bytesOf, createRemovedFiles, type RemovedFile } from '../kept/removed-files.ts';
import { fileNames, linked, withSecondName, withWholeFile } from '../kept/whole-file.ts';
import { numberedIds } from '../text/slug.ts';
import type { CardFormat } from './card/read-card.ts';

/**
 * The folder of imported cards, each as it was brought. Files appear whole or not at all, and what is taken away lies in `.removed` within,
 * the newest so many.
 */
export interface ImportedFolder {
  /** The cards there, by id; empty when there is no folder yet. */
  files(): Promise<readonly KeptFile[]>;
  /** Those that were removed or replaced and can be had back, the newest first. */
  removed(): Promise<readonly RemovedFile[]>;
  /** Writes a card under the first free id: `id`, `id-2`, … */
  add(
    id: string,
    format: CardFormat,
    bytes: Uint8Array,
    options: { readonly owner?: string; isTaken(id: string): boolean },
  ): Promise<KeptFile>;
  /** Writes a card in place of one that is there, which goes to the removed ones; it stays whose it was. */
  replace(file: KeptFile, format: CardFormat, bytes: Uint8Array): Promise<KeptFile>;
  remove(file: KeptFile): Promise<void>;
  /** Puts a removed card back. One that is there under its id goes to the removed ones. Undefined where it can't be had. */
  restore(removed: RemovedFile, present: KeptFile | undefined): Promise<KeptFile | undefined>;
  /** Deletes for good. */
  erase(file: KeptFile): Promise<void>;
}

const formats: readonly string[] = ['json', 'yaml', 'png', 'charx'] satisfies readonly CardFormat[];
const extensions = new RegExp(`^\\.(?:${formats.join('|')})$`);

export const createImportedFolder = (folder: string, now: () => number): ImportedFolder => {
  const trash = createRemovedFiles({
    folder: join(folder, '.removed'),
    now,
    extensions,
    countMax: bounds.removedPersonasMax,
    bytesMax: bounds.personaLibrary.removedBytesMax,
  });
  const fileAt = (id: string, owner: string | undefined, extension: string): KeptFile =>
    keptFileIn(folder, { id, extension, ...(owner !== undefined && { owner }) });
  const files = async (): Promise<readonly KeptFile[]> =>
    (await fileNames(folder)).flatMap((name) => {
      const { id, at, owner, extension = '' } = readKeptName(name) ?? {};
      return id === undefined || at !== undefined || !extensions.test(extension) ? [] : [fileAt(id, owner, extension)];
    });

  /** Throws when the folder would hold too much with so many bytes more. */
  const requireRoom = async (there: readonly KeptFile[], bytes: number): Promise<void> => {
    let total = bytes;
    for (const { path } of there) total += await bytesOf(path);
    if (total > bounds.personaLibrary.folderBytesMax) throw fullFolder();
  };

  /** Puts a whole file in the place of one that is there. */
  const swap = async (part: string, former: KeptFile, next: KeptFile): Promise<void> => {
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
      const ids = new Set(there.map((file) => file.id));
      return await withWholeFile(folder, bytes, async (part) => {
        for (const candidate of numberedIds(id)) {
          if (ids.has(candidate) || isTaken(candidate)) continue;
          const file = fileAt(candidate, owner, `.${format}`);
          if (await linked(part, file.path)) return file;
        }
        throw new PaddockError('bad-input', `no free id for the persona ${id}`, {
          userText: sentence('personaNameTaken'),
        });
      });
    },
    replace: async (file, format, bytes) => {
      const others = (await files()).filter(({ name }) => name !== file.name);
      await requireRoom(others, bytes.length);
      const next = fileAt(file.id, file.owner, `.${format}`);
      await withWholeFile(folder, bytes, (part) => swap(part, file, next));
      return next;
    },
    remove: async (file) => {
      await trash.keep(file);
      await rm(file.path);
    },
    restore: async (removed, present) => {
      const file = fileAt(removed.id, removed.owner, parse(removed.name).ext);
      if (present === undefined) return (await trash.giveBack(removed, file.path)) ? file : undefined;
      // A name of its own first: keeping the present one may let this one go.
      await withSecondName(folder, removed.path, (part) => swap(part, present, file));
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
