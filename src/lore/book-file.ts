import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import type { Lorebook } from '../core/lorebook.ts';
import { sentence } from '../core/sentence.ts';
import { isCheapYaml, type YamlBounds } from '../text/cheap-yaml.ts';
import { type Mistake, mistakeLine } from '../text/mistake.ts';
import { badLorebook } from './clean-value.ts';
import { lorebookFileOf, worldOf } from './export-lorebook.ts';
import { type ImportedLorebook, parseLorebook } from './import-lorebook.ts';
import { lorebookFileText, parseLorebookFile } from './lorebook-file.ts';

/** The kinds of files that hold a book; the name is the file's extension. */
export type BookFormat = 'json' | 'yaml';

/** A book out of a file. */
export type ReadBook = {
  readonly book: Lorebook;
  readonly format: BookFormat;
  /** Sentences about what has no meaning there or is never found. */
  readonly warnings: readonly string[];
};

/** A book, or all that is wrong with its file. */
export type CheckedBook =
  | (ReadBook & { readonly mistakes?: never })
  | { readonly book?: never; readonly mistakes: readonly Mistake[] };

/**
 * Reads a book from the bytes of a file, told by what is in them: JSON (a world file or a card's book) or this project's own YAML.
 * What is wrong comes back, with its line where it is known.
 *
 * @param file the file as people name it
 * @param name what the book is called where a file of another program does not say [the id]
 */
export const checkBook = (bytes: Uint8Array, id: string, file: string, name: string = id): CheckedBook => {
  try {
    return checkText(decode(bytes), id, file, name);
  } catch (error) {
    if (!(error instanceof PaddockError)) throw error;
    return { mistakes: [{ file, path: '', text: error.userText.replace(/\.$/, '') }] };
  }
};

/** The same for a book that is needed: throws a `PaddockError` (`bad-input`) with a sentence for whoever needs it. */
export const usableBook = (bytes: Uint8Array, id: string, file: string, name: string = id): ReadBook =>
  usable(checkText(decode(bytes), id, file, name));

/** Throws `bad-input` for what is no book at all. */
const checkText = (text: string, id: string, file: string, name: string): CheckedBook => {
  if (isJson(text)) return json(parseLorebook(text, { id, name }));
  if (Buffer.byteLength(text) > bounds.textFileBytesMax)
    throw badLorebook(sentence('bookYamlTooLarge', { bytes: bounds.textFileBytesMax }));
  const checked = parseLorebookFile(text, id, file);
  if (checked.mistakes !== undefined) return checked;
  return { book: checked.book, format: 'yaml', warnings: [] };
};

/** The same for a file from anywhere: what would be costly to read is refused. */
export const readBook = (bytes: Uint8Array, id: string, name: string = id): ReadBook => {
  const text = decode(bytes);
  if (text.trim() === '') throw badLorebook(sentence('bookEmpty'));
  if (!isJson(text) && !isCheapYaml(text, yamlBounds)) {
    throw badLorebook(sentence('bookYamlTooIntricate', { kilobytes: bounds.loreLibrary.yamlBytesMax / 1000 }));
  }
  return usable(checkText(text, id, 'lorebook', name));
};

const usable = (checked: CheckedBook): ReadBook => {
  const { mistakes } = checked;
  if (mistakes === undefined) return checked;
  const shown = mistakes.slice(0, 3).map((mistake) => mistakeLine(mistake).replace(/\s+/g, ' '));
  const count = mistakes.length - shown.length;
  const told = { mistakes: shown.join('; ') };
  throw badLorebook(count === 0 ? sentence('bookMistakes', told) : sentence('bookMistakesMore', { ...told, count }));
};

/** A book as a file. JSON comes in the form the book was read in, a world file where it was read in none. */
export const bookBytes = (book: Lorebook, format: BookFormat, kind: 'world' | 'card' = kindOf(book)): Uint8Array => {
  const text =
    format === 'yaml'
      ? lorebookFileText(book)
      : `${JSON.stringify(kind === 'card' ? lorebookFileOf(book) : worldOf(book), null, 2)}\n`;
  return new TextEncoder().encode(text);
};

const kindOf = (book: Lorebook): 'world' | 'card' => book.origin?.format ?? 'world';

const json = (read: ImportedLorebook): ReadBook => ({ ...read, format: 'json' });

const decode = (bytes: Uint8Array): string => {
  const { fileBytesMax } = bounds.lorebook;
  if (bytes.length > fileBytesMax) {
    throw badLorebook(sentence('bookTooLarge', { megabytes: fileBytesMax / 1_000_000 }));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw badLorebook(sentence('bookNotUtf8'), error);
  }
};

const isJson = (text: string): boolean => /^\s*[[{]/.test(text);

const yamlBounds: YamlBounds = {
  charactersMax: bounds.loreLibrary.yamlBytesMax,
  marksMax: bounds.loreLibrary.yamlMarksMax,
  openMax: 8 * bounds.textFile.depthMax,
};
