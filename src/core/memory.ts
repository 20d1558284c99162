import type { ConversationKey, ConversationSettings, Turn } from './conversation.ts';

/** A turn as it is handed over; memory gives it its id. */
export type NewTurn = Omit<Turn, 'id' | 'alternatives' | 'shown'> & { readonly text: string };

/**
 * The memory of all conversations: for each an append-only log of turns with its settings.
 * Every promise resolves once the change is on disk. A failing store rejects with a
 * `PaddockError` (`store-failed`) and is never taken for an empty memory.
 */
export interface Memory {
  /**
   * Adds a turn at the end. A turn that carries a message id already remembered in this
   * conversation is not added again: the stored one is returned with `isNew: false`.
   */
  append(conversation: ConversationKey, turn: NewTurn): Promise<{ readonly turn: Turn; readonly isNew: boolean }>;
  /**
   * The turns of a conversation, oldest first: those from `fromId` on (default: from the first),
   * of these at most the `newest` last ones (default: all). Reads only the segments it needs.
   * Empty for an unknown conversation.
   */
  turns(conversation: ConversationKey, range?: { readonly fromId?: string; readonly newest?: number }): Promise<readonly Turn[]>;
  /** Number of turns since the last reset, without reading them. */
  count(conversation: ConversationKey): Promise<number>;
  /** The turn that carries a platform message, if it is remembered. */
  findByMessage(conversation: ConversationKey, messageId: string): Promise<Turn | undefined>;
  /** Replaces the shown text of the turn that carries a platform message. False when there is none. */
  editMessage(conversation: ConversationKey, messageId: string, text: string): Promise<boolean>;
  /** Removes the turns that carry any of these platform messages; returns how many. */
  deleteMessages(conversation: ConversationKey, messageIds: readonly string[]): Promise<number>;
  /** Forgets all turns and `promptStartId`; other settings stay. Returns how many turns there were. */
  reset(conversation: ConversationKey): Promise<number>;
  settings(conversation: ConversationKey): Promise<ConversationSettings>;
  /** Merges into the settings; a property given as `undefined` goes back to its default. */
  configure(
    conversation: ConversationKey,
    change: { readonly [Name in keyof ConversationSettings]?: ConversationSettings[Name] | undefined },
  ): Promise<void>;
  /** Waits for writes under way, then closes the store. */
  close(): Promise<void>;
}
