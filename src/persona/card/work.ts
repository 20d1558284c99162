import { bounds } from '../../core/bounds.ts';
import { sentence } from '../../core/sentence.ts';
import { cardError } from './card-error.ts';

/**
 * What reading one card may cost: every byte that is summed, inflated or decoded, every character
 * and value that is looked at counts one. A hostile file fails here before it takes long.
 */
export interface Work {
  /** Counts what is about to be done. Throws the error of a card that asks too much. */
  spend(amount: number): void;
  readonly spent: number;
}

export const createWork = (max: number = bounds.card.workMax): Work => {
  let spent = 0;
  return {
    spend: (amount) => {
      spent += amount;
      if (spent > max) throw cardError(sentence('cardTakesTooLong'));
    },
    get spent() {
      return spent;
    },
  };
};
