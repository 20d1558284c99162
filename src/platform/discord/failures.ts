import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';
import { PaddockError } from '../../core/error.ts';

const { UnknownChannel, UnknownGuild, MissingAccess, MissingPermissions, CannotSendMessagesToThisUser, ThreadLocked } =
  RESTJSONErrorCodes;

/** What a failed request may say in the log: never its URL (it can hold a token) or its body (what people say). */
export const failureFields = (error: unknown): Readonly<Record<string, unknown>> => {
  if (error instanceof DiscordAPIError)
    return { error: error.message, code: error.code, status: error.status, method: error.method };
  if (error instanceof HTTPError) return { error: error.message, status: error.status, method: error.method };
  if (error instanceof PaddockError) return { error: error.message, code: error.code };
  if (error instanceof Error)
    return { error: `${error.name}: ${error.message}`, ...('code' in error ? { code: error.code } : {}) };
  return { error: String(error) };
};

/** Discord's own number for what went wrong; undefined for other failures. */
export const discordCodeOf = (error: unknown): number | undefined =>
  error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : undefined;

/** Why an answer could not be posted, as an error that the rest of the bot understands. */
export const deliveryFailure = (cause: unknown): PaddockError => {
  const code = discordCodeOf(cause);
  if (code === UnknownChannel || code === UnknownGuild) {
    return new PaddockError('not-found', 'the channel of an answer no longer exists', {
      userText: 'The channel is gone.',
      cause,
    });
  }
  if (code === MissingAccess || code === MissingPermissions || code === CannotSendMessagesToThisUser || code === ThreadLocked) {
    return new PaddockError(
      'not-allowed',
      'Discord does not allow the bot to write here: give it the permissions of the invite link',
      {
        userText: 'I am not allowed to write here.',
        cause,
      },
    );
  }
  return new PaddockError('delivery-failed', 'an answer could not be posted on Discord', {
    userText: 'My answer could not be delivered. Please ask again in a while.',
    isRetryable: true,
    cause,
  });
};
