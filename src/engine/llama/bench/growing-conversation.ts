import type { Prompt } from '../../../core/prompt.ts';
import { textPrompt, wordsOf } from './texts.ts';

/** A conversation whose prompt grows at its end, as that of a chat does. */
export interface GrowingConversation {
  readonly name: string;
  readonly prompt: Prompt;
  /** Adds words until the prompt has this many tokens, but for the tokens of one word. */
  growTo(tokens: number): Promise<void>;
  /** Adds so many words. */
  say(count: number): void;
}

/** @param seed what it is about; two of different seeds begin differently */
export const createGrowingConversation = (
  countTokens: (prompt: Prompt) => Promise<number>,
  name: string,
  seed: number,
): GrowingConversation => {
  let text = `Conversation ${name}:`;
  let said = 0;
  const say = (count: number): void => {
    text += ` ${wordsOf(seed * 1000 + said++, count)}`;
  };
  return {
    name,
    get prompt() {
      return textPrompt(text);
    },
    say,
    growTo: async (tokens) => {
      for (;;) {
        const missing = tokens - (await countTokens(textPrompt(text)));
        if (missing <= 0) return;
        // A word is one token or more, so that half of what is missing is never too much by far.
        say(missing > 8 ? Math.ceil(missing / 2) : 1);
      }
    },
  };
};
