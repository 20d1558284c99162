import { DiscordAPIError, DiscordjsError, DiscordjsErrorCodes, GatewayCloseCodes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import { PaddockError } from '../../core/error.ts';

const portal = 'https://discord.com/developers/applications';

const refused = (sentence: string, cause?: unknown): PaddockError =>
  new PaddockError('discord-refused', sentence, { userText: sentence, ...(cause === undefined ? {} : { cause }) });

const wrongToken = (cause?: unknown): PaddockError =>
  refused(
    `Discord does not accept the bot's token. Open ${portal}, choose your application, then Bot > Reset Token, and put the new token behind DISCORD_TOKEN= in the file .env.`,
    cause,
  );

/** What to tell when the gateway closed for good with this code; undefined for codes after which the client connects again. */
export const refusalOfClose = (code: number): PaddockError | undefined => {
  switch (code) {
    case GatewayCloseCodes.AuthenticationFailed:
      return wrongToken();
    case GatewayCloseCodes.DisallowedIntents:
      return refused(
        `Discord does not let the bot read messages yet. Open ${portal}, choose your application, then Bot > Privileged Gateway Intents, switch on Message Content Intent, save, and start again.`,
      );
    case GatewayCloseCodes.ShardingRequired:
      return refused(
        'The bot is in too many servers for one connection: Discord demands sharding, which it does not do yet. Leave some servers.',
      );
    case GatewayCloseCodes.InvalidShard:
    case GatewayCloseCodes.InvalidAPIVersion:
    case GatewayCloseCodes.InvalidIntents:
      return refused(
        `Discord closed the connection for good (code ${code}): this version of the bot is too old for it. Update the bot.`,
      );
    default:
      return undefined;
  }
};

/** What to tell when the gateway's first word could not be understood. */
export const refusalOfGreeting = (): PaddockError =>
  refused(
    'Discord greets the bot in a way that this version does not understand. Start it again; if that does not help, update it.',
  );

/** What to tell when a request of the start failed in a way that trying again can't help; undefined otherwise. */
export const refusalOfRequest = (error: unknown): PaddockError | undefined => {
  if (error instanceof DiscordAPIError && error.status === 401) return wrongToken(error);
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid) return wrongToken(error);
  return undefined;
};

/** Refuses a token that can't be one (it would not even fit into a request), for example the placeholder of `.env.example`. */
export const refusalOfToken = (token: string): PaddockError | undefined =>
  /^(?:Bot )?[\w.-]+$/.test(token) ? undefined : wrongToken();

/** Discord allows so many connects a day and resets the token of a bot that goes beyond: some must be left. */
export const refusalOfBudget = (limit: { readonly remaining: number; readonly reset_after: number }): PaddockError | undefined =>
  limit.remaining >= bounds.discord.identifiesMin
    ? undefined
    : refused(
        `Discord allows this bot only ${limit.remaining} more connects in the next ${Math.max(1, Math.ceil(limit.reset_after / 60_000))} minutes, and resets its token beyond that. Find out what starts it so often, and start it again after that time.`,
      );
