import {
  type APIThreadChannel,
  ChannelType,
  type Client,
  RESTJSONErrorCodes,
  type RESTPostAPIChannelMessagesThreadsJSONBody,
  Routes,
} from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { Locale } from '../../core/locale.ts';
import type { Logger } from '../../core/logger.ts';
import type { IncomingMessage } from '../../core/message.ts';
import { sentence } from '../../core/sentence.ts';
import type { ReplySettings } from '../../core/settings.ts';
import { sentenceIn } from '../../locale/index.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { discordCodeOf, failureFields } from './failures.ts';
import { conversationOf } from './inbound.ts';

export type AnswerThreadsOptions = {
  readonly client: Client;
  readonly backOff: BackOffOptions;
  readonly logger: Logger;
  /** In which form a message is to be answered; `thread` asks for a thread of its own. */
  replySettingsAt?(place: IncomingMessage['place'], message: IncomingMessage): Promise<ReplySettings>;
};

/** A message, where it is answered. */
export type AnsweredMessage = {
  readonly message: IncomingMessage;
  readonly channelId: string;
  /** The channel in which it was written, where that is another one. */
  readonly parentId?: string;
};

/** Threads in which questions are answered. A thread is a conversation of its own. */
export interface AnswerThreads {
  /**
   * A message in the place where it is to be answered. Where settings ask for a thread, one is opened on a message that is
   * addressed to the bot in a server's channel; where that is not allowed, it is answered in the channel. Never rejects.
   */
  placed(message: IncomingMessage, channelId: string): Promise<AnsweredMessage>;
  /** Opens a thread on a message and gives its id; undefined where there can't be one. */
  open(channelId: string, messageId: string, name: string): Promise<string | undefined>;
  /** The thread that was opened on a message, if there is one. */
  on(messageId: string): string | undefined;
}

export const createAnswerThreads = (options: AnswerThreadsOptions): AnswerThreads => {
  const { client, backOff, logger } = options;

  const open: AnswerThreads['open'] = async (channelId, messageId, name) => {
    const type = client.channels.cache.get(channelId)?.type;
    if (type !== ChannelType.GuildText && type !== ChannelType.GuildAnnouncement) return undefined;
    const body: RESTPostAPIChannelMessagesThreadsJSONBody = { name };
    try {
      const route = Routes.threads(channelId, messageId);
      const thread = (await withBackOff(() => client.rest.post(route, { body }), backOff)) as APIThreadChannel;
      return thread.id;
    } catch (error) {
      // An earlier try, or somebody else; a thread has the id of its message.
      if (discordCodeOf(error) === RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage) return messageId;
      logger.warn({ channelId, ...failureFields(error) }, 'a thread could not be opened');
      return undefined;
    }
  };

  const settingsFor = async (message: IncomingMessage): Promise<ReplySettings | undefined> => {
    try {
      return await options.replySettingsAt?.(message.place, message);
    } catch (error) {
      logger.warn({ conversation: message.conversation, ...failureFields(error) }, 'the settings of a place could not be read');
      return undefined;
    }
  };

  return {
    placed: async (message, channelId) => {
      const { place, addressed, id, author } = message;
      const isForThread = place?.serverId !== undefined && (addressed === 'mention' || addressed === 'reply') && !author.isBot;
      if (!isForThread || !options.replySettingsAt) return { message, channelId };
      const settings = await settingsFor(message);
      if (settings?.style !== 'thread') return { message, channelId };
      const threadId = await open(channelId, id, threadName(message.text, settings.language));
      if (threadId === undefined) return { message, channelId };
      return {
        message: {
          ...message,
          conversation: conversationOf(threadId),
          place: { ...place, channelIds: [threadId, ...place.channelIds], isOwnThread: true },
        },
        channelId: threadId,
        parentId: channelId,
      };
    },
    open,
    on: (messageId) => (client.channels.cache.get(messageId)?.isThread() ? messageId : undefined),
  };
};

/** The first words of a question, as the name of its thread. */
export const threadName = (text: string, language: Locale = 'en'): string => {
  const { threadNameCharactersMax } = bounds.discord;
  const line = text
    .replace(/```[\w+#.-]*/g, ' ')
    .replace(/[`*~|]+/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line.length <= threadNameCharactersMax) return line || sentenceIn(language, sentence('threadName'));
  const cut = line.slice(0, threadNameCharactersMax - 1);
  const words = cut.slice(0, cut.lastIndexOf(' ')).trim();
  return `${(words.length >= threadNameCharactersMax / 2 ? words : cut.replace(/[\ud800-\udbff]$/, '')).toWellFormed()}…`;
};
