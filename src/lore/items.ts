import { bounds } from '../core/bounds.ts';
import { type EffectNow, effectNow } from './effects.ts';
import type { Reach } from './findings.ts';
import type { PreparedEntry, PreparedLorebook } from './prepare-lorebook.ts';
import type { SkipReason } from './reasons.ts';
import type { LoreScope, ScanInput } from './scan-input.ts';

/** A book in a scan. */
export type ScanBook = {
  readonly prepared: PreparedLorebook;
  readonly scope: LoreScope;
  /** 0 claims first. */
  readonly rank: number;
  readonly recurses: boolean;
  /** By the entries' places in the book. */
  readonly items: readonly Item[];
};

/** An entry in a scan, and how it stands. */
export type Item = {
  readonly book: ScanBook;
  readonly prepared: PreparedEntry;
  readonly effect: EffectNow;
  readonly stickyLeft: number;
  readonly reach: Reach;
  /** Of recursion; 0 from the beginning. */
  readonly level: number;
  /** `out`: whatever turns up, it will not become active any more. */
  state: 'pending' | 'active' | 'out';
  /** Why it is not active, as far as is known. */
  reason: SkipReason;
};

const scopes: readonly LoreScope[] = ['conversation', 'character', 'server', 'global'];

/** The books in the order of their claims and all their entries, those that can't become active marked as out. */
export const createItems = (input: ScanInput): { readonly books: readonly ScanBook[]; readonly items: readonly Item[] } => {
  const seen = new Set<string>();
  const attached = scopes
    .flatMap((scope) => input.books.filter((attachment) => attachment.scope === scope))
    .filter(({ book }) => !seen.has(book.book.id) && seen.add(book.book.id))
    .slice(0, bounds.loreScan.booksMax);
  const books = attached.map(({ book: prepared, scope }, rank): ScanBook => {
    const items: Item[] = [];
    const book = { prepared, scope, rank, recurses: prepared.book.isRecursive ?? input.isRecursive ?? true, items };
    for (const entry of prepared.entries) items.push(createItem(book, entry, input));
    return book;
  });
  return { books, items: books.flatMap((book) => book.items) };
};

const createItem = (book: ScanBook, prepared: PreparedEntry, input: ScanInput): Item => {
  const { entry, decorators } = prepared;
  const effect = effectNow(input.state, prepared, input.messageCount);
  const recurses = book.recurses && !entry.excludesRecursion;
  const reason = barredBy(prepared, effect, recurses, input);
  return {
    book,
    prepared,
    effect,
    stickyLeft: (effect.effect?.stickyUntil ?? 0) - input.messageCount,
    reach: {
      scanDepth: decorators.scanDepth ?? entry.scanDepth ?? book.prepared.book.scanDepth ?? input.scanDepth ?? 2,
      sources: entry.sources,
      recurses,
    },
    level: entry.recursionLevel,
    state: reason === undefined ? 'pending' : 'out',
    reason:
      reason ?? (entry.recursionLevel > 0 ? { kind: 'waits-for-recursion', level: entry.recursionLevel } : { kind: 'not-found' }),
  };
};

/** What keeps an entry out whatever the texts say. */
const barredBy = (prepared: PreparedEntry, effect: EffectNow, recurses: boolean, input: ScanInput): SkipReason | undefined => {
  const { entry, decorators } = prepared;
  const { messageCount, answerCount = 0, greeting, trigger = 'normal' } = input;
  const says = (decorator: string): SkipReason => ({ kind: 'decorator', decorator });
  if (!entry.isEnabled) return { kind: 'disabled' };
  if (entry.triggers.length > 0 && !entry.triggers.some((name) => name.toLowerCase() === trigger)) return { kind: 'trigger' };
  if (!isForCharacter(prepared, input)) return { kind: 'character' };
  if (effect.isCooling) return { kind: 'cooldown', messagesLeft: (effect.effect?.cooldownUntil ?? 0) - messageCount + 1 };
  if (messageCount < entry.delayMessages && !effect.isSticky)
    return { kind: 'delay', messagesLeft: entry.delayMessages - messageCount };
  if (decorators.onlyAfter !== undefined && answerCount < decorators.onlyAfter) return says('@@activate_only_after');
  if (decorators.onlyEvery !== undefined && answerCount % decorators.onlyEvery !== 0) return says('@@activate_only_every');
  if (decorators.greeting !== undefined && greeting !== undefined && decorators.greeting !== greeting)
    return says('@@is_greeting');
  if (decorators.endsAfterMatch && effect.wasActive) return says('@@dont_activate_after_match');
  if (entry.recursionLevel > 0 && !recurses && !effect.isSticky)
    return { kind: 'waits-for-recursion', level: entry.recursionLevel };
  return undefined;
};

const isForCharacter = ({ entry: { characterFilter } }: PreparedEntry, { character }: ScanInput): boolean => {
  if (characterFilter === undefined || (characterFilter.names.length === 0 && characterFilter.tags.length === 0)) return true;
  const isNamed = (wanted: readonly string[], given: readonly string[] = []): boolean =>
    wanted.some((name) => given.some((other) => other.toLowerCase() === name.toLowerCase()));
  const isListed = isNamed(characterFilter.names, character?.names) || isNamed(characterFilter.tags, character?.tags);
  return isListed !== characterFilter.isExclude;
};
