import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { ChannelRecord, GuildRecord } from './records.ts';
import { isDirect } from './records.ts';
import type { PermissionName } from './types.ts';

export const permissionBits = (names: readonly PermissionName[]): bigint =>
  names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n);

const allPermissions = permissionBits(Object.keys(PermissionFlagsBits) as PermissionName[]);

/** What @everyone may do in a new guild. */
export const everyonePermissions = permissionBits([
  'ViewChannel',
  'SendMessages',
  'SendMessagesInThreads',
  'CreatePublicThreads',
  'ReadMessageHistory',
  'AddReactions',
  'AttachFiles',
  'EmbedLinks',
  'UseExternalEmojis',
  'UseApplicationCommands',
  'ChangeNickname',
  'MentionEveryone',
]);

/** What the bot's own role adds: all that a chat bot may be given, so that a ping would really ping. */
export const botPermissions = permissionBits([
  'ManageMessages',
  'ManageWebhooks',
  'ManageThreads',
  'CreatePrivateThreads',
  'MentionEveryone',
  'ManageNicknames',
]);

/** What a member may do in a guild, before any channel's overwrites. */
const basePermissions = (guild: GuildRecord, userId: string): bigint => {
  if (guild.ownerId === userId) return allPermissions;
  const roleIds = [guild.id, ...(guild.members.get(userId)?.roleIds ?? [])];
  return roleIds.reduce((bits, id) => bits | (guild.roles.get(id)?.permissions ?? 0n), 0n);
};

/** What somebody may do in a channel; a thread follows its channel. */
export const permissionsIn = (channel: ChannelRecord, userId: string): bigint => {
  const { guild } = channel;
  if (guild === undefined || isDirect(channel)) return allPermissions;
  const base = basePermissions(guild, userId);
  if ((base & PermissionFlagsBits.Administrator) !== 0n || guild.ownerId === userId) return allPermissions;
  const { overwrites } = channel.thread === undefined ? channel : (channel.parent ?? channel);
  const everyone = overwrites.get(guild.id);
  let bits = everyone === undefined ? base : (base & ~everyone.deny) | everyone.allow;
  let [deny, allow] = [0n, 0n];
  for (const roleId of guild.members.get(userId)?.roleIds ?? []) {
    deny |= overwrites.get(roleId)?.deny ?? 0n;
    allow |= overwrites.get(roleId)?.allow ?? 0n;
  }
  bits = (bits & ~deny) | allow;
  const own = overwrites.get(userId);
  if (own !== undefined) bits = (bits & ~own.deny) | own.allow;
  return (bits & PermissionFlagsBits.ViewChannel) === 0n ? 0n : bits;
};

export const hasPermission = (channel: ChannelRecord, userId: string, name: PermissionName): boolean =>
  (permissionsIn(channel, userId) & PermissionFlagsBits[name]) !== 0n;
