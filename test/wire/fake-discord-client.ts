import type { TestContext } from 'node:test';
import type { ClientOptions, Message, TextChannel } from 'discord.js';
import { Client, DiscordAPIError, Events, GatewayIntentBits, Partials } from 'discord.js';
import type { FakeDiscord, FakeDiscordOptions } from '../fakes/discord/index.ts';
import { startFakeDiscord } from '../fakes/discord/index.ts';

export const ordinaryIntents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.GuildMessageTyping,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

/** A loopback Discord with the clients that `clientOf` made for it. */
export type DiscordOfTest = FakeDiscord & { readonly clients: Client[] };

/** A loopback Discord that ends with the test, after its clients: one that lost it first would try to reconnect for ever. */
export const discordFor = async (test: TestContext, options: FakeDiscordOptions = {}): Promise<DiscordOfTest> => {
  const discord = Object.assign(await startFakeDiscord(options), { clients: [] as Client[] });
  test.after(async () => {
    for (const client of discord.clients) await client.destroy();
    await discord.close();
  });
  return discord;
};

/** An ordinary discord.js client of it, not logged in. Identifies are not spaced by discord.js's five seconds. */
export const clientOf = (discord: DiscordOfTest, options: Partial<ClientOptions> = {}): Client => {
  const client = new Client({
    intents: ordinaryIntents,
    partials: [Partials.Channel, Partials.Message],
    ...options,
    rest: { api: discord.apiUrl, ...options.rest },
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
  });
  discord.clients.push(client);
  return client;
};

/** A client that is ready. */
export const readyClient = async (discord: DiscordOfTest, options: Partial<ClientOptions> = {}): Promise<Client<true>> => {
  const client = clientOf(discord, options);
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  return ready;
};

/** Whether an error is Discord's with this code. */
export const hasCode =
  (code: number) =>
  (error: unknown): boolean =>
    error instanceof DiscordAPIError && error.code === code;

/** A client in one guild with one text channel and one user. */
export const scene = async (test: TestContext, rest: object = {}) => {
  const discord = await discordFor(test);
  const guild = discord.addGuild({ name: 'Camp' });
  const channel = guild.addChannel({ name: 'general', topic: 'Anything' });
  const ann = discord.addUser({ name: 'ann', displayName: 'Ann' });
  guild.addMember(ann, { nickname: 'Annie' });
  const client = await readyClient(discord, { rest });
  const seen: Message[] = [];
  client.on(Events.MessageCreate, (message) => seen.push(message));
  const place = client.channels.cache.get(channel.id) as TextChannel;
  return { discord, guild, channel, ann, client, seen, place };
};
