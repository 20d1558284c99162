// The state of the loopback Discord. Records are changed in place, by the modules of this folder only.
import type { APIEmbed, APIMessage, APIMessageReference, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { AvatarRecord } from './avatars.ts';
import type { FakeAttachment, FakeMessageVersion } from './types.ts';

export type UserRecord = {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly isBot: boolean;
  readonly avatarUrl?: string;
  /** Discord's name for the picture. */
  readonly avatar?: string | null;
  /** Language of the user's client. */
  readonly locale?: string;
  refusesDirectMessages: boolean;
};

export type RoleRecord = {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  permissions: bigint;
  readonly isManaged: boolean;
};

export type MemberRecord = {
  readonly user: UserRecord;
  nickname: string | undefined;
  roleIds: string[];
  readonly joinedAt: number;
};

export type GuildRecord = {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  /** The language that its community settings name. */
  readonly locale: string;
  readonly roles: Map<string, RoleRecord>;
  readonly members: Map<string, MemberRecord>;
  readonly createdAt: number;
  isAvailable: boolean;
  isRemoved: boolean;
};

export type OverwriteRecord = { readonly type: 0 | 1; allow: bigint; deny: bigint };

export type ThreadRecord = {
  readonly ownerId: string;
  readonly memberIds: Set<string>;
  isArchived: boolean;
  isLocked: boolean;
  archiveChangedAt: number;
};

export type ChannelRecord = {
  readonly id: string;
  /** Discord's number of the kind. */
  readonly type: number;
  name: string;
  topic: string | null;
  readonly isAgeRestricted: boolean;
  readonly position: number;
  readonly guild: GuildRecord | undefined;
  readonly parent: ChannelRecord | undefined;
  /** The other side of a direct message. */
  readonly recipient: UserRecord | undefined;
  readonly thread: ThreadRecord | undefined;
  /** By id of the role or member. */
  readonly overwrites: Map<string, OverwriteRecord>;
  /** In the order of their ids, deleted and (only visible to one user) ephemeral ones included. */
  readonly messages: Map<string, MessageRecord>;
  readonly botTypingAt: number[];
  isDeleted: boolean;
};

export type AttachmentRecord = FakeAttachment & { readonly id: string };

/** Whom a text mentions, before it is asked whether that pings. */
export type Mentions = {
  readonly userIds: readonly string[];
  readonly roleIds: readonly string[];
  readonly everyone: 'everyone' | 'here' | undefined;
};

export type MessageRecord = {
  readonly id: string;
  type: number;
  readonly channel: ChannelRecord;
  readonly author: UserRecord;
  readonly versions: FakeMessageVersion[];
  readonly createdAt: number;
  editedAt: number | undefined;
  deletedStep: number | undefined;
  /** The mentions that count: those that `allowed_mentions` let through. */
  mentions: Mentions;
  pings: readonly string[];
  readonly reference: APIMessageReference | undefined;
  attachments: readonly AttachmentRecord[];
  embeds: readonly APIEmbed[];
  components: readonly unknown[];
  readonly stickerItems: readonly { readonly id: string; readonly name: string; readonly format_type: number }[];
  flags: number;
  isPinned: boolean;
  readonly nonce: string | number | undefined;
  readonly webhookId: string | undefined;
  readonly applicationId: string | undefined;
  readonly interaction: InteractionRecord | undefined;
  readonly reactions: Map<string, string[]>;
  /** The thread that hangs on it. */
  thread: ChannelRecord | undefined;
  readonly raw: Partial<APIMessage>;
};

export type WebhookRecord = {
  readonly id: string;
  readonly token: string;
  channel: ChannelRecord;
  name: string;
  avatar: AvatarRecord | undefined;
  /** Absent when people made it. */
  readonly applicationId: string | undefined;
};

export type InteractionRecord = {
  readonly id: string;
  readonly token: string;
  /** Discord's number: 2 command, 3 component, 4 autocomplete, 5 modal. */
  readonly type: number;
  readonly user: UserRecord;
  readonly channel: ChannelRecord;
  readonly data: Readonly<Record<string, unknown>>;
  /** The message whose component was used. */
  readonly message: MessageRecord | undefined;
  readonly createdAt: number;
  callbackType: number | undefined;
  original: MessageRecord | undefined;
  readonly followUps: MessageRecord[];
  choices: readonly { readonly name: string; readonly value: string | number }[] | undefined;
  modal: APIModalInteractionResponseCallbackData | undefined;
  isAcknowledgeExpired: boolean;
  isTokenExpired: boolean;
};

export type CommandOptionRecord = {
  readonly type: number;
  readonly name: string;
  readonly required?: boolean | undefined;
  readonly autocomplete?: boolean | undefined;
  readonly options?: readonly CommandOptionRecord[] | undefined;
};

export type CommandRecord = {
  readonly id: string;
  readonly version: string;
  readonly guildId: string | undefined;
  readonly type: number;
  readonly name: string;
  readonly description: string;
  readonly options: readonly CommandOptionRecord[];
  /** All fields as they were sent. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** The newest text of a message. */
export const contentOf = (message: MessageRecord): string => message.versions.at(-1)?.content ?? '';

export const messageFlags = {
  crossposted: 1,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const;

export const isEphemeral = (message: MessageRecord): boolean => (message.flags & messageFlags.ephemeral) !== 0;

export const isVisible = (message: MessageRecord): boolean => message.deletedStep === undefined && !isEphemeral(message);

export const isThread = (channel: ChannelRecord): boolean => channel.thread !== undefined;

export const isDirect = (channel: ChannelRecord): boolean => channel.type === 1;
