import type { LlamaModel, Token } from 'node-llama-cpp';

/** Turns generated tokens into text as they come. */
export interface TextDecoder {
  /** The text that this token completes; empty while a character is still in pieces. */
  push(token: Token): string;
}

/** How many tokens before the new ones decide about the space between them. */
const contextTokens = 4;
/** A UTF-8 character has at most four bytes, so at most four byte tokens. */
const piecesMax = 4;
const replacementCharacter = '\ufffd';

/**
 * Decodes token by token without ever showing half a character: byte tokens are held back until
 * the character is whole. Bytes that form no character become U+FFFD.
 *
 * @param before the end of the prompt
 */
export const createTextDecoder = (model: LlamaModel, before: readonly Token[]): TextDecoder => {
  let last = before.slice(-contextTokens);
  let pending: Token[] = [];
  return {
    push: (token) => {
      pending.push(token);
      const text = model.detokenize(pending, false, last);
      if (text.endsWith(replacementCharacter) && pending.length < piecesMax) return '';
      last = [...last, ...pending].slice(-contextTokens);
      pending = [];
      return text;
    },
  };
};
