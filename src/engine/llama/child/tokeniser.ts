import type { LlamaModel, Token } from 'node-llama-cpp';
import type { TokenisedPrompt } from '../../../core/engine.ts';
import { joinSegments, type Prompt } from '../../../core/prompt.ts';

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

  /** A token that means something to the model beyond its letters. */
  const isMarker = (token: Token): boolean => {
    const attributes = model.getTokenAttributes(token);
    if (attributes.control || model.isEogToken(token)) return true;
    // Some files declare their role markers "user defined"; such files also do it for runs of
    // spaces, which are ordinary text.
    return attributes.userDefined && /^(<.*>|\[.*\])$/s.test(model.detokenize([token], true));
  };

  /** Splits a template's text at the control tokens in it. Templates repeat, so the result is kept. */
  const splitControl = (text: string): readonly Piece[] => {
    const known = controlPieces.get(text);
    if (known) return known;
    const pieces: Piece[] = [];
    let position = 0;
    for (const token of model.tokenize(text, true)) {
      if (!isMarker(token)) continue;
      const spelling = model.detokenize([token], true);
      const start = text.indexOf(spelling, position);
      if (spelling === '' || start === -1) continue;
      pieces.push({ text: text.slice(position, start) }, { token });
      position = start + spelling.length;
    }
    pieces.push({ text: text.slice(position) });
    if (controlPieces.size >= 1000) controlPieces.clear();
    controlPieces.set(text, pieces);
    return pieces;
  };

  /**
   * Plain text to tokens. llama.cpp matches "user defined" tokens even in plain text, so a marker
   * that comes out all the same is broken up after its first character.
   */
  const tokenisePlain = (text: string, isContinuation: boolean): readonly Token[] => {
    const tokens = model.tokenize(text, false, isContinuation ? 'trimLeadingSpace' : undefined);
    const marker = tokens.find(isMarker);
    if (marker === undefined) return tokens;
    const spelling = model.detokenize([marker], true);
    const start = text.indexOf(spelling);
    if (spelling.length < 2 || start === -1) return tokens.filter((token) => !isMarker(token));
    const cut = start + ((spelling.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
    return [...tokenisePlain(text.slice(0, cut), isContinuation), ...tokenisePlain(text.slice(cut), true)];
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
      for (const token of plain === '' ? [] : tokenisePlain(plain, false)) tokens.push(token);
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
