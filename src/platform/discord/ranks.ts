import {
  type BaseInteraction,
  type Client,
  InteractionContextType,
  PermissionFlagsBits,
  Team,
  TeamMemberMembershipState,
  TeamMemberRole,
} from 'discord.js';
import type { CommandContext } from '../../core/command.ts';

/** Ids of the users who run the bot: the application's owner, or those of its team who may change it. */
export const fetchOwnerIds = async (client: Client<true>): Promise<ReadonlySet<string>> => {
  const { owner } = await client.application.fetch();
  if (!(owner instanceof Team)) return new Set(owner === null ? [] : [owner.id]);
  const mayChange = [...owner.members.values()].filter(
    (member) => member.membershipState === TeamMemberMembershipState.Accepted && member.role !== TeamMemberRole.ReadOnly,
  );
  return new Set([...(owner.ownerId === null ? [] : [owner.ownerId]), ...mayChange.map((member) => member.id)]);
};

/** What the user of an interaction may do where it happened. Alone with the bot, everybody is the moderator. */
export const rankOf = (interaction: BaseInteraction, ownerIds: ReadonlySet<string>): CommandContext['rank'] => {
  if (ownerIds.has(interaction.user.id)) return 'owner';
  if (interaction.guildId === null) {
    const isAlone = interaction.context === null || interaction.context === InteractionContextType.BotDM;
    return isAlone ? 'moderator' : 'everyone';
  }
  const permissions = interaction.memberPermissions;
  const isModerator = permissions?.any([PermissionFlagsBits.ManageGuild, PermissionFlagsBits.ManageMessages]) ?? false;
  return isModerator ? 'moderator' : 'everyone';
};
