import {
  type BaseInteraction,
  type Client,
  type ClientApplication,
  InteractionContextType,
  type Message,
  PermissionFlagsBits,
  Team,
  TeamMemberMembershipState,
  TeamMemberRole,
} from 'discord.js';
import type { CommandContext, CommandPlace, Rank } from '../../core/command.ts';

/** Ids of the users who run the bot: the application's owner, or those of its team who may change it. */
export const fetchOwnerIds = async (client: Client<true>): Promise<ReadonlySet<string>> =>
  ownerIdsOf(await client.application.fetch());

/** The same, as far as the application was fetched already. */
const ownerIdsOf = ({ owner }: Pick<ClientApplication, 'owner'>): ReadonlySet<string> => {
  if (!(owner instanceof Team)) return new Set(owner === null ? [] : [owner.id]);
  const mayChange = [...owner.members.values()].filter(
    (member) => member.membershipState === TeamMemberMembershipState.Accepted && member.role !== TeamMemberRole.ReadOnly,
  );
  return new Set([...(owner.ownerId === null ? [] : [owner.ownerId]), ...mayChange.map((member) => member.id)]);
};

/**
 * What the user of an interaction may do where it happened. Alone with the bot, everybody is the moderator; a server's
 * owner is who Discord says owns it, and nobody as long as the server is not known.
 */
export const rankOf = (interaction: BaseInteraction, ownerIds: ReadonlySet<string>): CommandContext['rank'] => {
  if (ownerIds.has(interaction.user.id)) return 'owner';
  if (interaction.guildId === null) {
    const isAlone = interaction.context === null || interaction.context === InteractionContextType.BotDM;
    return isAlone ? 'moderator' : 'everyone';
  }
  if (interaction.guild?.ownerId === interaction.user.id) return 'server-owner';
  return interaction.memberPermissions?.any(moderating) ? 'moderator' : 'everyone';
};

/** What makes somebody a moderator of a place. */
const moderating = [PermissionFlagsBits.ManageGuild, PermissionFlagsBits.ManageMessages];

/** Whether the user of an interaction may manage the whole server: unlike others, no channel gives this permission. */
export const managesServer = (interaction: BaseInteraction): boolean =>
  interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false;

/** The roles of who sent an interaction, the server's role for everyone among them; a member stands in it in two forms. */
export const roleIdsOf = ({ member, guildId }: BaseInteraction): readonly string[] => {
  const roles = member === null ? [] : Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()];
  return [...new Set([...(guildId === null ? [] : [guildId]), ...roles])];
};

/** What the author of a message may do where it stands, as far as the server and its member are known. */
export const standingOf = (message: Message): { readonly rank: Rank; readonly roleIds: readonly string[] } => {
  const { author, client, guild, guildId, member, channel } = message;
  const roleIds = [...new Set([...(guildId === null ? [] : [guildId]), ...(member?.roles.cache.keys() ?? [])])];
  if (client.application !== null && ownerIdsOf(client.application).has(author.id)) return { rank: 'owner', roleIds };
  if (guildId === null) return { rank: 'moderator', roleIds };
  if (guild?.ownerId === author.id) return { rank: 'server-owner', roleIds };
  const isModerator = member !== null && 'permissionsFor' in channel && channel.permissionsFor(member).any(moderating);
  return { rank: isModerator ? 'moderator' : 'everyone', roleIds };
};

/** Where an interaction happened. A channel that is not known is taken for no thread. */
export const whereOf = (interaction: BaseInteraction): CommandPlace => {
  if (interaction.guildId === null) return 'direct';
  return interaction.channel?.isThread() ? 'thread' : 'server';
};
