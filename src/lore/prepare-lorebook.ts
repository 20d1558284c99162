import { bounds } from '../core/bounds.ts';
import type { Lorebook, LoreEntry } from '../core/lorebook.ts';
import { type Decorators, readDecorators } from './decorators.ts';
import { createKeyMatcher, type KeyMatcher, type Needle } from './key-matcher.ts';
import { compilePattern, type KeyPattern, slashed } from './key-pattern.ts';

/** Something to look for, shared by all entries of a book that look for it. */
export type Term = { readonly key: string } & (
  | { readonly kind: 'plain'; readonly needle: Needle }
  | { readonly kind: 'pattern'; readonly pattern: KeyPattern }
  /** A key with macros in it: what to look for is known only when a scan begins. */
  | { readonly kind: 'macro'; readonly isCaseSensitive: boolean; readonly isWholeWord: boolean; readonly isPattern: boolean }
);

/** An entry with its keys as indexes of terms and its decorators read. */
export type PreparedEntry = {
  readonly entry: LoreEntry;
  /** Its place in the book. */
  readonly index: number;
  /** `book/entry`: what timed effects are kept under. */
  readonly key: string;
  readonly decorators: Decorators;
  /** The text without decorators. */
  readonly text: string;
  readonly keys: readonly number[];
  readonly secondaryKeys: readonly number[];
  readonly additionalKeys: readonly number[];
  readonly excludeKeys: readonly number[];
  readonly groups: readonly string[];
  /** True if one of its terms has to be asked rather than telling by itself. */
  readonly hasPatterns: boolean;
};

/** A book ready to be scanned; make it once for each book, for it holds the search for all its keys. */
export type PreparedLorebook = {
  readonly book: Lorebook;
  readonly entries: readonly PreparedEntry[];
  readonly terms: readonly Term[];
  /** Finds the plain terms; needle `n` is term `plainTerms[n]`. */
  readonly matcher: KeyMatcher;
  readonly plainTerms: readonly number[];
  /** For each term the entries that name it. */
  readonly entriesOfTerm: readonly (readonly number[])[];
  /** Sentences about keys that are never found, such as a regular expression that looks ahead. */
  readonly problems: readonly string[];
};

/** Makes a book ready. Never throws: a key that can't be used is reported and left out. */
export const prepareLorebook = (book: Lorebook): PreparedLorebook => {
  const terms = createTerms();
  const entries = book.entries
    .slice(0, bounds.lorebook.entriesMax)
    .map((entry, index) => prepareEntry(book, entry, index, terms));
  const entriesOfTerm: number[][] = terms.list.map(() => []);
  for (const { index, keys, secondaryKeys, additionalKeys } of entries) {
    for (const term of new Set([...keys, ...secondaryKeys, ...additionalKeys])) entriesOfTerm[term]?.push(index);
  }
  const needles: Needle[] = [];
  const plainTerms: number[] = [];
  terms.list.forEach((term, index) => {
    if (term.kind !== 'plain') return;
    needles.push(term.needle);
    plainTerms.push(index);
  });
  return {
    book,
    entries,
    terms: terms.list,
    matcher: createKeyMatcher(needles),
    plainTerms,
    entriesOfTerm,
    problems: terms.problems,
  };
};

/** True where a plain key has to stand as a word of its own: keys of several words match anywhere. */
export const wantsWholeWord = (entry: LoreEntry, key: string): boolean => (entry.matchesWholeWords ?? true) && !/\s/.test(key);

type Terms = {
  readonly list: readonly Term[];
  readonly problems: readonly string[];
  add(entry: LoreEntry, key: string): readonly number[];
};

const prepareEntry = (book: Lorebook, entry: LoreEntry, index: number, terms: Terms): PreparedEntry => {
  const { decorators, text } = readDecorators(entry.content);
  const of = (keys: readonly string[]): readonly number[] => [
    ...new Set(keys.slice(0, bounds.lorebook.keysMax).flatMap((key) => terms.add(entry, key))),
  ];
  const isAlways = entry.isConstant && !entry.group;
  const keys = isAlways ? [] : of(entry.keys);
  const secondaryKeys = entry.isSelective && !isAlways ? of(entry.secondaryKeys) : [];
  const additionalKeys = of(decorators.additionalKeys);
  const excludeKeys = of(decorators.excludeKeys);
  return {
    entry,
    index,
    key: `${book.id}/${entry.id}`,
    decorators,
    text,
    keys,
    secondaryKeys,
    additionalKeys,
    excludeKeys,
    groups: [...new Set(entry.group.split(',').map((name) => name.trim()))].filter((name) => name !== '').slice(0, 20),
    hasPatterns: [...keys, ...secondaryKeys, ...additionalKeys].some((term) => terms.list[term]?.kind !== 'plain'),
  };
};

const createTerms = (): Terms => {
  const list: Term[] = [];
  const problems: string[] = [];
  const known = new Map<string, readonly number[]>();
  const { searchedCharactersMax, searchedKeysMax, searchedKeyCharactersMax, patternsMax, warningsMax } = bounds.lorebook;
  let charactersLeft: number = searchedCharactersMax;
  let keysLeft: number = searchedKeysMax;
  let patternsLeft: number = patternsMax;
  let patternSizesLeft: number = bounds.lorebook.patternSizesMax;

  const make = (entry: LoreEntry, key: string): Term | string => {
    const isCaseSensitive = entry.isCaseSensitive ?? false;
    const written = slashed(key) ?? (entry.keysArePatterns ? { body: key, flags: isCaseSensitive ? '' : 'i' } : undefined);
    if (written !== undefined) {
      if (patternsLeft <= 0) return `is one of more than ${patternsMax} regular expressions`;
      patternsLeft -= 1;
    }
    if (key.length > searchedKeyCharactersMax + (written === undefined ? 0 : 10)) {
      return `is longer than ${searchedKeyCharactersMax} characters`;
    }
    charactersLeft -= key.length;
    if (charactersLeft < 0) return `stands after ${searchedCharactersMax} characters of keys, which is all that a book may have`;
    if (keysLeft <= 0) return `stands after ${searchedKeysMax} different keys, which is all that a book may have`;
    keysLeft -= 1;
    const isWholeWord = wantsWholeWord(entry, key);
    if (hasMacro(key)) return { kind: 'macro', key, isCaseSensitive, isWholeWord, isPattern: entry.keysArePatterns };
    if (written === undefined)
      return { kind: 'plain', key, needle: { text: key.normalize('NFC'), isCaseSensitive, isWholeWord } };
    if (patternSizesLeft <= 0)
      return 'stands after regular expressions that are too large together; write smaller numbers in {…}';
    const { pattern, problem, size } = compilePattern(written.body, written.flags);
    patternSizesLeft -= size;
    return pattern === undefined ? problem : { kind: 'pattern', key, pattern };
  };

  return {
    list,
    problems,
    add: (entry, raw) => {
      const key = raw.trim();
      if (key === '') return [];
      const signature = `${entry.keysArePatterns ? 1 : 0}${entry.isCaseSensitive ? 1 : 0}${wantsWholeWord(entry, key) ? 1 : 0}${key}`;
      const before = known.get(signature);
      if (before !== undefined) return before;
      const term = make(entry, key);
      if (typeof term === 'string' && problems.length < warningsMax) {
        const shown = key.length > 60 ? `${key.slice(0, 60)}…` : key;
        problems.push(`The key ${shown} of "${(entry.title || entry.id).slice(0, 60)}" is never found: it ${term}.`);
      }
      const made = typeof term === 'string' ? [] : [list.push(term) - 1];
      // What comes after too many is not even remembered.
      if (keysLeft > 0) known.set(signature, made);
      return made;
    },
  };
};

const hasMacro = (key: string): boolean => /\{\{|<(?:user|bot|char)>/i.test(key);
