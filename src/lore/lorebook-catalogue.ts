import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Lorebook } from '../core/lorebook.ts';
import { inEnglish, type Sentence, sentence } from '../core/sentence.ts';
import { createInTurn } from '../kept/in-turn.ts';
import { idPattern, numberedIds, slugOf } from '../text/slug.ts';
import { type BookFormat, bookBytes, readBook, usableBook } from './book-file.ts';
import { bytesOfFile, createBookFolder } from './book-folder.ts';
import { createKept } from './kept.ts';
import { type LorebookSummary, readShelves, type Shelved, summaryOf } from './lorebook-shelves.ts';
import { type PreparedLorebook, prepareLorebook } from './prepare-lorebook.ts';

/** A book that was taken in, and sentences about what in its file has no meaning or can't be used. */
export type AddedLorebook = { readonly summary: LorebookSummary; readonly warnings: readonly string[] };

/**
 * Lorebooks that people wrote (a folder of theirs, never written to) and those that were imported or changed while the bot runs
 * (a folder of the bot's). Changes happen one after the other and are on disk when their promise resolves.
 */
export interface LorebookCatalogue {
  /** What could not be used of the bot's own folder, a sentence each; such a file is left where it is. */
  readonly problems: readonly string[];
  /** All books, by id. */
  list(): readonly LorebookSummary[];
  /** A book by its id, else by its name in any case. */
  find(name: string): LorebookSummary | undefined;
  /** A book ready to be scanned; read when it is asked for first, and kept while it is in use. Undefined when there is none. */
  get(id: string): Promise<PreparedLorebook | undefined>;
  /** The file of a book as it lies there. */
  file(id: string): Promise<{ readonly name: string; readonly format: BookFormat; readonly bytes: Uint8Array }>;
  /** Reads both folders again. Rejects as the start does; then everything stays as it was. */
  reload(): Promise<void>;
  /** Takes a book in, under an id made of its name or under `id`. Rejects with `bad-input`, and then nothing is stored. */
  add(bytes: Uint8Array, options?: { readonly id?: string; readonly name?: string }): Promise<AddedLorebook>;
  /** Takes a book in place of another, under the same id. */
  replace(id: string, bytes: Uint8Array): Promise<AddedLorebook>;
  /**
   * Changes a book as it is at that moment. What people wrote stays as it is: the bot's copy of it wins from now on.
   * Rejects with what `change` throws, and with `bad-input` for a book that could not be read again.
   */
  edit(id: string, change: (book: Lorebook) => Lorebook): Promise<Lorebook>;
  /** Takes a book of the bot's own away; of an edited one what people wrote is back. `restore` undoes it. */
  remove(id: string): Promise<void>;
  /** Brings back what was removed or replaced last under this id, where nothing of the bot's own is in its place. */
  restore(id: string): Promise<LorebookSummary>;
  /** Deletes a book of the bot's own for good, with what was removed or replaced under its id. */
  erase(id: string): Promise<void>;
}

export type LorebookCatalogueOptions = {
  /** Where people write lorebooks; need not be there. */
  readonly folder: string;
  /** Where the bot keeps its own; made when the first one comes. */
  readonly importedFolder: string;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** The first folder as people name it [`personas/lorebooks`] */
  readonly label?: string;
  /** Hears of a book that can't be read any more while the bot runs. */
  readonly onProblem?: (id: string, error: unknown) => void;
};

/**
 * Reads all lorebooks once, to know their names. A mistake in people's own files ends it with `configuration-invalid`, a line of the message
 * for each; one in the bot's own folder is a problem, but no reason not to start.
 */
export const createLorebookCatalogue = async (options: LorebookCatalogueOptions): Promise<LorebookCatalogue> => {
  const folder = createBookFolder(options.importedFolder, options.now);
  let state = await readShelves(options, await folder.files());
  const kept = createKept<PreparedLorebook>(bounds.loreLibrary.keptMax, bounds.loreLibrary.keptBytesMax);
  const inTurn = createInTurn();

  const list = (): readonly LorebookSummary[] =>
    [...state.values()].map(({ summary }) => summary).sort((a, b) => (a.id < b.id ? -1 : 1));
  const known = (id: string): Shelved => {
    const found = state.get(id);
    if (found === undefined) throw unknown();
    return found;
  };
  /** Fewer books than numbers: one is free. */
  const freeId = (id: string): string => numberedIds(id).find((candidate) => !state.has(candidate)) ?? id;
  /** What lies there now. A shelf only knows names; the file is read again where its book is needed. */
  const bytesOf = ({ file }: Shelved): Promise<Uint8Array> => bytesOfFile(file.path, bounds.lorebook.fileBytesMax);
  const bookOf = async ({ summary, file }: Shelved, bytes: Uint8Array): Promise<Lorebook> =>
    usableBook(bytes, summary.id, file.name, summary.name).book;
  const store = async (id: string, format: BookFormat, bytes: Uint8Array, book: Lorebook): Promise<LorebookSummary> => {
    const before = state.get(id);
    const isOwn = before !== undefined && before.summary.source !== 'imported';
    const former = before?.summary.source === 'own' ? undefined : before?.file;
    const others = [...state].reduce((sum, [other, { bytes: size }]) => sum + (other === id ? 0 : size), 0);
    if (others + bytes.length > bounds.loreLibrary.folderBytesMax) throw fullFolder();
    const file = await folder.write(id, format, bytes, former);
    const summary = summaryOf(book, isOwn ? 'edited' : 'imported');
    const own = before?.summary.source === 'own' ? before : before?.own;
    state.set(id, { file, summary, bytes: bytes.length, ...(own && { own }) });
    kept.delete(id);
    return summary;
  };

  return {
    get problems() {
      return state.problems;
    },
    list,
    find: (name) => {
      const wanted = name.trim().toLowerCase();
      return state.get(wanted)?.summary ?? list().find((summary) => summary.name.toLowerCase() === wanted);
    },
    get: async (id) => {
      const shelved = state.get(id);
      if (shelved === undefined) return undefined;
      return await kept.get(id, async () => {
        try {
          const bytes = await bytesOf(shelved);
          return { value: prepareLorebook(await bookOf(shelved, bytes)), size: bytes.length };
        } catch (error) {
          options.onProblem?.(id, error);
          return { value: undefined, size: 0 };
        }
      });
    },
    file: async (id) => {
      const shelved = known(id);
      const format = /\.json$/i.test(shelved.file.name) ? 'json' : 'yaml';
      return { name: `${id}.${format}`, format, bytes: await bytesOf(shelved) };
    },
    reload: () =>
      inTurn(async () => {
        state = await readShelves(options, await folder.files());
        kept.clear();
      }),
    add: async (bytes, { id: wanted, name } = {}) => {
      if (wanted !== undefined && !idPattern.test(wanted)) throw badId();
      const { book, format, warnings } = readBook(bytes, wanted ?? 'book', name ?? wanted ?? 'Lorebook');
      // A file that does not say what it is called would be called something else with the next start.
      const stored = book.origin !== undefined && book.origin.fields.name !== book.name ? bookBytes(book, format) : bytes;
      return await inTurn(async () => {
        if (state.size >= bounds.loreLibrary.booksMax) throw full();
        const id = wanted ?? freeId(slugOf(book.name, 'book'));
        if (state.has(id)) throw taken();
        const summary = await store(id, format, stored, { ...book, id });
        return { summary, warnings: [...warnings, ...prepareLorebook(book).problems] };
      });
    },
    replace: async (id, bytes) => {
      const { book, format, warnings } = readBook(bytes, id, state.get(id)?.summary.name ?? id);
      return await inTurn(async () => {
        known(id);
        const summary = await store(id, format, bytes, book);
        return { summary, warnings: [...warnings, ...prepareLorebook(book).problems] };
      });
    },
    edit: (id, change) =>
      inTurn(async () => {
        const shelved = known(id);
        const format = /\.json$/i.test(shelved.file.name) ? 'json' : 'yaml';
        const changed = change(await bookOf(shelved, await bytesOf(shelved)));
        const bytes = bookBytes(changed, format);
        // What could not be read again would be lost with the next start.
        const { book } = usableBook(bytes, id, 'lorebook', changed.name);
        await store(id, format, bytes, book);
        return book;
      }),
    remove: (id) =>
      inTurn(async () => {
        const { file, summary, own } = known(id);
        if (summary.source === 'own') throw notImported();
        await folder.remove(file);
        if (own === undefined) state.delete(id);
        else state.set(id, own);
        kept.delete(id);
      }),
    erase: (id) =>
      inTurn(async () => {
        await folder.erase(id);
        const { summary, own } = state.get(id) ?? {};
        if (summary === undefined || summary.source === 'own') return;
        if (own === undefined) state.delete(id);
        else state.set(id, own);
        kept.delete(id);
      }),
    restore: (id) =>
      inTurn(async () => {
        const before = state.get(id);
        const isFree = before === undefined || before.summary.source === 'own';
        const file = isFree && idPattern.test(id) ? await folder.restore(id) : undefined;
        if (file === undefined) throw nothingRemoved();
        const bytes = await bytesOfFile(file.path, bounds.lorebook.fileBytesMax);
        const { book } = usableBook(bytes, id, file.name);
        const summary = summaryOf(book, before === undefined ? 'imported' : 'edited');
        state.set(id, { file, summary, bytes: bytes.length, ...(before && { own: before }) });
        kept.delete(id);
        return summary;
      }),
  };
};

const refusal = (code: 'bad-input' | 'not-found' | 'not-allowed', said: Sentence): PaddockError =>
  new PaddockError(code, inEnglish(said), { userText: said });

const unknown = () => refusal('not-found', sentence('bookUnknown'));
const notImported = () => refusal('not-allowed', sentence('bookNotYours'));
const nothingRemoved = () => refusal('not-found', sentence('bookNotRemoved'));
const badId = () => refusal('bad-input', sentence('idForm'));
const taken = () => refusal('bad-input', sentence('bookIdTaken'));
const full = () => refusal('bad-input', sentence('booksFull', { max: bounds.loreLibrary.booksMax }));
const fullFolder = () => refusal('bad-input', sentence('bookFolderFull'));
