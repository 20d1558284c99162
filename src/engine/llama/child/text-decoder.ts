import type { LlamaModel, Token } from 'node-llama-cpp';

/** Turns generated tokens into text as they come. */
export interface TextDecoder {
  /** The text that this token completes; empty while a character is still in pieces. */
  push(token: Token): string;
}

/** How many tokens before the new ones decide about the space between them. */
const contextTokens = 4;
/** An unfinished UTF-8 character has at most three bytes, so it lies within as many tokens. */
const unfinishedTokensMax = 3;
const replacementCharacter = '\ufffd';
/**
 * Control tokens around thoughts: they must be read where thoughts are told from the answer (Magistral,
 * Command A, Gemma 4 and others), while all other control tokens have no text.
 */
const readable = /think|thought|reasoning|channel|^<\|(?:start|message|end)\|>$/i;

/**
 * Decodes token by token without ever showing half a character: what may be the beginning of one is
 * held back until it is whole, also when it never becomes whole. Bytes that form no character become U+FFFD.
 *
 * @param before the end of the prompt
 */
export const createTextDecoder = (
  model: Pick<LlamaModel, 'detokenize' | 'getTokenAttributes'>,
  before: readonly Token[],
): TextDecoder => {
  let last = before.slice(-contextTokens);
  let pending: Token[] = []; // the tokens of an unfinished character, and what stands in front of it in them
  let shownLength = 0; // how much of their text was shown

  /** The text of `pending`, and how much of it no later byte can change: an unfinished character is a single U+FFFD. */
  const decode = (): { readonly text: string; readonly wholeLength: number } => {
    const text = model.detokenize(pending, false, last);
    return { text, wholeLength: text.endsWith(replacementCharacter) ? text.length - 1 : text.length };
  };

  const release = (tokens: readonly Token[]): void => {
    last = [...last, ...tokens].slice(-contextTokens);
  };

  return {
    push: (token) => {
      const spelling = model.getTokenAttributes(token).control ? model.detokenize([token], true) : '';
      if (readable.test(spelling)) {
        const rest = pending.length === 0 ? '' : decode().text.slice(shownLength);
        release([...pending, token]);
        [pending, shownLength] = [[], 0];
        return rest + spelling;
      }
      pending.push(token);
      const { text, wholeLength } = decode();
      const fresh = text.slice(shownLength, wholeLength);
      if (wholeLength === text.length) {
        release(pending);
        [pending, shownLength] = [[], 0];
        return fresh;
      }
      shownLength = Math.max(shownLength, wholeLength);
      if (pending.length > unfinishedTokensMax) {
        release(pending.splice(0, pending.length - unfinishedTokensMax));
        shownLength = decode().wholeLength;
      }
      return fresh;
    },
  };
};
