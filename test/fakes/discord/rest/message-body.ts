import type { APIEmbed } from 'discord-api-types/v10';
import { z } from 'zod';
import type { AllowedMentions } from '../mentions.ts';
import type { AttachmentRecord, MessageRecord } from '../records.ts';
import { messageFlags } from '../records.ts';
import type { World } from '../world.ts';
import { apiErrors, invalidForm } from './errors.ts';
import type { ApiRequest, UploadedFile } from './request.ts';
import { parseBody } from './request.ts';

const snowflake = z.string().regex(/^\d{17,20}$/);

const embed = z.looseObject({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) }))
    .max(25)
    .nullish(),
  footer: z.looseObject({ text: z.string().max(2048) }).nullish(),
  author: z.looseObject({ name: z.string().max(256) }).nullish(),
});

const messageBody = z.looseObject({
  content: z.string().max(2000).nullish(),
  nonce: z.union([z.string().max(25), z.number().int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  tts: z.boolean().nullish(),
  embeds: z.array(embed).max(10).nullish(),
  allowed_mentions: z
    .looseObject({
      parse: z.array(z.enum(['users', 'roles', 'everyone'])).nullish(),
      users: z.array(snowflake).max(100).nullish(),
      roles: z.array(snowflake).max(100).nullish(),
      replied_user: z.boolean().nullish(),
    })
    .nullish(),
  message_reference: z
    .looseObject({
      type: z.union([z.literal(0), z.literal(1)]).nullish(),
      message_id: snowflake,
      channel_id: snowflake.nullish(),
      guild_id: snowflake.nullish(),
      fail_if_not_exists: z.boolean().nullish(),
    })
    .nullish(),
  components: z.array(z.looseObject({ type: z.number() })).nullish(),
  sticker_ids: z.array(snowflake).max(3).nullish(),
  attachments: z
    .array(z.looseObject({ id: z.coerce.string(), filename: z.string().nullish(), description: z.string().max(1024).nullish() }))
    .nullish(),
  flags: z.number().int().nullish(),
  poll: z.unknown().optional(),
  username: z.string().min(1).max(80).nullish(),
  avatar_url: z.string().max(2048).nullish(),
  thread_name: z.string().min(1).max(100).nullish(),
});

/** The body of a new message or of an edit, checked. */
export type MessageBody = {
  /** Undefined when the body says nothing about it; an edit then keeps the old one. */
  readonly content: string | undefined;
  readonly nonce: string | number | undefined;
  readonly enforcesNonce: boolean;
  readonly embeds: readonly APIEmbed[] | undefined;
  readonly components: readonly unknown[] | undefined;
  readonly allowedMentions: AllowedMentions | undefined;
  readonly reference:
    | {
        readonly isForward: boolean;
        readonly messageId: string;
        readonly channelId: string | undefined;
        readonly failsIfMissing: boolean;
      }
    | undefined;
  /** Files that stay, by id (undefined: all), and new ones; undefined when the body says nothing about files. */
  readonly attachments: { readonly kept: readonly string[] | undefined; readonly added: readonly AttachmentRecord[] } | undefined;
  readonly flags: number | undefined;
  readonly poll: unknown;
  readonly username: string | undefined;
  readonly avatarUrl: string | undefined;
  readonly threadName: string | undefined;
};

const attachmentsOf = (
  world: World,
  files: ReadonlyMap<string, UploadedFile>,
  listed:
    | readonly {
        readonly id: string;
        readonly filename?: string | null | undefined;
        readonly description?: string | null | undefined;
      }[]
    | undefined,
): MessageBody['attachments'] => {
  if (files.size === 0 && listed === undefined) return undefined;
  const about = new Map((listed ?? []).map((each) => [each.id, each]));
  const added = [...files].map(([index, file]) => {
    const { filename, description } = about.get(index) ?? {};
    return {
      id: world.nextId(),
      // Discord makes file names fit for a link.
      name: (filename ?? file.name).replace(/\s/g, '_'),
      contentType: file.contentType,
      bytes: file.bytes,
      ...(description === undefined || description === null ? {} : { description }),
    };
  });
  return { kept: listed?.map((each) => each.id).filter((id) => !files.has(id)), added };
};

/** @param json defaults to the request's whole body. */
export const parseMessageBody = (world: World, request: ApiRequest, json: unknown = request.json): MessageBody => {
  const body = parseBody(messageBody, json);
  const allowed = body.allowed_mentions ?? undefined;
  for (const kind of ['users', 'roles'] as const)
    if (allowed?.parse?.includes(kind) && (allowed[kind]?.length ?? 0) > 0)
      throw invalidForm(
        'allowed_mentions',
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
  const reference = body.message_reference ?? undefined;
  return {
    content: body.content === null ? '' : body.content,
    nonce: body.nonce ?? undefined,
    enforcesNonce: body.enforce_nonce ?? false,
    // Checked as far as Discord's limits go; the rest is passed on as it came.
    embeds:
      body.embeds === null ? [] : (body.embeds?.map((each) => ({ type: 'rich', ...each })) as readonly APIEmbed[] | undefined),
    components: body.components === null ? [] : body.components,
    allowedMentions:
      allowed === undefined
        ? undefined
        : {
            parse: allowed.parse ?? undefined,
            users: allowed.users ?? undefined,
            roles: allowed.roles ?? undefined,
            replied_user: allowed.replied_user ?? undefined,
          },
    reference:
      reference === undefined
        ? undefined
        : {
            isForward: reference.type === 1,
            messageId: reference.message_id,
            channelId: reference.channel_id ?? undefined,
            failsIfMissing: reference.fail_if_not_exists ?? true,
          },
    attachments: attachmentsOf(world, request.files, body.attachments ?? undefined),
    flags: body.flags ?? undefined,
    poll: body.poll,
    username: body.username ?? undefined,
    avatarUrl: body.avatar_url ?? undefined,
    threadName: body.thread_name ?? undefined,
  };
};

/** 50006 when nothing would be seen. */
export const requireSomething = (body: MessageBody, before?: MessageRecord): void => {
  const flags = body.flags ?? before?.flags ?? 0;
  const isV2 = (flags & messageFlags.componentsV2) !== 0;
  const content = body.content ?? before?.versions.at(-1)?.content ?? '';
  if (isV2 && content !== '')
    throw invalidForm(
      'content',
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'The content field cannot be used with components v2.',
    );
  const files = before === undefined ? (body.attachments?.added ?? []) : (editedAttachments(body, before) ?? before.attachments);
  const isEmpty =
    content.trim() === '' &&
    (body.embeds ?? before?.embeds ?? []).length === 0 &&
    files.length === 0 &&
    (before?.stickerItems.length ?? 0) === 0 &&
    body.poll === undefined &&
    body.reference?.isForward !== true &&
    !(isV2 && (body.components ?? before?.components ?? []).length > 0);
  if (isEmpty) throw apiErrors.emptyMessage();
};

/** The files of a message after an edit; undefined when they stay as they are. */
export const editedAttachments = (body: MessageBody, before: MessageRecord): readonly AttachmentRecord[] | undefined => {
  if (body.attachments === undefined) return undefined;
  const { kept, added } = body.attachments;
  return [...before.attachments.filter((each) => kept?.includes(each.id) ?? true), ...added];
};
