// The records as tests see them: one lasting object for each record, so that views can be compared with ===.
import type { APIMessageReference } from 'discord-api-types/v10';
import {
  addChannel,
  addRole,
  deleteChannel,
  removeGuild,
  setBotOverwrite,
  setGuildAvailable,
  setMember,
  startThread,
  updateChannel,
} from './guilds.ts';
import { createMessage, deleteMessage, deleteMessages, editMessage, setReaction, startTyping } from './messages.ts';
import { messagePayload, reader } from './payloads.ts';
import { permissionBits } from './permissions.ts';
import type { ChannelRecord, GuildRecord, MessageRecord, RoleRecord, UserRecord, WebhookRecord } from './records.ts';
import { contentOf, isEphemeral, isVisible, messageFlags } from './records.ts';
import type { ChannelKind, FakeChannel, FakeGuild, FakeMessage, FakeRole, FakeUser, FakeWebhook, SayOptions } from './types.ts';
import type { World } from './world.ts';
import { channelsOf, randomToken } from './world.ts';

const channelTypes = {
  text: 0,
  announcement: 5,
  category: 4,
  forum: 15,
  voice: 2,
  'public-thread': 11,
  'private-thread': 12,
  dm: 1,
} as const;

const kindOf = (channel: ChannelRecord): ChannelKind => {
  const kinds = Object.keys(channelTypes) as ChannelKind[];
  return channel.type === 10 ? 'public-thread' : (kinds.find((kind) => channelTypes[kind] === channel.type) ?? 'text');
};

/** The view of a record, made once. */
const lasting = <Of extends object, View>(make: (record: Of) => View): ((record: Of) => View) => {
  const made = new WeakMap<Of, View>();
  return (record) => {
    const known = made.get(record);
    if (known !== undefined) return known;
    const view = make(record);
    made.set(record, view);
    return view;
  };
};

/** Turns records into views, and views back into records. */
export type Views = {
  user(record: UserRecord): FakeUser;
  guild(record: GuildRecord): FakeGuild;
  channel(record: ChannelRecord): FakeChannel;
  message(record: MessageRecord): FakeMessage;
  userOf(view: FakeUser): UserRecord;
  channelOf(view: FakeChannel): ChannelRecord;
  messageOf(view: FakeMessage): MessageRecord;
};

const found = <Record>(map: ReadonlyMap<string, Record>, id: string, what: string): Record => {
  const record = map.get(id);
  if (record === undefined) throw new Error(`This Discord has no ${what} ${id}`);
  return record;
};

export const createViews = (world: World): Views => {
  const userOf = (view: FakeUser): UserRecord => found(world.users, view.id, 'user');
  const channelOf = (view: FakeChannel): ChannelRecord => found(world.channels, view.id, 'channel');
  const messageOf = (view: FakeMessage): MessageRecord => found(world.messages, view.id, 'message');

  const user = lasting<UserRecord, FakeUser>((record) => ({
    id: record.id,
    name: record.name,
    displayName: record.displayName,
    isBot: record.isBot,
    mention: `<@${record.id}>`,
    refuseDirectMessages: () => {
      record.refusesDirectMessages = true;
    },
  }));

  const role = lasting<RoleRecord, FakeRole>((record) => ({ id: record.id, name: record.name, mention: `<@&${record.id}>` }));

  const guild: Views['guild'] = lasting<GuildRecord, FakeGuild>((record) => ({
    id: record.id,
    name: record.name,
    get channels() {
      return channelsOf(world, record).map(channel);
    },
    addChannel: (options) =>
      channel(
        addChannel(world, record, channelTypes[options.kind ?? 'text'], options.name, {
          topic: options.topic ?? null,
          isAgeRestricted: options.isAgeRestricted ?? false,
          parent: options.parent === undefined ? undefined : channelOf(options.parent),
        }),
      ),
    addRole: ({ name, permissions = [] }) => role(addRole(world, record, name, permissionBits(permissions))),
    addMember: (view, options = {}) =>
      setMember(world, record, userOf(view), {
        ...(options.nickname === undefined ? {} : { nickname: options.nickname }),
        ...(options.roles === undefined ? {} : { roleIds: options.roles.map((each) => each.id) }),
      }),
    setNickname: (view, nickname) => setMember(world, record, userOf(view), { nickname }),
    remove: () => removeGuild(world, record),
    setAvailable: (isAvailable) => setGuildAvailable(world, record, isAvailable),
  }));

  const say = (record: ChannelRecord, view: FakeUser, text: string, options: SayOptions): FakeMessage => {
    const { replyTo, attachments = [], stickers = [], raw } = options;
    if (record.isDeleted) throw new Error('Nobody can write in a deleted channel');
    const guildId = record.guild?.id;
    const reference: APIMessageReference | undefined =
      replyTo === undefined
        ? undefined
        : {
            type: 0,
            message_id: replyTo.id,
            channel_id: replyTo.channel.id,
            ...(guildId === undefined ? {} : { guild_id: guildId }),
          };
    const all = ['users', 'roles', 'everyone'] as const;
    return message(
      createMessage(world, {
        channel: record,
        author: userOf(view),
        content: text,
        type: reference === undefined ? 0 : 19,
        reference,
        allowedMentions: { parse: all, replied_user: options.pingsRepliedUser ?? true },
        attachments: attachments.map((each) => ({
          id: world.nextId(),
          contentType: 'application/octet-stream',
          bytes: new Uint8Array(),
          ...each,
        })),
        stickerItems: stickers.map((name) => ({ id: world.nextId(), name, format_type: 1 })),
        ...(raw === undefined ? {} : { raw }),
      }),
    );
  };

  const webhook = lasting<WebhookRecord, FakeWebhook>((record) => ({
    id: record.id,
    get name() {
      return record.name;
    },
    get avatar() {
      return record.avatar?.hash;
    },
    get avatarBytes() {
      return record.avatar?.bytes;
    },
    clearAvatar: () => {
      record.avatar = undefined;
    },
    delete: () => void world.webhooks.delete(record.id),
  }));

  const channel: Views['channel'] = lasting<ChannelRecord, FakeChannel>((record) => {
    const shown = (includeDeleted = false): MessageRecord[] =>
      [...record.messages.values()].filter((each) => (includeDeleted ? !isEphemeral(each) : isVisible(each)));
    return {
      id: record.id,
      get name() {
        return record.name;
      },
      kind: kindOf(record),
      get guild() {
        return record.guild === undefined ? undefined : guild(record.guild);
      },
      get parent() {
        return record.parent === undefined ? undefined : channel(record.parent);
      },
      mention: `<#${record.id}>`,
      get isDeleted() {
        return record.isDeleted;
      },
      say: (view, text, options = {}) => say(record, view, text, options),
      messages: (options = {}) => shown(options.includeDeleted).map(message),
      botMessages: () =>
        shown()
          .filter((each) => each.author === world.bot)
          .map(message),
      webhooks: () => [...world.webhooks.values()].filter((each) => each.channel === record).map(webhook),
      addWebhook: ({ name }) => {
        const made = {
          id: world.nextId(),
          token: randomToken(51),
          channel: record,
          name,
          avatar: undefined,
          applicationId: undefined,
        };
        world.webhooks.set(made.id, made);
        return webhook(made);
      },
      get botTypingAt() {
        return [...record.botTypingAt];
      },
      startTyping: (view) => startTyping(world, record, userOf(view)),
      addThread: (view, { name, on, isPrivate, text }) => {
        const thread = startThread(world, record, userOf(view), {
          name,
          isPrivate,
          on: on === undefined ? undefined : messageOf(on),
        });
        // The first post of a forum's thread has the thread's own id.
        if (text !== undefined)
          createMessage(world, {
            channel: thread,
            author: userOf(view),
            content: text,
            ...(record.type === 15 ? { id: thread.id } : {}),
          });
        return channel(thread);
      },
      threads: () =>
        [...world.channels.values()].filter((each) => each.thread !== undefined && each.parent === record).map(channel),
      deny: (...permissions) => setBotOverwrite(world, record, { deny: permissionBits(permissions) }),
      allow: (...permissions) => setBotOverwrite(world, record, { allow: permissionBits(permissions) }),
      rename: (name) => updateChannel(world, record, { name }),
      setArchived: (isArchived, options = {}) => updateChannel(world, record, { isArchived, isLocked: options.isLocked }),
      deleteMessages: (messages) => deleteMessages(world, record, messages.map(messageOf)),
      delete: () => deleteChannel(world, record),
    };
  });

  const message: Views['message'] = lasting<MessageRecord, FakeMessage>((record) => ({
    id: record.id,
    get channel() {
      return channel(record.channel);
    },
    author: user(record.author),
    get content() {
      return contentOf(record);
    },
    get versions() {
      return [...record.versions];
    },
    get isDeleted() {
      return record.deletedStep !== undefined;
    },
    get deletedStep() {
      return record.deletedStep;
    },
    replyToId: record.type === 19 ? record.reference?.message_id : undefined,
    get attachments() {
      return record.attachments;
    },
    get pings() {
      return record.pings;
    },
    get isEphemeral() {
      return isEphemeral(record);
    },
    get isLoading() {
      return (record.flags & messageFlags.loading) !== 0;
    },
    webhookId: record.webhookId,
    nonce: record.nonce === undefined ? undefined : String(record.nonce),
    get reactions() {
      return new Map(record.reactions);
    },
    edit: (text) => editMessage(world, record, { content: text }),
    delete: () => deleteMessage(world, record),
    react: (view, emoji) => setReaction(world, record, userOf(view), emoji, true),
    unreact: (view, emoji) => setReaction(world, record, userOf(view), emoji, false),
    payload: () => messagePayload(world, record, reader.everything),
  }));

  return { user, guild, channel, message, userOf, channelOf, messageOf };
};
