import { type APIWebhook, type REST, type RESTPostAPIChannelWebhookJSONBody, Routes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { AttemptsOptions } from './attempts.ts';
import { sleep, withBackOff } from './back-off.ts';
import { failureFields } from './failures.ts';
import { webhookName } from './speaker-name.ts';
import { isWebhookRefused, type OwnWebhook, type Wearer, type WebhookChannel } from './webhook-channel.ts';
import { createWebhookDresser } from './webhook-dresser.ts';
import { plainAmong, type WornStore } from './worn-pictures.ts';

/** What sends messages under any name into one channel and its threads. */
export type Webhook = { readonly id: string; readonly token: string };

/** The bot's own webhooks: in a channel one for all who have no picture, and one for each picture, found or made when they are needed first. */
export interface Webhooks {
  /**
   * The webhook of a channel, which is no thread, that shows the wearer's picture; without a wearer, or where that can't be had soon,
   * the one without a picture. Undefined where there can't be one now. Never rejects.
   */
  at(channelId: string, wearer?: Wearer): Promise<Webhook | undefined>;
  /** All of the bot's own in a channel; none where they can't be had. Never rejects. */
  own(channelId: string): Promise<readonly Webhook[]>;
  /** That one is gone: they are looked for again when one is needed. */
  forget(channelId: string, webhook: Webhook): void;
  /** True once for a channel where the bot may not have a webhook, so that people can be told. */
  isToBeTold(channelId: string): boolean;
  /** Which messages were sent by which webhook, as far as that is remembered. */
  noteSent(messageId: string, webhookId: string): void;
  senderOf(messageId: string): string | undefined;
}

export type WebhooksOptions = Pick<AttemptsOptions, 'timers' | 'draining' | 'logger'> & {
  readonly rest: REST;
  /** Where it is kept which pictures they wear. [nowhere: pictures are put on again after a restart] */
  readonly worn?: WornStore | undefined;
  /** Known once the bot is connected. */
  bot(): { readonly applicationId: string; readonly name: string };
};

export const createWebhooks = (options: WebhooksOptions): Webhooks => {
  const { timers, draining, logger, rest, worn, bot } = options;
  const { webhookChannelsMax, webhookMessagesMax, webhookRefusalMs, dressMsMax } = bounds.discord;
  const channels = new Map<string, WebhookChannel>();
  const sent = new Map<string, string>();
  const dresser = createWebhookDresser(options);
  const backOff = { timers, signal: draining, attemptsMax: 3 };
  const plainIn = ({ webhooks }: WebhookChannel): OwnWebhook | undefined => plainAmong(webhooks, webhookName(bot().name));

  const channelOf = (id: string): WebhookChannel => {
    const channel = channels.get(id) ?? { id, webhooks: [], isRefused: false, notBefore: 0, isTold: false };
    channels.delete(id);
    channels.set(id, channel);
    const [oldest] = channels.keys();
    if (channels.size > webhookChannelsMax && oldest !== undefined) channels.delete(oldest);
    return channel;
  };

  const failed = (channel: WebhookChannel, error: unknown): void => {
    // Where Discord was only down, the next answer tries again.
    channel.isRefused = isWebhookRefused(error);
    channel.notBefore = channel.isRefused ? timers.now() + webhookRefusalMs : 0;
    const why = channel.isRefused ? 'no webhook is allowed here: names stand in front of answers' : 'a webhook could not be had';
    if (!(channel.isRefused && channel.isTold)) logger.warn({ channelId: channel.id, ...failureFields(error) }, why);
  };

  /** What stands in the channel, told apart by what each is known to wear. */
  const find = async (channel: WebhookChannel): Promise<void> => {
    const there = (await rest.get(Routes.channelWebhooks(channel.id))) as readonly APIWebhook[];
    const own = there.filter(({ application_id }) => application_id === bot().applicationId);
    const kept = own.length === 0 ? {} : await keptOf(channel.id);
    const former = new Map(channel.webhooks.map((webhook) => [webhook.id, webhook]));
    channel.webhooks = own.flatMap(({ id, token, name, avatar = null }) => {
      const known = former.get(id);
      if (token === undefined || known?.isChanging) return known ?? [];
      const worn = kept[id]?.avatar === avatar ? kept[id] : undefined;
      return [{ id, token, name: name ?? '', avatar, usedAt: known?.usedAt ?? 0, ...(worn && { worn }) }];
    });
  };

  const keptOf = async (channelId: string): ReturnType<WornStore['load']> => {
    try {
      return (await worn?.load(channelId)) ?? {};
    } catch (error) {
      logger.warn({ channelId, error }, 'it could not be read which pictures the webhooks wear');
      return {};
    }
  };

  /** Whether it is known which webhooks there are. */
  const isKnown = (channel: WebhookChannel): Promise<boolean> => {
    if (channel.looking === undefined && channel.notBefore > timers.now()) return Promise.resolve(false);
    channel.looking ??= withBackOff(() => find(channel), backOff).then(
      () => {
        channel.isRefused = false;
        return true;
      },
      (error: unknown) => {
        delete channel.looking;
        failed(channel, error);
        return false;
      },
    );
    return channel.looking;
  };

  const makePlain = async (channel: WebhookChannel): Promise<OwnWebhook | undefined> => {
    let isRetry = false;
    try {
      const webhook = await withBackOff(async () => {
        // The try before may have made it.
        if (isRetry) await find(channel);
        isRetry = true;
        const found = plainIn(channel);
        if (found !== undefined) return found;
        const body: RESTPostAPIChannelWebhookJSONBody = { name: webhookName(bot().name) };
        const made = (await rest.post(Routes.channelWebhooks(channel.id), { body })) as APIWebhook;
        if (made.token === undefined) throw new Error('Discord has made a webhook without a token');
        const plain = { id: made.id, token: made.token, name: body.name, avatar: null, usedAt: 0 };
        channel.webhooks = [...channel.webhooks.filter(({ id }) => id !== plain.id), plain];
        return plain;
      }, backOff);
      channel.isRefused = false;
      return webhook;
    } catch (error) {
      failed(channel, error);
      return undefined;
    } finally {
      delete channel.making;
    }
  };

  const plain = async (channel: WebhookChannel): Promise<OwnWebhook | undefined> => {
    const found = plainIn(channel);
    if (found !== undefined || channel.notBefore > timers.now()) return found;
    channel.making ??= makePlain(channel);
    return channel.making;
  };

  /** What comes of it in time; it goes on all the same. */
  const soon = async (dressing: Promise<OwnWebhook | undefined>, channel: WebhookChannel): Promise<OwnWebhook | undefined> => {
    const over = new AbortController();
    const late = sleep(timers, dressMsMax, AbortSignal.any([over.signal, draining])).then(() => {
      if (!over.signal.aborted && !draining.aborted) dresser.isSlow(channel);
      return undefined;
    });
    try {
      return await Promise.race([dressing, late]);
    } finally {
      over.abort();
    }
  };

  return {
    async at(channelId, wearer) {
      const channel = channelOf(channelId);
      if (!(await isKnown(channel))) return undefined;
      if (wearer === undefined) return plain(channel);
      const dressed = channel.webhooks.find(({ worn }) => worn?.picture === wearer.picture.key);
      if (dressed === undefined) return (await soon(dresser.dress(channel, wearer), channel)) ?? plain(channel);
      dressed.usedAt = timers.now();
      return dressed;
    },
    own: async (channelId) => {
      const channel = channelOf(channelId);
      return (await isKnown(channel)) ? channel.webhooks : [];
    },
    forget(channelId, { id }) {
      const channel = channelOf(channelId);
      if (channel.webhooks.some((webhook) => webhook.id === id)) delete channel.looking;
    },
    isToBeTold(channelId) {
      const channel = channelOf(channelId);
      if (!channel.isRefused || channel.isTold) return false;
      channel.isTold = true;
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
