import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { Sampling } from '../../../core/engine.ts';

/**
 * The library's options for a `Sampling`, with the defaults that its doc comments name.
 *
 * @param recent the tokens so far, newest last; asked at every step, and never more than the penalties' window of them
 */
export const samplingOptions = (sampling: Sampling, recent: (count: number) => Token[]): SequenceEvaluateOptions => {
  const window = sampling.repeatWindow ?? 64;
  const penalty = sampling.repeatPenalty ?? 1.1;
  const presencePenalty = sampling.presencePenalty ?? 0;
  const frequencyPenalty = sampling.frequencyPenalty ?? 0;
  const hasPenalty = window > 0 && (penalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0);
  const { dry, xtc } = sampling;
  return {
    temperature: sampling.temperature ?? 0.8,
    topK: sampling.topK ?? 40,
    topP: sampling.topP ?? 0.95,
    minP: sampling.minP ?? 0.05,
    ...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
    ...(xtc && xtc.probability > 0 ? { xtc } : {}),
    ...(hasPenalty
      ? {
          repeatPenalty: {
            punishTokens: () => recent(window),
            maxPunishTokens: window,
            penalty,
            presencePenalty,
            frequencyPenalty,
          },
        }
      : {}),
    ...(dry && dry.strength > 0
      ? {
          dryRepeatPenalty: {
            strength: dry.strength,
            ...(dry.base === undefined ? {} : { base: dry.base }),
            ...(dry.allowedLength === undefined ? {} : { allowedLength: dry.allowedLength }),
            ...(dry.window === undefined ? {} : { lastTokens: dry.window }),
          },
        }
      : {}),
  };
};
