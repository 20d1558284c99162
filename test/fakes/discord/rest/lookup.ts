import { hasPermission } from '../permissions.ts';
import type { ChannelRecord, GuildRecord, MessageRecord, UserRecord, WebhookRecord } from '../records.ts';
import { isDirect, isEphemeral } from '../records.ts';
import type { PermissionName } from '../types.ts';
import type { World } from '../world.ts';
import { apiErrors } from './errors.ts';
import type { ApiRequest } from './request.ts';

export const param = (request: ApiRequest, name: string): string => request.params[name] ?? '';

/** A channel that the bot sees and where it has these permissions. */
export const channelFor = (world: World, id: string, ...permissions: readonly PermissionName[]): ChannelRecord => {
  const channel = world.channels.get(id);
  if (channel === undefined || channel.isDeleted || channel.guild?.isRemoved) throw apiErrors.unknownChannel();
  requirePermissions(world, channel, ...permissions);
  return channel;
};

export const requirePermissions = (world: World, channel: ChannelRecord, ...permissions: readonly PermissionName[]): void => {
  if (!hasPermission(channel, world.bot.id, 'ViewChannel')) throw apiErrors.missingAccess();
  if (!permissions.every((name) => hasPermission(channel, world.bot.id, name))) throw apiErrors.missingPermissions();
};

const textTypes = new Set([0, 1, 2, 3, 5, 10, 11, 12, 13]);

/** A channel into which the bot may write. */
export const writableChannelFor = (world: World, id: string): ChannelRecord => {
  const channel = channelFor(world, id);
  if (!textTypes.has(channel.type)) throw apiErrors.notATextChannel();
  if (isDirect(channel) && channel.recipient?.refusesDirectMessages) throw apiErrors.refusesDirectMessages();
  requirePermissions(world, channel, channel.thread === undefined ? 'SendMessages' : 'SendMessagesInThreads');
  return channel;
};

/** A message that is there, and not ephemeral. */
export const messageFor = (channel: ChannelRecord, id: string): MessageRecord => {
  const message = channel.messages.get(id);
  if (message === undefined || message.deletedStep !== undefined || isEphemeral(message)) throw apiErrors.unknownMessage();
  return message;
};

export const guildFor = (world: World, id: string): GuildRecord => {
  const guild = world.guilds.get(id);
  if (guild === undefined) throw apiErrors.unknownGuild();
  return guild;
};

export const userFor = (world: World, id: string): UserRecord => {
  const user = id === '@me' ? world.bot : world.users.get(id);
  if (user === undefined) throw apiErrors.unknownUser();
  return user;
};

export const webhookFor = (world: World, id: string, token: string | undefined): WebhookRecord => {
  const webhook = world.webhooks.get(id);
  if (webhook === undefined) throw apiErrors.unknownWebhook();
  if (token !== undefined && webhook.token !== token) throw apiErrors.invalidWebhookToken();
  return webhook;
};

/** `limit` of a query, within its bounds. */
export const limitOf = (request: ApiRequest, standard: number, max: number): number => {
  const asked = Number(request.query.get('limit') ?? standard);
  return Number.isInteger(asked) ? Math.min(max, Math.max(1, asked)) : standard;
};
