import type { EndReason, Engine, GenerateRequest, Usage } from '../core/engine.ts';
import type { ReplyPort } from '../core/message.ts';
import { type AnswerCleanerOptions, createRepetitionGuard } from '../reply/index.ts';
import { createContinuedCleaner } from './continued-cleaner.ts';

/** An answer that has been written, whole or as far as it came. */
export type WrittenAnswer = {
  /** As people see it; may be empty. */
  readonly shown: string;
  /** As it is remembered, without its thoughts; may be empty. */
  readonly remembered: string;
  readonly reason?: EndReason | 'repetition' | 'other-speaker';
  readonly usage?: Usage;
  /** Why it broke off. */
  readonly failure?: unknown;
};

/**
 * Generates an answer and shows it while it comes. It ends early when the model begins to repeat
 * itself without end, of which only the beginning is kept, or to write for somebody else. What came
 * before a failure is kept too.
 *
 * @param cleaning.open the beginning of an unfinished answer, which this one continues; the texts begin with it.
 */
export const writeAnswer = async (
  engine: Pick<Engine, 'generate'>,
  request: GenerateRequest,
  cleaning: AnswerCleanerOptions & { readonly open?: string },
  port: Pick<ReplyPort, 'show'>,
): Promise<WrittenAnswer> => {
  const cleaner = createContinuedCleaner(cleaning);
  const guard = createRepetitionGuard();
  const enough = new AbortController();
  let raw = '';
  let stopped: WrittenAnswer['reason'];
  let ended: Pick<WrittenAnswer, 'reason' | 'usage' | 'failure'> = {};

  const take = (text: string): void => {
    raw += text;
    if (guard.push(text) === 'stop') stopped = 'repetition';
    else {
      port.show(cleaner.push(text));
      if (cleaner.isOver) stopped = 'other-speaker';
    }
    if (stopped) enough.abort();
  };

  try {
    for await (const event of engine.generate({ ...request, signal: AbortSignal.any([request.signal, enough.signal]) })) {
      // Once it is enough, the rest is waited for and not read.
      if (event.type === 'end') ended = { reason: stopped ?? event.reason, usage: event.usage };
      else if (!stopped) take(event.text);
    }
  } catch (failure) {
    ended = { failure };
  }
  if (guard.keptCharacters >= raw.length) return { ...cleaner.end(), ...ended };
  const shortened = createContinuedCleaner(cleaning);
  shortened.push(raw.slice(0, guard.keptCharacters));
  return { ...shortened.end(), ...ended };
};
