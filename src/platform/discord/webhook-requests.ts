import { type APIMessage, type REST, RESTJSONErrorCodes, Routes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { SpeakerLook } from '../../core/message.ts';
import type { Attempts } from './attempts.ts';
import { discordCodeOf, isForGood } from './failures.ts';
import { changedMessage, type MessageExtras, newMessage, readsAs } from './message-body.ts';
import { webhookName } from './speaker-name.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

export type WebhookRequestsOptions = {
  readonly rest: REST;
  readonly attempts: Attempts;
  readonly webhooks: Webhooks;
  /** Where messages appear: the webhook's channel, or a thread of it. */
  readonly channelId: string;
  readonly webhookChannelId: string;
};

/** The requests that a webhook makes in place of the bot. */
export interface WebhookRequests {
  post(webhook: Webhook, look: SpeakerLook, content: string, extras?: MessageExtras): Promise<APIMessage>;
  edit(webhook: Webhook, id: string, content: string | undefined, extras?: MessageExtras): Promise<void>;
  remove(webhook: Webhook, id: string): Promise<void>;
  /** Id of the webhook that sent a message; undefined where none did, or it can't be read. */
  senderOf(id: string): Promise<string | undefined>;
}

/** Whether a webhook can't be used any more: somebody has removed it, or changed its secret. */
export const isWebhookGone = (error: unknown): boolean => {
  const code = discordCodeOf(error);
  return code === RESTJSONErrorCodes.UnknownWebhook || code === RESTJSONErrorCodes.InvalidWebhookToken;
};

/** Whether Discord can fetch a picture from there. */
export const isPictureAddress = (address: string | undefined): boolean =>
  address !== undefined && URL.canParse(address) && new URL(address).protocol === 'https:';

export const createWebhookRequests = (options: WebhookRequestsOptions): WebhookRequests => {
  const { rest, attempts, webhooks, channelId, webhookChannelId } = options;
  const thread: Record<string, string> = channelId === webhookChannelId ? {} : { thread_id: channelId };
  // The address itself holds the secret; the bot's own token has no business there.
  const withQuery = (query: Record<string, string> = {}) => ({
    auth: false,
    query: new URLSearchParams({ ...thread, ...query }),
  });

  /**
   * A message whose sending may have worked although it failed: Discord knows no nonce here, so it is looked for.
   * Undefined also where the bot may not read what was said.
   */
  const lookUp = async (webhook: Webhook, content: string, signal: AbortSignal): Promise<APIMessage | undefined> => {
    const query = new URLSearchParams({ limit: String(bounds.discord.lookUpMessagesMax) });
    const newest = (await rest.get(Routes.channelMessages(channelId), { query, signal })) as readonly APIMessage[];
    return newest.find(
      (message) => message.webhook_id === webhook.id && webhooks.senderOf(message.id) === undefined && readsAs(message, content),
    );
  };

  return {
    post: async (webhook, look, content, extras) => {
      const { body, files } = newMessage(content, extras);
      const { name, avatarUrl } = look;
      const named = {
        ...body,
        username: webhookName(name),
        ...(isPictureAddress(avatarUrl) ? { avatar_url: avatarUrl } : {}),
      };
      const { auth, query } = withQuery({ wait: 'true', with_components: 'true' });
      let wasSent = false;
      const send = async (signal: AbortSignal): Promise<APIMessage> => {
        const earlier = wasSent ? await lookUp(webhook, content, signal) : undefined;
        if (earlier !== undefined) return earlier;
        wasSent = true;
        const route = Routes.webhook(webhook.id, webhook.token);
        return (await rest.post(route, { body: named, auth, query, signal, ...(files && { files }) })) as APIMessage;
      };
      const tries = files === undefined ? attempts.write : attempts.persist;
      const message = await tries('post by webhook', send);
      webhooks.noteSent(message.id, webhook.id);
      return message;
    },
    edit: async (webhook, id, content, extras) => {
      const request = { ...changedMessage(content, extras), ...withQuery({ with_components: 'true' }) };
      const route = Routes.webhookMessage(webhook.id, webhook.token, id);
      const tries = request.files === undefined ? attempts.write : attempts.persist;
      await tries('edit by webhook', (signal) => rest.patch(route, { ...request, signal }));
    },
    remove: async (webhook, id) => {
      const route = Routes.webhookMessage(webhook.id, webhook.token, id);
      try {
        await attempts.persist('remove by webhook', (signal) => rest.delete(route, { ...withQuery(), signal }));
      } catch (error) {
        if (discordCodeOf(error) !== RESTJSONErrorCodes.UnknownMessage) throw error;
      }
    },
    senderOf: async (id) => {
      try {
        const read = (signal: AbortSignal) => rest.get(Routes.channelMessage(channelId, id), { signal });
        return ((await attempts.persist('read a message', read)) as APIMessage).webhook_id;
      } catch (error) {
        if (isForGood(error) || discordCodeOf(error) === RESTJSONErrorCodes.UnknownMessage) return undefined;
        throw error;
      }
    },
  };
};
