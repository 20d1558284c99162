/** Watches a growing text for stop strings. */
export interface StopMatcher {
  /** Takes new text; gives what can be shown, and whether a stop string ended the answer. */
  push(text: string): { readonly text: string; readonly isStopped: boolean };
  /** What was held back, once no more text comes. */
  flush(): string;
}

/**
 * Finds stop strings wherever they fall over deltas: text that may be the beginning of one is held
 * back until it is clear. The earliest match ends the answer; it and all behind it are dropped.
 */
export const createStopMatcher = (stopStrings: readonly string[]): StopMatcher => {
  const stops = stopStrings.filter((stop) => stop !== '');
  let held = '';
  return {
    push: (text) => {
      held += text;
      const found = Math.min(...stops.map((stop) => held.indexOf(stop)).filter((index) => index !== -1));
      if (found !== Number.POSITIVE_INFINITY) {
        const shown = held.slice(0, found);
        held = '';
        return { text: shown, isStopped: true };
      }
      const keep = Math.max(0, ...stops.map((stop) => overlap(held, stop)));
      const shown = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text: shown, isStopped: false };
    },
    flush: () => {
      const rest = held;
      held = '';
      return rest;
    },
  };
};

/** Length of the longest end of `text` that is a proper beginning of `stop`. */
const overlap = (text: string, stop: string): number => {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
};
