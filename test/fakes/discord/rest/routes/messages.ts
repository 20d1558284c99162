import {
  clearReactions,
  createMessage,
  deleteMessage,
  deleteMessages,
  editMessage,
  setReaction,
  startTyping,
  touchMessage,
} from '../../messages.ts';
import { messagePayload, reader, userPayload } from '../../payloads.ts';
import { hasPermission } from '../../permissions.ts';
import type { ChannelRecord, MessageRecord } from '../../records.ts';
import { isDirect, isVisible, messageFlags } from '../../records.ts';
import { snowflakeTimeMs } from '../../snowflakes.ts';
import type { World } from '../../world.ts';
import { apiErrors, invalidForm } from '../errors.ts';
import { channelFor, limitOf, messageFor, param, requirePermissions, userFor, writableChannelFor } from '../lookup.ts';
import type { MessageBody } from '../message-body.ts';
import { editedAttachments, parseMessageBody, requireSomething } from '../message-body.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import type { Route } from '../router.ts';
import { route } from '../router.ts';

/** A nonce names the same message for so long. */
const nonceMs = 5 * 60_000;
const bulkDeleteAgeMs = 14 * 24 * 60 * 60_000;

/** Flags that a bot may set on its messages. */
const settableFlags = (1 << 2) | messageFlags.suppressNotifications | (1 << 13) | messageFlags.componentsV2;

const noContent: ApiResponse = { status: 204 };

/** The reference of a new message: none when the message it answers is gone and that was allowed for. */
const referenceOf = (world: World, channel: ChannelRecord, wanted: MessageBody['reference']): MessageRecord['reference'] => {
  if (wanted === undefined) return undefined;
  const target = world.messages.get(wanted.messageId);
  const isThere = target !== undefined && isVisible(target) && (wanted.isForward || target.channel === channel);
  if (!isThere && (wanted.isForward || wanted.failsIfMissing))
    throw invalidForm('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
  if (!isThere) return undefined;
  if (!hasPermission(target.channel, world.bot.id, 'ReadMessageHistory')) throw apiErrors.cannotReplyWithoutHistory();
  const { guild } = target.channel;
  return {
    type: wanted.isForward ? 1 : 0,
    message_id: target.id,
    channel_id: target.channel.id,
    ...(guild === undefined ? {} : { guild_id: guild.id }),
  };
};

/** Sends a message of the bot into a channel. */
export const postMessage = (world: World, channel: ChannelRecord, body: MessageBody): MessageRecord => {
  requireSomething(body);
  if ((body.attachments?.added.length ?? 0) > 0) requirePermissions(world, channel, 'AttachFiles');
  if (channel.thread?.isLocked) throw apiErrors.threadArchived();
  const key = body.enforcesNonce && body.nonce !== undefined ? `${world.bot.id}/${channel.id}/${body.nonce}` : undefined;
  const earlier = key === undefined ? undefined : world.nonces.get(key);
  if (earlier !== undefined && world.now() - earlier.createdAt < nonceMs) return earlier;
  const reference = referenceOf(world, channel, body.reference);
  const message = createMessage(world, {
    channel,
    author: world.bot,
    content: body.content ?? '',
    type: reference?.type === 0 ? 19 : 0,
    reference,
    allowedMentions: body.allowedMentions,
    attachments: body.attachments?.added ?? [],
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    flags: (body.flags ?? 0) & settableFlags,
    nonce: body.nonce,
  });
  // Writing into an archived thread opens it again.
  if (channel.thread !== undefined) channel.thread.isArchived = false;
  if (key !== undefined) world.nonces.set(key, message);
  return message;
};

/** Applies an edit to a message, which is checked first. */
export const patchMessage = (world: World, message: MessageRecord, body: MessageBody): void => {
  requireSomething(body, message);
  editMessage(world, message, {
    content: body.content,
    embeds: body.embeds,
    components: body.components,
    attachments: editedAttachments(body, message),
    flags: body.flags === undefined ? undefined : (message.flags & ~settableFlags) | (body.flags & settableFlags),
    allowedMentions: body.allowedMentions,
  });
};

/** The page of a channel's history that a query asks for, newest first. */
const historyOf = (channel: ChannelRecord, request: ApiRequest): readonly MessageRecord[] => {
  const visible = [...channel.messages.values()].filter(isVisible).toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  const limit = limitOf(request, 50, 100);
  const [before, after, around] = ['before', 'after', 'around'].map((name) => request.query.get(name));
  if (around) {
    const [older, newer] = [
      visible.filter((each) => BigInt(each.id) < BigInt(around)),
      visible.filter((each) => BigInt(each.id) > BigInt(around)),
    ];
    const middle = visible.filter((each) => each.id === around);
    const half = Math.floor(limit / 2);
    return [
      ...older.slice(Math.max(0, older.length - half)),
      ...middle,
      ...newer.slice(0, Math.max(0, limit - half - 1)),
    ].toReversed();
  }
  if (after) {
    return visible
      .filter((each) => BigInt(each.id) > BigInt(after))
      .slice(0, limit)
      .toReversed();
  }
  return (before ? visible.filter((each) => BigInt(each.id) < BigInt(before)) : visible).slice(-limit).toReversed();
};

const bulkIds = (json: unknown): readonly string[] => {
  const listed = typeof json === 'object' && json !== null && 'messages' in json ? json.messages : undefined;
  return Array.isArray(listed) ? [...new Set(listed.map(String))] : [];
};

export const messageRoutes = (world: World): readonly Route[] => {
  const give = (message: MessageRecord): ApiResponse => ({
    status: 200,
    body: messagePayload(world, message, reader.rest(world)),
  });
  const messageOf = (request: ApiRequest, channel: ChannelRecord): MessageRecord =>
    messageFor(channel, param(request, 'message'));

  const list = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'));
    const canRead = hasPermission(channel, world.bot.id, 'ReadMessageHistory');
    return {
      status: 200,
      body: canRead ? historyOf(channel, request).map((each) => messagePayload(world, each, reader.rest(world))) : [],
    };
  };

  const patch = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'));
    const message = messageOf(request, channel);
    if (message.author !== world.bot) throw apiErrors.notTheAuthor();
    // Only writing opens an archived thread by itself.
    if (channel.thread?.isArchived) throw apiErrors.threadArchived();
    const body = parseMessageBody(world, request);
    if ((body.attachments?.added.length ?? 0) > 0) requirePermissions(world, channel, 'AttachFiles');
    patchMessage(world, message, body);
    return give(message);
  };

  const remove = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'));
    const message = messageOf(request, channel);
    if (message.author !== world.bot) {
      if (isDirect(channel)) throw apiErrors.notInDirectMessages();
      requirePermissions(world, channel, 'ManageMessages');
    }
    deleteMessage(world, message);
    return noContent;
  };

  const bulkDelete = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'));
    if (isDirect(channel)) throw apiErrors.notInDirectMessages();
    requirePermissions(world, channel, 'ManageMessages');
    const ids = bulkIds(request.json);
    if (ids.length < 2 || ids.length > 100) throw apiErrors.bulkDeleteCount();
    if (ids.some((id) => world.now() - snowflakeTimeMs(id) > bulkDeleteAgeMs)) throw apiErrors.tooOldToDelete();
    const found = ids.map((id) => channel.messages.get(id)).filter((each) => each !== undefined && isVisible(each));
    deleteMessages(world, channel, found as MessageRecord[]);
    return noContent;
  };

  const react = (request: ApiRequest, isOn: boolean): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'), 'ReadMessageHistory');
    const message = messageOf(request, channel);
    const emoji = param(request, 'emoji');
    const user = userFor(world, request.params.user ?? '@me');
    if (isOn && !message.reactions.has(emoji)) requirePermissions(world, channel, 'AddReactions');
    if (user !== world.bot) requirePermissions(world, channel, 'ManageMessages');
    setReaction(world, message, user, emoji, isOn);
    return noContent;
  };

  const reactors = (request: ApiRequest): ApiResponse => {
    const message = messageOf(request, channelFor(world, param(request, 'channel')));
    const ids = message.reactions.get(param(request, 'emoji')) ?? [];
    return { status: 200, body: ids.map((id) => userPayload(userFor(world, id))) };
  };

  const pin = (request: ApiRequest, isPinned: boolean): ApiResponse => {
    const message = messageOf(request, channelFor(world, param(request, 'channel'), 'ManageMessages'));
    message.isPinned = isPinned;
    touchMessage(world, message);
    return noContent;
  };

  const messages = '/channels/:channel/messages';
  return [
    route(`GET ${messages}`, list),
    route(`POST ${messages}`, (request) =>
      give(postMessage(world, writableChannelFor(world, param(request, 'channel')), parseMessageBody(world, request))),
    ),
    route(`POST ${messages}/bulk-delete`, bulkDelete),
    route(`GET ${messages}/:message`, (request) =>
      give(messageOf(request, channelFor(world, param(request, 'channel'), 'ReadMessageHistory'))),
    ),
    route(`PATCH ${messages}/:message`, patch),
    route(`DELETE ${messages}/:message`, remove),
    route(`PUT ${messages}/:message/reactions/:emoji/@me`, (request) => react(request, true)),
    route(`DELETE ${messages}/:message/reactions/:emoji/@me`, (request) => react(request, false)),
    route(`DELETE ${messages}/:message/reactions/:emoji/:user`, (request) => react(request, false)),
    route(`DELETE ${messages}/:message/reactions`, (request) => {
      clearReactions(world, messageOf(request, channelFor(world, param(request, 'channel'), 'ManageMessages')));
      return noContent;
    }),
    route(`GET ${messages}/:message/reactions/:emoji`, reactors),
    route('PUT /channels/:channel/messages/pins/:message', (request) => pin(request, true)),
    route('DELETE /channels/:channel/messages/pins/:message', (request) => pin(request, false)),
    route('POST /channels/:channel/typing', (request) => {
      startTyping(world, writableChannelFor(world, param(request, 'channel')), world.bot);
      return noContent;
    }),
  ];
};
