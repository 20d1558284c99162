import { setImmediate } from 'node:timers/promises';
import { bounds } from '../core/bounds.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import type { Lorebook } from '../core/lorebook.ts';
import { type Mistake, mistakesError } from '../text/mistake.ts';
import { checkBook } from './book-file.ts';
import { type BookFile, bookFilesIn, bytesOfFile } from './book-folder.ts';

/** What lists show of a book. */
export type LorebookSummary = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly entryCount: number;
  /** `own`: a file that people wrote. `edited`: the bot's copy of one, which wins. `imported`: the bot's own file. */
  readonly source: 'own' | 'edited' | 'imported';
};

/** A book's place, and what is known without reading it. */
export type Shelved = {
  readonly file: BookFile;
  readonly summary: LorebookSummary;
  /** Size of the bot's own file; 0 for what people wrote. */
  readonly bytes: number;
  /** What people wrote, where this is the bot's copy of it. */
  readonly own?: Shelved;
};

/** All books by id, and what could not be used of the bot's own folder. */
export type Shelves = Map<string, Shelved> & { problems: readonly string[] };

/** Reads both folders. Throws `configuration-invalid` for mistakes in people's own. */
export const readShelves = async (
  { folder, label = 'personas/lorebooks' }: { readonly folder: string; readonly label?: string },
  imported: readonly BookFile[],
): Promise<Shelves> => {
  const mistakes: Mistake[] = [];
  const problems: string[] = [];
  const shelves = new Map<string, Shelved>();
  for (const { name, file, problem } of await bookFilesIn(folder)) {
    const shown = `${label}/${name}`;
    const wrong = (text: string) => mistakes.push({ file: shown, path: '', text });
    if (problem !== undefined || file === undefined) wrong(problem ?? 'can not be read');
    else if (shelves.has(file.id)) wrong(`has the same id as ${label}/${shelves.get(file.id)?.file.name}; rename one of them`);
    else {
      const checked = await checkFile(file, shown);
      if (checked.mistakes !== undefined) mistakes.push(...checked.mistakes);
      else shelves.set(file.id, { file, summary: summaryOf(checked.book, 'own'), bytes: 0 });
    }
  }
  if (shelves.size > bounds.loreLibrary.booksMax) mistakes.push({ file: label, path: '', text: 'holds too many lorebooks' });
  if (mistakes.length > 0) throw mistakesError(mistakes.slice(0, bounds.textFile.mistakesMax));
  const seen = new Set<string>();
  for (const file of imported) {
    const own = shelves.get(file.id);
    const checked = seen.has(file.id) ? { mistakes: [sameId(file.name)] } : await checkFile(file, file.name);
    if (checked.mistakes !== undefined) problems.push(...checked.mistakes.slice(0, 1).map(problemText));
    else if (own === undefined && shelves.size >= bounds.loreLibrary.booksMax) problems.push(`${file.name}: ${tooMany}`);
    else {
      const summary = summaryOf(checked.book, own === undefined ? 'imported' : 'edited');
      shelves.set(file.id, { file, summary, bytes: checked.size, ...(own && { own }) });
      seen.add(file.id);
    }
  }
  return Object.assign(shelves, { problems });
};

const checkFile = async (
  file: BookFile,
  shown: string,
): Promise<
  { readonly book: Lorebook; readonly size: number; readonly mistakes?: never } | { readonly mistakes: readonly Mistake[] }
> => {
  // Many large books must not keep everything else waiting.
  await setImmediate();
  try {
    const bytes = await bytesOfFile(file.path, bounds.lorebook.fileBytesMax);
    const checked = checkBook(bytes, file.id, shown);
    return checked.mistakes === undefined ? { book: checked.book, size: bytes.length } : checked;
  } catch (error) {
    if (!(error instanceof PaddockError)) throw error;
    return { mistakes: [{ file: shown, path: '', text: userTextOf(error).replace(/\.$/, '') }] };
  }
};

/** What lists show of this book. */
export const summaryOf = ({ id, name, description, entries }: Lorebook, source: LorebookSummary['source']): LorebookSummary => ({
  id,
  name,
  description: description.slice(0, 500),
  entryCount: entries.length,
  source,
});

const tooMany = `there are already ${bounds.loreLibrary.booksMax} lorebooks`;

const sameId = (name: string): Mistake => ({
  file: name,
  path: '',
  text: 'there is another lorebook with this id; rename the file',
});

const problemText = ({ file, position, path, text }: Mistake): string =>
  `${file}${position === undefined ? '' : `:${position.line}`}: ${path === '' ? '' : `${path}: `}${text}.`;
