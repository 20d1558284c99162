import { bounds } from '../../../core/bounds.ts';

/** What is measured: prompt tokens evaluated; bytes of states restored and saved; copies from slot to slot. */
type Work = 'prefill' | 'restore' | 'save' | 'copy';

/** How long things take on this machine with this model, measured while they are done. */
export interface Rates {
  /** @param isShared other work was done at the same time, so it takes so long at most */
  note(work: Work, amount: number, seconds: number, isShared?: boolean): void;
  /** The most that was measured at once; what is far beyond it may take longer than expected. */
  largest(work: Work): number;
  /** Expected seconds; undefined before anything of the kind was measured. */
  secondsFor(work: Work, amount: number): number | undefined;
}

const { pieceTokensMin, pieceTokensMax, pieceMsMax } = bounds.prefill;

/** Tokens of one piece of a prompt: fewer on a slow machine, so that nobody waits for long. */
export const pieceTokens = (rates: Rates): number => {
  const seconds = rates.secondsFor('prefill', pieceTokensMax) ?? 0;
  const share = Math.min(1, pieceMsMax / 1000 / seconds);
  return Math.max(pieceTokensMin, Math.floor(pieceTokensMax * share));
};

/** Weight of the newest measurement against all before it. */
const newestShare = 0.25;
/** Amounts below these say more about fixed costs than about the rate. */
const amountMin: Readonly<Record<Work, number>> = { prefill: 16, restore: 65_536, save: 65_536, copy: 1 };

export const createRates = (): Rates => {
  const secondsPerUnit = new Map<Work, number>();
  const largest = new Map<Work, number>();
  return {
    note: (work, amount, seconds, isShared = false) => {
      if (amount < amountMin[work] || !(seconds > 0)) return;
      const former = secondsPerUnit.get(work);
      const measured = seconds / amount;
      if (isShared && former !== undefined && measured >= former) return;
      // A much larger one says more than all before it: what fits the caches is fast.
      const isLarger = amount >= 2 * (largest.get(work) ?? 0);
      largest.set(work, Math.max(amount, largest.get(work) ?? 0));
      secondsPerUnit.set(work, former === undefined || isLarger ? measured : former + (measured - former) * newestShare);
    },
    largest: (work) => largest.get(work) ?? 0,
    secondsFor: (work, amount) => {
      const each = secondsPerUnit.get(work);
      return each === undefined ? undefined : each * amount;
    },
  };
};
