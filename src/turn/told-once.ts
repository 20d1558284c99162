import type { ConversationKey } from '../core/conversation.ts';

/** Whether something is to be told in a conversation now: true once, and again after some time. */
export type ToldOnce = (conversation: ConversationKey) => boolean;

export const createToldOnce = (options: {
  /** In milliseconds. */
  readonly now: () => number;
  readonly quietMs: number;
  /** Of so many the latest are known. */
  readonly conversationsMax: number;
}): ToldOnce => {
  const toldAt = new Map<ConversationKey, number>();
  return (conversation) => {
    const now = options.now();
    const before = toldAt.get(conversation);
    if (before !== undefined && now - before < options.quietMs) return false;
    toldAt.delete(conversation);
    toldAt.set(conversation, now);
    const [oldest] = toldAt.keys();
    if (toldAt.size > options.conversationsMax && oldest !== undefined) toldAt.delete(oldest);
    return true;
  };
};
