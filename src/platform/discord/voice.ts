import { type APIMessage, RESTJSONErrorCodes } from 'discord.js';
import type { SpeakerLook } from '../../core/message.ts';
import type { Attempts } from './attempts.ts';
import { discordCodeOf } from './failures.ts';
import { type MessageExtras, readsAs } from './message-body.ts';
import type { MessageRequests } from './message-requests.ts';
import { namePrefix, prefixCharacters, withPrefix } from './speaker-name.ts';
import type { Wearer } from './webhook-channel.ts';
import { isWebhookGone, type WebhookRequests } from './webhook-requests.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

export type VoiceOptions = {
  readonly bot: MessageRequests;
  /** Absent in direct messages, where there are no webhooks. */
  readonly hooks?: {
    readonly requests: WebhookRequests;
    readonly webhooks: Webhooks;
    readonly channelId: string;
    readonly attempts: Attempts;
  };
  /** Without one the bot itself speaks. */
  readonly look?: SpeakerLook;
  /** Whose picture is shown with it. [nobody's] */
  readonly wearer?: Wearer;
  /** Messages of the answer that were there before. */
  readonly standing?: readonly string[];
};

const { CannotEditMessageAuthoredByAnotherUser, MissingPermissions } = RESTJSONErrorCodes;

/**
 * Speaks in a persona's name: by a webhook, and where there is none as the bot, with the name in front of the first message.
 * A message is changed in the way in which it was sent. Texts may have `charactersMax(2000)` characters only, so that the
 * name fits in whatever happens on the way.
 */
export const createVoice = (
  options: VoiceOptions,
): MessageRequests & { charactersMax(whole: number): number; isHookless(): boolean } => {
  const { bot, hooks, look, wearer, standing = [] } = options;
  const prefix = look === undefined ? '' : namePrefix(look.name);
  const first = new Set(standing.slice(0, 1));
  let isHookless = false;

  const senderOf = (id: string): string | undefined => hooks?.webhooks.senderOf(id);
  const spoken = (id: string, content: string | undefined): string | undefined =>
    content === undefined || !first.has(id) ? content : withPrefix(prefix, content);

  /** Does something by a webhook; undefined where there is none. One that is gone is forgotten. */
  const byWebhook = async <Value>(
    found: (webhooks: Webhooks, channelId: string) => Promise<Webhook | undefined>,
    work: (webhook: Webhook) => Promise<Value>,
  ): Promise<Value | undefined> => {
    if (hooks === undefined) return undefined;
    const { webhooks, channelId, attempts } = hooks;
    const webhook = await attempts.once(() => found(webhooks, channelId));
    if (webhook === undefined) return undefined;
    try {
      return await work(webhook);
    } catch (error) {
      if (isWebhookGone(error)) webhooks.forget(channelId, webhook);
      throw error;
    }
  };

  /** The webhook that sent a message, or may have; undefined where it was none of the bot's own. */
  const senderAmong = async (own: readonly Webhook[], id: string): Promise<Webhook | undefined> => {
    const [only, ...others] = own;
    if (hooks === undefined || only === undefined) return undefined;
    const known = senderOf(id) ?? (others.length === 0 ? only.id : await hooks.requests.senderOf(id));
    return own.find((webhook) => webhook.id === known);
  };

  /** Changes a message by the webhook that sent it, or may have; false where there is none. */
  const changed = async (id: string, work: (webhook: Webhook, by: WebhookRequests) => Promise<void>): Promise<boolean> => {
    const done = await byWebhook(
      async (webhooks, channelId) => senderAmong(await webhooks.own(channelId), id),
      async (webhook) => {
        if (hooks === undefined) return false;
        await work(webhook, hooks.requests);
        hooks.webhooks.noteSent(id, webhook.id);
        return true;
      },
    );
    return done ?? false;
  };

  const postByWebhook = async (content: string, extras: MessageExtras | undefined): Promise<APIMessage | undefined> => {
    if (hooks === undefined || look === undefined) return undefined;
    const speaking = (webhooks: Webhooks, channelId: string): Promise<Webhook | undefined> => webhooks.at(channelId, wearer);
    const post = (webhook: Webhook): Promise<APIMessage> => hooks.requests.post(webhook, look, content, extras);
    try {
      return await byWebhook(speaking, post);
    } catch (error) {
      // Another one takes the place of one that is gone; when that does not work either, the bot speaks itself.
      if (!isWebhookGone(error)) throw error;
      return await byWebhook(speaking, post).catch((again: unknown) => {
        if (isWebhookGone(again)) return undefined;
        throw again;
      });
    }
  };

  return {
    post: async (content, nonce, isFirst, extras) => {
      if (look !== undefined) {
        const message = await postByWebhook(content, extras);
        if (message !== undefined) return message;
        isHookless = true;
      }
      const text = isFirst ? withPrefix(prefix, content) : content;
      const message = await bot.post(text, nonce, isFirst, extras);
      if (isFirst) first.add(message.id);
      return readsAs(message, text) ? { ...message, content } : message;
    },
    edit: async (id, content, extras) => {
      const byHook = (): Promise<boolean> => changed(id, (webhook, by) => by.edit(webhook, id, content, extras));
      const isHooked = senderOf(id) !== undefined;
      if (isHooked && (await byHook())) return;
      try {
        await bot.edit(id, spoken(id, content), extras);
      } catch (error) {
        const mayBeHooked = !isHooked && discordCodeOf(error) === CannotEditMessageAuthoredByAnotherUser;
        if (!mayBeHooked || !(await byHook())) throw error;
      }
    },
    remove: async (id) => {
      const byHook = (): Promise<boolean> => changed(id, (webhook, by) => by.remove(webhook, id));
      const isHooked = senderOf(id) !== undefined;
      if (isHooked && (await byHook().catch(() => false))) return;
      try {
        await bot.remove(id);
      } catch (error) {
        if (isHooked || discordCodeOf(error) !== MissingPermissions || !(await byHook())) throw error;
      }
    },
    charactersMax: (whole) => whole - prefixCharacters(prefix),
    isHookless: () => isHookless,
  };
};
