import type { Command } from '../../core/command.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import type { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../core/message.ts';
import type { Place, ReplySettings } from '../../core/settings.ts';
import type { SpeakerPicture } from '../../persona/speaker-pictures.ts';
import type { Timers } from '../../reply/index.ts';
import type { RememberedMessage } from './away-changes.ts';
import type { SeenStore } from './channel-notes.ts';
import type { ChannelTree } from './left-servers.ts';
import type { NoticeStore } from './open-notices.ts';
import type { WornStore } from './worn-pictures.ts';

export type DiscordPlatformOptions = {
  readonly token: string;
  /** Base of Discord's REST interface, without version. [Discord's own] */
  readonly apiUrl?: string;
  /** Least time between two edits of an answer, in milliseconds. */
  readonly editIntervalMs: number;
  readonly logger: Logger;
  readonly commands: readonly Command[];
  readonly timers?: Timers;
  /** The clock by which questions are too old to be answered, in milliseconds since 1970. [the machine's] */
  now?(): number;
  /** Messages that are fetched from before the first question in a channel; 0 for none. [0] */
  readonly historyOnFirstUse?: number;
  /** Where the last message of each channel is kept, so that what comes while the bot is away is fetched at the next start. [nowhere] */
  readonly seen?: SeenStore;
  /** The picture that goes with a speaker's own name. [nobody has one] */
  pictureOf?(speakerId: string): SpeakerPicture | undefined;
  /** Where it is kept which webhooks wear which pictures. [nowhere: they are put on again after a restart] */
  readonly worn?: WornStore;
  /** Where it is kept which notices stand, so that the next start takes away what a crash leaves. [nowhere] */
  readonly notices?: NoticeStore;
  /** As of `createNewestAnswers`: the answer that loses its buttons to the first one after the start. [it keeps them] */
  formerAnswer?(conversation: ConversationKey, exceptIds: readonly string[]): Promise<readonly string[] | undefined>;
  /** A message that the bot may hear, and where its answer goes. */
  onMessage(message: IncomingMessage, port: ReplyPort): Promise<void>;
  /**
   * Whether a message will get an answer; `perhaps` where that is up to chance. Only then are its files read, and what was said before it
   * fetched. [when it is addressed to the bot]
   */
  prospect?(message: IncomingMessage): Promise<'yes' | 'perhaps' | 'no'>;
  /**
   * What was said and is not to be answered, oldest first: before the first question in a channel (`history`), or while the
   * bot was away (`missed`). Resolves with the ids of those that were not known.
   */
  heard?(messages: readonly IncomingMessage[], occasion: 'history' | 'missed'): Promise<readonly string[]>;
  /**
   * In which form a message that is addressed to the bot is answered there. Only the style is used here: `thread` opens one on
   * the message, and the message is passed on as one of the thread. [never in a thread]
   */
  replySettingsAt?(place: Place | undefined, message: IncomingMessage): Promise<ReplySettings>;
  /** The text of a message changed; with the message as it reads now, where it is somebody's. */
  onEdit(conversation: ConversationKey, messageId: string, text: string, message?: IncomingMessage): Promise<void>;
  onDelete(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  /** The newest remembered messages of a conversation, to be compared with what stands there after a time away. [none] */
  remembered?(conversation: ConversationKey): Promise<readonly RememberedMessage[]>;
  /** A channel or thread was deleted, and everything in it. */
  onForget?(conversation: ConversationKey): Promise<void>;
  /** The bot has left a server for good; its conversations were forgotten by `onForget`. */
  onForgetServer?(serverId: string): Promise<void>;
  /** Where it is kept which channels stand in which servers. [nowhere: of what goes as a whole, only what is known now is forgotten] */
  readonly tree?: ChannelTree;
  /** Discord has closed the connection for good, after the start. */
  onFatal(error: PaddockError): void;
};
