import { type Vocabulary, vocabularyMetadata } from './vocabulary.ts';
import { type GgufTensor, type GgufValue, writeGguf } from './write-gguf.ts';

/** The sizes of a llama-architecture model. */
export type LlamaShape = {
  /** Longest context it claims to be trained for, in tokens. */
  readonly contextTokens: number;
  /** Width of the residual stream; a multiple of `heads`. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Key and value heads; divides `heads`. */
  readonly keyHeads: number;
  /** Width of the feed-forward layers. */
  readonly feedForwardWidth: number;
};

/** Makes one weight matrix or vector; `name` is GGUF's, `shape` starts with the input's size. */
export type WeightMaker = (name: string, shape: readonly number[]) => Float32Array;

/** Writes a whole llama-architecture model whose weights `weights` makes, tensor by tensor. */
export const writeLlamaModel = (
  path: string,
  model: {
    readonly name: string;
    readonly shape: LlamaShape;
    readonly vocabulary: Vocabulary;
    /** The Jinja chat templates to carry, by name; `default` is the nameless one. */
    readonly chatTemplates?: Readonly<Record<string, string>>;
    readonly weights: WeightMaker;
  },
): void => {
  const { shape, vocabulary } = model;
  const headWidth = shape.width / shape.heads;
  const keyWidth = headWidth * shape.keyHeads;
  const tensor = (name: string, ...size: number[]): GgufTensor => ({ name, shape: size, data: () => model.weights(name, size) });
  const tensors = [
    tensor('token_embd.weight', shape.width, vocabulary.pieces.length),
    ...Array.from({ length: shape.layers }, (_, layer) => [
      tensor(`blk.${layer}.attn_norm.weight`, shape.width),
      tensor(`blk.${layer}.attn_q.weight`, shape.width, shape.width),
      tensor(`blk.${layer}.attn_k.weight`, shape.width, keyWidth),
      tensor(`blk.${layer}.attn_v.weight`, shape.width, keyWidth),
      tensor(`blk.${layer}.attn_output.weight`, shape.width, shape.width),
      tensor(`blk.${layer}.ffn_norm.weight`, shape.width),
      tensor(`blk.${layer}.ffn_gate.weight`, shape.width, shape.feedForwardWidth),
      tensor(`blk.${layer}.ffn_up.weight`, shape.width, shape.feedForwardWidth),
      tensor(`blk.${layer}.ffn_down.weight`, shape.feedForwardWidth, shape.width),
    ]).flat(),
    tensor('output_norm.weight', shape.width),
    tensor('output.weight', shape.width, vocabulary.pieces.length),
  ];
  const metadata: Record<string, GgufValue> = {
    'general.architecture': { type: 'string', value: 'llama' },
    'general.name': { type: 'string', value: model.name },
    'general.file_type': { type: 'uint32', value: 0 },
    'llama.context_length': { type: 'uint32', value: shape.contextTokens },
    'llama.embedding_length': { type: 'uint32', value: shape.width },
    'llama.block_count': { type: 'uint32', value: shape.layers },
    'llama.feed_forward_length': { type: 'uint32', value: shape.feedForwardWidth },
    'llama.attention.head_count': { type: 'uint32', value: shape.heads },
    'llama.attention.head_count_kv': { type: 'uint32', value: shape.keyHeads },
    'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
    'llama.rope.dimension_count': { type: 'uint32', value: headWidth },
    'llama.vocab_size': { type: 'uint32', value: vocabulary.pieces.length },
    ...vocabularyMetadata(vocabulary),
    ...Object.fromEntries(
      Object.entries(model.chatTemplates ?? {}).map(([name, value]) => [
        name === 'default' ? 'tokenizer.chat_template' : `tokenizer.chat_template.${name}`,
        { type: 'string', value } as const,
      ]),
    ),
  };
  writeGguf(path, metadata, tensors);
};
