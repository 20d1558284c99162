import type { ConversationKey, ConversationSettings, Turn } from './conversation.ts';

/** A turn as it is handed over; memory gives it its id. */
export type NewTurn = Omit<Turn, 'id' | 'alternatives' | 'shown'> & {
  readonly text: string;
  /** More texts it can have, none of them shown. [none] */
  readonly otherTexts?: readonly string[];
  /** The platform message it replies to: gives `replyTo` when that message is remembered and `replyTo` is absent. */
  readonly replyToMessageId?: string;
};

/** When a turn is added: while the conversation has no turns, or some, or still the turn of an id. */
export type AppendCondition = 'empty' | 'not-empty' | { readonly remembers: string };

/**
 * What becomes of a turn's texts. With `messageIds` given, these messages carry it from now on.
 * - `add`: another text, shown. Beyond `bounds.alternatives` the oldest ones go.
 * - `show`: the text at an index.
 * - `replace`: the shown text is another one.
 * - `extend`: `by` is put behind the text that reads `text`, which is shown then.
 * - `carry`: the texts stay.
 * - `unquote`: what the turn quotes is taken out of its texts.
 */
export type TurnChange = { readonly messageIds?: readonly string[] } & (
  | { readonly kind: 'add'; readonly text: string }
  | { readonly kind: 'show'; readonly index: number }
  | { readonly kind: 'replace'; readonly text: string }
  | { readonly kind: 'extend'; readonly text: string; readonly by: string }
  | { readonly kind: 'carry' }
  | { readonly kind: 'unquote' }
);

/** What was removed: how many turns, and the newest `bounds.removedTurnsMax` of them, oldest first. */
export type RemovedTurns = { readonly count: number; readonly turns: readonly Turn[] };

/** How many turns, and how many of them are answers; all others were said by humans. */
export type TurnCounts = { readonly turns: number; readonly answers: number };

/** What came of pinning a turn, or of letting it go: `full` when as many are pinned as can be, `unknown` when it is not remembered. */
export type PinOutcome = 'changed' | 'unchanged' | 'full' | 'unknown';

/**
 * The memory of all conversations: for each an append-only log of turns with its settings.
 * Every promise resolves once the change is on disk. A failing store rejects with a
 * `PaddockError` (`store-failed`) and is never taken for an empty memory.
 */
export interface Memory {
  /**
   * Adds a turn at the end. A turn that carries a message id already remembered in this
   * conversation is not added again: the stored one is returned with `isNew: false`. That a message is
   * told again with the same `at` is relied upon.
   */
  append(conversation: ConversationKey, turn: NewTurn): Promise<{ readonly turn: Turn; readonly isNew: boolean }>;
  /** The same in one operation with a look at the conversation; undefined, and nothing is added, when the condition fails. */
  appendIf(
    conversation: ConversationKey,
    turn: NewTurn,
    condition: AppendCondition,
  ): Promise<{ readonly turn: Turn; readonly isNew: boolean } | undefined>;
  /**
   * The turns of a conversation, oldest first: those from `fromId` on (default: from the first) up to
   * and with `toId` (default: to the last), of these at most the `newest` last ones (default: all).
   * Reads only the segments it needs. Empty for an unknown conversation.
   */
  turns(
    conversation: ConversationKey,
    range?: { readonly fromId?: string; readonly toId?: string; readonly newest?: number },
  ): Promise<readonly Turn[]>;
  /** The turn of an id, if it is remembered. */
  turn(conversation: ConversationKey, turnId: string): Promise<Turn | undefined>;
  /** The turns of these ids that are remembered, oldest first; what they share of the store is read once. */
  turnsOf(conversation: ConversationKey, turnIds: readonly string[]): Promise<readonly Turn[]>;
  /** Number of turns since the last reset, without reading them. */
  count(conversation: ConversationKey): Promise<number>;
  /**
   * The same with the answers among them; of the turns up to and with `toId`, whether that one is still there or not, where it is
   * given. Reads nothing but the segments behind `toId`, and no more than the head for one of the newest turns.
   */
  counts(conversation: ConversationKey, toId?: string): Promise<TurnCounts>;
  /** The turn that the conversation begins with; undefined where a copy does not hold it. Reads one segment at most, as a rule. */
  first(conversation: ConversationKey): Promise<Turn | undefined>;
  /** The turn that carries a platform message, if it is remembered. */
  findByMessage(conversation: ConversationKey, messageId: string): Promise<Turn | undefined>;
  /** Replaces the shown text of the turn that carries a platform message, behind what it quotes. False when there is none. */
  editMessage(conversation: ConversationKey, messageId: string, text: string): Promise<boolean>;
  /** Changes the texts of a turn; undefined when there is no such turn, or no such text in it. */
  change(conversation: ConversationKey, turnId: string, change: TurnChange): Promise<Turn | undefined>;
  /** Removes the turns of these ids; gives those that there were, oldest first. */
  remove(conversation: ConversationKey, turnIds: readonly string[]): Promise<readonly Turn[]>;
  /** Removes all turns after the one of this id; also `promptStartId`, where that is one of them. */
  removeAfter(conversation: ConversationKey, turnId: string): Promise<RemovedTurns>;
  /**
   * Copies turns and settings into a conversation without turns: those up to and with `toId`, of
   * these the `newest` last ones. The copies have ids of their own and no messages. Gives their
   * number; undefined, and nothing happens, when the other conversation has turns. After a crash
   * the copy is there as a whole or not at all.
   */
  copy(
    from: ConversationKey,
    to: ConversationKey,
    range: { readonly toId?: string; readonly newest: number },
  ): Promise<number | undefined>;
  /** Removes the turns that carry any of these platform messages, and takes them out of turns that quote them; returns how many were removed. */
  deleteMessages(conversation: ConversationKey, messageIds: readonly string[]): Promise<number>;
  /** Makes a turn one of the `pins` of the settings, `bounds.pins.countMax` at most, or takes it out of them. A turn that is removed leaves them by itself. */
  pin(conversation: ConversationKey, turnId: string, isPinned: boolean): Promise<PinOutcome>;
  /** Forgets all turns and what the settings say of them; other settings stay. Returns how many turns there were. */
  reset(conversation: ConversationKey): Promise<number>;
  /** Forgets turns and settings: nothing is left in the store. Returns how many turns there were. */
  forget(conversation: ConversationKey): Promise<number>;
  settings(conversation: ConversationKey): Promise<ConversationSettings>;
  /** Merges into the settings; a property given as `undefined` goes back to its default. */
  configure(
    conversation: ConversationKey,
    change: { readonly [Name in keyof ConversationSettings]?: ConversationSettings[Name] | undefined },
  ): Promise<void>;
  /** Waits for writes under way, then closes the store. */
  close(): Promise<void>;
}
