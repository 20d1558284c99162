import { type Message, MessageReferenceType, MessageType, type PartialMessage, type User } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import type { IncomingMessage } from '../../core/message.ts';
import type { Names } from './names.ts';
import { placeOf } from './place.ts';
import { renderText, withoutLeadingMention } from './render-text.ts';
import { forwardedForms, textForms } from './text-forms.ts';

/** The conversation of a channel, a thread or a direct message. */
export const conversationOf = (channelId: string): ConversationKey => `discord:${channelId}`;

/** How memory knows a user. */
export const speakerIdOf = (userId: string): string => `discord:${userId}`;

/** A message as the rest of the bot knows it; undefined for what is no message of somebody else (joins, pins, its own, …). */
export const incomingOf = (message: Message, names: Names): IncomingMessage | undefined => {
  const { client, author } = message;
  if (author.id === client.user.id) return undefined;
  if (message.type !== MessageType.Default && message.type !== MessageType.Reply) return undefined;
  const replyToMessageId = message.reference?.type === MessageReferenceType.Default ? message.reference.messageId : undefined;
  const text = textOf(message, names);
  return {
    conversation: conversationOf(message.channelId),
    place: placeOf(client, message.channelId, message.guildId),
    id: message.id,
    author: {
      id: speakerIdOf(author.id),
      name: nameIn(message, author, names),
      isBot: author.bot || message.webhookId !== null,
    },
    text,
    at: message.createdTimestamp,
    addressed: addressedBy(message),
    ...(replyToMessageId === undefined ? {} : { replyToMessageId }),
  };
};

/** What people read in a message, without a mention of the bot in front. */
export const textOf = (message: Message, names: Names): string => {
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
  const parts = [content, ...textForms(message, render), ...forwardedForms(message, render)].filter((part) => part !== '');
  // Somebody who only calls the bot by its name wants something too.
  const text = parts.length > 0 ? parts.join('\n') : render(message.content).trim();
  return text.slice(0, bounds.messageCharactersMax).toWellFormed();
};

/** The text of a message that was edited, if people can tell: previews of links change a message as well. */
export const editedTextOf = (message: Message | PartialMessage, names: Names): string | undefined =>
  message.partial || message.editedTimestamp === null || message.author.id === message.client.user.id
    ? undefined
    : textOf(message, names);

const addressedBy = (message: Message): IncomingMessage['addressed'] => {
  const { client, mentions, content } = message;
  if (message.guildId === null) return 'direct';
  if (mentions.repliedUser?.id === client.user.id) return 'reply';
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
