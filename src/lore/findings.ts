import { bounds } from '../core/bounds.ts';
import type { LoreSource } from '../core/lorebook.ts';
import { createKeyMatcher, type KeyMatcher, type Needle } from './key-matcher.ts';
import { compilePattern, type KeyPattern, slashed } from './key-pattern.ts';
import type { PreparedLorebook } from './prepare-lorebook.ts';

/** Where a key was found: in a message (0 is the newest), in one of the last messages together, in the text of an entry, or in another text. */
export type FoundAt =
  | { readonly in: 'message'; readonly back: number }
  | { readonly in: 'messages'; readonly newest: number }
  | { readonly in: 'entry'; readonly entry: string }
  | { readonly in: 'source'; readonly source: LoreSource };

/** How far an entry looks. */
export type Reach = { readonly scanDepth: number; readonly sources: readonly LoreSource[]; readonly recurses: boolean };

/** The texts of one scan, the same for all books. */
export type ScanText = {
  /** `Name: text`, the newest first. */
  readonly lines: readonly string[];
  readonly sources: ReadonlyMap<LoreSource, string>;
  /** The texts of active entries that others may be found in, as they come. */
  readonly recursed: readonly { readonly text: string; readonly entry: string }[];
};

/** What a scan has cost so far; regular expressions are asked only while their steps last. */
export type ScanCost = { steps: number; patternSteps: number };

/** What of one book's terms was found in the texts of a scan. */
export interface Findings {
  find(term: number, reach: Reach): FoundAt | undefined;
  /** Searches the texts in `recursed` that came since the last call; returns the terms now found that were not before. */
  searchRecursed(): ReadonlySet<number>;
}

/**
 * Searches the newest `depth` messages and the other texts for all plain keys of a book at once. Regular
 * expressions are run when an entry asks: over the messages within its reach joined, newest
 * first, each line after a `\x01`.
 */
export const createFindings = (
  prepared: PreparedLorebook,
  text: ScanText,
  depth: number,
  expandKey: (key: string) => string,
  cost: ScanCost,
): Findings => {
  const { terms } = prepared;
  const depths = new Int32Array(terms.length).fill(never);
  const sources = new Map<number, Set<LoreSource>>();
  const entries = new Map<number, string>();
  const macros = expandTerms(prepared, expandKey);

  const search = (inText: string, found: (term: number) => void): void => {
    cost.steps += prepared.matcher.search(inText, (needle) => found(prepared.plainTerms[needle] ?? -1));
    cost.steps += macros.matcher.search(inText, (needle) => found(macros.plainTerms[needle] ?? -1));
  };
  for (const [back, line] of text.lines.slice(0, depth).entries()) {
    search(line, (term) => {
      if ((depths[term] ?? 0) > back) depths[term] = back;
    });
  }
  for (const [source, inText] of text.sources) {
    search(inText, (term) => {
      const found = sources.get(term) ?? new Set();
      sources.set(term, found.add(source));
    });
  }

  const patterns = createPatternFindings(text, cost);
  let searched = 0;
  return {
    find: (term, reach) => {
      const pattern = macros.patterns.get(term) ?? patternOf(prepared, term);
      if (pattern !== undefined) return patterns.find(term, pattern, reach);
      const back = depths[term] ?? never;
      if (back < reach.scanDepth) return { in: 'message', back };
      const source = reach.sources.find((name) => sources.get(term)?.has(name));
      if (source !== undefined) return { in: 'source', source };
      const entry = reach.recurses ? entries.get(term) : undefined;
      return entry === undefined ? undefined : { in: 'entry', entry };
    },
    searchRecursed: () => {
      const fresh = new Set<number>();
      for (; searched < text.recursed.length; searched += 1) {
        const recursed = text.recursed[searched];
        if (recursed === undefined) break;
        search(recursed.text, (term) => {
          if (entries.has(term)) return;
          entries.set(term, recursed.entry);
          fresh.add(term);
        });
      }
      return fresh;
    },
  };
};

const never = 0x7fff_ffff;

const patternOf = (prepared: PreparedLorebook, term: number): KeyPattern | undefined => {
  const found = prepared.terms[term];
  return found?.kind === 'pattern' ? found.pattern : undefined;
};

/** Asks regular expressions, each text once, and remembers the answers. */
const createPatternFindings = (text: ScanText, cost: ScanCost) => {
  // Prefixes of one text share its memory, however many depths are asked for.
  const joined = text.lines.map((line) => `\x01${line}`).join('\n');
  const ends: number[] = [];
  for (const line of text.lines) ends.push((ends.at(-1) ?? -1) + line.length + 2);
  const inMessages = new Map<string, boolean>();
  const inSources = new Map<string, boolean>();
  const inEntries = new Map<number, { asked: number; entry: string | undefined }>();

  const test = (pattern: KeyPattern, inText: string): boolean => {
    const steps = pattern.size * (inText.length + 1);
    if (cost.patternSteps + steps > bounds.loreScan.patternStepsMax) return false;
    cost.patternSteps += steps;
    return pattern.test(inText);
  };
  const remembered = (answers: Map<string, boolean>, key: string, ask: () => boolean): boolean => {
    const answer = answers.get(key) ?? ask();
    answers.set(key, answer);
    return answer;
  };
  return {
    find: (term: number, pattern: KeyPattern, { scanDepth, sources, recurses }: Reach): FoundAt | undefined => {
      const newest = Math.min(scanDepth, text.lines.length);
      const isInMessages =
        newest > 0 && remembered(inMessages, `${term} ${newest}`, () => test(pattern, joined.slice(0, ends[newest - 1])));
      if (isInMessages) return { in: 'messages', newest };
      for (const source of sources) {
        const inText = text.sources.get(source);
        if (inText !== undefined && remembered(inSources, `${term} ${source}`, () => test(pattern, inText)))
          return { in: 'source', source };
      }
      if (!recurses) return undefined;
      const state = inEntries.get(term) ?? { asked: 0, entry: undefined };
      inEntries.set(term, state);
      for (; state.entry === undefined && state.asked < text.recursed.length; state.asked += 1) {
        const recursed = text.recursed[state.asked];
        if (recursed !== undefined && test(pattern, recursed.text)) state.entry = recursed.entry;
      }
      return state.entry === undefined ? undefined : { in: 'entry', entry: state.entry };
    },
  };
};

/** What the keys with macros look for in this scan. */
const expandTerms = (
  { terms }: PreparedLorebook,
  expandKey: (key: string) => string,
): {
  readonly matcher: KeyMatcher;
  readonly plainTerms: readonly number[];
  readonly patterns: ReadonlyMap<number, KeyPattern>;
} => {
  const needles: Needle[] = [];
  const plainTerms: number[] = [];
  const patterns = new Map<number, KeyPattern>();
  let sizesLeft: number = bounds.lorebook.patternSizesMax;
  terms.forEach((term, index) => {
    if (term.kind !== 'macro') return;
    const written =
      slashed(term.key) ?? (term.isPattern ? { body: term.key, flags: term.isCaseSensitive ? '' : 'i' } : undefined);
    if (written === undefined) {
      const key = expandKey(term.key).normalize('NFC').trim().slice(0, bounds.lorebook.searchedKeyCharactersMax);
      needles.push({ text: key, isCaseSensitive: term.isCaseSensitive, isWholeWord: term.isWholeWord && !/\s/.test(key) });
      plainTerms.push(index);
      return;
    }
    if (sizesLeft <= 0) return;
    // A name is text, not a pattern: `Mr. (X)` must not be read as one.
    const { pattern, size } = compilePattern(expandInPattern(written.body, expandKey), written.flags);
    sizesLeft -= size;
    if (pattern !== undefined) patterns.set(index, pattern);
  });
  return { matcher: createKeyMatcher(needles), plainTerms, patterns };
};

const expandInPattern = (body: string, expandKey: (key: string) => string): string =>
  body.replace(/\{\{[^{}]*\}\}|<(?:user|bot|char)>/gi, (macro) => expandKey(macro).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
