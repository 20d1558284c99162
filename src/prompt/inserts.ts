/** Where a text that belongs to no turn stands. The order of the prompt is docs/prompt-order.md. */
export type InsertPosition =
  /** In the system prompt: before the description; behind the personality; behind the scenario, and what is told after it; then the human's own persona; then summaries and notes. */
  | { readonly at: 'before' | 'personality' | 'scenario' | 'after' | 'human' | 'summary' | 'note' }
  /** Around the example dialogue; gives way with it. */
  | { readonly at: 'examples-top' | 'examples-bottom' }
  /** Among the turns, so many of them from the end; 0 stands behind the last. */
  | { readonly at: 'depth'; readonly depth: number; readonly role: 'system' | 'user' | 'assistant' }
  /** Behind all turns and whatever stands at depth 0. */
  | { readonly at: 'end' };

/** A text from files or settings that is put into the prompt at a place of its own. */
export type PromptInsert = {
  readonly source:
    | 'lore'
    | 'scene member'
    | "human's persona"
    | 'summary'
    | 'recalled'
    | "author's note"
    | 'persona note'
    | 'depth prompt'
    | 'post-history instructions'
    | 'guidance';
  /** Which one of several, for people: an entry's name. */
  readonly label?: string;
  readonly text: string;
  /** Whether its macros are still to be expanded. [false] */
  readonly hasMacros?: boolean;
  readonly position: InsertPosition;
};

/** Whether a place is at the prompt's beginning, which stays the same whoever is answered (docs/decisions/0009-who-user-means.md). */
export const isEarly = ({ at }: Pick<InsertPosition, 'at'>): boolean => at !== 'depth' && at !== 'end';

/** The inserts of one place in the system prompt, in the order given. */
export const insertsAt = (
  inserts: readonly PromptInsert[],
  at: Exclude<InsertPosition['at'], 'depth' | 'end'>,
): readonly PromptInsert[] => inserts.filter(({ position }) => position.at === at);

/** Something in the chat: a turn, or what is put between turns. */
export type Woven<Entry> =
  | { readonly entry: Entry }
  | { readonly insert: PromptInsert; readonly role: 'system' | 'user' | 'assistant' };

/**
 * Puts what has a depth, and what stands at the end, among the entries. At the same depth the
 * assistant's come first, then the user's, the system's last; among those the order given holds.
 * What is deeper than there are entries stands before the first.
 *
 * @param isContinued whether an unfinished answer stands behind the entries: it counts as the last
 *   message, and nothing can stand behind it
 */
export const weave = <Entry>(
  entries: readonly Entry[],
  inserts: readonly PromptInsert[],
  isContinued: boolean,
): readonly Woven<Entry>[] => {
  const placed = inserts
    .flatMap((insert) => {
      const { position } = insert;
      if (position.at === 'depth') return [{ insert, role: position.role, depth: depthOf(position.depth, isContinued) }];
      return position.at === 'end' ? [{ insert, role: 'system' as const, depth: -1 }] : [];
    })
    // Sorting keeps the order of equals.
    .toSorted((a, b) => b.depth - a.depth || rank[a.role] - rank[b.role]);
  const at = (index: number): readonly Woven<Entry>[] =>
    placed
      .filter(({ depth }) => Math.max(0, entries.length - Math.max(0, depth)) === index)
      .map(({ insert, role }) => ({ insert, role }));
  return [...entries.flatMap((entry, index) => [...at(index), { entry }]), ...at(entries.length)];
};

const rank = { assistant: 0, user: 1, system: 2 } as const;

const depthOf = (depth: number, isContinued: boolean): number => Math.max(0, isContinued ? depth - 1 : depth);
