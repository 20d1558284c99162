import { bounds } from '../core/bounds.ts';
import type { PreparedEntry, PreparedLorebook } from './prepare-lorebook.ts';
import type { SkipReason } from './reasons.ts';

/** An active entry with what its text costs, in the order in which the scan took them. */
export type Claim = { readonly prepared: PreparedEntry; readonly book: PreparedLorebook; readonly tokens: number };

/** What lore may take, in tokens. */
export type LoreBudget = {
  /** All entries of books without a budget of their own. */
  readonly shared: number;
  /** All lore together, whatever the books say. */
  readonly total: number;
};

/**
 * @param contextTokens all that the model can hold
 * @param share the part of it for books without a budget of their own [0.25]
 */
export const loreBudget = (contextTokens: number, share = 0.25): LoreBudget => ({
  shared: Math.floor(contextTokens * Math.min(Math.max(share, 0), bounds.loreScan.shareMax)),
  total: Math.floor(contextTokens * bounds.loreScan.shareMax),
});

/**
 * Decides who stays. A book with its own budget drops its entries of lowest priority until it keeps to it.
 * The others share theirs in the order of their claims, and the first that does not fit ends it for all
 * after it. `ignoresBudget` frees an entry from both, but nothing from the total.
 */
export const spendBudget = <Claimed extends Claim>(
  claims: readonly Claimed[],
  budget: LoreBudget,
): { readonly kept: readonly Claimed[]; readonly dropped: ReadonlyMap<Claimed, SkipReason>; readonly tokens: number } => {
  const dropped = new Map<Claimed, SkipReason>();
  for (const book of new Set(claims.map((claim) => claim.book))) dropLowest(claims, book, dropped);

  const kept: Claimed[] = [];
  let tokens = 0;
  let sharedTokens = 0;
  let isSharedFull = false;
  for (const claim of claims) {
    if (dropped.has(claim)) continue;
    const isShared = claim.book.book.budgetTokens === undefined && !claim.prepared.entry.ignoresBudget;
    isSharedFull ||= isShared && sharedTokens + claim.tokens > budget.shared;
    const isTooMuch = tokens + claim.tokens > budget.total;
    // Once the total is reached, nothing may slip in behind what was refused.
    if (isTooMuch) isSharedFull = true;
    if (isTooMuch || (isShared && isSharedFull)) {
      dropped.set(claim, { kind: 'budget' });
      continue;
    }
    if (isShared) sharedTokens += claim.tokens;
    tokens += claim.tokens;
    kept.push(claim);
  }
  return { kept, dropped, tokens };
};

const dropLowest = <Claimed extends Claim>(
  claims: readonly Claimed[],
  book: PreparedLorebook,
  dropped: Map<Claimed, SkipReason>,
): void => {
  const budget = book.book.budgetTokens;
  if (budget === undefined) return;
  const own = claims.filter((claim) => claim.book === book && !claim.prepared.entry.ignoresBudget);
  let tokens = own.reduce((sum, claim) => sum + claim.tokens, 0);
  const rank = ({ prepared: { decorators, entry } }: Claimed): number =>
    decorators.yieldsFirst ? Number.NEGATIVE_INFINITY : (entry.priority ?? entry.order);
  // Of equal ones the later claim goes first.
  const lowestFirst = own.reverse().sort((a, b) => Math.sign(rank(a) - rank(b)) || 0);
  for (const claim of lowestFirst) {
    if (tokens <= budget) return;
    tokens -= claim.tokens;
    dropped.set(claim, { kind: 'book-budget' });
  }
};
