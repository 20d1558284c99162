import { bounds } from '../../core/bounds.ts';
import type { Logger } from '../../core/logger.ts';
import type { Timers } from '../../reply/index.ts';
import { contentFreeFields } from './failures.ts';
import { compareIds } from './raw-messages.ts';

/** What is known of a channel over restarts. */
export type SeenChannel = {
  /** The last message that was handled. */
  readonly messageId: string;
  /** Whether somebody has spoken to the bot there. */
  readonly isUsed: boolean;
};

/** Where that is kept, by channel ids. Failures are logged; nothing but what was missed hangs on it. */
export interface SeenStore {
  load(): Promise<ReadonlyMap<string, SeenChannel>>;
  save(channelId: string, seen: SeenChannel): Promise<void>;
  forget(channelId: string): Promise<void>;
}

/** Knows the last message of the channels in which something was said lately, also after a restart where there is a store. */
export interface ChannelNotes {
  /** @param isUse from now on the channel counts as used. [false] */
  note(channelId: string, messageId: string, isUse?: boolean): void;
  isUsed(channelId: string): boolean;
  /** Channel ids with the id of the last message, as they are now. */
  snapshot(): ReadonlyMap<string, string>;
  forget(channelId: string): void;
  /** Takes over what was known at the last end. Never rejects. */
  load(): Promise<void>;
  /** Saves all, and no more by itself. Never rejects. */
  close(): Promise<void>;
}

export type ChannelNotesOptions = { readonly timers: Timers; readonly logger: Logger; readonly store?: SeenStore };

/**
 * Saves are paced, and what is saved is some seconds old: a message whose handling was cut off by a crash is then fetched
 * again, and one that was handled is known to memory.
 */
export const createChannelNotes = ({ timers, logger, store }: ChannelNotesOptions): ChannelNotes => {
  const { activeChannelsMax, seenSaveMs } = bounds.discord;
  const channels = new Map<string, SeenChannel>();
  const due = new Map<string, SeenChannel>();
  let cancel: (() => void) | undefined;
  let isClosed = false;

  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.warn(contentFreeFields(error), 'the last message of a channel could not be saved');
    }
  };

  const changed = (channelId: string, seen: SeenChannel): void => {
    channels.delete(channelId);
    channels.set(channelId, seen);
    if (store === undefined || isClosed) return;
    if (!due.has(channelId)) due.set(channelId, seen);
    cancel ??= timers.after(seenSaveMs, saveDue);
  };

  const saveDue = (): void => {
    cancel = undefined;
    const saved = [...due];
    due.clear();
    for (const [channelId, seen] of saved) {
      void attempt(async () => store?.save(channelId, seen));
      const newest = channels.get(channelId);
      if (newest !== undefined && newest !== seen) due.set(channelId, newest);
    }
    if (due.size > 0) cancel = timers.after(seenSaveMs, saveDue);
  };

  const forget = (channelId: string): void => {
    if (!channels.delete(channelId)) return;
    due.delete(channelId);
    if (store !== undefined && !isClosed) void attempt(() => store.forget(channelId));
  };

  /** Channels in which nobody speaks to the bot go first. */
  const limit = (): void => {
    while (channels.size > activeChannelsMax) {
      const [unused] = channels.entries().find(([, { isUsed }]) => !isUsed) ?? [];
      const [oldest] = channels.keys();
      forget(unused ?? oldest ?? '');
    }
  };

  return {
    note: (channelId, messageId, isUse = false) => {
      const known = channels.get(channelId);
      const isLater = known === undefined || compareIds(known.messageId, messageId) < 0;
      changed(channelId, { messageId: isLater ? messageId : known.messageId, isUsed: isUse || (known?.isUsed ?? false) });
      limit();
    },
    isUsed: (channelId) => channels.get(channelId)?.isUsed ?? false,
    snapshot: () => new Map([...channels].map(([channelId, { messageId }]) => [channelId, messageId])),
    forget,
    load: () =>
      attempt(async () => {
        const loaded = [...((await store?.load()) ?? [])].sort(([, one], [, other]) =>
          compareIds(one.messageId, other.messageId),
        );
        for (const [channelId, seen] of loaded) channels.set(channelId, seen);
        limit();
      }),
    close: async () => {
      isClosed = true;
      cancel?.();
      if (store === undefined) return;
      const unsaved = [...due.keys()].flatMap((channelId) => {
        const seen = channels.get(channelId);
        return seen === undefined ? [] : [attempt(() => store.save(channelId, seen))];
      });
      await Promise.all(unsaved);
    },
  };
};
