import { ChannelType, type Client } from 'discord.js';
import { bounds } from '../../core/bounds.ts';

/**
 * Lets the client keep only the newest direct message channels: its cache of channels has no limit of its own, and anybody
 * can open one. A channel that was let go is known again with the next message in it.
 */
export const limitDirectChannels = (
  client: Pick<Client, 'channels'>,
  directChannelsMax: number = bounds.discord.directChannelsMax,
): void => {
  const { cache } = client.channels;
  const set = cache.set.bind(cache);
  const direct = new Set<string>();
  cache.set = (id, channel) => {
    set(id, channel);
    if (channel.type !== ChannelType.DM) return cache;
    direct.add(id);
    const [oldest] = direct;
    if (direct.size > directChannelsMax && oldest !== undefined) {
      direct.delete(oldest);
      cache.delete(oldest);
    }
    return cache;
  };
};
