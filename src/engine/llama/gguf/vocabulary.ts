import type { GgufValue } from './write-gguf.ts';

/** A SentencePiece vocabulary: the pieces in id order with what the tokenizer needs of each. */
export type Vocabulary = {
  readonly pieces: readonly string[];
  readonly scores: readonly number[];
  readonly types: readonly number[];
  readonly unknown: number;
  readonly bos: number;
  readonly eos: number;
};

/** llama.cpp's token types, as GGUF stores them. */
const tokenType = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

const words =
  'the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when ' +
  'your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into ' +
  'time has look two more write go see number no way could people my than first water been call who its now find long down day did get come ' +
  'made may part user assistant system instruction response input name hello story answer question chat';

/**
 * Builds a vocabulary of the llama family's form: `<unk>`, `<s>`, `</s>`, 256 byte tokens for
 * everything without a piece, printable ASCII, common English words with all their prefixes (so
 * that SentencePiece's pairwise merging reaches them), then what is given.
 *
 * @param controls control tokens, for example `<|im_start|>`
 * @param whole pieces that only the model itself can produce: no merge leads to them
 */
export const createVocabulary = (controls: readonly string[] = [], whole: readonly string[] = []): Vocabulary => {
  const pieces: string[] = [];
  const scores: number[] = [];
  const types: number[] = [];
  const known = new Set<string>();
  const add = (piece: string, score: number, type: number): void => {
    if (known.has(piece)) return;
    known.add(piece);
    pieces.push(piece);
    scores.push(score);
    types.push(type);
  };
  add('<unk>', 0, tokenType.unknown);
  add('<s>', 0, tokenType.control);
  add('</s>', 0, tokenType.control);
  for (const control of controls) add(control, 0, tokenType.control);
  for (let byte = 0; byte < 256; byte++) add(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, 0, tokenType.byte);
  add('▁', -1000, tokenType.normal);
  for (let code = 0x21; code < 0x7f; code++) add(String.fromCharCode(code), -1000, tokenType.normal);
  words.split(' ').forEach((word, rank) => {
    for (const text of [`▁${word}`, word])
      for (let length = 2; length <= text.length; length++) add(text.slice(0, length), -1 - rank, tokenType.normal);
  });
  for (const piece of whole) add(piece, -2000, tokenType.normal);
  return { pieces, scores, types, unknown: 0, bos: 1, eos: 2 };
};

/** The metadata with which a GGUF file carries a vocabulary. */
export const vocabularyMetadata = (vocabulary: Vocabulary): Readonly<Record<string, GgufValue>> => ({
  'tokenizer.ggml.model': { type: 'string', value: 'llama' },
  'tokenizer.ggml.tokens': { type: 'strings', value: vocabulary.pieces },
  'tokenizer.ggml.scores': { type: 'float32s', value: vocabulary.scores },
  'tokenizer.ggml.token_type': { type: 'int32s', value: vocabulary.types },
  'tokenizer.ggml.unknown_token_id': { type: 'uint32', value: vocabulary.unknown },
  'tokenizer.ggml.bos_token_id': { type: 'uint32', value: vocabulary.bos },
  'tokenizer.ggml.eos_token_id': { type: 'uint32', value: vocabulary.eos },
  'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
  'tokenizer.ggml.add_eos_token': { type: 'bool', value: false },
});
