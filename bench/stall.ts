// How long running answers pause while a long prompt arrives. Token by token, so in this process and not through the engine's
// pipe, which carries text ten times a second.
import { median, percentile, type Stopwatch } from '../src/engine/llama/bench/stopwatch.ts';
import { textPrompt, wordsOf } from '../src/engine/llama/bench/texts.ts';
import { loadModel } from '../src/engine/llama/child/load-model.ts';
import { createRuntime } from '../src/engine/llama/child/runtime.ts';
import { createTokeniser } from '../src/engine/llama/child/tokeniser.ts';
import type { LlamaSettings } from '../src/engine/llama/protocol.ts';
import { openLibrary } from './library.ts';

/** Milliseconds between two pieces of text of one answer while a prompt is read beside it. */
export type Stall = { readonly largestMs: number; readonly p95Ms: number; readonly medianMs: number };

export type StallFigures = {
  readonly running: number;
  readonly arrivingTokens: number;
  readonly engine: Stall;
  /** Loops that run free, with the library's own sharing of a batch. */
  readonly library: Stall;
};

export const measureStall = async (
  settings: LlamaSettings,
  watch: Stopwatch,
  sizes: { readonly running: number; readonly arrivingWords: number; readonly repeats: number },
): Promise<StallFigures> => {
  const { running, arrivingWords, repeats } = sizes;
  const library = await openLibrary({ ...settings, slots: running + 1 }, watch);
  const engine = await openRuntime({ ...settings, slots: running + 1 }, watch);
  try {
    const gaps: { readonly engine: number[]; readonly library: number[] } = { engine: [], library: [] };
    let arrivingTokens = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const answers = Array.from({ length: running }, (_, index) => wordsOf(700 + index, 24));
      const arriving = wordsOf(900 + repeat, arrivingWords);
      arrivingTokens = engine.tokensOf(arriving).length;
      gaps.library.push(...(await library.gaps(answers.map(engine.tokensOf), engine.tokensOf(arriving))));
      gaps.engine.push(...(await engine.gaps(answers, arriving)));
    }
    return { running, arrivingTokens, engine: stallOf(gaps.engine), library: stallOf(gaps.library) };
  } finally {
    await engine.close();
    await library.close();
  }
};

const stallOf = (gaps: readonly number[]): Stall => ({
  largestMs: percentile(gaps, 1),
  p95Ms: percentile(gaps, 0.95),
  medianMs: median(gaps),
});

/** What the engine's process runs, in this one. */
const openRuntime = async (settings: LlamaSettings, watch: Stopwatch) => {
  const loaded = await loadModel(settings, () => {});
  const tokeniser = createTokeniser(loaded.model);
  const runtime = await createRuntime(settings, loaded, tokeniser, () => {});
  const write = (affinity: string, text: string, outputTokensMax: number, onText: () => void, signal: AbortSignal) =>
    runtime.generate(
      {
        affinity,
        prompt: textPrompt(text),
        sampling: { temperature: 0, repeatPenalty: 1 },
        outputTokensMax,
        stopStrings: [],
      },
      onText,
      signal,
    );
  return {
    tokensOf: (text: string) => tokeniser.tokenise(textPrompt(text)),
    gaps: async (answers: readonly string[], arriving: string): Promise<readonly number[]> => {
      const end = new AbortController();
      const gaps: number[] = [];
      let isMeasured = false;
      const begun: Promise<void>[] = [];
      const written = answers.map((text, index) => {
        const seen = Promise.withResolvers<void>();
        begun.push(seen.promise);
        let [pieces, lastAt] = [0, 0];
        const onText = (): void => {
          const now = watch.now();
          if (isMeasured && pieces > 0) gaps.push(now - lastAt);
          lastAt = now;
          if (++pieces === 5) seen.resolve();
        };
        // One that ends by itself has begun, too.
        return write(`running ${index}`, text, settings.contextTokens, onText, end.signal).finally(seen.resolve);
      });
      await Promise.all(begun);
      isMeasured = true;
      await write('arriving', arriving, 1, () => {}, new AbortController().signal);
      isMeasured = false;
      end.abort();
      await Promise.all(written);
      for (const name of ['arriving', ...answers.map((_, index) => `running ${index}`)]) await runtime.forget(name);
      return gaps;
    },
    close: async () => {
      await loaded.context.dispose();
      await loaded.model.dispose();
    },
  };
};
