/** Lets what concerns one channel happen in the order in which it came; channels don't wait for one another. */
export interface Lanes {
  /**
   * Does `work` once all that came before it for this channel is done; at once when nothing is under way.
   * Rejects with what `work` rejects with, after which the next one has its turn.
   */
  run(channelId: string, work: () => Promise<void> | undefined): Promise<void> | undefined;
}

export const createLanes = (): Lanes => {
  const tails = new Map<string, Promise<void>>();
  return {
    run: (channelId, work) => {
      const tail = tails.get(channelId);
      const done = tail === undefined ? work() : tail.then(work);
      if (done === undefined) return undefined;
      const settled = done
        .catch(() => {}) // told to whoever called
        .then(() => {
          if (tails.get(channelId) === settled) tails.delete(channelId);
        });
      tails.set(channelId, settled);
      return done;
    },
  };
};
