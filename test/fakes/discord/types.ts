// What a test sees of the loopback Discord. Everything here is a live view: read a property again after
// an await and it tells the newest state.
import type { APIMessage, APIModalInteractionResponseCallbackData, PermissionFlagsBits } from 'discord-api-types/v10';

/** Name of a Discord permission, such as `SendMessages`. */
export type PermissionName = keyof typeof PermissionFlagsBits;

/** The intents that must be switched on in the developer portal before a bot may ask for them. */
export type PrivilegedIntent = 'message-content' | 'guild-members' | 'guild-presences';

/** Somebody with an account, human or bot. */
export interface FakeUser {
  readonly id: string;
  /** The unique account name. */
  readonly name: string;
  /** The global display name; the account name where none was given. */
  readonly displayName: string;
  readonly isBot: boolean;
  /** `<@id>`, to be put into a text. */
  readonly mention: string;
  /** From now on the bot's direct messages to this user are refused with 50007. */
  refuseDirectMessages(): void;
}

/** A role of a guild. */
export interface FakeRole {
  readonly id: string;
  readonly name: string;
  /** `<@&id>`. */
  readonly mention: string;
}

/** A server; users who speak in it become members by themselves. */
export interface FakeGuild {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly FakeChannel[];
  /** A text channel unless `kind` says otherwise. */
  addChannel(options: NewChannel): FakeChannel;
  addRole(options: { readonly name: string; readonly permissions?: readonly PermissionName[] }): FakeRole;
  /** Makes a user a member (GUILD_MEMBER_ADD), or changes one (GUILD_MEMBER_UPDATE). */
  addMember(user: FakeUser, options?: { readonly nickname?: string; readonly roles?: readonly FakeRole[] }): void;
  /** Sets or (undefined) clears the nickname of a member. */
  setNickname(user: FakeUser, nickname: string | undefined): void;
  /** The bot is thrown out: GUILD_DELETE, and every later request about the guild fails. */
  remove(): void;
  /** The guild has an outage, or comes back from it (GUILD_DELETE with `unavailable`, GUILD_CREATE). */
  setAvailable(isAvailable: boolean): void;
}

export type ChannelKind = 'text' | 'announcement' | 'category' | 'forum' | 'voice' | 'public-thread' | 'private-thread' | 'dm';

export type NewChannel = {
  readonly name: string;
  readonly kind?: Exclude<ChannelKind, 'public-thread' | 'private-thread' | 'dm'>;
  /** The category it stands in. */
  readonly parent?: FakeChannel;
  readonly topic?: string;
  readonly isAgeRestricted?: boolean;
};

/** A file of a message. */
export type FakeAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly description?: string;
};

/** What a message may carry besides its text. */
export type SayOptions = {
  readonly replyTo?: FakeMessage;
  /** Whether the reply pings the author of the message it answers. [true, as in the Discord client] */
  readonly pingsRepliedUser?: boolean;
  readonly attachments?: readonly (Pick<FakeAttachment, 'name'> & Partial<FakeAttachment>)[];
  /** Names of stickers. */
  readonly stickers?: readonly string[];
  /** Any other fields of the raw message, taken as they are (embeds, poll, message_snapshots, flags…). */
  readonly raw?: Partial<APIMessage>;
};

/** What writes under any name. */
export interface FakeWebhook {
  readonly id: string;
  readonly name: string;
  /** Discord's name for its picture. */
  readonly avatar: string | undefined;
  /** What was uploaded. */
  readonly avatarBytes: Uint8Array | undefined;
  /** A moderator takes its picture away. */
  clearAvatar(): void;
  /** A moderator removes it. */
  delete(): void;
}

/** A channel, thread or direct message. */
export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly guild: FakeGuild | undefined;
  /** Category of a channel, channel of a thread. */
  readonly parent: FakeChannel | undefined;
  /** `<#id>`. */
  readonly mention: string;
  readonly isDeleted: boolean;
  /** Somebody writes here; the text is trimmed, and mentions derived from it, as Discord does. */
  say(user: FakeUser, text: string, options?: SayOptions): FakeMessage;
  /** The visible messages, oldest first; ephemeral ones never are among them. */
  messages(options?: { readonly includeDeleted?: boolean }): readonly FakeMessage[];
  /** The visible messages of the bot itself (not of its webhooks), oldest first. */
  botMessages(): readonly FakeMessage[];
  /** The webhooks of this channel. */
  webhooks(): readonly FakeWebhook[];
  /** Somebody makes a webhook that is not the bot's. */
  addWebhook(options: { readonly name: string }): FakeWebhook;
  /** Times (milliseconds since 1970) at which the bot said that it types here. */
  readonly botTypingAt: readonly number[];
  /** TYPING_START of a user. */
  startTyping(user: FakeUser): void;
  /** A thread on a message, or without one. In a forum, `text` is its first message. */
  addThread(
    user: FakeUser,
    options: { readonly name: string; readonly on?: FakeMessage; readonly isPrivate?: boolean; readonly text?: string },
  ): FakeChannel;
  /** The threads of this channel. */
  threads(): readonly FakeChannel[];
  /** Takes permissions away from the bot here (and in threads of it); missing ones give 50013 or 50001. */
  deny(...permissions: readonly PermissionName[]): void;
  /** Gives permissions to the bot here, or back after `deny`. */
  allow(...permissions: readonly PermissionName[]): void;
  rename(name: string): void;
  /** Changes a thread: THREAD_UPDATE. */
  setArchived(isArchived: boolean, options?: { readonly isLocked?: boolean }): void;
  /** Several messages go at once: MESSAGE_DELETE_BULK. */
  deleteMessages(messages: readonly FakeMessage[]): void;
  delete(): void;
}

/** One text that a message had. */
export type FakeMessageVersion = {
  readonly content: string;
  /** Position in the order of everything that happens in this Discord; see `FakeDiscord.step`. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** A message with its whole history. */
export interface FakeMessage {
  readonly id: string;
  readonly channel: FakeChannel;
  /** The author; for a message of a webhook a user made of the webhook's name and id. */
  readonly author: FakeUser;
  readonly content: string;
  /** Every text it had, the first one first; an edit that changes nothing counts as well. */
  readonly versions: readonly FakeMessageVersion[];
  readonly isDeleted: boolean;
  /** The step of its deletion. */
  readonly deletedStep: number | undefined;
  /** The id it refers to when it is a reply, whether or not that message still exists. */
  readonly replyToId: string | undefined;
  readonly attachments: readonly FakeAttachment[];
  /**
   * Whom it notified when it was sent (a deferred answer: when it was filled), after `allowed_mentions`: `user:<id>`,
   * `role:<id>`, `everyone` and `here`. Edits never notify.
   */
  readonly pings: readonly string[];
  readonly isEphemeral: boolean;
  /** True while a deferred answer to an interaction shows “thinking”. */
  readonly isLoading: boolean;
  readonly webhookId: string | undefined;
  readonly nonce: string | undefined;
  /** Emoji (`🔁` or `name:id`) with the ids of the users who reacted. */
  readonly reactions: ReadonlyMap<string, readonly string[]>;
  /** The author edits it. */
  edit(text: string): void;
  delete(): void;
  /** A user adds a reaction. */
  react(user: FakeUser, emoji: string): void;
  /** A user takes a reaction back. */
  unreact(user: FakeUser, emoji: string): void;
  /** The message as the API gives it to a bot that may read everything. */
  payload(): APIMessage;
}

/** Value of a command's option. */
export type OptionValue = string | number | boolean | FakeUser | FakeChannel | FakeRole | FakeAttachment;

/** What a user started by a command, a button, a menu or a form, and all that the bot answered to it. */
export interface FakeInteraction {
  readonly id: string;
  readonly token: string;
  readonly channel: FakeChannel;
  /** True once the bot sent any callback. */
  readonly isAcknowledged: boolean;
  /** True when the callback only deferred (types 5 and 6). */
  readonly isDeferred: boolean;
  /** The type number of the accepted callback. */
  readonly callbackType: number | undefined;
  /** The original answer; undefined before it and after its deletion. */
  readonly response: FakeMessage | undefined;
  /** Original answer and follow-ups, oldest first, without deleted ones. */
  responses(): readonly FakeMessage[];
  /** What autocomplete offered. */
  readonly choices: readonly { readonly name: string; readonly value: string | number }[] | undefined;
  /** The form that the bot opened. */
  readonly modal: APIModalInteractionResponseCallbackData | undefined;
  /** Resolves once there is an answer that is no longer loading. */
  answered(timeoutMs?: number): Promise<FakeMessage>;
  /** Resolves with the offers of autocomplete. */
  offered(timeoutMs?: number): Promise<readonly { readonly name: string; readonly value: string | number }[]>;
  /** The three seconds are over: a first callback now gets 10062. */
  expireAcknowledgement(): void;
  /** The fifteen minutes are over: every use of the token now gets 50027. */
  expireToken(): void;
}
