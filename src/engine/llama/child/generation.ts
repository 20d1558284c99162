import { randomInt } from 'node:crypto';
import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import type { EndReason, Usage } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import { sentence } from '../../../core/sentence.ts';
import type { RemoteGenerateRequest } from '../protocol.ts';
import type { Guesser } from './guesser.ts';
import { samplingOptions } from './sampling-options.ts';
import type { Slot } from './slots.ts';
import { canSpeculate, createSpeculator } from './speculation.ts';
import { createStopMatcher, findStopTokens } from './stop-matcher.ts';
import { createTextDecoder } from './text-decoder.ts';

/** One answer being made in a slot, advanced step by step by the stepper. */
export interface Generation {
  /** Where its slot stands among all. */
  readonly order: number;
  /** True until the prompt is evaluated but for the piece that gives the first token. */
  readonly isReading: boolean;
  /** Guesses what comes next, where the settings have it so; before each step, with the same number. Never rejects. */
  prepare?(pieceTokens: number): Promise<void>;
  /** Evaluates at most `pieceTokens` of the prompt, or makes the next token. Gives the reason once the answer has ended. */
  step(pieceTokens: number): Promise<EndReason | undefined>;
  /** Ends the native iterator; the slot keeps what was evaluated. */
  stop(): Promise<void>;
  usage(): Usage;
}

/**
 * Prepares a generation in a slot that holds the prompt's beginning.
 * @param guesserFor what guesses the text that begins with the prompt and grows with the answer. [nothing]
 * @param onRead told after each piece how much of the prompt is in the slot, how long the piece was and how long it took
 */
export const startGeneration = (
  model: LlamaModel,
  slot: Slot,
  request: RemoteGenerateRequest,
  tokens: readonly Token[],
  cachedTokens: number,
  onText: (text: string) => void,
  onRead: (position: number, pieceTokens: number, seconds: number) => void,
  guesserFor: (all: readonly Token[]) => Guesser | undefined = () => undefined,
): Generation => {
  const { sequence } = slot;
  const usableTokens = usableTokensOf(sequence);
  const stops = createStopMatcher(request.stopStrings);
  const stopTokens = findStopTokens(model, request.stopStrings);
  const decoder = createTextDecoder(model, tokens);
  const all = [...tokens];
  let position = sequence.nextTokenIndex;
  let outputTokens = 0;
  let iterator: AsyncGenerator<Token, void, void> | undefined;
  let isReading = true;
  // Without a seed the library takes the second of the clock, and answers that begin together say the same.
  const sampling = { ...request.sampling, seed: request.sampling.seed ?? randomInt(2 ** 32) };
  const guesser = canSpeculate(sequence, sampling) ? guesserFor(all) : undefined;
  const speculator = guesser && createSpeculator(sequence, sampling, all, guesser);

  const finish = (reason: EndReason): EndReason => {
    const rest = stops.flush();
    if (rest !== '') onText(rest);
    return reason;
  };

  const take = (token: Token): EndReason | undefined => {
    outputTokens++;
    all.push(token);
    if (stopTokens.has(token)) return finish('stop-string');
    const { text, isStopped } = stops.push(decoder.push(token));
    if (text !== '') onText(text);
    if (isStopped) return 'stop-string';
    if (outputTokens >= request.outputTokensMax) return finish('length');
    if (all.length >= usableTokens) return finish('context-full');
    return undefined;
  };

  const nextToken = async (): Promise<readonly Token[]> => {
    iterator ??= sequence.evaluate(
      tokens.slice(position),
      samplingOptions(sampling, (count) => all.slice(-count)),
    );
    const next = await iterator.next();
    return next.done ? [] : [next.value];
  };

  /** Tokens that may still be made after the next one. */
  const roomLeft = (): number => Math.min(request.outputTokensMax - outputTokens, usableTokens - all.length) - 1;

  return {
    order: slot.index,
    get isReading() {
      return isReading;
    },
    ...(speculator && {
      prepare: async (pieceTokens: number) => {
        if (isReading && tokens.length - position > pieceTokens) await speculator.readAlong(position + pieceTokens);
        else await speculator.prepare(roomLeft());
      },
    }),
    step: async (pieceTokens) => {
      const left = tokens.length - position;
      const startedAt = performance.now();
      if (isReading && left > pieceTokens) {
        await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(position, position + pieceTokens));
        position += pieceTokens;
        onRead(position, pieceTokens, secondsSince(startedAt));
        return undefined;
      }
      // Models whose state can't be cut go back to here when the answer is written differently in the next prompt.
      if (isReading && sequence.needsCheckpoints) await sequence.takeCheckpoint();
      const made = speculator ? await speculator.next(isReading ? tokens.slice(position) : all.slice(-1)) : await nextToken();
      if (isReading) onRead(tokens.length, left, secondsSince(startedAt));
      isReading = false;
      for (const token of made) {
        const reason = model.isEogToken(token) ? finish('end-token') : take(token);
        if (reason !== undefined) return reason;
      }
      return made.length === 0 ? finish('end-token') : undefined;
    },
    stop: async () => {
      await iterator?.return();
    },
    usage: () => ({ promptTokens: tokens.length, cachedTokens, outputTokens }),
  };
};

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;

/** The library shifts the context when its last cell is reached; a prompt must never be cut that way, so an answer ends there instead. */
const usableTokensOf = (sequence: LlamaContextSequence): number => sequence.contextSize - 1;

/** Throws `prompt-too-long` when a prompt leaves no room for an answer. */
export const checkLength = (tokens: readonly Token[], contextTokens: number): void => {
  if (tokens.length < contextTokens - 1) return;
  throw new PaddockError(
    'prompt-too-long',
    `the prompt has ${tokens.length} tokens, the context ${contextTokens}; raise engine.contextTokens`,
    {
      userText: sentence('tooLongToRead'),
    },
  );
};
