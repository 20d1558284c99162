import {
  ApplicationCommandOptionType,
  type AutocompleteInteraction,
  type BaseInteraction,
  type ChatInputCommandInteraction,
  type CommandInteractionOption,
  type Message,
  type User,
} from 'discord.js';
import type { GivenOptions } from '../../commands/read-options.ts';
import type { CommandContext, CommandTarget, CommandUser, OptionValue } from '../../core/command.ts';
import { localeOf } from '../../core/locale.ts';
import { attachmentOf } from './attachments.ts';
import { conversationOf, speakerIdOf } from './inbound.ts';
import type { Names } from './names.ts';
import { placeOf } from './place.ts';
import { managesServer, rankOf, roleIdsOf, whereOf } from './ranks.ts';

type Asked = Pick<ChatInputCommandInteraction | AutocompleteInteraction, 'commandName'> & {
  readonly options: { readonly data: readonly CommandInteractionOption[] };
};

/** The words of a called command, and the options given to it. */
export const callOf = ({
  commandName,
  options,
}: Asked): { readonly path: string; readonly data: readonly CommandInteractionOption[] } => {
  let path = commandName;
  let data = options.data;
  for (;;) {
    const [first] = data;
    const isWord =
      first?.type === ApplicationCommandOptionType.Subcommand || first?.type === ApplicationCommandOptionType.SubcommandGroup;
    if (!isWord) return { path, data };
    path += ` ${first.name}`;
    data = first.options ?? [];
  }
};

/** What was given to a command, with users, channels, roles and files resolved. */
export const givenTo = (
  interaction: ChatInputCommandInteraction,
  data: readonly CommandInteractionOption[],
  names: Names,
  signal: AbortSignal,
): GivenOptions => {
  const resolved = (option: CommandInteractionOption): OptionValue | undefined => {
    if (option.attachment) {
      const apiUrl = interaction.client.options.rest?.api ?? 'https://discord.com/api';
      return attachmentOf(option.attachment, apiUrl, localeOf(interaction.locale), signal);
    }
    if (option.user) return userOf(option.user, option.member, interaction.channelId, names);
    if (option.channel) return { id: option.channel.id, name: option.channel.name ?? option.channel.id };
    if (option.role) return { id: option.role.id, name: option.role.name };
    return option.value;
  };
  return Object.fromEntries(data.map((option) => [option.name, resolved(option)]));
};

/** Nicknames stand in a member in two forms, depending on whether the server is known. */
const userOf = (user: User, member: unknown, channelId: string, names: Names): CommandUser => ({
  id: speakerIdOf(user.id),
  name: nameOf(user, member, channelId, names),
  isBot: user.bot,
});

const nameOf = (user: User, member: unknown, channelId: string, names: Names): string => {
  const nickname =
    typeof member === 'object' && member !== null ? (Reflect.get(member, 'nickname') ?? Reflect.get(member, 'nick')) : null;
  const shownName = typeof nickname === 'string' ? nickname : (user.globalName ?? user.username);
  return names.nameOf(channelId, { id: user.id, shownName, accountName: user.username });
};

export const messageTarget = (message: Message): CommandTarget => ({
  kind: 'message',
  messageId: message.id,
  authorId: speakerIdOf(message.author.id),
  isOwn: message.author.id === message.client.user.id || message.applicationId === message.client.application.id,
  text: message.content,
});

export const userTarget = (user: User, member: unknown, channelId: string, names: Names): CommandTarget => ({
  kind: 'user',
  user: userOf(user, member, channelId, names),
});

/** Who acts, where, and in which language. */
export const contextOf = (
  interaction: BaseInteraction,
  { names, ownerIds }: { readonly names: Names; ownerIds(): ReadonlySet<string> },
): CommandContext => {
  const { user, member, guildId } = interaction;
  const channelId = interaction.channelId ?? user.id; // commands always have one
  return {
    conversation: conversationOf(channelId),
    place: placeOf(interaction.client, channelId, guildId),
    where: whereOf(interaction),
    user: { id: speakerIdOf(user.id), name: nameOf(user, member, channelId, names) },
    rank: rankOf(interaction, ownerIds()),
    managesServer: managesServer(interaction),
    roleIds: roleIdsOf(interaction),
    locale: localeOf(interaction.locale),
  };
};
