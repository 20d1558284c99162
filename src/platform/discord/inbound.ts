import { type APIMessage, type Message, MessageReferenceType, MessageType, type PartialMessage, type User } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import type { IncomingMessage } from '../../core/message.ts';
import type { Names } from './names.ts';
import { placeOf } from './place.ts';
import { standingOf } from './ranks.ts';
import { messageFrom } from './raw-messages.ts';
import type { FileTexts } from './read-files.ts';
import { renderText, withoutLeadingMention } from './render-text.ts';
import { forwardedForms, originForms, plain, textForms } from './text-forms.ts';

/** The conversation of a channel, a thread or a direct message. */
export const conversationOf = (channelId: string): ConversationKey => `discord:${channelId}`;

/** How memory knows a user. */
export const speakerIdOf = (userId: string): string => `discord:${userId}`;

/** What somebody says; Discord's own notes (who joined, what was pinned) are passed over. */
const spoken: ReadonlySet<MessageType> = new Set([
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
  MessageType.PollResult,
]);

/**
 * A message as the rest of the bot knows it; undefined for what is no message of somebody else (joins, pins, its own, …).
 * @param referenced the message that it replies to, as Discord's JSON has it.
 */
export const incomingOf = (message: Message, names: Names, referenced?: APIMessage): IncomingMessage | undefined => {
  const { client, author } = message;
  if (isOwn(message) || !spoken.has(message.type)) return undefined;
  const isReply = message.type === MessageType.Reply && message.reference?.type === MessageReferenceType.Default;
  const replyToMessageId = isReply ? message.reference?.messageId : undefined;
  const original = replyToMessageId === undefined || referenced === undefined ? undefined : originalOf(message, referenced);
  const quoted = original && quotedOf(original, names);
  return {
    conversation: conversationOf(message.channelId),
    place: placeOf(client, message.channelId, message.guildId),
    id: message.id,
    author: {
      id: speakerIdOf(author.id),
      name: nameIn(message, author, names),
      isBot: author.bot || message.webhookId !== null,
      ...standingOf(message),
    },
    text: textOf(message, names),
    at: message.createdTimestamp,
    addressed: addressedBy(message, original),
    ...(replyToMessageId !== undefined && { replyToMessageId }),
    ...(quoted && { quoted }),
  };
};

/** Whether the bot wrote it, under its own name or by a webhook of its own. */
const isOwn = ({ client, author, applicationId }: Message): boolean =>
  author.id === client.user.id || (applicationId !== null && applicationId === client.application?.id);

/** What a message refers to; undefined when it can't be read. */
const originalOf = ({ client, guildId }: Message, referenced: APIMessage): Message | undefined => {
  try {
    return messageFrom(client, { ...referenced, ...(guildId !== null && { guild_id: guildId }) });
  } catch {
    return undefined; // no reason not to answer
  }
};

const quotedOf = (original: Message, names: Names): IncomingMessage['quoted'] => {
  const text = plain(textOf(original, names), bounds.discord.quotedCharactersMax);
  return text === '' ? undefined : { id: speakerIdOf(original.author.id), name: nameIn(original, original.author, names), text };
};

/** What people read in a message, without a mention of the bot in front. */
export const textOf = (message: Message, names: Names, files?: FileTexts): string => {
  // The bot was here first: nobody else can have its name.
  nameIn(message, message.client.user, names);
  const render = (raw: string): string =>
    renderText(raw, {
      user: (id) => {
        const user = message.mentions.users.get(id) ?? message.client.users.cache.get(id);
        return user && nameIn(message, user, names);
      },
      role: (id) => message.guild?.roles.cache.get(id)?.name,
      channel: (id) => {
        const channel = message.client.channels.cache.get(id);
        return channel !== undefined && 'name' in channel ? (channel.name ?? undefined) : undefined;
      },
    });
  const content = render(withoutLeadingMention(message.content, mentionIds(message))).trim();
  const origin = originForms(message, (user) => nameIn(message, user, names));
  const parts = [...origin, content, ...textForms(message, render, files), ...forwardedForms(message, render)];
  const read = [...message.attachments.keys()].flatMap((id) => files?.get(id) ?? []);
  // What was read of files is bounded by itself; the rest leaves it the room.
  const room = bounds.messageCharactersMax - read.reduce((sum, { length }) => sum + length + 1, 0);
  const said = joined(parts).slice(0, room).toWellFormed();
  const text = joined([said, ...read]);
  // Somebody who only calls the bot by its name wants something too.
  return text === '' ? render(message.content).trim().slice(0, bounds.messageCharactersMax).toWellFormed() : text;
};

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n');

/** When a message was last edited, if people can tell: previews of links change a message as well. A closed poll counts too. */
export const editOf = (message: Message | PartialMessage): string | undefined => {
  if (message.partial || isOwn(message)) return undefined;
  const isClosedPoll = message.poll?.resultsFinalized ?? false;
  return message.editedTimestamp === null && !isClosedPoll ? undefined : `${message.editedTimestamp}/${isClosedPoll}`;
};

const addressedBy = (message: Message, original: Message | undefined): IncomingMessage['addressed'] => {
  const { client, mentions, content } = message;
  if (message.guildId === null) return 'direct';
  if (mentions.repliedUser?.id === client.user.id || (original && isOwn(original))) return 'reply';
  // Who answers somebody else's message may mention that one without a word, so the text counts as well.
  const isMentioned = mentions.users.has(client.user.id) || mentionIds(message).some((id) => mentions.roles.has(id));
  return isMentioned && mentionIds(message).some((id) => content.includes(`${id}>`)) ? 'mention' : 'none';
};

/** What mentions the bot: its user, and the role that Discord made for it, which people often choose by mistake. */
const mentionIds = (message: Message): readonly string[] => {
  const { client, guild } = message;
  const role = guild?.roles.cache.find((role) => role.tags?.botId === client.user.id);
  return role === undefined ? [client.user.id] : [client.user.id, role.id];
};

const nameIn = (message: Message, user: User, names: Names): string => {
  const nickname = message.guild?.members.cache.get(user.id)?.nickname;
  return names.nameOf(message.channelId, {
    id: user.id,
    shownName: nickname ?? user.globalName ?? user.username,
    accountName: user.username,
  });
};
