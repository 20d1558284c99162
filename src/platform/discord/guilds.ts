import type { Client } from 'discord.js';
import type { KnownServer } from '../../commands/services.ts';

/** The servers that the bot is in. */
export interface Guilds {
  servers(): Promise<readonly KnownServer[]>;
  /** Leaves a server; false when the bot is not in it. Rejects with what Discord refuses. */
  leave(serverId: string): Promise<boolean>;
}

export const createGuilds = (client: Client): Guilds => ({
  servers: async () => client.guilds.cache.map(({ id, name, memberCount }) => ({ id, name, members: memberCount })),
  leave: async (serverId) => {
    const guild = client.guilds.cache.get(serverId);
    await guild?.leave();
    return guild !== undefined;
  },
});
