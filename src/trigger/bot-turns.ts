import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';

/** Counts, for each conversation, the answers to bots since a human last spoke. */
export interface BotTurns {
  /** The count that `decide` wants to know. */
  recent(conversation: ConversationKey): number;
  /** To be told of every message, after the decision about it. */
  note(conversation: ConversationKey, message: { readonly isBot: boolean; readonly isAnswered: boolean }): void;
}

/** Keeps the counts of the conversations in which bots last spoke; a human's message ends a count. */
export const createBotTurns = (): BotTurns => {
  const counts = new Map<ConversationKey, number>();
  return {
    recent: (conversation) => counts.get(conversation) ?? 0,
    note: (conversation, { isBot, isAnswered }) => {
      if (isBot && !isAnswered) return;
      const count = counts.get(conversation) ?? 0;
      counts.delete(conversation);
      if (!isBot) return;
      counts.set(conversation, count + 1);
      const [oldest] = counts.keys();
      if (counts.size > bounds.botConversationsMax && oldest !== undefined) counts.delete(oldest);
    },
  };
};
