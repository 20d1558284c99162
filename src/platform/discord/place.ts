import type { Channel, Client } from 'discord.js';
import { localeOf } from '../../core/locale.ts';
import type { Place } from '../../core/settings.ts';

/** Thread, channel, category: no place on Discord lies deeper. */
const levelsMax = 3;

/** A channel with what it stands in, as far as the client knows it. What it does not know is taken for not age-restricted. */
export const placeOf = (client: Client, channelId: string, guildId: string | null): Place => {
  if (guildId === null) return { channelIds: [channelId], isAgeRestricted: true };
  const channelIds: string[] = [];
  let isAgeRestricted = false;
  let id: string | null = channelId;
  while (id !== null && channelIds.length < levelsMax) {
    channelIds.push(id);
    const channel = client.channels.cache.get(id);
    isAgeRestricted ||= channel !== undefined && 'nsfw' in channel && channel.nsfw === true;
    id = channel !== undefined && 'parentId' in channel ? channel.parentId : null;
  }
  const isOwnThread = isThreadOfBot(client, client.channels.cache.get(channelId));
  const locale = localeOf(client.guilds.cache.get(guildId)?.preferredLocale);
  return {
    channelIds,
    serverId: guildId,
    ...(isOwnThread && { isOwnThread }),
    ...(isAgeRestricted && { isAgeRestricted }),
    ...(locale !== 'en' && { locale }),
  };
};

const isThreadOfBot = (client: Client, channel: Channel | undefined): boolean => {
  if (!channel?.isThread()) return false;
  return channel.ownerId !== null && channel.ownerId === client.user?.id;
};
