import type { Engine, Usage } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import type { Prompt } from '../../../core/prompt.ts';
import type { Stopwatch } from './stopwatch.ts';

/** One answer with its times, in milliseconds from the request. */
export type Timed = {
  readonly firstMs: number;
  readonly totalMs: number;
  readonly usage: Usage;
  readonly text: string;
};

/** The likeliest token each time, so that every run of the same model writes the same. */
export const greedy = { temperature: 0, repeatPenalty: 1 } as const;

const never = new AbortController().signal;

/** Asks the engine as the bot does. A measurement with an answer that failed would mean nothing, so that throws. */
export const ask = async (
  engine: Engine,
  watch: Stopwatch,
  request: { readonly prompt: Prompt; readonly affinity: string; readonly outputTokensMax: number },
): Promise<Timed> => {
  const startedAt = watch.now();
  let firstMs: number | undefined;
  let text = '';
  for await (const event of engine.generate({ ...request, sampling: greedy, stopStrings: [], signal: never })) {
    // A first token may be half a character, and an answer of one token then has no text.
    firstMs ??= watch.now() - startedAt;
    if (event.type === 'text-delta') text += event.text;
    else return { firstMs, totalMs: watch.now() - startedAt, usage: event.usage, text };
  }
  throw new PaddockError('engine-failed', 'an answer ended without its end', { userText: 'The measurement failed.' });
};
