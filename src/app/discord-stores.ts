import { z } from 'zod';
import type { ValueStore } from '../kept/kept-values.ts';
import type { NoticeStore, WornStore } from '../platform/discord/index.ts';

const worn = z.record(z.string(), z.strictObject({ picture: z.string(), avatar: z.string(), speakerId: z.string() }));
const notices = z.array(z.strictObject({ channelId: z.string(), messageId: z.string() }));
const noticesKey = 'discord:notices';
const wornKey = (channelId: string): string => `discord:worn:${channelId}`;

/** Keeps which pictures the bot's webhooks wear: one record a channel, read when somebody with a picture first speaks there. */
export const createWornStore = (store: ValueStore): WornStore => ({
  // What is not of this form is put on again, and kept anew.
  load: async (channelId) => worn.safeParse(await store.get(wornKey(channelId))).data ?? {},
  save: async (channelId, changed) => {
    if (Object.keys(changed).length === 0) await store.delete(wornKey(channelId));
    else await store.set(wornKey(channelId), changed);
  },
});

/** Keeps which notices of places in the queue stand: there are few, for a short time. */
export const createNoticeStore = (store: ValueStore): NoticeStore => ({
  load: async () => notices.safeParse(await store.get(noticesKey)).data ?? [],
  save: async (open) => {
    if (open.length === 0) await store.delete(noticesKey);
    else await store.set(noticesKey, open);
  },
});
