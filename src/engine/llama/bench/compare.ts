import { median } from './stopwatch.ts';

/** One value of a setting, with what it reached. */
export type Trial<Value> = {
  readonly value: Value;
  /** Of each run. */
  readonly tokensPerSecond: readonly number[];
  /** Each run through what the default did right before and after it, so that a slow minute of the machine slows both; none of the default. */
  readonly ratios: readonly number[];
};

/** What two things come to when they are compared: `noisy` where the runs differ by more than the two do. */
export type Verdict = 'faster' | 'not-faster' | 'noisy';

/** What is not faster by this is not worth another setting. */
export const gainMin = 0.08;
/** Fewer pairs say nothing about how far they differ. */
const pairsMin = 2;

/** How far apart the values are, as a share of the middle one. */
export const spreadOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / median(values);

/** What pairs of neighbouring runs, each as one through the other, say about the first of the two. */
export const compare = (ratios: readonly number[], otherSpread = 0): Verdict => {
  if (ratios.length < pairsMin) return 'noisy';
  const gain = median(ratios) - 1;
  if (spreadOf(ratios) + otherSpread > Math.max(Math.abs(gain), gainMin)) return 'noisy';
  return gain >= gainMin ? 'faster' : 'not-faster';
};

/**
 * Measures values in turn with the default, which comes first of them: default, other, default, other, default.
 *
 * @param rounds how often each value is measured
 */
export const measureInTurn = async <Value>(
  [first, ...others]: readonly [Value, ...Value[]],
  rounds: number,
  measure: (value: Value) => Promise<number>,
): Promise<readonly Trial<Value>[]> => {
  const own: number[] = [await measure(first)];
  const trials = others.map((value) => ({ value, tokensPerSecond: [] as number[], ratios: [] as number[] }));
  for (let round = 0; round < rounds; round++)
    for (const { value, tokensPerSecond, ratios } of trials) {
      const before = own.at(-1) ?? Number.NaN;
      const run = await measure(value);
      const after = await measure(first);
      own.push(after);
      tokensPerSecond.push(run);
      ratios.push((2 * run) / (before + after));
    }
  return [{ value: first, tokensPerSecond: own, ratios: [] }, ...trials];
};
