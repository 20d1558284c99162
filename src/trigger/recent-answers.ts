import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';

/** What happened lately in a conversation, as far as deciding needs it. */
export type Lately = {
  /** Answers to bots since a human last spoke. */
  readonly botTurns: number;
  /** When a message was last decided to be answered, in milliseconds since 1970. */
  readonly answeredAt?: number;
};

/** Remembers, for the conversations in use, what `decide` wants to know of them. */
export interface RecentAnswers {
  recent(conversation: ConversationKey): Lately;
  /** To be told of every message, after the decision about it. */
  note(
    conversation: ConversationKey,
    message: { readonly isBot: boolean; readonly isAnswered: boolean; readonly at: number },
  ): void;
}

/** Keeps the latest `bounds.recentConversationsMax` conversations; a human's message ends the count of bots' turns. */
export const createRecentAnswers = (): RecentAnswers => {
  const kept = new Map<ConversationKey, Lately>();
  const nothing: Lately = { botTurns: 0 };
  return {
    recent: (conversation) => kept.get(conversation) ?? nothing,
    note: (conversation, { isBot, isAnswered, at }) => {
      const { botTurns, answeredAt } = kept.get(conversation) ?? nothing;
      const now = isAnswered ? at : answeredAt;
      const next = { botTurns: !isBot ? 0 : botTurns + (isAnswered ? 1 : 0), ...(now !== undefined && { answeredAt: now }) };
      kept.delete(conversation);
      if (next.botTurns === 0 && now === undefined) return;
      kept.set(conversation, next);
      const [oldest] = kept.keys();
      if (kept.size > bounds.recentConversationsMax && oldest !== undefined) kept.delete(oldest);
    },
  };
};
