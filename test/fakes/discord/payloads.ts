// Records as the JSON that Discord sends. Fields that no bot reads are given with their usual value.

import type { APIMessage } from 'discord-api-types/v10';
import { GatewayIntentBits } from 'discord-api-types/v10';
import type {
  AttachmentRecord,
  ChannelRecord,
  MemberRecord,
  MessageRecord,
  RoleRecord,
  UserRecord,
  WebhookRecord,
} from './records.ts';
import { contentOf, isDirect, isVisible } from './records.ts';
import type { World } from './world.ts';

export type Json = Readonly<Record<string, unknown>>;

export const timestamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '000+00:00');

export const userPayload = (user: UserRecord): Json => ({
  id: user.id,
  username: user.name,
  discriminator: user.isBot ? '0000' : '0',
  global_name: user.isBot ? null : user.displayName,
  avatar: user.avatar ?? null,
  avatar_decoration_data: null,
  public_flags: 0,
  ...(user.isBot ? { bot: true } : {}),
});

/** A member without its user, as it stands in messages. */
export const partialMemberPayload = (member: MemberRecord): Json => ({
  roles: member.roleIds,
  nick: member.nickname ?? null,
  avatar: null,
  joined_at: timestamp(member.joinedAt),
  premium_since: null,
  communication_disabled_until: null,
  deaf: false,
  mute: false,
  pending: false,
  flags: 0,
});

export const memberPayload = (member: MemberRecord): Json => ({
  ...partialMemberPayload(member),
  user: userPayload(member.user),
});

export const rolePayload = (role: RoleRecord): Json => ({
  id: role.id,
  name: role.name,
  position: role.position,
  permissions: role.permissions.toString(),
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  managed: role.isManaged,
  mentionable: true,
  flags: 0,
});

const overwritesPayload = (channel: ChannelRecord): readonly Json[] =>
  [...channel.overwrites].map(([id, { type, allow, deny }]) => ({ id, type, allow: allow.toString(), deny: deny.toString() }));

const lastMessageId = (channel: ChannelRecord): string | null =>
  [...channel.messages.values()].filter(isVisible).at(-1)?.id ?? null;

export const channelPayload = (channel: ChannelRecord, reader?: UserRecord): Json => {
  const { thread, guild } = channel;
  const common = {
    id: channel.id,
    type: channel.type,
    flags: 0,
    last_message_id: lastMessageId(channel),
    rate_limit_per_user: 0,
  };
  if (isDirect(channel))
    return { ...common, recipients: channel.recipient === undefined ? [] : [userPayload(channel.recipient)] };
  if (thread === undefined)
    return {
      ...common,
      guild_id: guild?.id,
      name: channel.name,
      topic: channel.topic,
      position: channel.position,
      nsfw: channel.isAgeRestricted,
      parent_id: channel.parent?.id ?? null,
      permission_overwrites: overwritesPayload(channel),
      ...(channel.type === 15
        ? { available_tags: [], default_reaction_emoji: null, default_sort_order: null, default_forum_layout: 0 }
        : {}),
      ...(channel.type === 2 ? { bitrate: 64_000, user_limit: 0, rtc_region: null } : {}),
    };
  return {
    ...common,
    guild_id: guild?.id,
    name: channel.name,
    parent_id: channel.parent?.id ?? null,
    owner_id: thread.ownerId,
    message_count: [...channel.messages.values()].filter(isVisible).length,
    total_message_sent: channel.messages.size,
    member_count: thread.memberIds.size,
    thread_metadata: {
      archived: thread.isArchived,
      locked: thread.isLocked,
      auto_archive_duration: 4320,
      archive_timestamp: timestamp(thread.archiveChangedAt),
      create_timestamp: timestamp(thread.archiveChangedAt),
      ...(channel.type === 12 ? { invitable: true } : {}),
    },
    ...(reader !== undefined && thread.memberIds.has(reader.id)
      ? { member: { id: channel.id, user_id: reader.id, join_timestamp: timestamp(thread.archiveChangedAt), flags: 0 } }
      : {}),
  };
};

export const attachmentPayload = (world: World, channel: ChannelRecord, attachment: AttachmentRecord): Json => {
  const url = `${world.origin}/attachments/${channel.id}/${attachment.id}/${encodeURIComponent(attachment.name)}`;
  return {
    id: attachment.id,
    filename: attachment.name,
    size: attachment.bytes.byteLength,
    url,
    proxy_url: url,
    content_type: attachment.contentType,
    ...(attachment.description === undefined ? {} : { description: attachment.description }),
  };
};

const emojiPayload = (emoji: string): Json => {
  const [name, id] = emoji.split(':');
  return { id: id ?? null, name };
};

/** Who reads a message: over the gateway it comes with members, and without the intent some texts are blank. */
export type Reader = { readonly canReadContent: boolean; readonly isGateway: boolean };

export const reader = {
  /** The bot over REST, as far as the portal lets it. */
  rest: (world: World): Reader => ({
    canReadContent: world.options.privilegedIntents?.includes('message-content') ?? true,
    isGateway: false,
  }),
  gateway: (intents: number): Reader => ({ canReadContent: (intents & GatewayIntentBits.MessageContent) !== 0, isGateway: true }),
  everything: { canReadContent: true, isGateway: false } satisfies Reader,
};

const blank = { content: '', attachments: [], embeds: [], components: [] };

export const messagePayload = (world: World, message: MessageRecord, by: Reader): APIMessage => {
  const { channel } = message;
  const { guild } = channel;
  const userMention = (id: string): Json => {
    const member = by.isGateway ? guild?.members.get(id) : undefined;
    const user = world.users.get(id);
    return {
      ...(user === undefined ? { id } : userPayload(user)),
      ...(member === undefined ? {} : { member: partialMemberPayload(member) }),
    };
  };
  const canRead =
    by.canReadContent || isDirect(channel) || message.author === world.bot || message.applicationId === world.applicationId
      ? true
      : message.mentions.userIds.includes(world.bot.id);
  const member =
    message.webhookId === undefined || message.interaction !== undefined ? guild?.members.get(message.author.id) : undefined;
  const referenced = message.reference?.message_id === undefined ? undefined : world.messages.get(message.reference.message_id);
  const isAnswer = message.reference !== undefined && (message.type === 19 || message.type === 21);
  const { interaction } = message;
  const payload = {
    id: message.id,
    type: message.type,
    channel_id: channel.id,
    author: {
      ...userPayload(message.author),
      ...(message.webhookId === undefined || interaction ? {} : { discriminator: '0000', global_name: null }),
    },
    timestamp: timestamp(message.createdAt),
    edited_timestamp: message.editedAt === undefined ? null : timestamp(message.editedAt),
    tts: false,
    pinned: message.isPinned,
    flags: message.flags,
    mention_everyone: message.mentions.everyone !== undefined,
    mentions: message.mentions.userIds.map(userMention),
    mention_roles: message.mentions.roleIds,
    content: contentOf(message),
    attachments: message.attachments.map((each) => attachmentPayload(world, channel, each)),
    embeds: message.embeds,
    components: message.components,
    ...(message.stickerItems.length === 0 ? {} : { sticker_items: message.stickerItems }),
    ...(message.reactions.size === 0
      ? {}
      : {
          reactions: [...message.reactions].map(([emoji, ids]) => ({
            emoji: emojiPayload(emoji),
            count: ids.length,
            count_details: { burst: 0, normal: ids.length },
            me: ids.includes(world.bot.id),
            me_burst: false,
            burst_colors: [],
          })),
        }),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.webhookId === undefined ? {} : { webhook_id: message.webhookId }),
    ...(message.applicationId === undefined ? {} : { application_id: message.applicationId }),
    ...(message.reference === undefined ? {} : { message_reference: message.reference }),
    ...(isAnswer
      ? {
          referenced_message:
            referenced === undefined || referenced.deletedStep !== undefined
              ? null
              : messagePayload(world, { ...referenced, reference: undefined }, { ...by, isGateway: false }),
        }
      : {}),
    ...(interaction === undefined
      ? {}
      : {
          interaction_metadata: {
            id: interaction.id,
            type: interaction.type,
            user: userPayload(interaction.user),
            authorizing_integration_owners: guild === undefined ? { '0': '0' } : { '0': guild.id },
            ...(interaction.type === 2 ? { name: interaction.data.name, command_type: interaction.data.type } : {}),
          },
        }),
    ...(message.thread === undefined ? {} : { thread: channelPayload(message.thread) }),
    ...(by.isGateway
      ? {
          channel_type: channel.type,
          ...(guild === undefined ? {} : { guild_id: guild.id }),
          ...(member === undefined ? {} : { member: partialMemberPayload(member) }),
        }
      : {}),
    ...message.raw,
    ...(canRead ? {} : blank),
  };
  // The record's parts are made by this folder or checked on arrival, but not typed down to every leaf.
  return payload as unknown as APIMessage;
};

export const webhookPayload = (world: World, webhook: WebhookRecord): Json => ({
  id: webhook.id,
  type: 1,
  token: webhook.token,
  name: webhook.name,
  avatar: webhook.avatar?.hash ?? null,
  channel_id: webhook.channel.id,
  guild_id: webhook.channel.guild?.id ?? null,
  application_id: webhook.applicationId ?? null,
  user: userPayload(webhook.applicationId === undefined ? world.owner : world.bot),
});
