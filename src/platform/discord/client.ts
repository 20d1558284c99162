import { Client, GatewayIntentBits, Options, Partials, SimpleShardingStrategy } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import { limitDirectChannels } from './direct-channels.ts';
import { guardPackets, guardShard, type OnPacketTrouble } from './packet-guard.ts';

/**
 * discord.js's client, but it is destroyed only when the platform is closed. `login` alone would
 * destroy it when the first connection fails, while its shard goes on connecting unseen.
 */
export class DiscordClient extends Client {
  #isEnding = false;

  override async destroy(): Promise<void> {
    if (this.#isEnding) await super.destroy();
  }

  /** Closes the connection for good. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await super.destroy();
  }
}

/**
 * discord.js's way to run its shards, but guarded, and one that is ended stays so: by itself, a shard that waits to connect
 * again when it is destroyed connects all the same, and one that is connecting is left open.
 */
class GuardedStrategy extends SimpleShardingStrategy {
  readonly #onTrouble: OnPacketTrouble;

  constructor(manager: ConstructorParameters<typeof SimpleShardingStrategy>[0], onTrouble: OnPacketTrouble) {
    super(manager);
    this.#onTrouble = onTrouble;
  }

  override async spawn(shardIds: number[]): Promise<void> {
    await super.spawn(shardIds);
    for (const shard of this.#shards()) guardShard(shard, this.#onTrouble);
  }

  #shards(): readonly object[] {
    return [...Reflect.get(this, 'shards').values()];
  }

  override async destroy(options?: Parameters<SimpleShardingStrategy['destroy']>[0]): Promise<void> {
    const shards = this.#shards();
    for (const shard of shards) Reflect.set(shard, 'internalConnect', async () => {});
    await super.destroy(options);
    for (const shard of shards) {
      const socket: unknown = Reflect.get(shard, 'connection');
      if (typeof socket !== 'object' || socket === null || !('terminate' in socket) || typeof socket.terminate !== 'function')
        continue;
      Reflect.set(socket, 'onerror', () => {}); // ending a handshake is an error for it
      socket.terminate();
    }
  }
}

/**
 * @param apiUrl base of the REST interface, without version.
 * @param onTrouble told of dispatches whose handling failed.
 */
export const createClient = (apiUrl: string | undefined, onTrouble: OnPacketTrouble): DiscordClient => {
  const { usersMax, membersMax } = bounds.discord;
  const client = new DiscordClient({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.MessageContent,
    ],
    // Without these, direct messages and changes of messages that are not cached would not be told.
    partials: [Partials.Channel, Partials.Message],
    // Nothing that the bot writes pings anybody.
    allowedMentions: { parse: [], repliedUser: false },
    failIfNotExists: false,
    // Requests are repeated by our own back-off, which knows what may be repeated.
    rest: { retries: 0, ...(apiUrl === undefined ? {} : { api: apiUrl.replace(/\/+$/, '') }) },
    ws: { buildStrategy: (manager) => new GuardedStrategy(manager, onTrouble) },
    makeCache: Options.cacheWithLimits({
      MessageManager: 0,
      UserManager: { maxSize: usersMax, keepOverLimit: (user) => user.id === user.client.user.id },
      GuildMemberManager: { maxSize: membersMax, keepOverLimit: (member) => member.id === member.client.user.id },
      ThreadMemberManager: 0,
      ReactionManager: 0,
      ReactionUserManager: 0,
      PresenceManager: 0,
      VoiceStateManager: 0,
      GuildEmojiManager: 0,
      GuildStickerManager: 0,
      GuildScheduledEventManager: 0,
      GuildInviteManager: 0,
      GuildBanManager: 0,
      StageInstanceManager: 0,
      AutoModerationRuleManager: 0,
      ApplicationCommandManager: 0,
      ApplicationEmojiManager: 0,
      EntitlementManager: 0,
    }),
    sweepers: { threads: { interval: 3600, lifetime: 4 * 3600 } },
  });
  guardPackets(client, onTrouble);
  limitDirectChannels(client);
  return client;
};
