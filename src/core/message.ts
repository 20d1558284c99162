import type { Rank } from './command.ts';
import type { ConversationKey, Speaker } from './conversation.ts';
import type { Place, ReplySettings } from './settings.ts';

/** A message that reached the bot, in the form in which people see it. */
export type IncomingMessage = {
  readonly conversation: ConversationKey;
  /** Where it was said; settings of a server or channel apply by it. */
  readonly place?: Place;
  /** The platform's id of the message. */
  readonly id: string;
  readonly author: Speaker & {
    readonly isBot: boolean;
    /** What the author may do where it was said. [everyone] */
    readonly rank?: Rank;
    /** The platform's ids of the author's roles. [none] */
    readonly roleIds?: readonly string[];
  };
  /** The text as people read it: mentions as names, attachments and the like in their text form. */
  readonly text: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** How it turns to the bot; `none` for what was said in the bot's hearing only. */
  readonly addressed: 'direct' | 'mention' | 'reply' | 'none';
  /** The platform message it replies to, if any. */
  readonly replyToMessageId?: string;
  /** What that message says, shortened, and who said it: for where it is not remembered. */
  readonly quoted?: Speaker & { readonly text: string };
};

/** How a speaker appears where the platform can show more than one: a persona under a name of its own. */
export type SpeakerLook = {
  /** As people see it, one line. */
  readonly name: string;
  /** Whose look it is; where the platform can, the speaker's picture is shown. [nobody's in particular] */
  readonly speakerId?: string;
  /** A picture that everybody can fetch, by its https address; it goes before the speaker's. */
  readonly avatarUrl?: string;
};

/** Who answers. Without a look it is the bot as people know it. */
export type AnsweringSpeaker = Speaker & { readonly look?: SpeakerLook };

/** Which of the texts that an answer can have is shown, from 0, and how many there are. */
export type AnswerPosition = { readonly index: number; readonly count: number };

/**
 * Where the answer to one message appears; the platform makes one for each message.
 * Nothing here rejects for reasons of the chat (a deleted channel, a missing permission)
 * except `finish`, which tells by it that the answer was not delivered.
 */
export interface ReplyPort {
  /** The message waits for its turn; what is told about that is to be shown until `begin` or `end`. May be called again. */
  waits?(notice: string): void;
  /**
   * The message's turn has come and `speaker` is about to answer: show that it is being written.
   *
   * @param settings in which form the answer appears here. [the platform's own way]
   */
  begin(speaker: AnsweringSpeaker, settings?: ReplySettings): void;
  /** The whole answer so far. Called as often as text arrives; the port paces what people see. */
  show(text: string): void;
  /**
   * The whole answer, which is not empty. Resolves with the ids of the messages that carry it,
   * in reading order, once they all are delivered. Rejects with a `DeliveryError` when they can't
   * be; its `deliveredIds` are those that stand in the chat already.
   *
   * @param position which of the answer's texts it is. [the only one, or what the platform finds]
   */
  finish(text: string, position?: AnswerPosition): Promise<readonly string[]>;
  /** Something the bot itself has to say (an error, a full queue): short, and never remembered. */
  notice(text: string): Promise<void>;
  /** What it was to answer is gone: takes away what stands of the answer, where the platform can. */
  withdraw?(): Promise<void>;
  /** Ends what `begin` began, whatever happened. Always called, exactly once, last. */
  end(): void;
  /** Aborted once nothing more can be delivered: what is still being made for this port is made for nobody. */
  readonly lost?: AbortSignal;
}
