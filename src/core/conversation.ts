import type { Scene } from './scene.ts';

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

/** What somebody replied to, where that is not remembered itself. */
export type QuotedMessage = {
  readonly speaker: Speaker;
  readonly messageId: string;
  /** As it stands in front of the turn's text. */
  readonly text: string;
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
  /** What stands in front of the texts and was said by somebody else: it goes when that is deleted. */
  readonly quoted?: QuotedMessage;
};

/** A text of the people in a conversation that stands near the end of the prompt (the "author's note"). */
export type AuthorsNote = {
  readonly text: string;
  /** In how many messages of humans it stands once; 1 is every time, 0 is off. */
  readonly interval: number;
  /** Among the turns, so many from the end; or in the system prompt, behind the scenario. */
  readonly position: { readonly at: 'depth'; readonly depth: number } | { readonly at: 'note' };
  readonly role: 'system' | 'user' | 'assistant';
};

/** What is remembered in short of the turns that no longer fit. */
export type Summary = {
  readonly text: string;
  /** Id of the oldest turn that it covers. [the conversation's first one] */
  readonly fromId?: string;
  /** Id of the newest turn that it covers. */
  readonly throughId: string;
};

/** What is remembered about a conversation besides its turns. */
export type ConversationSettings = {
  /** The persona that answers here; the configured default when absent. */
  readonly personaId?: string;
  /** Several personas that take turns here, in place of the one. */
  readonly scene?: Scene;
  readonly note?: AuthorsNote;
  /** Takes the place of the persona's scenario. */
  readonly scenario?: string;
  readonly summary?: Summary;
  /** Whether summaries are made and used here. [true] */
  readonly isSummarised?: boolean;
  /** Ids of the turns that stay in the prompt when older ones are dropped, in the order in which they were pinned. */
  readonly pins?: readonly string[];
  /** What `{{setvar}}` has set in texts of personas and lore. */
  readonly variables?: Readonly<Record<string, string>>;
  /** By what `{{pick}}` chooses; a branch has that of what it was made from, and a reset gives another one. [the conversation's key] */
  readonly pickSeed?: string;
  /**
   * Id of the oldest turn that still stands in the prompt. Older ones were dropped in a block
   * when the context was full; kept so that the prompt's beginning stays the same for many turns.
   */
  readonly promptStartId?: string;
};

/** The text of a turn as it is shown. */
export const shownText = (turn: Turn): string => turn.alternatives[turn.shown] ?? '';
