import type { ConversationKey } from './conversation.ts';

/** Who waits, and for what. */
export type QueueRequest = {
  readonly conversation: ConversationKey;
  readonly userId: string;
  /** Platform id of the message that asks, to cancel by. */
  readonly messageId: string;
};

/** One request in the queue. */
export type QueueTicket = {
  /** Settles with the work; rejects with `cancelled` when it was cancelled before it began. */
  readonly done: Promise<void>;
  /** How many requests will be served before this one; 0 when it is next or running. */
  place(): number;
};

/** What the queue holds now. */
export type QueueState = { readonly waiting: number; readonly running: number };

/**
 * Lets answers be made in a fair order: one at a time in a conversation, several conversations
 * at once up to the engine's slots, round robin among the conversations that wait.
 */
export interface AnswerQueue {
  /**
   * Adds a request, or throws a `PaddockError` (`queue-full`, `queue-user-full`) at once, whose
   * text says how long it may take until there is room. `work` gets a signal that `cancel` aborts.
   */
  add(request: QueueRequest, work: (signal: AbortSignal) => Promise<void>): QueueTicket;
  /** Ends what runs and drops what waits, for a conversation or one message in it; returns how many. */
  cancel(conversation: ConversationKey, messageId?: string): number;
  state(): QueueState;
  /** Takes nothing more, cancels all and resolves when nothing runs. */
  close(): Promise<void>;
}
