import type { Rates } from './rates.ts';

/** Where the beginning of a prompt could be taken from, and how much of it. */
export type Source<Slot, State> =
  /** What the slot holds already. */
  | { readonly kind: 'own'; readonly common: number }
  /** Another slot, to be copied. */
  | { readonly kind: 'slot'; readonly common: number; readonly slot: Slot }
  /** A kept state, to be restored from its file. */
  | { readonly kind: 'state'; readonly common: number; readonly state: State; readonly bytes: number };

/** Fewer tokens than this in common are not worth a copy or a file. */
export const sharedTokensMin = 32;

/**
 * The source that brings a prompt into the slot soonest: fetching it and evaluating the rest.
 * @param when `faster` compares measured times; `always` takes the most tokens, so that tests don't depend on a clock
 */
export const chooseSource = <Slot, State>(
  own: Extract<Source<Slot, State>, { kind: 'own' }>,
  others: readonly Source<Slot, State>[],
  rates: Rates,
  when: 'faster' | 'always',
): Source<Slot, State> => {
  let best: Source<Slot, State> = own;
  for (const source of others) {
    const gained = source.common - best.common;
    if (source.common < own.common + sharedTokensMin) continue;
    if (when === 'always' ? gained > 0 : fetchSeconds(source, rates) - fetchSeconds(best, rates) < evaluateSeconds(gained, rates))
      best = source;
  }
  return best;
};

const fetchSeconds = <Slot, State>(source: Source<Slot, State>, rates: Rates): number => {
  switch (source.kind) {
    case 'own':
      return 0;
    case 'slot':
      return rates.secondsFor('copy', 1) ?? 0;
    case 'state':
      return rates.secondsFor('restore', source.bytes) ?? 0;
    default:
      return source satisfies never;
  }
};

/** Before anything was measured, a token evaluated counts more than any file. */
const evaluateSeconds = (tokens: number, rates: Rates): number =>
  rates.secondsFor('prefill', tokens) ?? (tokens > 0 ? Number.POSITIVE_INFINITY : tokens);

/** How many tokens two texts begin with in common. */
export const commonLength = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[length] === other[length]) length++;
  return length;
};
