/** Runs work one after the other for each key, and side by side for different keys. */
export type Serial = {
  /** Runs the work after all earlier ones of the key; throws `refusal()` when too many wait. A failure stops nothing. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void>;
  /** Keys with work; none when idle. */
  readonly size: number;
};

/** @param options.waitingMax most works of one key, the running one counted. */
export const createSerial = ({ waitingMax, refusal }: { readonly waitingMax: number; readonly refusal: () => Error }): Serial => {
  const chains = new Map<string, { last: Promise<unknown>; length: number }>();

  return {
    run: async (key, work) => {
      const chain = chains.get(key) ?? { last: Promise.resolve(), length: 0 };
      if (chain.length >= waitingMax) throw refusal();
      chains.set(key, chain);
      chain.length += 1;
      const result = chain.last.then(work).finally(() => {
        chain.length -= 1;
        if (chain.length === 0) chains.delete(key);
      });
      chain.last = result.catch(() => {});
      return result;
    },
    idle: async () => {
      while (chains.size > 0) await Promise.all([...chains.values()].map(({ last }) => last));
    },
    get size() {
      return chains.size;
    },
  };
};
