import type { Timers } from '../../src/reply/timers.ts';

/** A clock that a test moves by hand. */
export type ManualTimers = Timers & {
  /** Lets time pass: due callbacks run in order, and what they set going gets its turn in between. */
  pass(ms: number): Promise<void>;
  /** How many callbacks wait. */
  readonly waiting: number;
};

/** Lets everything that is ready to run without the passing of time run. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export const createManualTimers = (start = 1_700_000_000_000): ManualTimers => {
  let now = start;
  const due = new Map<object, { readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    after: (waitMs, callback) => {
      const key = {};
      due.set(key, { at: now + waitMs, callback });
      return () => due.delete(key);
    },
    pass: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...due].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at);
        if (next === undefined) break;
        due.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].callback();
        await settle();
      }
      now = end;
      await settle();
    },
    get waiting() {
      return due.size;
    },
  };
};
