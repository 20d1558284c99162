import { bounds } from '../../core/bounds.ts';

/** Knows the newest answer of each channel, the only one with buttons. */
export interface NewestAnswers {
  /** Whether no newer answer is known than one with these messages; also where none is known. */
  isNewest(channelId: string, messageIds: readonly string[]): boolean;
  /**
   * An answer has been given.
   *
   * @param undress takes its buttons away, which is done once another one follows; undefined where it has none.
   */
  note(channelId: string, messageIds: readonly string[], undress: (() => Promise<void>) | undefined): void;
}

type Newest = { readonly messageIds: readonly string[]; readonly undress: (() => Promise<void>) | undefined };

/** @param onTrouble told when buttons could not be taken away. */
export const createNewestAnswers = (onTrouble: (channelId: string, error: unknown) => void): NewestAnswers => {
  const newest = new Map<string, Newest>();
  return {
    isNewest: (channelId, messageIds) => {
      const known = newest.get(channelId);
      return known === undefined || known.messageIds.some((id) => messageIds.includes(id));
    },
    note: (channelId, messageIds, undress) => {
      const former = newest.get(channelId);
      newest.delete(channelId);
      newest.set(channelId, { messageIds, undress });
      const [oldest] = newest.keys();
      if (newest.size > bounds.discord.newestAnswersMax && oldest !== undefined) newest.delete(oldest);
      if (former?.undress === undefined || former.messageIds.some((id) => messageIds.includes(id))) return;
      former.undress().catch((error: unknown) => onTrouble(channelId, error));
    },
  };
};
