import type { Client, Message } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { Logger } from '../../core/logger.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { failureFields } from './failures.ts';

/** Ids of messages in the order in which they were written: longer ones are later. */
const compareIds = (one: string, other: string): number => one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);

/** Knows the last message of every channel in which something was said lately. */
export interface LastMessages {
  note(channelId: string, messageId: string): void;
  /** Channel ids with the id of the last message, as they are now. */
  snapshot(): ReadonlyMap<string, string>;
}

export const createLastMessages = (): LastMessages => {
  const last = new Map<string, string>();
  return {
    note: (channelId, messageId) => {
      const known = last.get(channelId);
      last.delete(channelId);
      last.set(channelId, known !== undefined && compareIds(known, messageId) > 0 ? known : messageId);
      const [oldest] = last.keys();
      if (last.size > bounds.discord.activeChannelsMax && oldest !== undefined) last.delete(oldest);
    },
    snapshot: () => new Map(last),
  };
};

/**
 * Fetches what was written while there was no session: after the last known message of each channel, the
 * oldest first. A channel that can't be read any more is passed over.
 */
export const fetchMissed = async (
  client: Client,
  last: ReadonlyMap<string, string>,
  options: BackOffOptions & { readonly logger: Logger },
  handle: (message: Message) => void,
): Promise<void> => {
  const { logger, signal } = options;
  for (const [channelId, after] of last) {
    if (signal.aborted) return;
    const channel = client.channels.cache.get(channelId);
    if (!channel?.isTextBased()) continue;
    try {
      const request = { after, limit: bounds.discord.missedMessagesMax, cache: false };
      const messages = await withBackOff(() => channel.messages.fetch(request), options);
      for (const message of [...messages.values()].sort((one, other) => compareIds(one.id, other.id))) handle(message);
    } catch (error) {
      logger.warn({ channelId, ...failureFields(error) }, 'what was missed in a channel could not be fetched');
    }
  }
};
