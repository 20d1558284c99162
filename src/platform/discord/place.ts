import type { Client } from 'discord.js';
import type { Place } from '../../core/settings.ts';

/** Thread, channel, category: no place on Discord lies deeper. */
const levelsMax = 3;

/** A channel with what it stands in, as far as the client knows it. */
export const placeOf = (client: Client, channelId: string, guildId: string | null): Place => {
  const channelIds: string[] = [];
  let id: string | null = channelId;
  while (id !== null && channelIds.length < levelsMax) {
    channelIds.push(id);
    const channel = client.channels.cache.get(id);
    id = channel !== undefined && 'parentId' in channel ? channel.parentId : null;
  }
  return { channelIds, ...(guildId === null ? {} : { serverId: guildId }) };
};
