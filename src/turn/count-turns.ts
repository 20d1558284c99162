import type { ConversationKey, Turn } from '../core/conversation.ts';
import type { Memory } from '../core/memory.ts';
import { type ComposeInput, promptTurns } from '../prompt/index.ts';

/** Turns of a whole conversation, whatever of it a prompt holds or a late member has heard. */
export type TurnsSoFar = {
  /** When the prompt's answer was made, or is: without it and what came after. */
  readonly messages: number;
  readonly humans: number;
  readonly answers: number;
  /** All there are now: more than `messages` where an answer is made anew. */
  readonly now: number;
};

/**
 * Counts what was said before an answer. An answer made anew counts as it did the first time, so that all that goes by numbers of
 * messages is the same again.
 *
 * @param options.read the turns as they were read, the last of them newer than what the prompt is for or the same
 */
export const countTurns = async (
  memory: Pick<Memory, 'count' | 'counts'>,
  conversation: ConversationKey,
  {
    read,
    input,
    beforeId,
  }: { readonly read: readonly Turn[]; readonly input: ComposeInput; readonly beforeId?: string | undefined },
): Promise<TurnsSoFar> => {
  const { turns, answers } = await memory.counts(conversation, read.at(-1)?.id);
  const later = laterTurns(read, input, beforeId);
  const laterAnswers = later.filter(({ role }) => role === 'assistant').length;
  const messages = turns - later.length;
  return {
    messages,
    humans: messages - answers + laterAnswers,
    answers: answers - laterAnswers,
    now: Math.max(turns, await memory.count(conversation)),
  };
};

/** What was read but stands behind the question, or behind what came before an answer. Answers to earlier questions stand before it. */
const laterTurns = (read: readonly Turn[], input: ComposeInput, beforeId: string | undefined): readonly Turn[] => {
  if (beforeId !== undefined) return read.filter(({ id }) => id >= beforeId);
  const { questionId } = input;
  if (questionId === undefined) return [];
  const known = new Set(promptTurns(input).map(({ id }) => id));
  return read.filter(({ id }) => id > questionId && !known.has(id));
};
