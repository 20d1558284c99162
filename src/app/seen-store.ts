import { z } from 'zod';
import type { ValueStore } from '../kept/kept-values.ts';
import type { SeenChannel, SeenStore } from '../platform/discord/index.ts';

const key = 'discord:seen';
const schema = z.record(z.string(), z.strictObject({ messageId: z.string(), isUsed: z.boolean() }));

/** Keeps the last message of each channel in one record: there are few hundred, and all are read at the start. */
export const createSeenStore = (store: ValueStore): SeenStore => {
  const channels = new Map<string, SeenChannel>();
  let isDirty = false;
  let writing: Promise<void> = Promise.resolve();
  /** What changes while it is written is written with the next one. */
  const write = (): Promise<void> => {
    isDirty = true;
    writing = writing
      .catch(() => {})
      .then(async () => {
        if (!isDirty) return;
        isDirty = false;
        await store.set(key, Object.fromEntries(channels));
      });
    return writing;
  };
  return {
    async load() {
      const result = schema.safeParse((await store.get(key)) ?? {});
      for (const [channelId, seen] of Object.entries(result.success ? result.data : {})) channels.set(channelId, seen);
      return new Map(channels);
    },
    async save(channelId, seen) {
      channels.set(channelId, seen);
      await write();
    },
    async forget(channelId) {
      if (channels.delete(channelId)) await write();
    },
  };
};
