import type { ConversationKey } from '../../core/conversation.ts';
import type { IncomingMessage, ReplyPort } from '../../core/message.ts';
import type { AnswerPorts } from './answer-ports.ts';
import type { AnswerThreads } from './answer-threads.ts';
import { conversationOf } from './inbound.ts';
import { createLanes } from './lanes.ts';
import type { OwnRemovals } from './own-removals.ts';

export type PlacingOptions = {
  readonly threads: AnswerThreads;
  readonly ports: AnswerPorts;
  readonly ownRemovals: OwnRemovals;
  onMessage(message: IncomingMessage, port: ReplyPort): Promise<void>;
  onEdit(conversation: ConversationKey, messageId: string, text: string, message?: IncomingMessage): Promise<void>;
  onDelete(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
};

/** Passes on what was said, changed and removed, for the conversation in which it is remembered. */
export interface Placing {
  said(message: IncomingMessage, channelId: string): Promise<void>;
  edited(conversation: ConversationKey, messageId: string, text: string, message?: IncomingMessage): Promise<void>;
  removed(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
}

/**
 * A question that is answered in a thread stands in the channel, and is remembered in the thread's conversation. Finding out
 * where a message is answered takes time, in which nothing that comes later in the conversation may pass it.
 */
export const createPlacing = ({ threads, ports, ownRemovals, ...options }: PlacingOptions): Placing => {
  const lanes = createLanes();
  return {
    said: async (message, channelId) => {
      let answering: Promise<void> | undefined;
      await lanes.run(message.conversation, async () => {
        const answered = await threads.placed(message, channelId);
        answering = options.onMessage(answered.message, ports.answerTo(answered));
      });
      await answering;
    },
    edited: async (conversation, messageId, text, message) =>
      lanes.run(conversation, async () => {
        await options.onEdit(conversation, messageId, text, message);
        const threadId = threads.on(messageId);
        if (threadId !== undefined) await options.onEdit(conversationOf(threadId), messageId, text, message);
      }),
    removed: async (conversation, messageIds) =>
      lanes.run(conversation, async () => {
        const gone = ownRemovals.without(messageIds);
        if (gone.length > 0) await options.onDelete(conversation, gone);
        for (const id of gone) {
          const threadId = threads.on(id);
          if (threadId !== undefined) await options.onDelete(conversationOf(threadId), [id]);
        }
      }),
  };
};
