import { type Client, OAuth2Scopes, PermissionFlagsBits } from 'discord.js';

/** The link by which the bot is invited, with the permissions that it needs and no others. */
export const inviteOf = (client: Client<true>): string =>
  client.generateInvite({
    scopes: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands],
    permissions: [
      PermissionFlagsBits.ViewChannel,
      PermissionFlagsBits.SendMessages,
      PermissionFlagsBits.SendMessagesInThreads,
      PermissionFlagsBits.ReadMessageHistory,
      PermissionFlagsBits.CreatePublicThreads,
      PermissionFlagsBits.AttachFiles,
      PermissionFlagsBits.ManageWebhooks,
      PermissionFlagsBits.AddReactions,
    ],
  });
