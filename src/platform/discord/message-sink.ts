import {
  type APIMessage,
  type REST,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from 'discord.js';
import type { Logger } from '../../core/logger.ts';
import type { MessageSink, Timers } from '../../reply/index.ts';
import { withBackOff } from './back-off.ts';
import { discordCodeOf, failureFields } from './failures.ts';

export type MessageSinkOptions = {
  readonly rest: REST;
  readonly channelId: string;
  /** The message that is answered. */
  readonly messageId: string;
  readonly timers: Timers;
  /** Ends all waiting when the platform closes. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
};

/** Whatever a text says, it notifies nobody. The client's default does not reach requests that are made by hand. */
const noPings = { parse: [], replied_user: false } satisfies RESTPostAPIChannelMessageJSONBody['allowed_mentions'];

/** Sends messages into one channel, as answers to one message. */
export type DiscordMessageSink = MessageSink & {
  /** Sends a message that is no part of the answer. */
  postNotice(text: string): Promise<void>;
};

/**
 * What carries an answer to Discord. Every post has a nonce made of the answered message's id, which Discord
 * enforces: sending it twice, for whatever reason, gives one message only.
 */
export const createMessageSink = (options: MessageSinkOptions): DiscordMessageSink => {
  const { rest, channelId, messageId, logger } = options;
  let posts = 0;
  let notices = 0;

  const persist = <Value>(what: string, work: () => Promise<Value>): Promise<Value> =>
    withBackOff(work, {
      timers: options.timers,
      signal: options.signal,
      onRetry: (error, waitMs) =>
        logger.warn({ channelId, what, waitMs, ...failureFields(error) }, 'Discord did not take a message; trying again'),
    });

  const send = async (content: string, nonce: string, isReply: boolean): Promise<APIMessage> => {
    const body: RESTPostAPIChannelMessageJSONBody = {
      content,
      nonce,
      enforce_nonce: true,
      allowed_mentions: noPings,
      ...(isReply ? { message_reference: { message_id: messageId, fail_if_not_exists: false } } : {}),
    };
    return (await persist('post', () => rest.post(Routes.channelMessages(channelId), { body }))) as APIMessage;
  };

  const edit = async (id: string, content: string): Promise<void> => {
    const body: RESTPatchAPIChannelMessageJSONBody = { content, allowed_mentions: noPings };
    await persist('edit', () => rest.patch(Routes.channelMessage(channelId, id), { body }));
  };

  return {
    post: async (text, index) => {
      const message = await send(text, `${messageId}-${posts}`, index === 0);
      posts += 1;
      // The nonce was known: this is the message that an earlier try, or the bot before a restart, has sent.
      if (withoutWhite(message.content) !== withoutWhite(text)) await edit(message.id, text);
      return message.id;
    },
    edit,
    remove: async (id) => {
      try {
        await persist('remove', () => rest.delete(Routes.channelMessage(channelId, id)));
      } catch (error) {
        if (discordCodeOf(error) !== RESTJSONErrorCodes.UnknownMessage) throw error;
      }
    },
    postNotice: async (text) => {
      const nonce = `${messageId}n${notices}`;
      notices += 1;
      await send(text, nonce, true);
    },
  };
};

const withoutWhite = (text: string): string => text.replace(/\s+/g, '');
