import {
  type APIMessage,
  DiscordAPIError,
  type REST,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelJSONBody,
  Routes,
} from 'discord.js';
import type { Attempts } from './attempts.ts';
import { discordCodeOf, isForGood } from './failures.ts';
import { changedMessage, type MessageExtras, newMessage } from './message-body.ts';

export type MessageRequestsOptions = {
  readonly rest: REST;
  readonly attempts: Attempts;
  readonly channelId: string;
  /** The message that is answered, if it stands in this channel. */
  readonly messageId: string | undefined;
};

/** The requests that carry an answer to Discord, each tried again while that can help. */
export interface MessageRequests {
  /** @param nonce within this channel; a second post with the same one gives the first one's message. */
  post(content: string, nonce: string, isReply: boolean, extras?: MessageExtras): Promise<APIMessage>;
  /** @param content stays as it is when undefined. */
  edit(id: string, content: string | undefined, extras?: MessageExtras): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Messages of the bot itself. */
export const createMessageRequests = (options: MessageRequestsOptions): MessageRequests & { typing(): Promise<void> } => {
  const { rest, attempts, channelId, messageId } = options;
  const { once, persist, write } = attempts;
  let mayRefer = messageId !== undefined;

  const post: MessageRequests['post'] = async (content, nonce, isReply, extras) => {
    const refers = isReply && mayRefer;
    const { body, files } = newMessage(content, extras);
    const reference = { message_reference: { message_id: messageId ?? '', fail_if_not_exists: false } };
    const whole = { ...body, nonce, enforce_nonce: true, ...(refers ? reference : {}) };
    // Who may write may still not be allowed to send files.
    const tries = files === undefined ? write : persist;
    try {
      const send = (signal: AbortSignal) =>
        rest.post(Routes.channelMessages(channelId), { body: whole, signal, ...(files && { files }) });
      return (await tries('post', send)) as APIMessage;
    } catch (error) {
      if (!refers || !isAboutReference(error)) throw error;
      mayRefer = false;
      return post(content, nonce, isReply, extras);
    }
  };

  /** A post opens an archived thread again by itself, an edit does not. */
  const openThread = async (): Promise<void> => {
    const body: RESTPatchAPIChannelJSONBody = { archived: false };
    await once((signal) => rest.patch(Routes.channel(channelId), { body, signal }));
  };

  return {
    post,
    edit: async (id, content, extras) => {
      const request = changedMessage(content, extras);
      const patch = (): Promise<unknown> =>
        once((signal) => rest.patch(Routes.channelMessage(channelId, id), { ...request, signal }));
      const tries = request.files === undefined ? write : persist;
      await tries('edit', async () => {
        try {
          await patch();
        } catch (error) {
          if (discordCodeOf(error) !== RESTJSONErrorCodes.InvalidActionOnArchivedThread) throw error;
          await openThread();
          await patch();
        }
      });
    },
    remove: async (id) => {
      try {
        await persist('remove', (signal) => rest.delete(Routes.channelMessage(channelId, id), { signal }));
      } catch (error) {
        if (discordCodeOf(error) !== RESTJSONErrorCodes.UnknownMessage) throw error;
      }
    },
    typing: async () => {
      try {
        await once((signal) => rest.post(Routes.channelTyping(channelId), { signal }));
      } catch (error) {
        // Who may not show that they type may still be allowed to write.
        if (isForGood(error) && discordCodeOf(error) !== RESTJSONErrorCodes.MissingPermissions) attempts.lose(error);
        throw error;
      }
    },
  };
};

/** Whether a post was refused for the message that it replies to: one that can't be read, or is none any more. */
const isAboutReference = (error: unknown): boolean => {
  const code = discordCodeOf(error);
  if (code === RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory) return true;
  if (code !== RESTJSONErrorCodes.InvalidFormBodyOrContentType || !(error instanceof DiscordAPIError)) return false;
  const { rawError } = error;
  const errors: unknown = 'errors' in rawError ? rawError.errors : undefined;
  return typeof errors === 'object' && errors !== null && 'message_reference' in errors;
};
