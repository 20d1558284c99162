import { existsSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { loreBytes } from '../commands/lore-bytes.ts';
import { bounds } from '../core/bounds.ts';
import { PaddockError } from '../core/error.ts';
import {
  type BookFormat,
  bookBytes,
  entrySettingsText,
  entryTitle,
  explainText,
  type LorebookCatalogue,
  prepareLorebook,
  type ReadBook,
  readBook,
  textOfKeys,
} from '../lore/index.ts';
import { readBytes } from '../persona/read-bytes.ts';
import { cleanText } from '../platform/terminal/clean-text.ts';
import { idPattern, slugOf } from '../text/slug.ts';
import type { Options } from './arguments.ts';
import { loadSettings } from './load-settings.ts';
import { openLorebooks } from './open-lorebooks.ts';
import { writeResult } from './write-result.ts';

/** `lore inspect|test|import|export FILE`; gives the exit code. Throws what a bad lorebook or configuration throws. */
export const lore = async ([action, file, ...rest]: readonly string[], options: Options): Promise<number> => {
  if (file === undefined || rest.length > 0)
    throw usageError('lore needs what to do and one file: lore inspect|test|import|export FILE');
  switch (action) {
    case 'inspect':
      return inspect(await bookOf(file, options), options);
    case 'test':
      return await test(file, options);
    case 'import':
      return await importBook(file, options);
    case 'export':
      return exportBook(await bookOf(file, options), options);
    default:
      throw usageError(`lore can inspect, test, import and export, not "${action}"`);
  }
};

const inspect = ({ book, warnings: remarks }: ReadBook, options: Options): number => {
  const warnings = [...remarks, ...prepareLorebook(book).problems];
  if (options.json) return print(JSON.stringify({ ...book, warnings }, null, 2));
  const entries = book.entries.map((entry) => {
    const settings = entrySettingsText(entry).replace(/\n\s*/g, '; ');
    const keys = entry.keys.length === 0 ? '' : `  keys: ${textOfKeys(entry.keys)}`;
    return [
      `  ${entryTitle(entry).replace(/\s+/g, ' ').slice(0, 100)} (about ${Math.ceil(entry.content.length / 4)} tokens)`,
      ...[keys, settings === '' ? '' : `  ${settings}`].filter((line) => line !== '').map((line) => `  ${line}`),
    ].join('\n');
  });
  const origin = { world: 'world file', card: 'book of a card' }[book.origin?.format ?? 'world'];
  return print(
    [
      `${book.name}: ${book.entries.length === 1 ? '1 entry' : `${book.entries.length} entries`}, ${book.origin === undefined ? 'YAML' : origin}`,
      ...(book.description.trim() === '' ? [] : [book.description.trim()]),
      ...[
        ['scanDepth', book.scanDepth],
        ['budgetTokens', book.budgetTokens],
        ['isRecursive', book.isRecursive],
      ].flatMap(([name, value]) => (value === undefined ? [] : [`  ${name}: ${value}`])),
      ...entries,
      warnings.length === 0 ? 'No warnings.' : 'Warnings:',
      ...warnings.map((warning) => `  ${warning}`),
    ].join('\n'),
  );
};

const test = async (file: string, options: Options): Promise<number> => {
  if (options.text === undefined) throw usageError('lore test needs --text, what is said; - reads standard input');
  const { book } = await bookOf(file, options);
  const text = options.text === '-' ? await textOf(process.stdin) : options.text;
  const { entries, problems } = await explainText([book], text, {
    contextTokens: loadSettings(options).config.engine.contextTokens,
    // No model is asked: four characters each.
    countTokens: async (texts) => texts.map((one) => Math.ceil(one.length / 4)),
  });
  if (options.json) return print(JSON.stringify({ entries, problems }, null, 2));
  const lines = (isActive: boolean): readonly string[] =>
    entries
      .filter((entry) => entry.isActive === isActive)
      .map(({ title, why, tokens }) => `  ${title}: ${why}${isActive ? ` (about ${tokens} tokens)` : ''}`);
  const [active, others] = [lines(true), lines(false)];
  return print(
    [
      active.length === 0 ? 'No entry would come into the prompt.' : 'Would come into the prompt:',
      ...active,
      ...(others.length === 0 ? [] : ['Would not:', ...others]),
      ...problems,
    ].join('\n'),
  );
};

const importBook = async (file: string, options: Options): Promise<number> => {
  const { bytes, name = parse(file).name } = inFile(file, () => loreBytes(readBytes(file, bounds.card.fileBytesMax)));
  const catalogue = await openCatalogue(options);
  const { book } = inFile(file, () => readBook(bytes, options.id ?? 'book', name));
  const id = options.id ?? slugOf(book.name, 'book');
  const isThere = catalogue.list().some((other) => other.id === id);
  if (isThere && !options.force) {
    const sentence = `there is a lorebook ${id} already; --force replaces it, --id gives this one another name`;
    throw new PaddockError('bad-input', sentence, { userText: sentence });
  }
  const { summary, warnings } = isThere ? await catalogue.replace(id, bytes) : await catalogue.add(bytes, { id, name });
  for (const warning of warnings) process.stderr.write(cleanText(`warning: ${warning}\n`));
  return print(`${summary.name} is the lorebook ${summary.id} now.`);
};

const exportBook = ({ book, format: own }: ReadBook, options: Options): number => {
  const { format, extension, kind } = formatOf(options, own);
  const bytes = bookBytes(book, format, kind);
  if (options.out === '-') {
    process.stdout.write(bytes);
    return 0;
  }
  const name = `${book.id}.${extension}`;
  const isFolder = options.out !== undefined && existsSync(options.out) && statSync(options.out).isDirectory();
  const out = isFolder ? join(options.out ?? '', name) : (options.out ?? name);
  writeResult(out, bytes, options.force ?? false);
  return print(`Written: ${out}`);
};

type Written = { readonly format: BookFormat; readonly extension: string; readonly kind?: 'world' | 'card' };

/** As asked for, or else as the written file's name says, or as the book is. */
const formatOf = ({ format, out = '' }: Options, own: BookFormat): Written => {
  const wanted = format ?? (/\.ya?ml$/i.test(out) ? 'yaml' : /\.json$/i.test(out) && own === 'yaml' ? 'world' : own);
  switch (wanted) {
    case 'yaml':
      return { format: 'yaml', extension: 'yaml' };
    case 'json':
      return { format: 'json', extension: 'json' };
    case 'world':
    case 'card':
      return { format: 'json', extension: 'json', kind: wanted };
    default:
      throw usageError('--format is one of world, card, yaml');
  }
};

/** The book in a file, or that of the library by its id. */
const bookOf = async (file: string, options: Options): Promise<ReadBook> => {
  if (!existsSync(file) && idPattern.test(file)) {
    const catalogue = await openCatalogue(options);
    const prepared = await catalogue.get(file);
    if (prepared !== undefined) return { book: prepared.book, format: (await catalogue.file(file)).format, warnings: [] };
  }
  return inFile(file, () => {
    const { bytes, name = parse(file).name } = loreBytes(readBytes(file, bounds.card.fileBytesMax));
    return readBook(bytes, slugOf(parse(file).name, 'book'), name);
  });
};

/** Names the file in what goes wrong with it. */
const inFile = <Result>(file: string, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PaddockError)) throw error;
    throw new PaddockError(error.code, `${file}: ${error.userText}`, { userText: error.userText, cause: error });
  }
};

const openCatalogue = async (options: Options): Promise<LorebookCatalogue> => {
  const catalogue = await openLorebooks(options);
  for (const problem of catalogue.problems) process.stderr.write(cleanText(`warning: ${problem}\n`));
  return catalogue;
};

const usageError = (sentence: string): PaddockError =>
  new PaddockError('configuration-invalid', sentence, { userText: sentence });

const print = (text: string): number => {
  // What stands in a lorebook must not steer the terminal; JSON escapes it but for the characters above ASCII.
  process.stdout.write(`${process.stdout.isTTY || !/^[[{]/.test(text) ? cleanText(text) : text}\n`);
  return 0;
};
