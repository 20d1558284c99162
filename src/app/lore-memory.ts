import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import type { LoreService } from '../lore/index.ts';
import { orderTurns } from '../prompt/index.ts';

/** A memory of whose conversations lore forgets what memory forgets, and carries over what memory copies. */
export const withLore = (memory: Memory, lore: Pick<LoreService, 'copy' | 'cut' | 'forget' | 'takeOut'>): Memory => ({
  ...memory,
  async reset(conversation) {
    const turns = await memory.reset(conversation);
    await lore.forget(conversation);
    return turns;
  },
  async forget(conversation) {
    const turns = await memory.forget(conversation);
    await lore.forget(conversation, { isWhole: true });
    return turns;
  },
  async copy(from, to, range) {
    const { turns: messages } = await memory.counts(from, range.toId);
    const copied = await memory.copy(from, to, range);
    if (copied !== undefined) await lore.copy(from, to, { messages, leftOut: messages - copied });
    return copied;
  },
  async removeAfter(conversation, turnId) {
    const removed = await memory.removeAfter(conversation, turnId);
    if (removed.count > 0) await lore.cut(conversation, await memory.count(conversation));
    return removed;
  },
  async remove(conversation, turnIds) {
    const removed = await memory.remove(conversation, turnIds);
    if (removed.length > 0) await lore.takeOut(conversation, () => positionsOf(memory, conversation, removed));
    return removed;
  },
  async deleteMessages(conversation, messageIds) {
    const turns = new Map<string, Turn>();
    await lore.takeOut(conversation, async () => {
      for (const messageId of messageIds) {
        const turn = await memory.findByMessage(conversation, messageId);
        if (turn) turns.set(turn.id, turn);
      }
      return [];
    });
    const count = await memory.deleteMessages(conversation, messageIds);
    if (turns.size > 0) await lore.takeOut(conversation, () => positionsOf(memory, conversation, [...turns.values()]));
    return count;
  },
});

/**
 * Which of a conversation's messages these were, in the order of prompts. Of those from before the newest ones that are left it is
 * known only that they stood before: effects that still run are hardly older.
 */
const positionsOf = async (
  memory: Pick<Memory, 'count' | 'turns'>,
  conversation: ConversationKey,
  removed: readonly Turn[],
): Promise<readonly number[]> => {
  const left = await memory.turns(conversation, { newest: bounds.revisedTurnsMax });
  const before = (await memory.count(conversation)) - left.length;
  const from = before === 0 ? '' : (left[0]?.id ?? '');
  const older = removed.filter(({ id }) => id < from);
  const among = removed.filter(({ id }) => id >= from);
  const all = orderTurns(
    [...left, ...among].toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    undefined,
  ).map(({ id }) => id);
  return [
    ...older.map(() => 0),
    ...among.flatMap(({ id }) => (all.includes(id) ? [before + older.length + all.indexOf(id) + 1] : [])),
  ];
};
