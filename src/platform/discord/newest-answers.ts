import { bounds } from '../../core/bounds.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import type { Logger } from '../../core/logger.ts';
import { failureFields } from './failures.ts';
import { conversationOf } from './inbound.ts';

/** Knows the newest answer of each channel, the only one with buttons. */
export interface NewestAnswers {
  /** Whether no newer answer is known than one with these messages; also where none is known. */
  isNewest(channelId: string, messageIds: readonly string[]): boolean;
  /**
   * An answer has been given.
   *
   * @param undress takes its buttons away, which is done once another one follows; undefined where it has none.
   * @param undressFormer takes those of another answer away: the one before, where this is a new answer and that one was given before
   *   the start, so that only its messages are remembered.
   */
  note(
    channelId: string,
    messageIds: readonly string[],
    undress: (() => Promise<void>) | undefined,
    undressFormer?: (messageIds: readonly string[]) => Promise<void>,
  ): void;
}

type Newest = { readonly messageIds: readonly string[]; readonly undress: (() => Promise<void>) | undefined };

export type NewestAnswersOptions = {
  readonly logger: Pick<Logger, 'debug'>;
  /** The messages of the newest answer that is remembered, besides one with any of these messages; asked where no answer is known. [none is] */
  formerAnswer?(conversation: ConversationKey, exceptIds: readonly string[]): Promise<readonly string[] | undefined>;
};

export const createNewestAnswers = (options: NewestAnswersOptions): NewestAnswers => {
  const onTrouble = (channelId: string, error: unknown): void =>
    options.logger.debug({ channelId, ...failureFields(error) }, 'the buttons of an earlier answer could not be taken away');

  const undressRemembered = async (
    channelId: string,
    exceptIds: readonly string[],
    undress: (messageIds: readonly string[]) => Promise<void>,
  ): Promise<void> => {
    const messageIds = await options.formerAnswer?.(conversationOf(channelId), exceptIds);
    if (messageIds !== undefined) await undress(messageIds);
  };

  const newest = new Map<string, Newest>();
  return {
    isNewest: (channelId, messageIds) => {
      const known = newest.get(channelId);
      return known === undefined || known.messageIds.some((id) => messageIds.includes(id));
    },
    note: (channelId, messageIds, undress, undressFormer) => {
      const former = newest.get(channelId);
      newest.delete(channelId);
      newest.set(channelId, { messageIds, undress });
      const [oldest] = newest.keys();
      if (newest.size > bounds.discord.newestAnswersMax && oldest !== undefined) newest.delete(oldest);
      if (former === undefined && undressFormer !== undefined)
        undressRemembered(channelId, messageIds, undressFormer).catch((error: unknown) => onTrouble(channelId, error));
      if (former?.undress === undefined || former.messageIds.some((id) => messageIds.includes(id))) return;
      former.undress().catch((error: unknown) => onTrouble(channelId, error));
    },
  };
};
