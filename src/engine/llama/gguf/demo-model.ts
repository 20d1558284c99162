import { type LlamaShape, writeLlamaModel } from './llama-model.ts';
import { createVocabulary } from './vocabulary.ts';

/** What the demo model says, whatever it is asked. */
export const demoText =
  "I'm Paddock's built-in demo model, and these two sentences are all I can say. " +
  'Put a GGUF model file into the folder data/models and start me again, and you will be talking with a real one.';

/** Writes the built-in demo model, with which the bot works before a real model is there. */
export const writeDemoModel = (path: string): void => writeSayingModel(path, { name: 'Paddock demo', text: demoText });

/**
 * Writes a model that says one text, whatever it is asked. It is a
 * real llama-architecture GGUF file of under a megabyte: the text is cut into tokens of its own,
 * each embedded as one axis, and the output matrix maps every axis to the token that follows; all
 * other tokens share the axis that leads to the first one. Attention and feed-forward layers are
 * zero, so nothing disturbs the chain, and the last token leads to the end token.
 *
 * @param model.text of about fifty words at most
 */
export const writeSayingModel = (path: string, { name, text }: { readonly name: string; readonly text: string }): void => {
  const chain = cutIntoPieces(text);
  const vocabulary = createVocabulary([], chain);
  const axisOf = new Map(chain.map((piece, index) => [vocabulary.pieces.indexOf(piece), index + 1]));
  const width = 64;
  if (chain.length >= width) throw new Error(`the text has ${chain.length} pieces; at most ${width - 1} fit`);
  const shape: LlamaShape = { contextTokens: 32_768, width, layers: 1, heads: 2, keyHeads: 1, feedForwardWidth: width };
  const successors = [...axisOf.keys(), vocabulary.eos];
  writeLlamaModel(path, {
    name,
    shape,
    vocabulary,
    weights: (tensor, size) => {
      const data = new Float32Array(size.reduce((product, length) => product * length, 1));
      if (tensor.endsWith('_norm.weight')) data.fill(1);
      if (tensor === 'token_embd.weight') {
        for (let token = 0; token < vocabulary.pieces.length; token++) data[token * width + (axisOf.get(token) ?? 0)] = 1;
      }
      // After normalisation an axis has length 8 (the root of the width), so the right token leads
      // by 512: out of reach for any temperature or penalty, and within half precision on a GPU.
      if (tensor === 'output.weight')
        successors.forEach((token, axis) => {
          data[token * width + axis] = 64;
        });
      return data;
    },
  });
};

/**
 * Cuts a text into pieces of about one word, every one different from the others and at least two
 * characters long, so that no merge of the tokenizer reaches them and each has one successor.
 */
const cutIntoPieces = (text: string): readonly string[] => {
  const pieces: string[] = [];
  let piece = '';
  for (const word of `▁${text.replaceAll(' ', ' ▁')}`.split(' ')) {
    piece += word;
    if (pieces.includes(piece) || isOrdinary(piece)) continue;
    pieces.push(piece);
    piece = '';
  }
  if (piece !== '') pieces[pieces.length - 1] += piece;
  return pieces;
};

const ordinary = new Set(createVocabulary().pieces);
const isOrdinary = (piece: string): boolean => ordinary.has(piece);
