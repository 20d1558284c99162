import { type APIMessage, type Client, GatewayDispatchEvents, Message, MessageType, type REST, Routes } from 'discord.js';

/** A message as Discord's JSON has it, as the client's own kind of object. Neither is cached. */
export const messageFrom = (client: Client, raw: APIMessage): Message => Reflect.construct(Message, [client, raw]) as Message;

/** A page of a channel's history, the oldest message first. */
export const fetchMessages = async (
  rest: REST,
  channelId: string,
  page: { readonly limit: number; readonly before?: string; readonly after?: string },
): Promise<readonly APIMessage[]> => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(page)) query.set(name, String(value));
  const messages = (await rest.get(Routes.channelMessages(channelId), { query })) as readonly APIMessage[];
  return [...messages].sort((one, other) => compareIds(one.id, other.id));
};

/** Ids in the order in which they were made: longer ones are later. */
export const compareIds = (one: string, other: string): number =>
  one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);

/** The messages that others refer to: Discord sends them along, but the client does not hand them on. */
export interface References {
  /** Keeps what this message refers to until it is taken. */
  note(raw: unknown): void;
  /** What the message of this id refers to, as far as Discord said; once. */
  take(messageId: string): APIMessage | undefined;
}

/** Those whose message is never handled must not pile up. */
const referencesMax = 100;

export const createReferences = (): References => {
  const kept = new Map<string, APIMessage>();
  return {
    note: (raw) => {
      if (!isRecord(raw) || typeof raw.id !== 'string' || !isMessage(raw.referenced_message)) return;
      kept.set(raw.id, raw.referenced_message);
      const [oldest] = kept.keys();
      if (kept.size > referencesMax && oldest !== undefined) kept.delete(oldest);
    },
    take: (messageId) => {
      const found = kept.get(messageId);
      kept.delete(messageId);
      return found;
    },
  };
};

/** Takes down the references of all messages that arrive. */
export const noteReferences = (client: Client, references: References): void => {
  client.ws.on(GatewayDispatchEvents.MessageCreate, (raw: unknown) => references.note(raw));
};

/** Ids of a server's channels, not its threads, with that of the last message in each, as Discord tells of the server. */
export const lastMessagesIn = (guild: unknown): readonly (readonly [string, string])[] =>
  (isRecord(guild) && Array.isArray(guild.channels) ? guild.channels : []).flatMap((channel: unknown) =>
    isRecord(channel) && typeof channel.id === 'string' && typeof channel.last_message_id === 'string'
      ? [[channel.id, channel.last_message_id] as const]
      : [],
  );

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Whether the little that is needed of a message is there. */
const isMessage = (value: unknown): value is APIMessage =>
  isRecord(value) &&
  typeof value.id === 'string' &&
  typeof value.channel_id === 'string' &&
  typeof value.content === 'string' &&
  isRecord(value.author) &&
  typeof value.author.id === 'string';

/** In the place of a thread's beginning the message on which it was opened, as if it had been said in the thread. */
export const starterOf = (raw: APIMessage): APIMessage =>
  Number(raw.type) === MessageType.ThreadStarterMessage && raw.referenced_message
    ? { ...raw.referenced_message, channel_id: raw.channel_id }
    : raw;
