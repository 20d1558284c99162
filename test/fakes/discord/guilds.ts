// Guilds, members, roles, channels and threads: what changes, and what the bot is told about it.
import { ChannelType, GatewayIntentBits } from 'discord-api-types/v10';
import { guildCreatePayload } from './guild-payloads.ts';
import { createMessage, dispatchIn, touchMessage } from './messages.ts';
import { channelPayload, memberPayload, rolePayload } from './payloads.ts';
import { botPermissions, everyonePermissions } from './permissions.ts';
import type { ChannelRecord, GuildRecord, MessageRecord, RoleRecord, UserRecord } from './records.ts';
import { messageFlags } from './records.ts';
import type { World } from './world.ts';
import { channelsOf, memberOf } from './world.ts';

const guilds = { guild: GatewayIntentBits.Guilds, direct: 0 };

const dispatchGuildCreate = (world: World, guild: GuildRecord): void =>
  world.dispatch({
    event: 'GUILD_CREATE',
    guild,
    data: (intents) => guildCreatePayload(world, guild, intents),
    intents: GatewayIntentBits.Guilds,
  });

export const addRole = (world: World, guild: GuildRecord, name: string, permissions: bigint, isManaged = false): RoleRecord => {
  const role = { id: world.nextId(), name, position: guild.roles.size, permissions, isManaged };
  guild.roles.set(role.id, role);
  world.dispatch({
    event: 'GUILD_ROLE_CREATE',
    guild,
    data: () => ({ guild_id: guild.id, role: rolePayload(role) }),
    intents: GatewayIntentBits.Guilds,
  });
  return role;
};

export const addGuild = (world: World, name: string, owner = world.owner, locale = 'en-US'): GuildRecord => {
  const id = world.nextId();
  const everyone = { id, name: '@everyone', position: 0, permissions: everyonePermissions, isManaged: false };
  const guild: GuildRecord = {
    id,
    name,
    ownerId: owner.id,
    locale,
    roles: new Map([[id, everyone]]),
    members: new Map(),
    createdAt: world.now(),
    isAvailable: true,
    isRemoved: false,
  };
  memberOf(world, guild, owner);
  const bot = memberOf(world, guild, world.bot);
  const botRole = { id: world.nextId(), name: world.bot.name, position: 1, permissions: botPermissions, isManaged: true };
  guild.roles.set(botRole.id, botRole);
  bot.roleIds.push(botRole.id);
  world.guilds.set(id, guild);
  dispatchGuildCreate(world, guild);
  return guild;
};

export const removeGuild = (world: World, guild: GuildRecord): void => {
  world.dispatch({ event: 'GUILD_DELETE', guild, data: () => ({ id: guild.id }), intents: GatewayIntentBits.Guilds });
  guild.isRemoved = true;
  for (const channel of channelsOf(world, guild)) channel.isDeleted = true;
  world.guilds.delete(guild.id);
};

export const setGuildAvailable = (world: World, guild: GuildRecord, isAvailable: boolean): void => {
  if (guild.isAvailable === isAvailable) return;
  guild.isAvailable = isAvailable;
  if (isAvailable) dispatchGuildCreate(world, guild);
  else
    world.dispatch({
      event: 'GUILD_DELETE',
      guild,
      data: () => ({ id: guild.id, unavailable: true }),
      intents: GatewayIntentBits.Guilds,
    });
};

/** Makes or changes a member. */
export const setMember = (
  world: World,
  guild: GuildRecord,
  user: UserRecord,
  change: { readonly nickname?: string | undefined; readonly roleIds?: readonly string[] },
): void => {
  const isNew = !guild.members.has(user.id);
  const member = memberOf(world, guild, user);
  if ('nickname' in change) member.nickname = change.nickname;
  if (change.roleIds !== undefined) member.roleIds = [...change.roleIds];
  world.dispatch({
    event: isNew ? 'GUILD_MEMBER_ADD' : 'GUILD_MEMBER_UPDATE',
    guild,
    data: () => ({ ...memberPayload(member), guild_id: guild.id }),
    // The bot always hears of changes of its own member.
    intents: user === world.bot ? 0 : GatewayIntentBits.GuildMembers,
  });
};

/** A channel's parts that may be left out. */
type ChannelParts = Partial<Pick<ChannelRecord, 'topic' | 'isAgeRestricted' | 'guild' | 'parent' | 'recipient' | 'thread'>>;

const makeChannel = (world: World, id: string, type: number, name: string, parts: ChannelParts): ChannelRecord => {
  const channel: ChannelRecord = {
    id,
    type,
    name,
    topic: null,
    isAgeRestricted: false,
    position: world.channels.size,
    guild: undefined,
    parent: undefined,
    recipient: undefined,
    thread: undefined,
    overwrites: new Map(),
    messages: new Map(),
    botTypingAt: [],
    isDeleted: false,
    ...parts,
  };
  world.channels.set(channel.id, channel);
  return channel;
};

export const addChannel = (
  world: World,
  guild: GuildRecord,
  type: number,
  name: string,
  parts: Pick<ChannelParts, 'topic' | 'isAgeRestricted' | 'parent'>,
): ChannelRecord => {
  const channel = makeChannel(world, world.nextId(), type, name, { ...parts, guild });
  dispatchIn(world, channel, 'CHANNEL_CREATE', guilds, () => channelPayload(channel));
  return channel;
};

/** The direct message channel with a user; there is one for each. */
export const directChannel = (world: World, recipient: UserRecord): ChannelRecord =>
  [...world.channels.values()].find((channel) => channel.recipient === recipient) ??
  makeChannel(world, world.nextId(), ChannelType.DM, '', { recipient });

export const updateChannel = (
  world: World,
  channel: ChannelRecord,
  change: {
    readonly name?: string | undefined;
    readonly topic?: string | null | undefined;
    readonly isArchived?: boolean | undefined;
    readonly isLocked?: boolean | undefined;
  },
): void => {
  if (change.name !== undefined) channel.name = change.name;
  if (change.topic !== undefined) channel.topic = change.topic;
  const { thread } = channel;
  if (thread !== undefined) {
    if (change.isArchived !== undefined) {
      thread.isArchived = change.isArchived;
      thread.archiveChangedAt = world.now();
    }
    if (change.isLocked !== undefined) thread.isLocked = change.isLocked;
  }
  dispatchIn(world, channel, thread === undefined ? 'CHANNEL_UPDATE' : 'THREAD_UPDATE', guilds, () => channelPayload(channel));
};

/** Grants and refuses the bot permissions in a channel by an overwrite of its own. */
export const setBotOverwrite = (
  world: World,
  channel: ChannelRecord,
  change: { readonly allow?: bigint; readonly deny?: bigint },
): void => {
  const [allow, deny] = [change.allow ?? 0n, change.deny ?? 0n];
  const target = channel.thread === undefined ? channel : (channel.parent ?? channel);
  const own = target.overwrites.get(world.bot.id) ?? { type: 1, allow: 0n, deny: 0n };
  target.overwrites.set(world.bot.id, { type: 1, allow: (own.allow & ~deny) | allow, deny: (own.deny & ~allow) | deny });
  dispatchIn(world, target, 'CHANNEL_UPDATE', guilds, () => channelPayload(target));
};

export const deleteChannel = (world: World, channel: ChannelRecord): void => {
  if (channel.isDeleted) return;
  for (const thread of world.channels.values())
    if (thread.thread !== undefined && thread.parent === channel) {
      // Of archived ones nobody is told.
      if (thread.thread.isArchived) thread.isDeleted = true;
      else deleteChannel(world, thread);
    }
  const { thread, guild, parent } = channel;
  dispatchIn(world, channel, thread === undefined ? 'CHANNEL_DELETE' : 'THREAD_DELETE', guilds, () =>
    thread === undefined
      ? channelPayload(channel)
      : { id: channel.id, guild_id: guild?.id, parent_id: parent?.id, type: channel.type },
  );
  channel.isDeleted = true;
};

/** Starts a thread; one on a message has the message's id and opens with a reference to it. */
export const startThread = (
  world: World,
  parent: ChannelRecord,
  starter: UserRecord,
  options: { readonly name: string; readonly on?: MessageRecord | undefined; readonly isPrivate?: boolean | undefined },
): ChannelRecord => {
  const { name, on, isPrivate } = options;
  const type =
    isPrivate === true
      ? ChannelType.PrivateThread
      : parent.type === 5
        ? ChannelType.AnnouncementThread
        : ChannelType.PublicThread;
  const channel = makeChannel(world, on?.id ?? world.nextId(), type, name, {
    guild: parent.guild,
    parent,
    isAgeRestricted: parent.isAgeRestricted,
    thread: {
      ownerId: starter.id,
      memberIds: new Set([starter.id]),
      isArchived: false,
      isLocked: false,
      archiveChangedAt: world.now(),
    },
  });
  dispatchIn(world, channel, 'THREAD_CREATE', guilds, () => ({ ...channelPayload(channel, world.bot), newly_created: true }));
  if (on === undefined) return channel;
  on.thread = channel;
  on.flags |= messageFlags.hasThread;
  touchMessage(world, on);
  const reference = {
    type: 0,
    message_id: on.id,
    channel_id: parent.id,
    ...(parent.guild === undefined ? {} : { guild_id: parent.guild.id }),
  };
  createMessage(world, { channel, author: starter, content: '', type: 21, reference });
  return channel;
};

/** Somebody enters a thread, or leaves it. */
export const setThreadMember = (world: World, channel: ChannelRecord, user: UserRecord, isIn: boolean): void => {
  const { thread, guild } = channel;
  if (thread === undefined || thread.memberIds.has(user.id) === isIn) return;
  if (isIn) thread.memberIds.add(user.id);
  else thread.memberIds.delete(user.id);
  const member = { id: channel.id, user_id: user.id, join_timestamp: new Date(world.now()).toISOString(), flags: 0 };
  dispatchIn(world, channel, 'THREAD_MEMBERS_UPDATE', guilds, () => ({
    id: channel.id,
    guild_id: guild?.id,
    member_count: thread.memberIds.size,
    ...(isIn ? { added_members: [member] } : { removed_member_ids: [user.id] }),
  }));
};
