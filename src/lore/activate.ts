import { bounds } from '../core/bounds.ts';
import type { LoreEntry } from '../core/lorebook.ts';
import { type LoreState, nextState } from './effects.ts';
import type { ScanCost } from './findings.ts';
import type { Item } from './items.ts';
import { type PlacedLore, type Placement, placeEntries, placementOf } from './place-entries.ts';
import type { ActivationCause, SkipReason } from './reasons.ts';
import { scan } from './scan.ts';
import type { LoreScope, ScanInput } from './scan-input.ts';
import { loreBudget, spendBudget } from './spend-budget.ts';

/** Counts the tokens of many texts in one call. */
export type CountTokens = (texts: readonly string[]) => Promise<readonly number[]>;

/** Where an entry comes from. */
export type EntryName = {
  readonly bookId: string;
  readonly bookName: string;
  readonly scope: LoreScope;
  readonly entry: LoreEntry;
};

/** An entry that is in the prompt. */
export type ActiveEntry = EntryName & {
  readonly cause: ActivationCause;
  /** Its text as it stands in the prompt: without decorators, macros expanded. */
  readonly text: string;
  readonly tokens: number;
  readonly placement: Placement;
};

/** An entry that is not, and why. */
export type SkippedEntry = EntryName & { readonly reason: SkipReason };

/** What a scan gives. */
export type Activation = {
  /** In the order in which they claimed their tokens. */
  readonly activated: readonly ActiveEntry[];
  /** All others, in the order of the books. */
  readonly skipped: readonly SkippedEntry[];
  readonly placed: PlacedLore;
  readonly budget: { readonly tokensUsed: number; readonly tokensShared: number; readonly tokensMax: number };
  /** To be kept with the conversation if the answer is. */
  readonly state: LoreState;
  readonly cost: Readonly<ScanCost>;
};

/**
 * Which lore comes into the prompt. Chance and macros aside, everything follows from the input; tokens
 * are counted in one call, for all texts that the scan took.
 */
export const activate = async (input: ScanInput, countTokens: CountTokens): Promise<Activation> => {
  const { charactersPerTokenMax, contentCharactersMax } = bounds.loreScan;
  const budget = loreBudget(input.contextTokens, input.budgetShare);
  const { taken, items, cost } = scan(input, Math.min(contentCharactersMax, budget.total * charactersPerTokenMax));
  const counts = taken.length === 0 ? [] : await countTokens(taken.map(({ text }) => text));
  const claims = taken.map((one, index) => ({
    ...one,
    prepared: one.item.prepared,
    book: one.item.book.prepared,
    tokens: counts[index] ?? 0,
  }));
  const { kept, dropped, tokens } = spendBudget(claims, budget);
  for (const [{ item }, reason] of dropped) {
    item.state = 'out';
    item.reason = reason;
  }
  const activated = kept.map(({ item, cause, text, tokens }): ActiveEntry => {
    return { ...nameOf(item), cause, text, tokens, placement: placementOf(item.prepared, input.messageCount, input.sections) };
  });
  const active = new Set(kept.map(({ prepared }) => prepared));
  const inBookOrder = [...kept].sort((a, b) => a.item.book.rank - b.item.book.rank || a.prepared.index - b.prepared.index);
  return {
    activated,
    skipped: items.filter((item) => item.state !== 'active').map((item) => ({ ...nameOf(item), reason: item.reason })),
    placed: placeEntries(
      inBookOrder.map(({ item, prepared: { entry }, text }) => ({
        text,
        bookId: item.book.prepared.book.id,
        entryId: entry.id,
        title: entry.title,
        placement: placementOf(item.prepared, input.messageCount, input.sections),
        order: entry.order,
        outletName: entry.outletName,
      })),
    ),
    budget: { tokensUsed: tokens, tokensShared: budget.shared, tokensMax: budget.total },
    state: nextState(
      input.state,
      { entries: items.map((item) => item.prepared), bookIds: new Set(items.map((item) => item.book.prepared.book.id)) },
      active,
      input.messageCount,
      input.messagesNow,
    ),
    cost,
  };
};

const nameOf = ({ book, prepared }: Item): EntryName => ({
  bookId: book.prepared.book.id,
  bookName: book.prepared.book.name,
  scope: book.scope,
  entry: prepared.entry,
});
