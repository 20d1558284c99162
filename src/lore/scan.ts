import { bounds } from '../core/bounds.ts';
import { chooseInGroups } from './choose-in-groups.ts';
import { createFindings, type Findings, type ScanCost } from './findings.ts';
import { createItems, type Item, type ScanBook } from './items.ts';
import { type Match, matchKeys } from './match-entry.ts';
import type { ActivationCause } from './reasons.ts';
import type { ScanInput } from './scan-input.ts';

/** An entry that the scan took, before the budget. */
export type Taken = { readonly item: Item; readonly cause: ActivationCause; readonly text: string };

/** What a scan found: who is active in the order of their claims, and every entry with why it is not. */
export type Scanned = { readonly taken: readonly Taken[]; readonly items: readonly Item[]; readonly cost: ScanCost };

/**
 * Which entries the texts activate, budget aside: the messages first, then round by round the texts of the
 * entries that became active. An entry is looked at again only when one of its keys turned up or its level of
 * recursion came, so that a chain of ten thousand entries costs no more than ten thousand entries.
 * @param charactersMax the texts together; nothing is taken after the one that goes beyond, for no budget could hold it
 */
export const scan = (input: ScanInput, charactersMax: number): Scanned => {
  const { books, items } = createItems(input);
  const cost: ScanCost = { steps: 0, patternSteps: 0 };
  const recursed: { text: string; entry: string }[] = [];
  const findings = searchBooks(input, books, items, recursed, cost);

  const taken: Taken[] = [];
  const activeGroups = new Map<string, string>();
  let charactersLeft = charactersMax;
  let isFull = false;

  const takeRound = (candidates: Iterable<Item>): void => {
    const matched: { item: Item; prepared: Item['prepared']; isSticky: boolean; score: number; cause: ActivationCause }[] = [];
    for (const item of candidates) {
      cost.steps += 1 + item.prepared.keys.length + item.prepared.secondaryKeys.length;
      const match = matchItem(item, findings);
      if (match.cause === undefined) item.reason = match.reason;
      else
        matched.push({ item, prepared: item.prepared, isSticky: item.effect.isSticky, score: match.score, cause: match.cause });
    }
    matched.sort((a, b) => byClaim(a.item, b.item));
    const { winners, losers } = chooseInGroups(matched, activeGroups, input.random);
    for (const [{ item }, reason] of losers) leave(item, reason);
    for (const { item, cause } of winners) {
      if (isFull) {
        leave(item, { kind: 'budget' });
        continue;
      }
      const { entry, decorators, text: raw } = item.prepared;
      if (
        entry.usesProbability &&
        !item.effect.isSticky &&
        entry.probability < 100 &&
        input.random() * 100 >= entry.probability
      ) {
        leave(item, { kind: 'probability', percent: entry.probability });
        continue;
      }
      const text = input.expand?.(raw, 'content') ?? raw;
      charactersLeft -= text.length;
      isFull = charactersLeft < 0 && !decorators.yieldsFirst;
      item.state = 'active';
      taken.push({ item, cause, text });
      for (const group of item.prepared.groups) activeGroups.set(group, entry.title || entry.id);
      if (item.book.recurses && !entry.preventsRecursion) {
        recursed.push({ text: text.normalize('NFC'), entry: entry.title || entry.id });
      }
    }
  };

  takeRound(items.filter((item) => item.state === 'pending' && (item.level === 0 || item.effect.isSticky)));
  const levels = [...new Set(items.filter((item) => item.state === 'pending').map((item) => item.level))]
    .filter((level) => level > 0)
    .sort((a, b) => b - a);
  const roundsMax = Math.min(input.roundsMax || bounds.loreScan.roundsMax, bounds.loreScan.roundsMax);
  let level = 0;
  let searched = 0;
  for (let round = 1; round < roundsMax && !isFull; round += 1) {
    const hasNewText = recursed.length > searched;
    searched = recursed.length;
    // The lowest level comes with the first text that is searched, each further one when a round found nothing.
    const raised = round === 1 || !hasNewText ? levels.pop() : undefined;
    if (!hasNewText && (round === 1 || raised === undefined)) break;
    const candidates = hasNewText ? touchedItems(books, findings, level) : new Set<Item>();
    level = raised ?? level;
    for (const item of raised === undefined ? [] : items) {
      if (item.level === raised && item.state === 'pending') candidates.add(item);
    }
    takeRound(candidates);
  }
  if (isFull) for (const item of items) if (item.state === 'pending') item.reason = { kind: 'scan-ended' };
  return { taken, items, cost };
};

const leave = (item: Item, reason: Item['reason']): void => {
  item.state = 'out';
  item.reason = reason;
};

const matchItem = (item: Item, findings: ReadonlyMap<ScanBook, Findings>): Match => {
  const { decorators } = item.prepared;
  const always = (cause: ActivationCause): Match => ({ cause, score: 0 });
  if (decorators.activates) return always({ kind: 'decorator', decorator: '@@activate' });
  if (decorators.neverActivates) return { reason: { kind: 'decorator', decorator: '@@dont_activate' } };
  if (decorators.keepsAfterMatch && item.effect.wasActive)
    return always({ kind: 'decorator', decorator: '@@keep_activate_after_match' });
  if (item.effect.isSticky) return always({ kind: 'sticky', messagesLeft: item.stickyLeft });
  const inBook = findings.get(item.book);
  return inBook === undefined
    ? { reason: { kind: 'not-found' } }
    : matchKeys(item.prepared, item.book.prepared, inBook, item.reach);
};

/** Sticky ones first, those that yield last; then the nearer book, the higher order, and the order in the book. */
const byClaim = (a: Item, b: Item): number =>
  Number(b.effect.isSticky) - Number(a.effect.isSticky) ||
  Number(a.prepared.decorators.yieldsFirst) - Number(b.prepared.decorators.yieldsFirst) ||
  a.book.rank - b.book.rank ||
  b.prepared.entry.order - a.prepared.entry.order ||
  a.prepared.index - b.prepared.index;

/** The entries that wait and of which a key turned up in the new texts, or might have. */
const touchedItems = (books: readonly ScanBook[], findings: ReadonlyMap<ScanBook, Findings>, level: number): Set<Item> => {
  const touched = new Set<Item>();
  for (const book of books) {
    if (!book.recurses) continue;
    const consider = (item: Item | undefined): void => {
      if (item?.state === 'pending' && item.reach.recurses && item.level <= level) touched.add(item);
    };
    for (const term of findings.get(book)?.searchRecursed() ?? []) {
      for (const index of book.prepared.entriesOfTerm[term] ?? []) consider(book.items[index]);
    }
    for (const item of book.items) if (item.prepared.hasPatterns) consider(item);
  }
  return touched;
};

const searchBooks = (
  input: ScanInput,
  books: readonly ScanBook[],
  items: readonly Item[],
  recursed: readonly { readonly text: string; readonly entry: string }[],
  cost: ScanCost,
): ReadonlyMap<ScanBook, Findings> => {
  const deepest = items.reduce((most, item) => (item.state === 'pending' ? Math.max(most, item.reach.scanDepth) : most), 0);
  const lines: string[] = [];
  let charactersLeft: number = bounds.loreScan.messageCharactersMax;
  const linesMax = Math.min(deepest, bounds.loreScan.messagesMax);
  for (let at = input.messages.length - 1; at >= 0 && lines.length < linesMax && charactersLeft > 0; at -= 1) {
    const { name, text } = input.messages[at] ?? { name: '', text: '' };
    lines.push(`${name}: ${text}`.slice(0, charactersLeft).normalize('NFC'));
    charactersLeft -= name.length + text.length + 2;
  }
  const wanted = new Set(items.flatMap((item) => item.reach.sources));
  const sources = new Map(
    [...wanted].flatMap((source) => {
      const text = input.sources?.[source];
      return text ? [[source, text.slice(0, bounds.loreScan.sourceCharactersMax).normalize('NFC')] as const] : [];
    }),
  );
  const expandKey = (key: string): string => input.expand?.(key, 'key') ?? key;
  return new Map(
    books.map((book) => {
      const depth = book.items.reduce(
        (most, item) => (item.state === 'pending' ? Math.max(most, item.reach.scanDepth) : most),
        0,
      );
      return [book, createFindings(book.prepared, { lines, sources, recursed }, depth, expandKey, cost)] as const;
    }),
  );
};
