import type { Sampling } from '../core/engine.ts';
import type { SamplingSettings } from './answer-schema.ts';

/** The sampling that the engine gets: what is off or left to chance is absent. */
export const samplingOf = ({ dry, xtc, seed, ...plain }: SamplingSettings): Sampling => {
  const { window, ...penalty } = dry;
  return {
    ...plain,
    ...(dry.strength > 0 ? { dry: window === 'all' ? penalty : { ...penalty, window } } : {}),
    ...(xtc.probability > 0 ? { xtc } : {}),
    ...(seed === 'random' ? {} : { seed }),
  };
};
