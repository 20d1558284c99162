import type { ConversationKey } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';

/** Turns that are looked at: where there is no answer among the last ones, none has buttons that anybody would look for. */
const turnsMax = 50;

/** Gives the messages of the newest answer that is remembered, besides one with any of these messages. Throws what memory throws. */
export const createFormerAnswer =
  ({ turns }: Pick<Memory, 'turns'>) =>
  async (conversation: ConversationKey, exceptIds: readonly string[]): Promise<readonly string[] | undefined> => {
    const newest = await turns(conversation, { newest: turnsMax });
    return newest.findLast(
      ({ role, messageIds }) => role === 'assistant' && messageIds.length > 0 && !messageIds.some((id) => exceptIds.includes(id)),
    )?.messageIds;
  };
