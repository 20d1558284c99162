import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Guesser } from './guesser.ts';

/**
 * Guesses with a small model what a large one will say.
 *
 * @param sequence of the small model, which may hold anything; what fits the text is taken from it
 * @param all the text so far, which the caller lengthens
 * @param pieceTokens most tokens it reads before one guess; where more are missing, it reads so many and guesses nothing
 */
export const createDraftGuesser = (sequence: LlamaContextSequence, all: readonly Token[], pieceTokens: () => number): Guesser => {
  /** What was guessed last, and how long the text was then: the sequence holds all of it but the last one. */
  let last: { readonly length: number; readonly tokens: readonly Token[] } | undefined;
  let isBegun = false;
  let isBroken = false;

  /** Takes out of the sequence what the text does not hold. */
  const align = async (): Promise<void> => {
    if (!isBegun) await sequence.adaptStateToTokens([...all], false);
    isBegun = true;
    if (last) {
      const { length, tokens } = last;
      last = undefined;
      const wrong = tokens.findIndex((token, index) => token !== all[length + index]);
      const end = sequence.nextTokenIndex;
      const start = wrong === -1 ? end : Math.min(end, length + wrong);
      if (start < end) await sequence.eraseContextTokenRanges([{ start, end }]);
    }
    // The text is the same as before, such as when an answer is made again: its last token gives the guess.
    if (sequence.nextTokenIndex >= all.length)
      await sequence.eraseContextTokenRanges([{ start: all.length - 1, end: sequence.nextTokenIndex }]);
  };

  /** Without its help all goes on, only slower. */
  const orNothing = async <Result>(work: () => Promise<Result>, nothing: Result): Promise<Result> => {
    if (isBroken) return nothing;
    try {
      return await work();
    } catch {
      isBroken = true;
      return nothing;
    }
  };

  /** The library would shift what is beyond this. */
  const hasRoomFor = (end: number): boolean => end < sequence.contextSize - 1;

  const read = async (end: number): Promise<void> => {
    await align();
    const start = sequence.nextTokenIndex;
    if (start < end) await sequence.evaluateWithoutGeneratingNewTokens(all.slice(start, end));
  };

  return {
    readAlong: (end) => orNothing(async () => (hasRoomFor(end) ? await read(end) : undefined), undefined),
    guess: (most) =>
      orNothing<readonly Token[]>(async () => {
        if (!hasRoomFor(all.length + most)) return [];
        await align();
        const missing = all.length - sequence.nextTokenIndex;
        if (missing > pieceTokens()) {
          await read(sequence.nextTokenIndex + pieceTokens());
          return [];
        }
        const tokens: Token[] = [];
        const length = all.length;
        for await (const token of sequence.evaluate(all.slice(sequence.nextTokenIndex), { temperature: 0 })) {
          tokens.push(token);
          if (tokens.length >= most) break;
        }
        last = { length, tokens };
        return tokens;
      }, []),
  };
};
