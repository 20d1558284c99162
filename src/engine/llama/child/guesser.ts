import type { Token } from 'node-llama-cpp';

/** Guesses what follows a text; what comes of it is checked, so a bad guess costs time and nothing else. */
export interface Guesser {
  /** Makes itself ready for a prompt that is read up to `end`, exclusive. Never rejects. */
  readAlong?(end: number): Promise<void>;
  /** At most `most` tokens that probably follow; none where it has no idea. Never rejects. */
  guess(most: number): Promise<readonly Token[]>;
}

/** A lookup guess is what followed the last so many tokens when they stood together before. */
const patternTokens = 3;

/** Guesses that what stood in the text comes again. @param all the text so far, which the caller lengthens */
export const createLookupGuesser = (all: readonly Token[]): Guesser => {
  const lastAt = new Map<string, number>();
  let indexed = patternTokens;
  const patternBefore = (end: number): string => all.slice(end - patternTokens, end).join();
  return {
    guess: async (most) => {
      // Only what is new is looked at, so that the work for a token does not grow with the text.
      for (; indexed < all.length; indexed++) lastAt.set(patternBefore(indexed), indexed);
      const at = all.length >= patternTokens ? lastAt.get(patternBefore(all.length)) : undefined;
      return at === undefined ? [] : all.slice(at, at + most);
    },
  };
};
