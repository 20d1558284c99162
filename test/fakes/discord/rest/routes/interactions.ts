import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { z } from 'zod';
import { createMessage } from '../../messages.ts';
import { messagePayload, reader } from '../../payloads.ts';
import type { InteractionRecord, MessageRecord } from '../../records.ts';
import { isEphemeral, messageFlags } from '../../records.ts';
import type { World } from '../../world.ts';
import { apiErrors, invalidForm } from '../errors.ts';
import { param } from '../lookup.ts';
import type { MessageBody } from '../message-body.ts';
import { parseMessageBody, requireSomething } from '../message-body.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { parseBody } from '../request.ts';
import type { Route } from '../router.ts';
import { openRoute } from '../router.ts';
import { patchMessage } from './messages.ts';

const tokenMs = 15 * 60_000;

const callback = z.looseObject({ type: z.number().int(), data: z.unknown().optional() });

const choice = z.looseObject({ name: z.string().min(1).max(100), value: z.union([z.string().max(100), z.number()]) });

/** Which callbacks (4 message, 5 deferred, 6 deferred update, 7 update, 8 autocomplete, 9 form) fit which interaction. */
const allowedCallbacks: Readonly<Record<number, readonly number[]>> = {
  2: [4, 5, 9],
  3: [4, 5, 6, 7, 9],
  4: [8],
  5: [4, 5, 6, 7],
};

/** A message that answers an interaction: the original one, or a follow-up to it. */
const createAnswer = (
  world: World,
  interaction: InteractionRecord,
  body: MessageBody | undefined,
  flags: number,
): MessageRecord => {
  const { original, channel } = interaction;
  const followed = original ?? interaction.message;
  const reference = followed === undefined ? undefined : { type: 0, message_id: followed.id, channel_id: channel.id };
  return createMessage(world, {
    channel,
    author: world.bot,
    content: body?.content ?? '',
    type: reference === undefined ? (interaction.data.type === 1 ? 20 : 23) : 19,
    reference,
    // The reference is Discord's own and notifies nobody.
    allowedMentions: { replied_user: false, ...(body?.allowedMentions ?? { parse: ['users', 'roles', 'everyone'] }) },
    attachments: body?.attachments?.added ?? [],
    embeds: body?.embeds ?? [],
    components: body?.components ?? [],
    flags,
    webhookId: world.applicationId,
    applicationId: world.applicationId,
    interaction,
  });
};

const answerFlags = messageFlags.ephemeral | messageFlags.suppressNotifications | messageFlags.componentsV2 | (1 << 2);

/** The interaction whose token stands in a webhook's path, if it is one. */
export const interactionByToken = (world: World, request: ApiRequest): InteractionRecord | undefined => {
  if (param(request, 'webhook') !== world.applicationId) return undefined;
  const interaction = world.interactions.get(param(request, 'token'));
  if (interaction === undefined) throw apiErrors.invalidWebhookToken();
  if (interaction.isTokenExpired || world.now() - interaction.createdAt > tokenMs) throw apiErrors.invalidWebhookToken();
  return interaction;
};

/** `@original`, or the id of one of its messages. */
export const answerOf = (interaction: InteractionRecord, id: string): MessageRecord => {
  const { original, message, followUps } = interaction;
  const first = original ?? (interaction.callbackType === 6 || interaction.callbackType === 7 ? message : undefined);
  if (interaction.callbackType === undefined) throw apiErrors.unknownWebhook();
  const found = id === '@original' ? first : [first, ...followUps].find((each) => each?.id === id);
  if (found === undefined || found.deletedStep !== undefined) throw apiErrors.unknownMessage();
  return found;
};

/** A message sent with an interaction's token; after a deferral the first one fills the deferred answer. */
export const followUp = (world: World, interaction: InteractionRecord, request: ApiRequest): MessageRecord => {
  if (interaction.callbackType === undefined) throw apiErrors.unknownWebhook();
  const body = parseMessageBody(world, request);
  const { original } = interaction;
  if (original !== undefined && original.deletedStep === undefined && (original.flags & messageFlags.loading) !== 0) {
    patchMessage(world, original, body);
    return original;
  }
  requireSomething(body);
  const message = createAnswer(world, interaction, body, (body.flags ?? 0) & answerFlags);
  interaction.followUps.push(message);
  return message;
};

export const interactionRoutes = (world: World): readonly Route[] => {
  const acknowledgeMsMax = world.options.acknowledgeMsMax ?? 3000;

  const accept = (interaction: InteractionRecord, type: number, data: unknown, request: ApiRequest): void => {
    if (type === 4) {
      const body = parseMessageBody(world, request, data);
      requireSomething(body);
      interaction.original = createAnswer(world, interaction, body, (body.flags ?? 0) & answerFlags);
    } else if (type === 5) {
      const body = parseMessageBody(world, request, data ?? {});
      interaction.original = createAnswer(
        world,
        interaction,
        undefined,
        ((body.flags ?? 0) & messageFlags.ephemeral) | messageFlags.loading,
      );
    } else if (type === 7 && interaction.message !== undefined) {
      patchMessage(world, interaction.message, parseMessageBody(world, request, data));
    } else if (type === 8) {
      interaction.choices = parseBody(z.looseObject({ choices: z.array(choice).max(25) }), data).choices;
    } else if (type === 9) {
      const form = parseBody(
        z.looseObject({
          custom_id: z.string().min(1).max(100),
          title: z.string().min(1).max(45),
          components: z.array(z.unknown()).min(1),
        }),
        data,
      );
      // The parts of a form are passed on as they came.
      interaction.modal = form as unknown as APIModalInteractionResponseCallbackData;
    }
  };

  const answer = (request: ApiRequest): ApiResponse => {
    const interaction = world.interactions.get(param(request, 'token'));
    if (interaction === undefined || interaction.id !== param(request, 'interaction')) throw apiErrors.unknownInteraction();
    if (interaction.callbackType !== undefined) throw apiErrors.alreadyAcknowledged();
    if (interaction.isAcknowledgeExpired || world.now() - interaction.createdAt > acknowledgeMsMax)
      throw apiErrors.unknownInteraction();
    const { type, data } = parseBody(callback, request.json);
    if (!allowedCallbacks[interaction.type]?.includes(type))
      throw invalidForm(
        'type',
        'INTERACTION_RESPONSE_TYPE_INVALID',
        'Interaction response type is not valid for this interaction',
      );
    accept(interaction, type, data, request);
    interaction.callbackType = type;
    if (request.query.get('with_response') !== 'true') return { status: 204 };
    const message = interaction.original ?? (type === 7 ? interaction.message : undefined);
    return {
      status: 200,
      body: {
        interaction: {
          id: interaction.id,
          type: interaction.type,
          ...(message === undefined
            ? {}
            : {
                response_message_id: message.id,
                response_message_loading: (message.flags & messageFlags.loading) !== 0,
                response_message_ephemeral: isEphemeral(message),
              }),
        },
        ...(message === undefined ? {} : { resource: { type, message: messagePayload(world, message, reader.rest(world)) } }),
      },
    };
  };

  return [openRoute('POST /interactions/:interaction/:token/callback', answer)];
};
