import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { Sampling } from '../../../core/engine.ts';
import type { Guesser } from './guesser.ts';
import { samplingOptions } from './sampling-options.ts';

/** Makes several tokens in one evaluation where the next ones can be guessed. */
export interface Speculator {
  /**
   * Guesses what comes after the next evaluation's first token. Apart from `next`, so that all answers
   * have guessed before the first of them is evaluated.
   * @param guessesMax most tokens that may be guessed
   */
  prepare(guessesMax: number): Promise<void>;
  /** See `Guesser`. */
  readAlong(end: number): Promise<void>;
  /**
   * Evaluates what is not evaluated yet with what was guessed, and gives the tokens that come
   * out: one, and one more for each guess that was right.
   */
  next(unread: readonly Token[]): Promise<readonly Token[]>;
}

/** Most guesses at once; their number doubles while all are right and is halved when one is wrong. */
const guessesMost = 8;

/** DRY counts tokens over the whole answer in a sampler of its own; and what can't be cut can't take a wrong guess back. */
export const canSpeculate = (sequence: LlamaContextSequence, sampling: Sampling): boolean =>
  !sequence.needsCheckpoints && !(sampling.dry && sampling.dry.strength > 0);

/**
 * Stands on the library's evaluation of several outputs at once: each token is sampled by the model itself, exactly
 * as it would be without guessing, and a guess is only ever right when it is that token. So answers at temperature 0
 * stay the same, and at others the probabilities do. The library's own predictors accept one guess an evaluation at most.
 *
 * @param all the prompt and the answer so far; the caller appends what it takes
 */
export const createSpeculator = (
  sequence: LlamaContextSequence,
  sampling: Sampling,
  all: readonly Token[],
  guesser: Guesser,
): Speculator => {
  let guessesNow = guessesMost / 2;
  let guessed: readonly Token[] = [];
  // Every evaluation has a sampler of its own, so each token gets a seed of its own.
  const seed = sampling.seed ?? Math.floor(Math.random() * 2 ** 32);

  const optionsAt = (before: readonly Token[]): SequenceEvaluateOptions => ({
    ...samplingOptions(sampling, (count) => [...all.slice(-count), ...before].slice(-count)),
    seed: (seed + Math.imul(all.length + before.length, 0x9e3779b1)) >>> 0,
  });

  return {
    readAlong: async (end) => {
      await guesser.readAlong?.(end);
    },
    prepare: async (guessesMax) => {
      const most = Math.min(guessesMax, guessesNow);
      guessed = most > 0 ? await guesser.guess(most) : [];
    },
    next: async (unread) => {
      const start = sequence.nextTokenIndex + unread.length;
      const outputs = await sequence.controlledEvaluate([
        ...unread.slice(0, -1),
        ...[...unread.slice(-1), ...guessed].map((token, index): [Token, object] => [
          token,
          { generateNext: { token: true, options: optionsAt(guessed.slice(0, index)) } },
        ]),
      ]);
      const made: Token[] = [];
      for (const output of outputs.slice(unread.length - 1)) {
        const token = output?.next.token;
        if (token === undefined || token === null) throw new Error('no token could be sampled');
        made.push(token);
        if (token !== guessed[made.length - 1]) break;
      }
      const right = made.length - 1;
      if (guessed.length > 0)
        guessesNow = right === guessed.length ? Math.min(guessesMost, guessesNow * 2) : Math.max(1, guessesNow >> 1);
      if (right < guessed.length) await sequence.eraseContextTokenRanges([{ start: start + right, end: start + guessed.length }]);
      guessed = [];
      return made;
    },
  };
};
