import { shownText, type Turn } from '../core/conversation.ts';

/**
 * The turns that can stand in a prompt, in its order: those from `startId` on that say something,
 * each answer right after the question it answers. Questions that came while an answer was being
 * made stand in the log before it, but the answer was made without them.
 */
export const orderTurns = (turns: readonly Turn[], startId: string | undefined): readonly Turn[] => {
  const kept = turns.filter((turn) => startId === undefined || turn.id >= startId);
  const questions = new Set(kept.filter((turn) => turn.role === 'user').map((turn) => turn.id));
  const answers = new Map<string, Turn[]>();
  const others: Turn[] = [];
  // Where personas go on for long, a block can end among the answers to one question.
  const [first] = kept;
  const begunId = first?.role === 'assistant' ? first.replyTo : undefined;
  for (const turn of kept) {
    const { replyTo } = turn;
    if (turn.role === 'user' || replyTo === undefined) others.push(turn);
    else if (questions.has(replyTo)) answers.set(replyTo, [...(answers.get(replyTo) ?? []), turn]);
    // An answer whose question was dropped with its block is dropped, too.
    else if (startId === undefined || replyTo >= startId || replyTo === begunId) others.push(turn);
  }
  return others
    .flatMap((turn) => [turn, ...(answers.get(turn.id) ?? [])])
    .filter((turn) => turn.role === 'user' || shownText(turn).trim() !== '');
};
