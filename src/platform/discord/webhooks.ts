import { type APIWebhook, type REST, RESTJSONErrorCodes, type RESTPostAPIChannelWebhookJSONBody, Routes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { AttemptsOptions } from './attempts.ts';
import { withBackOff } from './back-off.ts';
import { discordCodeOf, failureFields } from './failures.ts';
import { webhookName } from './speaker-name.ts';

/** What sends messages under any name into one channel and its threads. */
export type Webhook = { readonly id: string; readonly token: string };

/** The bot's own webhooks: one in a channel, found or made when it is needed first. */
export interface Webhooks {
  /** The webhook of a channel, which is no thread; undefined where there can't be one now. Never rejects. */
  at(channelId: string): Promise<Webhook | undefined>;
  /** That one is gone: the next call of `at` looks for another one. */
  forget(channelId: string, webhook: Webhook): void;
  /** True once for a channel where the bot may not have a webhook, so that people can be told. */
  isToBeTold(channelId: string): boolean;
  /** Which messages were sent by which webhook, as far as that is remembered. */
  noteSent(messageId: string, webhookId: string): void;
  senderOf(messageId: string): string | undefined;
}

export type WebhooksOptions = Pick<AttemptsOptions, 'timers' | 'draining' | 'logger'> & {
  readonly rest: REST;
  /** Known once the bot is connected. */
  bot(): { readonly applicationId: string; readonly name: string };
};

/** What Discord says where the bot may not have a webhook, or there are too many already. */
const refusals: ReadonlySet<number | undefined> = new Set([
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MaximumNumberOfWebhooksReached,
  RESTJSONErrorCodes.MaximumNumberOfWebhooksPerGuildReached,
]);

type Entry = {
  /** Set while it is looked for and from then on. */
  looking?: Promise<Webhook | undefined>;
  found?: Webhook;
  isRefused: boolean;
  /** Not tried again before. */
  notBefore: number;
  isTold: boolean;
};

export const createWebhooks = (options: WebhooksOptions): Webhooks => {
  const { timers, logger } = options;
  const { webhookChannelsMax, webhookMessagesMax, webhookRefusalMs } = bounds.discord;
  const entries = new Map<string, Entry>();
  const sent = new Map<string, string>();

  const entryOf = (channelId: string): Entry => {
    const entry = entries.get(channelId) ?? { isRefused: false, notBefore: 0, isTold: false };
    entries.delete(channelId);
    entries.set(channelId, entry);
    const [oldest] = entries.keys();
    if (entries.size > webhookChannelsMax && oldest !== undefined) entries.delete(oldest);
    return entry;
  };

  const look = async (channelId: string, entry: Entry): Promise<Webhook | undefined> => {
    try {
      entry.found = await findOrMake(options, channelId);
      entry.isRefused = false;
      return entry.found;
    } catch (error) {
      delete entry.looking;
      // Where Discord was only down, the next answer tries again.
      entry.isRefused = refusals.has(discordCodeOf(error));
      entry.notBefore = entry.isRefused ? timers.now() + webhookRefusalMs : 0;
      const why = entry.isRefused ? 'no webhook is allowed here: names stand in front of answers' : 'a webhook could not be had';
      if (!(entry.isRefused && entry.isTold)) logger.warn({ channelId, ...failureFields(error) }, why);
      return undefined;
    }
  };

  return {
    at(channelId) {
      const entry = entryOf(channelId);
      if (entry.looking === undefined && entry.notBefore > timers.now()) return Promise.resolve(undefined);
      entry.looking ??= look(channelId, entry);
      return entry.looking;
    },
    forget(channelId, { id }) {
      const entry = entryOf(channelId);
      if (entry.found?.id !== id) return;
      delete entry.looking;
      delete entry.found;
    },
    isToBeTold(channelId) {
      const entry = entryOf(channelId);
      if (!entry.isRefused || entry.isTold) return false;
      entry.isTold = true;
      return true;
    },
    noteSent(messageId, webhookId) {
      sent.set(messageId, webhookId);
      const [oldest] = sent.keys();
      if (sent.size > webhookMessagesMax && oldest !== undefined) sent.delete(oldest);
    },
    senderOf: (messageId) => sent.get(messageId),
  };
};

const findOrMake = async ({ rest, timers, draining, bot }: WebhooksOptions, channelId: string): Promise<Webhook> => {
  const { applicationId, name } = bot();
  const backOff = { timers, signal: draining, attemptsMax: 3 };
  const route = Routes.channelWebhooks(channelId);
  const find = async (): Promise<Webhook | undefined> => {
    const there = (await rest.get(route)) as readonly APIWebhook[];
    const own = there.find((webhook) => webhook.application_id === applicationId && webhook.token !== undefined);
    return own?.token === undefined ? undefined : { id: own.id, token: own.token };
  };
  return withBackOff(async () => {
    // Looked for at every try: the one before may have made it.
    const found = await find();
    if (found !== undefined) return found;
    const body: RESTPostAPIChannelWebhookJSONBody = { name: webhookName(name) };
    const made = (await rest.post(route, { body })) as APIWebhook;
    if (made.token === undefined) throw new Error('Discord has made a webhook without a token');
    return { id: made.id, token: made.token };
  }, backOff);
};
