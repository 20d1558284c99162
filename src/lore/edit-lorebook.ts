import { bounds } from '../core/bounds.ts';
import { type Lorebook, type LoreEntry, loreEntryDefaults } from '../core/lorebook.ts';
import { sentence } from '../core/sentence.ts';
import { withoutInvisible } from '../text/without-invisible.ts';
import { badLorebook } from './clean-value.ts';

/** A book without entries. */
export const emptyLorebook = (id: string, name: string): Lorebook => ({
  ...{ id, description: '', entries: [] },
  name: withoutInvisible(name).trim() || id,
});

/** The entry that somebody means: by its id, its title in any case, or its first key. */
export const findEntry = (book: Lorebook, asked: string): LoreEntry | undefined => {
  const wanted = asked.trim().toLowerCase();
  return (
    book.entries.find(({ id }) => id === asked.trim()) ??
    book.entries.find(({ title }) => title.trim().toLowerCase() === wanted) ??
    book.entries.find(({ keys }) => keys[0]?.trim().toLowerCase() === wanted)
  );
};

/** What people call an entry: its title, else its first key, else its id. */
export const entryTitle = ({ title, keys, id }: LoreEntry): string => title.trim() || keys[0]?.trim() || id;

/** The book with an entry more, at its end. Throws `bad-input` when it is full. */
export const withNewEntry = (
  book: Lorebook,
  fields: Partial<Omit<LoreEntry, 'id'>>,
): { readonly book: Lorebook; readonly entry: LoreEntry } => {
  if (book.entries.length >= bounds.lorebook.entriesMax) {
    throw badLorebook(sentence('bookFull', { max: bounds.lorebook.entriesMax }));
  }
  const numbers = book.entries.map(({ id }) => (/^\d{1,9}$/.test(id) ? Number(id) : -1));
  const id = String(numbers.reduce((most, number) => Math.max(most, number), book.entries.length - 1) + 1);
  const entry: LoreEntry = { ...loreEntryDefaults, ...fields, id };
  return { book: { ...book, entries: [...book.entries, entry] }, entry };
};

/** The book with one entry changed; undefined when it has none of this id. What `change` gives as undefined is left out. */
export const withEntry = (
  book: Lorebook,
  entryId: string,
  change: (entry: LoreEntry) => LoreEntry,
): { readonly book: Lorebook; readonly entry: LoreEntry } | undefined => {
  const before = book.entries.find(({ id }) => id === entryId);
  if (before === undefined) return undefined;
  const entry = change(before);
  return { book: { ...book, entries: book.entries.map((other) => (other === before ? entry : other)) }, entry };
};

/** The book without an entry. */
export const withoutEntry = (book: Lorebook, entryId: string): Lorebook => ({
  ...book,
  entries: book.entries.filter(({ id }) => id !== entryId),
});
