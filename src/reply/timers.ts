/** Time as an argument, so that tests decide when it passes. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `waitMs` milliseconds; the function it returns calls that off. */
  after(waitMs: number, callback: () => void): () => void;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  after: (waitMs, callback) => {
    const timer = setTimeout(callback, waitMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
