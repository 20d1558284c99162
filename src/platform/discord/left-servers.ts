import { type Client, GatewayDispatchEvents } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { Logger } from '../../core/logger.ts';
import type { Place } from '../../core/settings.ts';
import type { Timers } from '../../reply/index.ts';
import { contentFreeFields } from './failures.ts';

/** Knows, also over restarts, which channels and threads with conversations stand in which servers and channels, by Discord's ids. */
export interface ChannelTree {
  note(place: Place): Promise<void>;
  /** All that stands in a server, category or channel, however deep. */
  within(id: string): Promise<readonly string[]>;
  forget(id: string): Promise<void>;
  /** The servers, with the time since which the bot is in them no more, in milliseconds since 1970. */
  servers(): Promise<ReadonlyMap<string, number | undefined>>;
  markServer(serverId: string, leftAt: number | undefined): Promise<void>;
}

export type LeftServersOptions = {
  readonly client: Client;
  readonly tree: ChannelTree;
  readonly timers: Timers;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  forgetChannel(channelId: string): Promise<void>;
  /** Its channels are forgotten already. */
  forgetServer(serverId: string): Promise<void>;
};

/**
 * Forgets servers in which the bot is no more: some days after it was told to go, so that who has removed it by mistake has not lost
 * everything. A server that can't be reached for a while is none of these.
 */
export const createLeftServers = (options: LeftServersOptions) => {
  const { client, tree, timers, now, signal, logger } = options;
  const { leftServerMs, leftServerCheckMs } = bounds.discord;

  const forget = async (serverId: string): Promise<void> => {
    for (const channelId of await tree.within(serverId)) await options.forgetChannel(channelId);
    await options.forgetServer(serverId);
    await tree.forget(serverId);
    logger.info({ server: serverId }, 'a server that the bot has left is forgotten');
  };

  /** Also of what happened while the bot was away. */
  const check = async (): Promise<void> => {
    // A client that is closing, or never got ready, knows no servers.
    if (signal.aborted || !client.isReady()) return;
    try {
      for (const [serverId, leftAt] of await tree.servers()) {
        const isIn = client.guilds.cache.has(serverId);
        if (isIn !== (leftAt === undefined)) await tree.markServer(serverId, isIn ? undefined : now());
        else if (leftAt !== undefined && now() - leftAt >= leftServerMs) await forget(serverId);
      }
    } catch (error) {
      logger.warn(contentFreeFields(error), 'a server that the bot has left could not be forgotten; it is tried again');
    }
  };

  const checkAgain = (): void => {
    if (signal.aborted) return;
    const cancel = timers.after(leftServerCheckMs, () => {
      signal.removeEventListener('abort', cancel);
      void check().then(checkAgain);
    });
    signal.addEventListener('abort', cancel, { once: true });
  };

  return {
    /** To be called once the client knows its servers. */
    start: async (): Promise<void> => {
      client.ws.on(GatewayDispatchEvents.GuildDelete, () => void check());
      client.ws.on(GatewayDispatchEvents.GuildCreate, () => void check());
      await check();
      checkAgain();
    },
  };
};
