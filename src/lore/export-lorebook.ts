import type { Lorebook } from '../core/lorebook.ts';
import { type Fields, own } from './clean-value.ts';
import { encodeEntry } from './entry-codec.ts';

/** A world file, as a value for `JSON.stringify`. */
export const worldOf = (book: Lorebook): Fields => {
  const taken = new Set<string>();
  const entries = book.entries.map((entry, index): readonly [string, Fields] => {
    const fields = encodeEntry(entry, 'world', index);
    const uid = own(fields, 'uid');
    let key = typeof uid === 'number' || typeof uid === 'string' ? String(uid) : entry.id;
    // Two entries never share a place, or one would be lost.
    while (taken.has(key) || key === '__proto__') key = `${key}-${index}`;
    taken.add(key);
    return [key, fields];
  });
  return { ...bookFields(book, 'world'), entries: Object.fromEntries(entries) };
};

/** A card's `character_book`, as a value for `JSON.stringify`. */
export const characterBookOf = (book: Lorebook): Fields => ({
  ...bookFields(book, 'card'),
  entries: book.entries.map((entry, index) => encodeEntry(entry, 'card', index)),
});

/** A file that holds nothing but a book, in the form of the card specification's version 3. */
export const lorebookFileOf = (book: Lorebook): Fields => ({ spec: 'lorebook_v3', data: characterBookOf(book) });

/** A book's own fields: those it came with, and what was changed since. */
const bookFields = (book: Lorebook, format: 'world' | 'card'): Fields => {
  const before: Fields = book.origin?.fields ?? {};
  const isFresh = book.origin === undefined;
  const named = (name: string, value: unknown, isDefault: boolean): Fields => {
    const had = own(before, name);
    if (value === undefined) return had === undefined || (name === 'token_budget' && had === 0) ? {} : { [name]: null };
    return had === value || (isDefault && had === undefined && !isFresh) ? {} : { [name]: value };
  };
  return {
    ...(format === 'card' && own(before, 'extensions') === undefined ? { extensions: {} } : {}),
    ...before,
    ...named('name', book.name, false),
    ...named('description', book.description, book.description === ''),
    ...named('scan_depth', book.scanDepth, false),
    ...named('token_budget', book.budgetTokens, false),
    ...named('recursive_scanning', book.isRecursive, false),
  };
};
