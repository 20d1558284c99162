import type { Lorebook } from '../core/lorebook.ts';
import { type Activation, activate, type CountTokens } from './activate.ts';
import { emptyLoreState } from './effects.ts';
import { type PreparedLorebook, prepareLorebook } from './prepare-lorebook.ts';
import { type ActivationCause, causeText, reasonText, type SkipReason } from './reasons.ts';
import type { ScanInput } from './scan-input.ts';

/** What became of one entry, as data and in a sentence. */
export type EntryExplanation = {
  readonly bookId: string;
  readonly entryId: string;
  /** What to call it: its title, else its first key, else its id. */
  readonly title: string;
  readonly isActive: boolean;
  readonly cause?: ActivationCause;
  readonly reason?: SkipReason;
  /** Without a full stop: `"moon" in the newest message`. */
  readonly why: string;
  /** What its text takes, in tokens; 0 for those not active. */
  readonly tokens: number;
};

/** Every entry of an activation, the active ones first, then those that came near, then the others. */
export const explainActivation = ({ activated, skipped }: Activation): readonly EntryExplanation[] => [
  ...activated.map(({ bookId, entry, cause, tokens }) => ({
    bookId,
    entryId: entry.id,
    title: titleOf(entry),
    isActive: true,
    cause,
    why: causeText(cause),
    tokens,
  })),
  ...[...skipped]
    .sort((a, b) => Number(isFar(a.reason)) - Number(isFar(b.reason)))
    .map(({ bookId, entry, reason }) => ({
      bookId,
      entryId: entry.id,
      title: titleOf(entry),
      isActive: false,
      reason,
      why: reasonText(reason),
      tokens: 0,
    })),
];

/**
 * Which entries of books a text would activate in an empty conversation, and why: what `lore test` shows. Every chance comes
 * up and nothing is delayed, for the question is about the keys; groups and recursion count.
 * @param text each line a message; `Name: …` is said by Name
 */
export const explainText = async (
  books: readonly (Lorebook | PreparedLorebook)[],
  text: string,
  options: { readonly contextTokens: number; readonly countTokens: CountTokens; readonly expand?: ScanInput['expand'] },
): Promise<{
  readonly entries: readonly EntryExplanation[];
  readonly problems: readonly string[];
  readonly activation: Activation;
}> => {
  const prepared = books.map((book) => ('matcher' in book ? book : prepareLorebook(book)));
  const messages = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const match = /^([^:]{1,64}): (.*)$/.exec(line);
      return match === null ? { name: 'User', text: line } : { name: match[1] ?? '', text: match[2] ?? '' };
    });
  const activation = await activate(
    {
      books: prepared.map((book) => ({ book, scope: 'global' })),
      messages,
      messageCount: Number.MAX_SAFE_INTEGER,
      contextTokens: options.contextTokens,
      state: emptyLoreState,
      random: () => 0,
      ...(options.expand === undefined ? {} : { expand: options.expand }),
    },
    options.countTokens,
  );
  return { entries: explainActivation(activation), problems: prepared.flatMap(({ problems }) => problems), activation };
};

const titleOf = (entry: { readonly title: string; readonly keys: readonly string[]; readonly id: string }): string =>
  entry.title.trim() || entry.keys[0]?.trim() || entry.id;

/** Nothing pointed to it at all. */
const isFar = (reason: SkipReason): boolean => ['not-found', 'no-keys', 'disabled', 'trigger', 'character'].includes(reason.kind);
