import type { APIMessage, Client } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { compareIds, fetchMessages } from './raw-messages.ts';

/** A message as it is remembered. */
export type RememberedMessage = { readonly id: string; readonly text: string };

/** What became of remembered messages of one channel while nobody told the bot. */
export type AwayChanges = {
  readonly deleted: readonly string[];
  /** Those that were edited at some time, and read otherwise than is remembered, by `textOf`. */
  readonly edited: readonly APIMessage[];
};

/**
 * Compares the newest remembered messages of a channel with those that stand there: one request. Nothing is known of those
 * before what was fetched.
 *
 * @param remembered as they were before this was called, so that none of them came later than what is fetched.
 * @param textOf what a message says; undefined for one that is of no concern.
 */
export const findAwayChanges = async (
  client: Client,
  channelId: string,
  remembered: readonly RememberedMessage[],
  textOf: (raw: APIMessage) => string | undefined,
  backOff: BackOffOptions,
): Promise<AwayChanges> => {
  const limit = bounds.discord.missedMessagesMax;
  // The message on which a thread was opened has the thread's id, and stands elsewhere.
  const here = new Map(remembered.filter(({ id }) => id !== channelId).map(({ id, text }) => [id, text]));
  if (here.size === 0) return { deleted: [], edited: [] };
  const fetched = await withBackOff(() => fetchMessages(client.rest, channelId, { limit }), backOff);
  const [oldest] = fetched;
  // None: either all is deleted, or the bot may not read what was said before.
  if (oldest === undefined) return { deleted: [], edited: [] };
  const standing = new Set(fetched.map(({ id }) => id));
  const isInReach = (id: string): boolean => fetched.length < limit || compareIds(id, oldest.id) >= 0;
  return {
    deleted: [...here.keys()].filter((id) => !standing.has(id) && isInReach(id)),
    edited: fetched.filter((raw) => {
      const known = here.get(raw.id);
      const text = known === undefined || raw.edited_timestamp === null ? undefined : textOf(raw);
      return text !== undefined && text !== known;
    }),
  };
};
