import type { LlamaModel, Token } from 'node-llama-cpp';
import type { EndReason, Usage } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import type { RemoteGenerateRequest } from '../protocol.ts';
import { samplingOptions } from './sampling-options.ts';
import type { Slot } from './slots.ts';
import { createStopMatcher, findStopTokens } from './stop-matcher.ts';
import { createTextDecoder } from './text-decoder.ts';

/** One answer being made in a slot, advanced step by step by the stepper. */
export interface Generation {
  /** True until the prompt is evaluated but for the piece that gives the first token. */
  readonly isReading: boolean;
  /** Evaluates at most `pieceTokens` of the prompt, or makes the next token. Gives the reason once the answer has ended. */
  step(pieceTokens: number): Promise<EndReason | undefined>;
  /** Ends the native iterator; the slot keeps what was evaluated. */
  stop(): Promise<void>;
  usage(): Usage;
}

/**
 * Prepares a generation in a slot: keeps what the slot has in common with the prompt and drops the
 * rest. Throws `prompt-too-long` when the prompt leaves no room for an answer.
 */
export const startGeneration = async (
  model: LlamaModel,
  slot: Slot,
  request: RemoteGenerateRequest,
  tokens: readonly Token[],
  onText: (text: string) => void,
): Promise<Generation> => {
  const { sequence } = slot;
  // The library shifts the context when its last cell is reached; a chat's prompt must never be cut
  // that way, so an answer ends there instead.
  const usableTokens = sequence.contextSize - 1;
  if (tokens.length >= usableTokens) {
    throw new PaddockError(
      'prompt-too-long',
      `the prompt has ${tokens.length} tokens, the context ${sequence.contextSize}; raise engine.contextTokens`,
      {
        userText: 'That is more than I can read at once. Please make it shorter.',
      },
    );
  }
  await sequence.adaptStateToTokens([...tokens], false);
  // The last token is evaluated in any case: its output is where the answer starts.
  if (sequence.nextTokenIndex >= tokens.length)
    await sequence.eraseContextTokenRanges([{ start: tokens.length - 1, end: sequence.nextTokenIndex }]);
  const cachedTokens = sequence.nextTokenIndex;

  const stops = createStopMatcher(request.stopStrings);
  const stopTokens = findStopTokens(model, request.stopStrings);
  const decoder = createTextDecoder(model, tokens);
  const all = [...tokens];
  let position = cachedTokens;
  let outputTokens = 0;
  let iterator: AsyncGenerator<Token, void, void> | undefined;

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

  return {
    get isReading() {
      return iterator === undefined;
    },
    step: async (pieceTokens) => {
      const left = tokens.length - position;
      if (!iterator && left > pieceTokens) {
        await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(position, position + pieceTokens));
        position += pieceTokens;
        return undefined;
      }
      iterator ??= sequence.evaluate(
        tokens.slice(position),
        samplingOptions(request.sampling, (count) => all.slice(-count)),
      );
      const next = await iterator.next();
      return next.done ? finish('end-token') : take(next.value);
    },
    stop: async () => {
      await iterator?.return();
    },
    usage: () => ({ promptTokens: tokens.length, cachedTokens, outputTokens }),
  };
};
