import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';
import { DeliveryError } from '../../core/delivery-error.ts';
import { PaddockError } from '../../core/error.ts';
import { sentence } from '../../core/sentence.ts';
import { isTransient } from './back-off.ts';

const gone: ReadonlySet<number | undefined> = new Set([RESTJSONErrorCodes.UnknownChannel, RESTJSONErrorCodes.UnknownGuild]);
const forbidden: ReadonlySet<number | undefined> = new Set([
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.CannotSendMessagesToThisUser,
  RESTJSONErrorCodes.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds,
  RESTJSONErrorCodes.CannotSendMessagesInNonTextChannel,
  RESTJSONErrorCodes.ThreadLocked,
  RESTJSONErrorCodes.InvalidActionOnArchivedThread,
]);

const framesMax = 3;

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

/**
 * The same for failures in the handling of what people say, whose messages may quote it: those are told by their kind and
 * their place in the code alone.
 */
export const contentFreeFields = (error: unknown): Readonly<Record<string, unknown>> => {
  const isHarmless = error instanceof PaddockError || error instanceof DiscordAPIError || error instanceof HTTPError;
  if (isHarmless || isTransient(error)) return failureFields(error);
  if (!(error instanceof Error)) return { error: typeof error };
  // The message comes first in a stack, and may itself have lines.
  const stack = (error.stack ?? '').split(error.message).at(-1) ?? '';
  const frames = [...stack.matchAll(/^ +at (?:async )?(?:new )?([\w$.#<>]+) /gm)].map(([, name]) => name);
  return { error: error.name, in: frames.slice(0, framesMax) };
};

/** Discord's own number for what went wrong; undefined for other failures. */
export const discordCodeOf = (error: unknown): number | undefined =>
  error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : undefined;

/** Whether Discord takes nothing more in a channel, whatever it says, after it has refused a message so. */
export const isForGood = (error: unknown): boolean => {
  const code = discordCodeOf(error);
  return gone.has(code) || forbidden.has(code) || isUnauthorised(error);
};

/** Whether Discord did not know the bot's token. Webhooks have tokens of their own. */
export const isUnauthorised = (error: unknown): boolean =>
  error instanceof DiscordAPIError && error.status === 401 && error.code !== RESTJSONErrorCodes.InvalidWebhookToken;

/**
 * Why an answer could not be posted, as an error that the rest of the bot understands.
 *
 * @param deliveredIds the messages that stand in the channel all the same, while it exists.
 */
export const deliveryFailure = (cause: unknown, deliveredIds: readonly string[]): DeliveryError => {
  const code = discordCodeOf(cause);
  if (gone.has(code)) {
    return new DeliveryError('not-found', 'the channel of an answer no longer exists', {
      userText: sentence('channelGone'),
      cause,
      deliveredIds: [],
    });
  }
  if (forbidden.has(code)) {
    return new DeliveryError(
      'not-allowed',
      'Discord does not allow the bot to write here: give it the permissions of the invite link',
      { userText: sentence('mayNotWrite'), cause, deliveredIds },
    );
  }
  return new DeliveryError('delivery-failed', 'an answer could not be posted on Discord', {
    userText: sentence('notDelivered'),
    isRetryable: true,
    cause,
    deliveredIds,
  });
};
