import { ChannelType, type Client, Events, GatewayDispatchEvents } from 'discord.js';
import { type EventGuard, labelOf } from './event-guard.ts';
import type { Intake } from './intake.ts';

/**
 * Listens to what is deleted. Discord's own packets are read, because the client tells nothing of channels that it does not
 * know, such as threads that were archived and swept.
 */
export const listenForDeletions = (
  client: Client,
  guard: EventGuard,
  { deleted, gone }: Pick<Intake, 'deleted' | 'gone'>,
): void => {
  const on = (packet: GatewayDispatchEvents, event: Events, handle: (data: object) => unknown): void => {
    client.ws.on(packet, (data: unknown) => {
      if (typeof data === 'object' && data !== null) guard.run(labelOf(event, data), () => handle(data));
    });
  };
  on(GatewayDispatchEvents.MessageDelete, Events.MessageDelete, (data) => {
    const [channelId, messageId] = [idIn(data, 'channel_id'), idIn(data, 'id')];
    return channelId && messageId && deleted(channelId, [messageId]);
  });
  on(GatewayDispatchEvents.MessageDeleteBulk, Events.MessageBulkDelete, (data) => {
    const channelId = idIn(data, 'channel_id');
    const ids = 'ids' in data && Array.isArray(data.ids) ? data.ids.filter((id) => typeof id === 'string') : [];
    return channelId && ids.length > 0 && deleted(channelId, ids);
  });
  on(GatewayDispatchEvents.ThreadDelete, Events.ThreadDelete, (data) => {
    const channelId = idIn(data, 'id');
    return channelId && gone(channelId);
  });
  on(GatewayDispatchEvents.ChannelDelete, Events.ChannelDelete, async (data) => {
    const channelId = idIn(data, 'id');
    // The channels of a category stay.
    if (channelId === undefined || ('type' in data && data.type === ChannelType.GuildCategory)) return;
    const threads = client.channels.cache.filter((channel) => channel.isThread() && channel.parentId === channelId);
    await Promise.all([channelId, ...threads.keys()].map(gone));
  });
};

const idIn = (data: object, name: string): string | undefined => {
  const id: unknown = Reflect.get(data, name);
  return typeof id === 'string' ? id : undefined;
};
