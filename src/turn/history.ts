import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { Memory, RemovedTurns } from '../core/memory.ts';
import type { AnswerQueue } from '../core/queue.ts';
import { sentence } from '../core/sentence.ts';

/** What taking back needs. */
export type HistoryServices = { readonly memory: Memory; readonly queue: Pick<AnswerQueue, 'cancel'> };

/**
 * Takes the last exchanges back: questions with their answers. What others said between stays. Gives
 * what was removed, oldest first, so that the platform can take the messages away; nothing when
 * there was no exchange.
 */
export const undo = async (
  { memory, queue }: HistoryServices,
  conversation: ConversationKey,
  exchanges = 1,
): Promise<readonly Turn[]> => {
  const turns = await memory.turns(conversation, { newest: bounds.revisedTurnsMax });
  const gone = lastExchanges(turns, Math.min(exchanges, bounds.undoneExchangesMax));
  stopThose(queue, conversation, gone);
  return memory.remove(
    conversation,
    gone.map(({ id }) => id),
  );
};

/**
 * Goes back to a message: all that came after its turn is removed. Gives what was, as `undo` does.
 * Rejects with `not-found` for a message that is not remembered.
 */
export const rewind = async (
  { memory, queue }: HistoryServices,
  conversation: ConversationKey,
  messageId: string,
): Promise<RemovedTurns> => {
  const turn = await memory.findByMessage(conversation, messageId);
  if (!turn) throw notRemembered();
  const removed = await memory.removeAfter(conversation, turn.id);
  stopThose(queue, conversation, removed.turns);
  return removed;
};

/**
 * Copies a conversation up to and with a message (default: all of it) into one that has no turns
 * yet, such as a new thread: at most its last `bounds.branchTurnsMax` turns, with their
 * alternatives and the settings. Gives their number. Rejects with `not-found` for a message that is
 * not remembered, `not-allowed` when the other conversation has turns.
 */
export const branch = async (
  { memory }: Pick<HistoryServices, 'memory'>,
  from: ConversationKey,
  to: ConversationKey,
  messageId?: string,
): Promise<number> => {
  const turn = messageId === undefined ? undefined : await memory.findByMessage(from, messageId);
  if (messageId !== undefined && !turn) throw notRemembered();
  const copied = await memory.copy(from, to, { ...(turn && { toId: turn.id }), newest: bounds.branchTurnsMax });
  if (copied === undefined) throw hasTurns();
  // What a thread was opened on stands in it as well: so it is known there, and changes there with the message.
  const [last] = messageId === undefined ? [] : await memory.turns(to, { newest: 1 });
  if (messageId !== undefined && last?.role === 'user')
    await memory.change(to, last.id, { kind: 'carry', messageIds: [messageId] });
  return copied;
};

/**
 * The turns of the last exchanges. In a chat of one human with the bot, what they said since the last answer is
 * one as well: an answer to it failed. Among several people it was said to the others.
 */
const lastExchanges = (turns: readonly Turn[], count: number): readonly Turn[] => {
  const left = new Map(turns.map((turn) => [turn.id, turn]));
  const gone: Turn[] = [];
  const take = (taken: readonly Turn[]): void => {
    gone.push(...taken);
    for (const { id } of taken) left.delete(id);
  };
  const isAlone = new Set(turns.filter(({ role }) => role === 'user').map(({ speaker }) => speaker.id)).size === 1;
  for (let exchange = 0; exchange < count; exchange += 1) {
    const now = [...left.values()];
    const answer = now.findLastIndex(({ role }) => role === 'assistant');
    const unanswered = now.slice(answer + 1);
    if (isAlone && unanswered.length > 0) {
      take(unanswered);
      continue;
    }
    const answered = now[answer]?.replyTo;
    // A greeting answers nobody.
    if (answered === undefined) break;
    take(now.filter((turn) => turn.id === answered || (turn.role === 'assistant' && turn.replyTo === answered)));
  }
  return gone;
};

/** Nobody waits any more for answers to what was removed. */
const stopThose = (queue: Pick<AnswerQueue, 'cancel'>, conversation: ConversationKey, turns: readonly Turn[]): void => {
  for (const messageId of turns.flatMap((turn) => turn.messageIds)) queue.cancel(conversation, messageId);
};

const notRemembered = (): PaddockError =>
  new PaddockError('not-found', 'the message is not in the memory of its conversation', {
    userText: sentence('notRemembered'),
  });

const hasTurns = (): PaddockError =>
  new PaddockError('not-allowed', 'a branch needs a conversation without turns', {
    userText: sentence('branchNeedsPlace'),
  });
