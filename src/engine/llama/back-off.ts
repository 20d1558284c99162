/** Says when a process that failed may be started again. */
export interface BackOff {
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds until the next start; 0 or less when it may be now. */
  waitMs(): number;
  /** Counts a failure after so many milliseconds of service; gives the pause before the next start. */
  postpone(upMs: number): number;
  reset(): void;
}

/**
 * @param delaysMs pauses after the first, second, … failure in a row; the last one repeats
 * @param healthyMs after so long a service a failure counts as the first
 */
export const createBackOff = (delaysMs: readonly number[], healthyMs: number, now: () => number): BackOff => {
  let failures = 0;
  let restartAt = Number.NEGATIVE_INFINITY;
  return {
    get failures() {
      return failures;
    },
    waitMs: () => restartAt - now(),
    postpone: (upMs) => {
      if (upMs > healthyMs) failures = 0;
      const delayMs = delaysMs[Math.min(failures, delaysMs.length - 1)] ?? 0;
      failures++;
      restartAt = now() + delayMs;
      return delayMs;
    },
    reset: () => {
      failures = 0;
      restartAt = Number.NEGATIVE_INFINITY;
    },
  };
};
