/** A number of tokens for each minute; what is not used is not saved up beyond one minute's. */
export interface TokenBudget {
  /** How many of the tokens asked for may be spent now; they count as spent. */
  take(tokens: number): number;
}

/** @param now in milliseconds */
export const createTokenBudget = (tokensPerMinute: number, now: () => number): TokenBudget => {
  let left = tokensPerMinute;
  let at = now();
  return {
    take: (tokens) => {
      const time = now();
      left = Math.min(tokensPerMinute, left + ((time - at) / 60_000) * tokensPerMinute);
      at = time;
      const taken = Math.max(0, Math.min(tokens, Math.floor(left)));
      left -= taken;
      return taken;
    },
  };
};
