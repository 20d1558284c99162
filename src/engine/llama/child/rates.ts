import { bounds } from '../../../core/bounds.ts';

/** What is measured: prompt tokens evaluated; bytes of states restored and saved; copies from slot to slot. */
type Work = 'prefill' | 'restore' | 'save' | 'copy';

/** How long things take on this machine with this model, measured while they are done. */
export interface Rates {
  /** @param isShared other work was done at the same time, so it takes so long at most */
  note(work: Work, amount: number, seconds: number, isShared?: boolean): void;
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
  return {
    note: (work, amount, seconds, isShared = false) => {
      if (amount < amountMin[work] || !(seconds > 0)) return;
      const former = secondsPerUnit.get(work);
      const measured = seconds / amount;
      if (isShared && former !== undefined && measured >= former) return;
      secondsPerUnit.set(work, former === undefined ? measured : former + (measured - former) * newestShare);
    },
    secondsFor: (work, amount) => {
      const each = secondsPerUnit.get(work);
      return each === undefined ? undefined : each * amount;
    },
  };
};
