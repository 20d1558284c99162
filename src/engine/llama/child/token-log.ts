import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/**
 * The library keeps a sequence's tokens in a field that it replaces by a longer copy for every
 * token: at 32,000 tokens that takes as long as the rest of its work on one. This makes the field's
 * arrays grow in place. Where a later version has no such field, nothing changes.
 */
export const growInPlace = (sequence: LlamaContextSequence): LlamaContextSequence => {
  if (!('_contextTokens' in sequence) || !Array.isArray(sequence._contextTokens)) return sequence;
  const grown = new WeakSet<Token[]>();
  const growing = (tokens: Token[]): Token[] => {
    if (grown.has(tokens)) return tokens;
    grown.add(tokens);
    return Object.defineProperty(tokens, 'concat', {
      value: (more: readonly Token[]): Token[] => {
        for (const token of more) tokens.push(token);
        return tokens;
      },
    });
  };
  let tokens = growing(sequence._contextTokens);
  Object.defineProperty(sequence, '_contextTokens', {
    get: () => tokens,
    set: (value: Token[]) => {
      tokens = growing(value);
    },
  });
  return sequence;
};
