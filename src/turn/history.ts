import type { Turn } from '../core/conversation.ts';

/**
 * The turns that the answer to `questionId` may see, in the order in which the prompt shows them;
 * the question comes last. Empty when the question is no longer there.
 *
 * What humans said after the question is left out: it has, or gets, answers of its own. Every
 * answer stands directly behind the turn it replies to, wherever it was when it arrived; so two
 * questions asked at once read as two exchanges, and the beginning of one prompt is again the
 * beginning of the next, which the engine then need not evaluate.
 */
export const historyFor = (turns: readonly Turn[], questionId: string): readonly Turn[] => {
  const question = turns.find((turn) => turn.id === questionId);
  if (!question) return [];
  const known = new Set(turns.map((turn) => turn.id));
  const answers = new Map<string, Turn[]>();
  const others: Turn[] = [];
  for (const turn of turns) {
    if (turn.id === questionId) continue;
    const { replyTo } = turn;
    if (turn.role === 'assistant' && replyTo !== undefined && known.has(replyTo))
      answers.set(replyTo, [...(answers.get(replyTo) ?? []), turn]);
    else if (turn.id < questionId) others.push(turn);
  }
  return [...others.flatMap((turn) => [turn, ...(answers.get(turn.id) ?? [])]), question];
};
