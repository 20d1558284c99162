import {
  type APIWebhook,
  RESTJSONErrorCodes,
  type RESTPatchAPIWebhookWithTokenJSONBody,
  type RESTPostAPIChannelWebhookJSONBody,
  Routes,
} from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import { isTransient } from './back-off.ts';
import { discordCodeOf, failureFields } from './failures.ts';
import { webhookName } from './speaker-name.ts';
import { isWebhookRefused, type OwnWebhook, type Wearer, type WebhookChannel } from './webhook-channel.ts';
import type { WebhooksOptions } from './webhooks.ts';
import { dataUri, webhookToDress, wornBy } from './worn-pictures.ts';

/** Puts pictures on webhooks. */
export interface WebhookDresser {
  /** A webhook of the channel that wears the picture from now on; undefined where there can't be one. Never rejects. */
  dress(channel: WebhookChannel, wearer: Wearer): Promise<OwnWebhook | undefined>;
  /** An answer has waited for that long enough: for some time none waits any more. */
  isSlow(channel: WebhookChannel): void;
}

/** What goes on in one channel. */
type Room = {
  /** By picture. */
  readonly dressing: Map<string, Promise<OwnWebhook | undefined>>;
  /** Pictures that can't be put on, until when. */
  readonly failed: Map<string, number>;
  last: Promise<unknown>;
  /** There is no room for another webhook before. */
  fullUntil: number;
  /** Nobody waits before. */
  slowUntil: number;
};

const { UnknownWebhook, InvalidWebhookToken } = RESTJSONErrorCodes;

export const createWebhookDresser = ({ rest, timers, logger, worn, bot }: WebhooksOptions): WebhookDresser => {
  const { dressedWebhooksMax, redressMs, dressPauseMs, webhookRefusalMs } = bounds.discord;
  const rooms = new WeakMap<WebhookChannel, Room>();

  const roomOf = (channel: WebhookChannel): Room => {
    const room = rooms.get(channel) ?? {
      dressing: new Map(),
      failed: new Map(),
      last: Promise.resolve(),
      fullUntil: 0,
      slowUntil: 0,
    };
    rooms.set(channel, room);
    return room;
  };

  const make = async (channel: WebhookChannel, name: string, avatar: string): Promise<OwnWebhook> => {
    const body: RESTPostAPIChannelWebhookJSONBody = { name, avatar };
    const { id, token, ...made } = (await rest.post(Routes.channelWebhooks(channel.id), { body })) as APIWebhook;
    if (token === undefined) throw new Error('Discord has made a webhook without a token');
    const webhook = { id, token, name, avatar: made.avatar, usedAt: 0 };
    // A listing meanwhile may have found it already, without what it wears.
    channel.webhooks = [...channel.webhooks.filter((each) => each.id !== id), webhook];
    return webhook;
  };

  /** By its own token, for which the bot needs no permission. */
  const change = async (webhook: OwnWebhook, name: string, avatar: string): Promise<void> => {
    const { worn: before } = webhook;
    // Whoever comes meanwhile must not take it for what it was.
    delete webhook.worn;
    webhook.isChanging = true;
    try {
      const body: RESTPatchAPIWebhookWithTokenJSONBody = { name, avatar };
      const changed = (await rest.patch(Routes.webhook(webhook.id, webhook.token), { body, auth: false })) as APIWebhook;
      webhook.name = name;
      webhook.avatar = changed.avatar;
    } catch (error) {
      if (before !== undefined && !isTransient(error)) webhook.worn = before;
      throw error;
    } finally {
      delete webhook.isChanging;
    }
  };

  const save = async ({ id: channelId, webhooks }: WebhookChannel): Promise<void> => {
    try {
      await worn?.save(channelId, wornBy(webhooks));
    } catch (error) {
      logger.warn({ channelId, error }, 'it could not be saved which pictures the webhooks wear');
    }
  };

  /** The first webhook that Discord lets have the picture; undefined where none can be had. */
  const putOn = async (channel: WebhookChannel, { speakerId, name, picture }: Wearer): Promise<OwnWebhook | undefined> => {
    const room = roomOf(channel);
    const now = timers.now();
    const chosen = webhookToDress(channel.webhooks, {
      speakerId,
      plainName: webhookName(bot().name),
      dressedMax: dressedWebhooksMax,
      mayMake: room.fullUntil <= now,
      silentSince: now - redressMs,
    });
    if (chosen === undefined) return undefined;
    const shown = picture.read();
    if (shown === undefined) return undefined;
    if (chosen !== 'make') {
      await change(chosen, webhookName(name), dataUri(shown));
      return chosen;
    }
    try {
      return await make(channel, webhookName(name), dataUri(shown));
    } catch (error) {
      if (!isWebhookRefused(error)) throw error;
      room.fullUntil = timers.now() + webhookRefusalMs;
      return putOn(channel, { speakerId, name, picture });
    }
  };

  const dress = async (channel: WebhookChannel, wearer: Wearer): Promise<OwnWebhook | undefined> => {
    const { key } = wearer.picture;
    const { failed } = roomOf(channel);
    try {
      const webhook = await putOn(channel, wearer);
      if (webhook === undefined) return undefined;
      if (webhook.avatar === null || webhook.avatar === undefined) throw new Error('Discord has taken no picture');
      webhook.worn = { picture: key, avatar: webhook.avatar, speakerId: wearer.speakerId };
      webhook.usedAt = timers.now();
      failed.delete(key);
      await save(channel);
      return webhook;
    } catch (error) {
      const code = discordCodeOf(error);
      const isUnclear = isTransient(error) || code === UnknownWebhook || code === InvalidWebhookToken;
      // What stands in the channel now is not known: they are looked for again.
      if (isUnclear) delete channel.looking;
      failed.set(key, timers.now() + (isUnclear ? dressPauseMs : webhookRefusalMs));
      const [oldest] = failed.keys();
      if (failed.size > bounds.personasMax && oldest !== undefined) failed.delete(oldest);
      const { id: channelId } = channel;
      logger.warn({ channelId, speaker: wearer.speakerId, ...failureFields(error) }, 'a persona speaks without its picture here');
      return undefined;
    }
  };

  return {
    dress: (channel, wearer) => {
      const { key } = wearer.picture;
      const room = roomOf(channel);
      const now = timers.now();
      if ((room.failed.get(key) ?? 0) > now) return Promise.resolve(undefined);
      let dressing = room.dressing.get(key);
      if (dressing === undefined) {
        // One after the other: each has to know what the others wear.
        dressing = room.last.then(() => dress(channel, wearer)).finally(() => room.dressing.delete(key));
        room.dressing.set(key, dressing);
        room.last = dressing;
      }
      return room.slowUntil > now ? Promise.resolve(undefined) : dressing;
    },
    isSlow: (channel) => {
      roomOf(channel).slowUntil = timers.now() + dressPauseMs;
    },
  };
};
