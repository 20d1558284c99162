// The library by itself, used as its guide says, with the engine's model file and settings: what the engine is measured against.
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Stopwatch } from '../src/engine/llama/bench/stopwatch.ts';
import { type LoadedModel, loadModel } from '../src/engine/llama/child/load-model.ts';
import type { LlamaSettings } from '../src/engine/llama/protocol.ts';

const greedy = { temperature: 0, yieldEogToken: true } as const;

/** Raw sequences of one context. */
export interface PlainLibrary {
  readonly loaded: LoadedModel;
  /** Reads all prompts at once, then writes so many tokens to each, all advanced in the same tick. Tokens per second of both. */
  speed(
    prompts: readonly (readonly Token[])[],
    outputTokens: number,
  ): Promise<{ readonly prompt: number; readonly generation: number }>;
  /** Milliseconds to the first token of a prompt of which the sequence holds all but the last `newTokens`. */
  firstTokenMs(prompt: readonly number[], newTokens: number): Promise<number>;
  /** Milliseconds between the tokens of `running` answers, each written in a loop of its own, while another prompt is read. */
  gaps(running: readonly (readonly Token[])[], arriving: readonly Token[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

export const openLibrary = async (settings: LlamaSettings, watch: Stopwatch): Promise<PlainLibrary> => {
  const loaded = await loadModel(settings, () => {});
  const sequences = Array.from({ length: loaded.info.slots }, () => loaded.context.getSequence());
  const sequenceAt = (index: number): LlamaContextSequence => {
    const sequence = sequences[index];
    if (!sequence) throw new Error(`the plain library has ${sequences.length} sequences`);
    return sequence;
  };

  const begin = async (prompts: readonly (readonly Token[])[]): Promise<readonly AsyncGenerator<Token, void>[]> => {
    for (const sequence of sequences) await sequence.clearHistory();
    return prompts.map((prompt, index) => sequenceAt(index).evaluate([...prompt], greedy));
  };

  return {
    loaded,
    speed: async (prompts, outputTokens) => {
      const writing = await begin(prompts);
      const startedAt = watch.now();
      await nextOf(writing);
      const readAt = watch.now();
      for (let made = 0; made < outputTokens; made++) await nextOf(writing);
      const writtenAt = watch.now();
      await endOf(writing);
      const read = prompts.reduce((total, prompt) => total + prompt.length, 0);
      return {
        prompt: (read / (readAt - startedAt)) * 1000,
        generation: ((prompts.length * outputTokens) / (writtenAt - readAt)) * 1000,
      };
    },
    firstTokenMs: async (numbers, newTokens) => {
      const prompt = numbers as readonly Token[];
      const sequence = sequenceAt(0);
      const before = prompt.slice(0, prompt.length - newTokens);
      if (before.length === 0) await sequence.clearHistory();
      else {
        await sequence.adaptStateToTokens([...before], false);
        await sequence.evaluateWithoutGeneratingNewTokens(before.slice(sequence.nextTokenIndex));
      }
      const startedAt = watch.now();
      const writing = sequence.evaluate(prompt.slice(sequence.nextTokenIndex), greedy);
      await writing.next();
      const ms = watch.now() - startedAt;
      await writing.return();
      return ms;
    },
    gaps: async (running, arriving) => {
      const writing = await begin(running);
      for (let made = 0; made < 5; made++) await nextOf(writing);
      const gaps: number[] = [];
      let isRead = false;
      // Each answer by itself, as somebody who uses the library writes it.
      const answers = writing.map(async (each) => {
        for (let lastAt = watch.now(); !isRead; lastAt = watch.now()) {
          await each.next();
          gaps.push(watch.now() - lastAt);
        }
      });
      const reader = sequenceAt(running.length).evaluate([...arriving], greedy);
      await reader.next();
      isRead = true;
      await Promise.all(answers);
      await endOf([reader, ...writing]);
      return gaps;
    },
    close: async () => {
      await loaded.context.dispose();
      await loaded.model.dispose();
    },
  };
};

const nextOf = (writing: readonly AsyncGenerator<Token, void>[]): Promise<unknown> =>
  Promise.all(writing.map((each) => each.next()));

const endOf = (writing: readonly AsyncGenerator<Token, void>[]): Promise<unknown> =>
  Promise.all(writing.map((each) => each.return()));
