import { type REST, RESTJSONErrorCodes, Routes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { Logger } from '../../core/logger.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { discordCodeOf, failureFields, isForGood } from './failures.ts';
import type { MessageRequests } from './message-requests.ts';
import type { OwnRemovals } from './own-removals.ts';

/** A notice that stands until something has come. */
export type OpenNotice = { readonly channelId: string; readonly messageId: string };

/** Where these are kept, all in one. Failures are logged; a notice may then stay. */
export interface NoticeStore {
  load(): Promise<readonly OpenNotice[]>;
  save(notices: readonly OpenNotice[]): Promise<void>;
}

/** Knows the notices that stand, so that those which a crash leaves behind are taken away at the next start. */
export interface OpenNotices {
  /** The same requests; what is posted by them stands until it is removed by them. */
  watch(channelId: string, requests: MessageRequests): MessageRequests;
  /** Takes away what the process before has left. Never rejects. */
  tidy(): Promise<void>;
  /** Resolves when nothing is being saved any more. Never rejects. */
  close(): Promise<void>;
}

export type OpenNoticesOptions = {
  readonly rest: REST;
  readonly backOff: BackOffOptions;
  readonly ownRemovals: OwnRemovals;
  readonly logger: Logger;
  /** [nowhere: they stay after a crash] */
  readonly store?: NoticeStore | undefined;
};

export const createOpenNotices = ({ rest, backOff, ownRemovals, logger, store }: OpenNoticesOptions): OpenNotices => {
  const open = new Map<string, OpenNotice>();
  let isDirty = false;
  let saving: Promise<void> = Promise.resolve();

  /** What changes while it is saved is saved with the next one. */
  const save = (): void => {
    isDirty = true;
    saving = saving
      .then(async () => {
        if (!isDirty) return;
        isDirty = false;
        await store?.save([...open.values()]);
      })
      .catch((error: unknown) => logger.warn({ error }, 'it could not be saved which notices stand'));
  };

  const note = (notice: OpenNotice): void => {
    open.set(notice.messageId, notice);
    const [oldest] = open.keys();
    if (open.size > bounds.discord.openNoticesMax && oldest !== undefined) open.delete(oldest);
    save();
  };

  const isGone = (error: unknown): boolean => isForGood(error) || discordCodeOf(error) === RESTJSONErrorCodes.UnknownMessage;

  const remove = async ({ channelId, messageId }: OpenNotice): Promise<void> => {
    ownRemovals.note(messageId);
    try {
      await withBackOff(() => rest.delete(Routes.channelMessage(channelId, messageId)), backOff);
    } catch (error) {
      if (!isGone(error)) return logger.info({ channelId, ...failureFields(error) }, 'an old notice could not be taken away');
    }
    open.delete(messageId);
  };

  return {
    watch: (channelId, requests) => ({
      ...requests,
      post: async (...about) => {
        const message = await requests.post(...about);
        note({ channelId, messageId: message.id });
        return message;
      },
      remove: async (id) => {
        await requests.remove(id);
        if (open.delete(id)) save();
      },
    }),
    tidy: async () => {
      try {
        const left = ((await store?.load()) ?? []).filter(({ messageId }) => !open.has(messageId));
        if (left.length === 0) return;
        // Until it is gone, a notice is not forgotten.
        for (const notice of left) open.set(notice.messageId, notice);
        for (const notice of left) await remove(notice);
        save();
      } catch (error) {
        logger.warn({ error }, 'it could not be read which notices stand');
      }
    },
    close: () => saving,
  };
};
