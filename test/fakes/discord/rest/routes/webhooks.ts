import { createHash } from 'node:crypto';
import { GatewayIntentBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { type AvatarRecord, avatarOf } from '../../avatars.ts';
import { startThread } from '../../guilds.ts';
import { createMessage, deleteMessage, dispatchIn } from '../../messages.ts';
import { messagePayload, reader, webhookPayload } from '../../payloads.ts';
import type { ChannelRecord, MessageRecord, UserRecord, WebhookRecord } from '../../records.ts';
import { messageFlags } from '../../records.ts';
import type { World } from '../../world.ts';
import { randomToken } from '../../world.ts';
import { apiErrors, invalidForm } from '../errors.ts';
import { channelFor, guildFor, messageFor, param, requirePermissions, webhookFor } from '../lookup.ts';
import type { MessageBody } from '../message-body.ts';
import { parseMessageBody, requireSomething } from '../message-body.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { parseBody } from '../request.ts';
import type { Route } from '../router.ts';
import { openRoute, route } from '../router.ts';
import { answerOf, followUp, interactionByToken } from './interactions.ts';
import { patchMessage } from './messages.ts';

const webhooksMax = 15;

const webhookBody = z.looseObject({
  name: z.string().min(1).max(80).optional(),
  avatar: z.string().nullish(),
  channel_id: z.string().optional(),
});

const checkName = (name: string, path: string): void => {
  if (/discord|clyde/i.test(name)) throw invalidForm(path, 'USERNAME_INVALID_CONTAINS', 'Username cannot contain "discord"');
};

const avatarIn = (data: string | null | undefined): AvatarRecord | undefined => {
  if (data === undefined || data === null) return undefined;
  const avatar = avatarOf(data);
  if (avatar === undefined) throw invalidForm('avatar', 'IMAGE_INVALID', 'Invalid image data');
  return avatar;
};

/** Webhooks of channels, and the messages that interactions answer with, which take the same paths. */
export const webhookRoutes = (world: World): readonly Route[] => {
  const ok = (body: unknown): ApiResponse => ({ status: 200, body });
  const give = (message: MessageRecord): ApiResponse => ok(messagePayload(world, message, reader.rest(world)));
  const told = (channel: ChannelRecord): void =>
    dispatchIn(world, channel, 'WEBHOOKS_UPDATE', { guild: GatewayIntentBits.GuildWebhooks, direct: 0 }, () => ({
      guild_id: channel.guild?.id,
      channel_id: channel.id,
    }));

  const create = (request: ApiRequest): ApiResponse => {
    const channel = channelFor(world, param(request, 'channel'), 'ManageWebhooks');
    const { name, avatar } = parseBody(webhookBody.required({ name: true }), request.json);
    checkName(name, 'name');
    if ([...world.webhooks.values()].filter((each) => each.channel === channel).length >= webhooksMax)
      throw apiErrors.tooManyWebhooks();
    const webhook: WebhookRecord = {
      id: world.nextId(),
      token: randomToken(51),
      channel,
      name,
      avatar: avatarIn(avatar),
      applicationId: world.applicationId,
    };
    world.webhooks.set(webhook.id, webhook);
    told(channel);
    return ok(webhookPayload(world, webhook));
  };

  const listed = (isMeant: (webhook: WebhookRecord) => boolean): ApiResponse =>
    ok([...world.webhooks.values()].filter(isMeant).map((each) => webhookPayload(world, each)));

  const found = (request: ApiRequest): WebhookRecord => {
    const webhook = webhookFor(world, param(request, 'webhook'), request.params.token);
    if (request.params.token === undefined) requirePermissions(world, webhook.channel, 'ManageWebhooks');
    return webhook;
  };

  const patch = (request: ApiRequest): ApiResponse => {
    const webhook = found(request);
    const body = parseBody(webhookBody, request.json);
    if (body.name !== undefined) checkName(body.name, 'name');
    webhook.name = body.name ?? webhook.name;
    if (body.avatar !== undefined) webhook.avatar = avatarIn(body.avatar);
    if (body.channel_id !== undefined && request.params.token === undefined)
      webhook.channel = channelFor(world, body.channel_id, 'ManageWebhooks');
    told(webhook.channel);
    return ok(webhookPayload(world, webhook));
  };

  const remove = (request: ApiRequest): ApiResponse => {
    const webhook = found(request);
    world.webhooks.delete(webhook.id);
    told(webhook.channel);
    return { status: 204 };
  };

  /** The channel, or the thread of it that the query names. */
  const targetOf = (webhook: WebhookRecord, request: ApiRequest): ChannelRecord => {
    const threadId = request.query.get('thread_id');
    if (threadId === null) return webhook.channel;
    const thread = world.channels.get(threadId);
    if (thread === undefined || thread.isDeleted || thread.parent !== webhook.channel) throw apiErrors.unknownChannel();
    return thread;
  };

  const threadFor = (webhook: WebhookRecord, author: UserRecord, target: ChannelRecord, body: MessageBody): ChannelRecord => {
    const isForum = target.type === 15;
    if (isForum && body.threadName === undefined)
      throw invalidForm(
        'thread_name',
        'WEBHOOK_THREAD_REQUIRED',
        'Webhooks posted to forum channels must have a thread_name or thread_id',
      );
    return isForum ? startThread(world, webhook.channel, author, { name: body.threadName ?? '' }) : target;
  };

  const execute = (request: ApiRequest): ApiResponse => {
    const interaction = interactionByToken(world, request);
    if (interaction !== undefined) return give(followUp(world, interaction, request));
    const webhook = found(request);
    const body = parseMessageBody(world, request);
    requireSomething(body);
    if (body.username !== undefined) checkName(body.username, 'username');
    if (webhook.channel.isDeleted) throw apiErrors.unknownWebhook();
    const name = body.username ?? webhook.name;
    // Discord keeps with each message what its author looked like.
    const avatar = body.avatarUrl === undefined ? webhook.avatar?.hash : createHash('md5').update(body.avatarUrl).digest('hex');
    const author: UserRecord = {
      id: webhook.id,
      name,
      displayName: name,
      isBot: true,
      refusesDirectMessages: false,
      avatar: avatar ?? null,
    };
    const channel = threadFor(webhook, author, targetOf(webhook, request), body);
    const message = createMessage(world, {
      channel,
      author,
      content: body.content ?? '',
      allowedMentions: body.allowedMentions,
      attachments: body.attachments?.added ?? [],
      embeds: body.embeds ?? [],
      components: body.components ?? [],
      flags: (body.flags ?? 0) & (messageFlags.suppressNotifications | messageFlags.componentsV2 | (1 << 2)),
      webhookId: webhook.id,
      ...(webhook.applicationId === undefined ? {} : { applicationId: webhook.applicationId }),
    });
    return request.query.get('wait') === 'true' ? give(message) : { status: 204 };
  };

  /** A message that was sent with the path's token. */
  const ownMessage = (request: ApiRequest): MessageRecord => {
    const interaction = interactionByToken(world, request);
    if (interaction !== undefined) return answerOf(interaction, param(request, 'message'));
    const webhook = found(request);
    const message = messageFor(targetOf(webhook, request), param(request, 'message'));
    if (message.webhookId !== webhook.id) throw apiErrors.unknownMessage();
    return message;
  };

  const message = '/webhooks/:webhook/:token/messages/:message';
  return [
    route('POST /channels/:channel/webhooks', create),
    route('GET /channels/:channel/webhooks', (request) => {
      const channel = channelFor(world, param(request, 'channel'), 'ManageWebhooks');
      return listed((each) => each.channel === channel);
    }),
    route('GET /guilds/:guild/webhooks', (request) => {
      const guild = guildFor(world, param(request, 'guild'));
      return listed((each) => each.channel.guild === guild);
    }),
    route('GET /webhooks/:webhook', (request) => ok(webhookPayload(world, found(request)))),
    route('PATCH /webhooks/:webhook', patch),
    route('DELETE /webhooks/:webhook', remove),
    openRoute('GET /webhooks/:webhook/:token', (request) => ok(webhookPayload(world, found(request)))),
    openRoute('PATCH /webhooks/:webhook/:token', patch),
    openRoute('DELETE /webhooks/:webhook/:token', remove),
    openRoute('POST /webhooks/:webhook/:token', execute),
    openRoute(`GET ${message}`, (request) => give(ownMessage(request))),
    openRoute(`PATCH ${message}`, (request) => {
      const edited = ownMessage(request);
      patchMessage(world, edited, parseMessageBody(world, request));
      return give(edited);
    }),
    openRoute(`DELETE ${message}`, (request) => {
      deleteMessage(world, ownMessage(request));
      return { status: 204 };
    }),
  ];
};
