/** The clock of a measurement, in milliseconds. */
export type Stopwatch = { readonly now: () => number };

export const machineWatch: Stopwatch = { now: () => performance.now() };

/** What so many repeats gave, the middle one; NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The smallest value that is at least as large as this share of all. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};
