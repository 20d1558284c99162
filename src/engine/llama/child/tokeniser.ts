import type { LlamaModel, Token } from 'node-llama-cpp';
import type { TokenisedPrompt } from '../../../core/engine.ts';
import { joinSegments, type Prompt } from '../../../core/prompt.ts';
import { cutSpellings } from './cut-spellings.ts';
import { createTokenCache } from './token-cache.ts';

/** Turns prompts into tokens for one model. */
export interface Tokeniser {
  /** With the model's leading BOS where it wants one. */
  tokenise(prompt: Prompt): readonly Token[];
  /** Tokens with their kinds, for showing. */
  describe(prompt: Prompt): TokenisedPrompt;
}

/** A stretch of text that is tokenised in one go, or one control token. */
type Piece = { readonly text: string } | { readonly token: Token };

/**
 * Control tokens come from `control`, `bos` and `eos` segments alone. Everything between two of
 * them is tokenised as one plain text, across segment borders, because that is how models were
 * trained and how other llama.cpp programs tokenise: `USER: hello` must not become `USER: ` + `hello`.
 */
export const createTokeniser = (model: LlamaModel): Tokeniser => {
  const controlPieces = new Map<string, readonly Piece[]>();
  const cache = createTokenCache();
  const spellings = new Map<Token, string | undefined>();

  /** How a token is spelt that means something to the model beyond its letters, or undefined for all others. */
  const markerSpelling = (token: Token): string | undefined => {
    if (spellings.has(token)) return spellings.get(token);
    const attributes = model.getTokenAttributes(token);
    const isControl = attributes.control || model.isEogToken(token);
    const spelling = isControl || attributes.userDefined ? model.detokenize([token], true) : undefined;
    // Some files declare their role markers "user defined"; such files also do it for runs of
    // spaces, which are ordinary text.
    const marker = isControl || (spelling !== undefined && /^(<.*>|\[.*\])$/s.test(spelling)) ? spelling : undefined;
    spellings.set(token, marker);
    return marker;
  };
  const isMarker = (token: Token): boolean => markerSpelling(token) !== undefined;

  /** Splits a template's text at the control tokens in it. Templates repeat, so the result is kept. */
  const splitControl = (text: string): readonly Piece[] => {
    const known = controlPieces.get(text);
    if (known) return known;
    const pieces: Piece[] = [];
    let position = 0;
    for (const token of model.tokenize(text, true)) {
      const spelling = markerSpelling(token);
      if (spelling === undefined || spelling === '') continue;
      const start = text.indexOf(spelling, position);
      if (start === -1) continue;
      pieces.push({ text: text.slice(position, start) }, { token });
      position = start + spelling.length;
    }
    pieces.push({ text: text.slice(position) });
    if (controlPieces.size >= 1000) controlPieces.clear();
    controlPieces.set(text, pieces);
    return pieces;
  };

  /**
   * Plain text to tokens. llama.cpp matches "user defined" tokens even in plain text, so markers that
   * come out all the same are broken up after their first character, all at once: anybody can type
   * thousands. What comes out of the parts then are other markers, if any (`<a>` in `<b<a>`), so that no
   * part of a text is read more often than its model has markers inside of one another.
   */
  const tokenisePlain = (text: string): readonly Token[] => {
    const tokens: Token[] = [];
    const waiting = [{ text, isContinuation: false }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const found = model.tokenize(next.text, false, next.isContinuation ? 'trimLeadingSpace' : undefined);
      const markers = new Set(found.flatMap((token) => markerSpelling(token) ?? []));
      const parts = markers.size === 0 ? [next.text] : cutSpellings(next.text, markers);
      for (let index = parts.length - 1; index >= 0 && parts.length > 1; index--)
        waiting.push({ text: parts[index] ?? '', isContinuation: next.isContinuation || index > 0 });
      if (parts.length > 1) continue;
      // A marker that can't be broken up, such as one of a single character, is left out.
      for (const token of found) if (!isMarker(token)) tokens.push(token);
    }
    return tokens;
  };

  const toPieces = (prompt: Prompt): readonly Piece[] =>
    joinSegments(prompt).flatMap((segment): readonly Piece[] => {
      switch (segment.kind) {
        case 'bos':
          return model.tokens.bos === null ? [] : [{ token: model.tokens.bos }];
        case 'eos':
          return model.tokens.eos === null ? [] : [{ token: model.tokens.eos }];
        case 'control':
          return splitControl(segment.text);
        case 'text':
          return [{ text: segment.text }];
        default:
          return segment satisfies never;
      }
    });

  const tokenise = (prompt: Prompt): Token[] => {
    const tokens: Token[] = [];
    let plain = '';
    const flush = (): void => {
      for (const token of plain === '' ? [] : cache.tokensOf(plain, tokenisePlain)) tokens.push(token);
      plain = '';
    };
    for (const piece of toPieces(prompt)) {
      if ('text' in piece) plain += piece.text;
      else {
        flush();
        tokens.push(piece.token);
      }
    }
    flush();
    const { bos, shouldPrependBosToken } = model.tokens;
    if (shouldPrependBosToken && bos !== null && tokens[0] !== bos) tokens.unshift(bos);
    return tokens;
  };

  return {
    tokenise,
    describe: (prompt) => {
      const tokens = tokenise(prompt);
      return { tokens, kinds: tokens.map((token) => (isMarker(token) ? 'control' : 'text')) };
    },
  };
};
