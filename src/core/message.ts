import type { ConversationKey, Speaker } from './conversation.ts';
import type { Place } from './settings.ts';

/** A message that reached the bot, in the form in which people see it. */
export type IncomingMessage = {
  readonly conversation: ConversationKey;
  /** Where it was said; settings of a server or channel apply by it. */
  readonly place?: Place;
  /** The platform's id of the message. */
  readonly id: string;
  readonly author: Speaker & { readonly isBot: boolean };
  /** The text as people read it: mentions as names, attachments and the like in their text form. */
  readonly text: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** How it turns to the bot; `none` for what was said in the bot's hearing only. */
  readonly addressed: 'direct' | 'mention' | 'reply' | 'none';
  /** The platform message it replies to, if any. */
  readonly replyToMessageId?: string;
};

/**
 * Where the answer to one message appears; the platform makes one for each message.
 * Nothing here rejects for reasons of the chat (a deleted channel, a missing permission)
 * except `finish`, which tells by it that the answer was not delivered.
 */
export interface ReplyPort {
  /** The message's turn has come and `speaker` is about to answer: show that it is being written. */
  begin(speaker: Speaker): void;
  /** The whole answer so far. Called as often as text arrives; the port paces what people see. */
  show(text: string): void;
  /**
   * The whole answer, which is not empty. Resolves with the ids of the messages that carry it,
   * in reading order, once they all are delivered.
   */
  finish(text: string): Promise<readonly string[]>;
  /** Something the bot itself has to say (an error, a full queue): short, and never remembered. */
  notice(text: string): Promise<void>;
  /** Ends what `begin` began, whatever happened. Always called, exactly once, last. */
  end(): void;
}
