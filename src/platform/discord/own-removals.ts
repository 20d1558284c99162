import { bounds } from '../../core/bounds.ts';

/**
 * Messages that the bot itself takes away. Discord tells of these as of any other, but they are no wish of people's that
 * the answer be forgotten: the answer stands in other messages by then.
 */
export interface OwnRemovals {
  note(messageId: string): void;
  /** Those that people have removed. */
  without(messageIds: readonly string[]): readonly string[];
}

export const createOwnRemovals = (): OwnRemovals => {
  const own = new Set<string>();
  return {
    note: (messageId) => {
      own.add(messageId);
      const [oldest] = own;
      if (own.size > bounds.discord.ownRemovalsMax && oldest !== undefined) own.delete(oldest);
    },
    without: (messageIds) => messageIds.filter((id) => !own.has(id)),
  };
};
