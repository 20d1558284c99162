import type { APIEmbed, APIMessage, APIMessageReference } from 'discord-api-types/v10';
import { GatewayIntentBits } from 'discord-api-types/v10';
import type { AllowedMentions } from './mentions.ts';
import { pingsOf, resolveMentions } from './mentions.ts';
import { messagePayload, partialMemberPayload, reader, userPayload } from './payloads.ts';
import { permissionsIn } from './permissions.ts';
import type { AttachmentRecord, ChannelRecord, InteractionRecord, MessageRecord, UserRecord } from './records.ts';
import { contentOf, isDirect, isEphemeral, messageFlags } from './records.ts';
import type { World } from './world.ts';
import { memberOf } from './world.ts';

/** What a new message is made of. */
export type NewMessage = {
  readonly channel: ChannelRecord;
  readonly author: UserRecord;
  readonly content: string;
  readonly id?: string;
  readonly type?: number;
  readonly reference?: APIMessageReference | undefined;
  readonly allowedMentions?: AllowedMentions | undefined;
  readonly attachments?: readonly AttachmentRecord[];
  readonly embeds?: readonly APIEmbed[];
  readonly components?: readonly unknown[];
  readonly stickerItems?: MessageRecord['stickerItems'];
  readonly flags?: number;
  readonly nonce?: string | number | undefined;
  readonly webhookId?: string;
  readonly applicationId?: string;
  readonly interaction?: InteractionRecord;
  readonly raw?: Partial<APIMessage>;
};

/** Tells the sessions that may see a channel about something in it. */
export const dispatchIn = (
  world: World,
  channel: ChannelRecord,
  event: string,
  intents: { readonly guild: number; readonly direct: number },
  data: (intents: number) => unknown,
): void => {
  if (channel.guild !== undefined && permissionsIn(channel, world.bot.id) === 0n) return;
  world.dispatch({ event, guild: channel.guild, data, intents: isDirect(channel) ? intents.direct : intents.guild });
};

const messageIntents = { guild: GatewayIntentBits.GuildMessages, direct: GatewayIntentBits.DirectMessages };

const dispatchMessage = (world: World, event: string, message: MessageRecord): void => {
  if (isEphemeral(message)) return;
  dispatchIn(world, message.channel, event, messageIntents, (intents) => messagePayload(world, message, reader.gateway(intents)));
};

export const createMessage = (world: World, wanted: NewMessage): MessageRecord => {
  const { channel, author, webhookId } = wanted;
  if (channel.guild !== undefined && webhookId === undefined) memberOf(world, channel.guild, author);
  const content = wanted.content.trim();
  const replied =
    wanted.type === 19 && wanted.reference?.message_id !== undefined
      ? world.messages.get(wanted.reference.message_id)
      : undefined;
  const mentions = resolveMentions(world, {
    content,
    channel,
    author,
    allowed: wanted.allowedMentions,
    repliedTo: replied?.author,
  });
  const at = world.now();
  const message: MessageRecord = {
    id: wanted.id ?? world.nextId(),
    type: wanted.type ?? 0,
    channel,
    author,
    versions: [{ content, step: world.nextStep(), at }],
    createdAt: at,
    editedAt: undefined,
    deletedStep: undefined,
    mentions,
    pings: pingsOf(mentions, author),
    reference: wanted.reference,
    attachments: wanted.attachments ?? [],
    embeds: wanted.embeds ?? [],
    components: wanted.components ?? [],
    stickerItems: wanted.stickerItems ?? [],
    flags: wanted.flags ?? 0,
    isPinned: false,
    nonce: wanted.nonce,
    webhookId,
    applicationId: wanted.applicationId,
    interaction: wanted.interaction,
    reactions: new Map(),
    thread: undefined,
    raw: wanted.raw ?? {},
  };
  channel.messages.set(message.id, message);
  world.messages.set(message.id, message);
  channel.thread?.memberIds.add(author.id);
  dispatchMessage(world, 'MESSAGE_CREATE', message);
  return message;
};

/** The same dispatch once more. */
export const tellAgain = (world: World, message: MessageRecord): void => dispatchMessage(world, 'MESSAGE_CREATE', message);

/** What an edit may change; absent parts stay. */
export type MessageChange = {
  readonly content?: string | undefined;
  readonly embeds?: readonly APIEmbed[] | undefined;
  readonly components?: readonly unknown[] | undefined;
  readonly attachments?: readonly AttachmentRecord[] | undefined;
  readonly flags?: number | undefined;
  readonly allowedMentions?: AllowedMentions | undefined;
};

/**
 * Changes a message. A message that was loading is filled by it, which may ping and is no edit to its readers;
 * any other edit pings nobody.
 */
export const editMessage = (world: World, message: MessageRecord, change: MessageChange): void => {
  const wasLoading = (message.flags & messageFlags.loading) !== 0;
  const at = world.now();
  const content = change.content?.trim() ?? contentOf(message);
  if (wasLoading) message.versions.length = 0;
  message.versions.push({ content, step: world.nextStep(), at });
  if (change.embeds !== undefined) message.embeds = change.embeds;
  if (change.components !== undefined) message.components = change.components;
  if (change.attachments !== undefined) message.attachments = change.attachments;
  if (change.flags !== undefined) message.flags = change.flags;
  message.flags &= ~messageFlags.loading;
  if (change.content !== undefined) {
    const { channel, author } = message;
    message.mentions = resolveMentions(world, {
      content,
      channel,
      author,
      allowed: change.allowedMentions,
      repliedTo: undefined,
    });
  }
  if (wasLoading) message.pings = pingsOf(message.mentions, message.author);
  else message.editedAt = at;
  dispatchMessage(world, 'MESSAGE_UPDATE', message);
};

/** Something about a message changed that is no edit (a thread, a pin). */
export const touchMessage = (world: World, message: MessageRecord): void => dispatchMessage(world, 'MESSAGE_UPDATE', message);

const guildIdOf = (channel: ChannelRecord): object => (channel.guild === undefined ? {} : { guild_id: channel.guild.id });

export const deleteMessage = (world: World, message: MessageRecord): void => {
  if (message.deletedStep !== undefined) return;
  message.deletedStep = world.nextStep();
  const { channel } = message;
  if (isEphemeral(message)) return;
  dispatchIn(world, channel, 'MESSAGE_DELETE', messageIntents, () => ({
    id: message.id,
    channel_id: channel.id,
    ...guildIdOf(channel),
  }));
};

export const deleteMessages = (world: World, channel: ChannelRecord, messages: readonly MessageRecord[]): void => {
  const gone = messages.filter((message) => message.deletedStep === undefined);
  for (const message of gone) message.deletedStep = world.nextStep();
  const ids = gone.map((message) => message.id);
  dispatchIn(world, channel, 'MESSAGE_DELETE_BULK', messageIntents, () => ({
    ids,
    channel_id: channel.id,
    ...guildIdOf(channel),
  }));
};

const reactionIntents = { guild: GatewayIntentBits.GuildMessageReactions, direct: GatewayIntentBits.DirectMessageReactions };

export const setReaction = (world: World, message: MessageRecord, user: UserRecord, emoji: string, isOn: boolean): void => {
  const { channel } = message;
  const before = message.reactions.get(emoji) ?? [];
  if (before.includes(user.id) === isOn) return;
  const after = isOn ? [...before, user.id] : before.filter((id) => id !== user.id);
  if (after.length === 0) message.reactions.delete(emoji);
  else message.reactions.set(emoji, after);
  world.nextStep();
  const [name, id] = emoji.split(':');
  const member = isOn ? channel.guild?.members.get(user.id) : undefined;
  dispatchIn(world, channel, isOn ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE', reactionIntents, () => ({
    user_id: user.id,
    channel_id: channel.id,
    message_id: message.id,
    ...guildIdOf(channel),
    ...(isOn ? { message_author_id: message.author.id } : {}),
    ...(member === undefined ? {} : { member: { ...partialMemberPayload(member), user: userPayload(user) } }),
    emoji: { id: id ?? null, name },
    burst: false,
    type: 0,
  }));
};

/** Takes all reactions off a message. */
export const clearReactions = (world: World, message: MessageRecord): void => {
  const { channel } = message;
  message.reactions.clear();
  world.nextStep();
  dispatchIn(world, channel, 'MESSAGE_REACTION_REMOVE_ALL', reactionIntents, () => ({
    channel_id: channel.id,
    message_id: message.id,
    ...guildIdOf(channel),
  }));
};

export const startTyping = (world: World, channel: ChannelRecord, user: UserRecord): void => {
  const at = world.now();
  world.nextStep();
  if (user === world.bot) channel.botTypingAt.push(at);
  const member = channel.guild?.members.get(user.id);
  dispatchIn(
    world,
    channel,
    'TYPING_START',
    { guild: GatewayIntentBits.GuildMessageTyping, direct: GatewayIntentBits.DirectMessageTyping },
    () => ({
      channel_id: channel.id,
      user_id: user.id,
      timestamp: Math.floor(at / 1000),
      ...guildIdOf(channel),
      ...(member === undefined ? {} : { member: { ...partialMemberPayload(member), user: userPayload(user) } }),
    }),
  );
};
