import type { Gate } from '../access/gate.ts';
import { bounds } from '../core/bounds.ts';
import { type ConversationKey, shownText } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { IncomingMessage } from '../core/message.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { Serial } from '../memory/serial.ts';
import { hearPast } from '../turn/hear-past.ts';
import type { Places } from './place-services.ts';

export type HearingServices = {
  readonly memory: Memory;
  readonly gate: Pick<Gate, 'hear'>;
  readonly places: Pick<Places, 'settingsAt'>;
  readonly queue: Pick<AnswerQueue, 'cancel'>;
  readonly arrivals: Serial;
  readonly listen: 'channel' | 'addressed';
};

/** What becomes of what is said, changed and deleted without being answered. */
export type Hearing = {
  /** Remembers what was said without an answer; gives the ids of messages that were not known. See `hearPast`. */
  heard(messages: readonly IncomingMessage[], occasion: 'history' | 'missed'): Promise<readonly string[]>;
  /**
   * Takes an edit in the chat over into memory. What somebody says who may not be heard is not kept, and what they said before does
   * not stand any more: so it goes.
   *
   * @param message as it reads now, where the platform knows more of it than its text.
   */
  edited(conversation: ConversationKey, messageId: string, text: string, message?: IncomingMessage): Promise<void>;
  /** The newest messages of humans that are remembered of a conversation, and those of answers, by their ids. */
  remembered(conversation: ConversationKey): Promise<readonly { readonly id: string; readonly text: string }[]>;
  /** What is deleted in the chat is forgotten; a deleted question is not answered any more. */
  deleted(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
};

export const createHearing = (services: HearingServices): Hearing => {
  const { memory, gate, places, queue, arrivals, listen } = services;
  const mayHear = async (message: IncomingMessage): Promise<boolean> =>
    (await gate.hear({ ...message, addressed: 'none' })).isHeard;

  return {
    heard: (messages, occasion) =>
      hearPast(
        {
          memory,
          listen,
          isHeard: async (message) =>
            (await mayHear(message)) && (!message.author.isBot || (await places.settingsAt(message.place)).trigger.bots),
        },
        messages,
        occasion,
      ),
    remembered: async (conversation) =>
      (await memory.turns(conversation, { newest: bounds.discord.missedMessagesMax })).flatMap((turn) =>
        turn.messageIds.map((id) => ({ id, text: shownText(turn).slice(turn.quoted?.text.length ?? 0) })),
      ),
    // Not before the message itself has been remembered.
    edited: (conversation, messageId, text, message) =>
      arrivals.run(conversation, async () => {
        if (message === undefined || (await mayHear(message))) await memory.editMessage(conversation, messageId, text);
        else await memory.deleteMessages(conversation, [messageId]);
      }),
    deleted: (conversation, messageIds) => {
      const cancel = (): void => {
        for (const messageId of messageIds) queue.cancel(conversation, messageId);
      };
      // At once where it waits already, and again once all that was said before is dealt with.
      cancel();
      return arrivals.run(conversation, async () => {
        cancel();
        await memory.deleteMessages(conversation, messageIds);
      });
    },
  };
};
