import { z } from 'zod';
import { deleteChannel, directChannel, setThreadMember, startThread, updateChannel } from '../../guilds.ts';
import { channelPayload, messagePayload, reader } from '../../payloads.ts';
import type { ChannelRecord } from '../../records.ts';
import { isDirect } from '../../records.ts';
import type { World } from '../../world.ts';
import { apiErrors } from '../errors.ts';
import { channelFor, messageFor, param, requirePermissions, userFor } from '../lookup.ts';
import { parseMessageBody } from '../message-body.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { parseBody } from '../request.ts';
import type { Route } from '../router.ts';
import { route } from '../router.ts';
import { postMessage } from './messages.ts';

const threadBody = z.looseObject({
  name: z.string().min(1).max(100),
  type: z.number().int().nullish(),
  message: z.unknown().optional(),
});

const channelBody = z.looseObject({
  name: z.string().min(1).max(100).optional(),
  topic: z.string().max(4096).nullish(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
});

export const channelRoutes = (world: World): readonly Route[] => {
  const give = (channel: ChannelRecord, status = 200): ApiResponse => ({ status, body: channelPayload(channel, world.bot) });

  const patch = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'));
    const body = parseBody(channelBody, request.json);
    const isOwnThread = channel.thread?.ownerId === world.bot.id;
    if (isDirect(channel)) throw apiErrors.notInDirectMessages();
    // Everybody who may write in a thread may open it again, unless it is locked.
    const isOpening = channel.thread?.isLocked === false && Object.keys(body).join() === 'archived' && body.archived === false;
    if (isOpening) requirePermissions(world, channel, 'SendMessagesInThreads');
    else if (!isOwnThread) requirePermissions(world, channel, channel.thread === undefined ? 'ManageChannels' : 'ManageThreads');
    updateChannel(world, channel, { name: body.name, topic: body.topic, isArchived: body.archived, isLocked: body.locked });
    return give(channel);
  };

  const remove = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'));
    const body = channelPayload(channel, world.bot);
    // "Deleting" a direct message only closes it for the bot.
    if (isDirect(channel)) return { status: 200, body };
    requirePermissions(world, channel, channel.thread === undefined ? 'ManageChannels' : 'ManageThreads');
    deleteChannel(world, channel);
    return { status: 200, body };
  };

  const threadOnMessage = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'), 'CreatePublicThreads');
    const on = messageFor(channel, param(request, 'message'));
    if (on.thread !== undefined) throw apiErrors.threadExists();
    if (isDirect(channel) || channel.thread !== undefined) throw apiErrors.notATextChannel();
    return give(startThread(world, channel, world.bot, { name: parseBody(threadBody, request.json).name, on }), 201);
  };

  const threadWithout = (request: ApiRequest): ApiResponse => {
    const parent = channelFor(world, param(request, 'channel'));
    const body = parseBody(threadBody, request.json);
    const isForum = parent.type === 15;
    const isPrivate = !isForum && body.type !== 11;
    requirePermissions(world, parent, isForum ? 'SendMessages' : isPrivate ? 'CreatePrivateThreads' : 'CreatePublicThreads');
    const first = isForum ? parseMessageBody(world, request, body.message) : undefined;
    const channel = startThread(world, parent, world.bot, { name: body.name, isPrivate });
    if (first === undefined) return give(channel, 201);
    const message = postMessage(world, channel, first);
    return {
      status: 201,
      body: { ...channelPayload(channel, world.bot), message: messagePayload(world, message, reader.rest(world)) },
    };
  };

  const threadMember =
    (isIn: boolean) =>
    (request: ApiRequest): ApiResponse => {
      const channel = channelFor(world, param(request, 'channel'));
      setThreadMember(world, channel, userFor(world, request.params.user ?? '@me'), isIn);
      return { status: 204 };
    };

  const openDirect = (request: ApiRequest): ApiResponse => {
    const body = parseBody(z.looseObject({ recipient_id: z.string() }), request.json);
    const user = userFor(world, body.recipient_id);
    if (user === world.bot) throw apiErrors.refusesDirectMessages();
    return give(directChannel(world, user));
  };

  return [
    route('POST /users/@me/channels', openDirect),
    route('GET /channels/:channel', (request) => give(channelFor(world, param(request, 'channel')))),
    route('PATCH /channels/:channel', patch),
    route('DELETE /channels/:channel', remove),
    route('POST /channels/:channel/messages/:message/threads', threadOnMessage),
    route('POST /channels/:channel/threads', threadWithout),
    route('PUT /channels/:channel/thread-members/@me', threadMember(true)),
    route('DELETE /channels/:channel/thread-members/@me', threadMember(false)),
    route('PUT /channels/:channel/thread-members/:user', threadMember(true)),
    route('DELETE /channels/:channel/thread-members/:user', threadMember(false)),
    route('GET /channels/:channel/thread-members', (request) => {
      const channel = channelFor(world, param(request, 'channel'));
      const join = new Date(channel.thread?.archiveChangedAt ?? 0).toISOString();
      return {
        status: 200,
        body: [...(channel.thread?.memberIds ?? [])].map((id) => ({
          id: channel.id,
          user_id: id,
          join_timestamp: join,
          flags: 0,
        })),
      };
    }),
  ];
};
