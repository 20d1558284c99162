import { type APIMessage, type Client, RESTJSONErrorCodes, Routes } from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import { type BackOffOptions, withBackOff } from './back-off.ts';
import { discordCodeOf } from './failures.ts';
import { compareIds, fetchMessages } from './raw-messages.ts';

/** Discord tells of so many members at once. */
const membersAtOnceMax = 100;
const membersMsMax = 3000;

/**
 * Fetches what was written in a channel after a message, the oldest first: where it was a lot, only the newest. `deleted`
 * or `closed` when the channel is gone or can't be read any more. Asks Discord nothing where it has told that there is nothing.
 *
 * @param lastTold the channel's last message, as the session told it when it began. What the client knows is none of that: it takes
 * the message told last for the newest one, also an old one that is told again.
 */
export const fetchMissed = async (
  client: Client,
  channelId: string,
  after: string,
  lastTold: string | undefined,
  backOff: BackOffOptions,
): Promise<readonly APIMessage[] | 'deleted' | 'closed'> => {
  const limit = bounds.discord.missedMessagesMax;
  try {
    if (lastTold !== undefined && compareIds(lastTold, after) <= 0) return [];
    // Direct messages and threads that were archived are not known after a start.
    const channel = client.channels.cache.get(channelId) ?? (await withBackOff(() => client.channels.fetch(channelId), backOff));
    if (!channel?.isTextBased()) return 'closed';
    const first = await withBackOff(() => fetchMessages(client.rest, channelId, { limit, after }), backOff);
    if (first.length < limit) return first;
    const newest = await withBackOff(() => fetchMessages(client.rest, channelId, { limit }), backOff);
    return newest.filter(({ id }) => compareIds(id, after) > 0);
  } catch (error) {
    const code = discordCodeOf(error);
    if (code === RESTJSONErrorCodes.UnknownChannel) return 'deleted';
    if (code === RESTJSONErrorCodes.MissingAccess) return 'closed';
    throw error;
  }
};

/**
 * Messages that are fetched come without their authors' nicknames: asks for those that are not known, so that people have
 * the same names as in messages that arrive. Never rejects.
 */
export const learnMembers = async (client: Client, channelId: string, messages: readonly APIMessage[]): Promise<void> => {
  const channel = client.channels.cache.get(channelId);
  if (channel === undefined || !('guild' in channel)) return;
  const { members } = channel.guild;
  const authors = messages.filter((message) => message.webhook_id === undefined).map(({ author }) => author.id);
  const user = [...new Set(authors)].filter((id) => !members.cache.has(id)).slice(-membersAtOnceMax);
  if (user.length === 0) return;
  await members.fetch({ user, time: membersMsMax }).catch(() => {}); // they have their global names then
};

/** The mark of a question that came while the bot was away, and is too old to be answered. */
const lateMark = encodeURIComponent('🕰️');

export const markLate = async (client: Client, channelId: string, messageId: string, backOff: BackOffOptions): Promise<void> => {
  await withBackOff(() => client.rest.put(Routes.channelMessageOwnReaction(channelId, messageId, lateMark)), backOff);
};
