import { type Client, RESTJSONErrorCodes } from 'discord.js';
import type { KnownServer } from '../../commands/services.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import { discordCodeOf } from './failures.ts';
import { conversationOf } from './inbound.ts';

/** The servers that the bot is in, and whom it talks to. */
export interface Guilds {
  servers(): Promise<readonly KnownServer[]>;
  /** Leaves a server; false when the bot is not in it. Rejects with what Discord refuses. */
  leave(serverId: string): Promise<boolean>;
  /** The direct messages with a user; nothing is sent. Undefined for speakers that are none of Discord's users. */
  aloneWith(speakerId: string): Promise<ConversationKey | undefined>;
}

export const createGuilds = (client: Client): Guilds => ({
  servers: async () => client.guilds.cache.map(({ id, name, memberCount }) => ({ id, name, members: memberCount })),
  leave: async (serverId) => {
    const guild = client.guilds.cache.get(serverId);
    await guild?.leave();
    return guild !== undefined;
  },
  aloneWith: async (speakerId) => {
    const [, userId] = /^discord:(\d+)$/.exec(speakerId) ?? [];
    if (userId === undefined) return undefined;
    try {
      return conversationOf((await client.users.createDM(userId)).id);
    } catch (error) {
      // Bots and users that are gone have none.
      const code = discordCodeOf(error);
      if (code === RESTJSONErrorCodes.CannotSendMessagesToThisUser || code === RESTJSONErrorCodes.UnknownUser) return undefined;
      throw error;
    }
  },
});
