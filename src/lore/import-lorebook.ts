import { bounds } from '../core/bounds.ts';
import type { Lorebook, LoreEntry, LoreOrigin } from '../core/lorebook.ts';
import { sentence } from '../core/sentence.ts';
import { withoutInvisible } from '../text/without-invisible.ts';
import { badLorebook, cleanValue, type Fields, isFields, own, parseJson } from './clean-value.ts';
import { decodeEntry } from './entry-codec.ts';

/** A book, and sentences about what in its file has no meaning or can't be used. */
export type ImportedLorebook = { readonly book: Lorebook; readonly warnings: readonly string[] };

/** What a book is called where its file does not say. */
export type ImportOptions = { readonly id: string; readonly name: string };

/**
 * Reads a lorebook in JSON: a world file, a `character_book`, a file of `lorebook_v3`, or a card that
 * holds a book. Throws a `PaddockError` (`bad-input`) whose sentence says what is wrong.
 */
export const parseLorebook = (text: string, options: ImportOptions): ImportedLorebook => importClean(parseJson(text), options);

/** The same for a value that was parsed already, such as the `character_book` of a card. */
export const importLorebook = (value: unknown, options: ImportOptions): ImportedLorebook =>
  importClean(cleanValue(value), options);

const importClean = (value: unknown, options: ImportOptions): ImportedLorebook => {
  const fields = bookIn(value);
  const raw = own(fields, 'entries');
  const list = Array.isArray(raw)
    ? raw.map((item, index) => [String(index), item])
    : isFields(raw)
      ? Object.entries(raw)
      : undefined;
  if (list === undefined) throw badLorebook(sentence('bookWithoutEntries'));
  if (list.length > bounds.lorebook.entriesMax) {
    throw badLorebook(sentence('bookTooManyEntries', { max: bounds.lorebook.entriesMax }));
  }
  const format = formatOf(
    raw,
    list.map(([, item]) => item),
  );
  const notes = createNotes();
  const taken = new Set<string>();
  const entries = list.flatMap(([key, item], index) => {
    if (!isFields(item)) {
      notes.add(`Entry ${index + 1} is not a group of names and values; it is left out.`);
      return [];
    }
    const id = freeId(idOf(item, String(key)), taken);
    const entry = decodeEntry(item, format, id, (field) =>
      notes.add(`Entry ${index + 1}: \`${field}\` holds nothing that has a meaning there; its default is taken.`),
    );
    refuseTooLarge(entry, index);
    return [entry];
  });
  const { entries: _entries, ...rest } = fields;
  return { book: bookOf(rest, { format, fields: rest }, entries, options), warnings: notes.list() };
};

/** The book itself, wherever it lies in the file. */
const bookIn = (value: unknown): Fields => {
  if (!isFields(value)) throw badLorebook(sentence('bookUnknownForm'));
  const data = own(value, 'data');
  const inner = isFields(data) ? data : value;
  const book = own(inner, 'character_book');
  if (isFields(book)) return book;
  if (own(inner, 'entries') === undefined && typeof own(inner, 'first_mes') === 'string') {
    throw badLorebook(sentence('bookNotInCard'));
  }
  return own(value, 'entries') === undefined ? inner : value;
};

/** World files hold an object; some programs write the same entries as a list, which are told by `key`. */
const formatOf = (raw: unknown, items: readonly unknown[]): LoreOrigin['format'] => {
  if (!Array.isArray(raw))
    return items.some((item) => isFields(item) && Object.hasOwn(item, 'keys') && !Object.hasOwn(item, 'key')) ? 'card' : 'world';
  return items.some((item) => isFields(item) && Object.hasOwn(item, 'key') && !Object.hasOwn(item, 'keys')) ? 'world' : 'card';
};

const bookOf = (fields: Fields, origin: LoreOrigin, entries: readonly LoreEntry[], options: ImportOptions): Lorebook => {
  const given = own(fields, 'name');
  const name = withoutInvisible(typeof given === 'string' ? given : '')
    .trim()
    .slice(0, 200);
  const description = own(fields, 'description');
  const scanDepth = wholeNumber(own(fields, 'scan_depth'));
  const budgetTokens = wholeNumber(own(fields, 'token_budget'));
  const isRecursive = own(fields, 'recursive_scanning');
  return {
    id: options.id,
    name: name || options.name,
    description: typeof description === 'string' ? description : '',
    ...(scanDepth === undefined ? {} : { scanDepth }),
    // Programs write 0 for "not set": a book that may say nothing would be of no use.
    ...(budgetTokens === undefined || budgetTokens === 0 ? {} : { budgetTokens }),
    ...(typeof isRecursive === 'boolean' ? { isRecursive } : {}),
    entries,
    origin,
  };
};

const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0
    ? Math.min(Math.trunc(value), bounds.lorebook.numberMax)
    : undefined;

const idOf = (fields: Fields, fallback: string): string => {
  const id = own(fields, 'uid') ?? own(fields, 'id');
  return (typeof id === 'number' || typeof id === 'string') && String(id).trim() !== '' ? String(id).slice(0, 64) : fallback;
};

const freeId = (id: string, taken: Set<string>): string => {
  let free = id;
  // Many entries with one id are told apart by where they stand, so that this stays linear.
  if (taken.has(free)) free = `${id}-${taken.size}`;
  while (taken.has(free)) free = `${free}x`;
  taken.add(free);
  return free;
};

const refuseTooLarge = (entry: LoreEntry, index: number): void => {
  const { keysMax, keyCharactersMax, contentCharactersMax, titleCharactersMax } = bounds.lorebook;
  const lists = [
    entry.keys,
    entry.secondaryKeys,
    entry.triggers,
    entry.characterFilter?.names ?? [],
    entry.characterFilter?.tags ?? [],
  ];
  const which = { entry: index + 1 };
  if (lists.some((list) => list.length > keysMax)) throw badLorebook(sentence('entryTooManyKeys', { ...which, max: keysMax }));
  if (lists.some((list) => list.some((key) => key.length > keyCharactersMax)))
    throw badLorebook(sentence('entryKeyTooLong', { ...which, max: keyCharactersMax }));
  if (entry.content.length > contentCharactersMax)
    throw badLorebook(sentence('entryTextTooLong', { ...which, max: contentCharactersMax }));
  if ([entry.title, entry.group, entry.outletName].some((text) => text.length > titleCharactersMax))
    throw badLorebook(sentence('entryTitleTooLong', { ...which, max: titleCharactersMax }));
};

const createNotes = (): { add(note: string): void; list(): readonly string[] } => {
  const notes: string[] = [];
  let more = 0;
  return {
    add: (note) => {
      if (notes.length < bounds.lorebook.warningsMax) notes.push(note);
      else more += 1;
    },
    list: () => (more === 0 ? notes : [...notes, `… and ${more} more remarks of this kind.`]),
  };
};
