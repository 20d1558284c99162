import type { Token } from 'node-llama-cpp';
import { bounds } from '../../../core/bounds.ts';

/** Tokens of texts that were tokenised before, those used last. A conversation's prompt repeats all its texts but the newest. */
export interface TokenCache {
  /** @param tokenise is asked for a text that is not held */
  tokensOf(text: string, tokenise: (text: string) => readonly Token[]): readonly Token[];
}

/** What a text takes besides its characters, as so many of them: its entry, and its tokens. */
const entryCharacters = 100;

/** @param charactersMax of all texts, each with what it takes besides; one of more than a quarter of them is never held [bounds.tokenCacheCharactersMax] */
export const createTokenCache = (charactersMax: number = bounds.tokenCacheCharactersMax): TokenCache => {
  /** Those used longest ago come first. */
  const held = new Map<string, readonly Token[]>();
  let characters = 0;
  return {
    tokensOf: (text, tokenise) => {
      if (text.length > charactersMax / 4) return tokenise(text);
      const known = held.get(text);
      const tokens = known ?? tokenise(text);
      if (known) held.delete(text);
      else characters += text.length + entryCharacters;
      held.set(text, tokens);
      for (const oldest of held.keys()) {
        if (characters <= charactersMax) break;
        held.delete(oldest);
        characters -= oldest.length + entryCharacters;
      }
      return tokens;
    },
  };
};
