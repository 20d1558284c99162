/** Names one conversation: `<platform>:<place>`, for example `discord:1183…` or `terminal:local`. */
export type ConversationKey = string;

/**
 * Who says something. `id` is what memory is keyed by (names change and can be forged):
 * a platform user id such as `discord:42`, or `persona:<persona id>`.
 */
export type Speaker = {
  readonly id: string;
  /** The name as people see it, one line, without role labels (see prompt/names.ts). */
  readonly name: string;
};

/** What everybody said in one go: a message of a human, or an answer of the model. */
export type Turn = {
  /** Unique within the conversation; ids compare as strings in the order in which the turns were added. */
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly speaker: Speaker;
  /** The texts this turn can have (an answer's swipes); at least one. */
  readonly alternatives: readonly string[];
  /** Index of the alternative that is shown, and so the one in the prompt. */
  readonly shown: number;
  /** When it was said, in milliseconds since 1970. */
  readonly at: number;
  /** Platform ids of the messages that carry it, in reading order; a long answer has several. */
  readonly messageIds: readonly string[];
  /** Id of the turn it answers, when it is a reply to one that is remembered. */
  readonly replyTo?: string;
};

/** What is remembered about a conversation besides its turns. */
export type ConversationSettings = {
  /** The persona that answers here; the configured default when absent. */
  readonly personaId?: string;
  /**
   * Id of the oldest turn that still stands in the prompt. Older ones were dropped in a block
   * when the context was full; kept so that the prompt's beginning stays the same for many turns.
   */
  readonly promptStartId?: string;
};

/** The text of a turn as it is shown. */
export const shownText = (turn: Turn): string => turn.alternatives[turn.shown] ?? '';
