import { bounds } from '../core/bounds.ts';
import { createKeptValues, type ValueStore } from '../kept/kept-values.ts';
import { storeFailed } from './store-failed.ts';

/** Who does not want to be remembered. */
export interface OptOuts {
  isOptedOut(userId: string): Promise<boolean>;
  /** False when it was so already. */
  set(userId: string, isOut: boolean): Promise<boolean>;
}

/** Keeps them in a store, under `opt-out:<user id>`. A failing store rejects, so that nobody is remembered by mistake. */
export const createOptOuts = (store: ValueStore): OptOuts => {
  const kept = createKeptValues({
    store,
    prefix: 'opt-out',
    // Whatever stands there, somebody did not want it.
    read: (stored) => stored !== undefined,
    keptMax: bounds.access.keptMax,
    failed: storeFailed,
  });
  return {
    isOptedOut: (userId) => kept.get(userId),
    async set(userId, isOut) {
      const { before, after } = await kept.change(userId, (wasOut) => (isOut === wasOut ? wasOut : isOut ? true : undefined));
      return before !== after;
    },
  };
};
