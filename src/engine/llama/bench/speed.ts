import type { Engine } from '../../../core/engine.ts';
import { ask } from './ask.ts';
import type { Stopwatch } from './stopwatch.ts';
import { textPrompt, wordsOf } from './texts.ts';

/** Tokens per second of all answers together. */
export type Speed = {
  readonly prompt: number;
  readonly generation: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
};

/** Most texts that are tried for each that is wanted. */
const triesMax = 6;

/** Texts that the model goes on with for at least so many tokens, as far as such are found; also warms up. */
export const findSpeedTexts = async (
  engine: Engine,
  watch: Stopwatch,
  count: number,
  words: number,
  outputTokens: number,
): Promise<readonly string[]> => {
  const found: string[] = [];
  const short: string[] = [];
  for (let seed = 1; found.length < count && seed <= count * triesMax; seed++) {
    const text = wordsOf(seed, words);
    const { usage } = await ask(engine, watch, { prompt: textPrompt(text), affinity: 'search', outputTokensMax: outputTokens });
    (usage.outputTokens === outputTokens ? found : short).push(text);
  }
  await engine.forget('search');
  return [...found, ...short].slice(0, count);
};

/**
 * Reads the prompts at once, then writes so many answers to them at once. The prompts are in
 * their slots by then, so each of the two is measured by itself. Leaves the slots empty.
 */
export const measureSpeed = async (
  engine: Engine,
  watch: Stopwatch,
  texts: readonly string[],
  outputTokens: number,
): Promise<Speed> => {
  const run = async (outputTokensMax: number) => {
    const startedAt = watch.now();
    const answers = await Promise.all(
      texts.map((text, index) => ask(engine, watch, { prompt: textPrompt(text), affinity: `speed ${index}`, outputTokensMax })),
    );
    const seconds = (watch.now() - startedAt) / 1000;
    const sum = (of: (answer: (typeof answers)[number]) => number): number =>
      answers.reduce((total, answer) => total + of(answer), 0);
    return {
      seconds,
      read: sum(({ usage }) => usage.promptTokens - usage.cachedTokens),
      written: sum(({ usage }) => usage.outputTokens),
    };
  };
  const reading = await run(1);
  const writing = await run(outputTokens);
  for (const index of texts.keys()) await engine.forget(`speed ${index}`);
  return {
    prompt: reading.read / reading.seconds,
    generation: writing.written / writing.seconds,
    promptTokens: reading.read,
    outputTokens: writing.written,
  };
};
