import { type LlamaShape, writeLlamaModel } from './llama-model.ts';
import { createVocabulary } from './vocabulary.ts';

/** A model small enough to load in a moment and deep enough that every earlier token matters. */
export const smallShape: LlamaShape = {
  contextTokens: 32_768,
  width: 64,
  layers: 4,
  heads: 4,
  keyHeads: 2,
  feedForwardWidth: 128,
};

/** A chat template in the usual ChatML form, as many real files carry it. */
const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * Writes a llama-architecture model with random weights: it talks nonsense, but its attention,
 * cache, tokenizer and sampling are those of a real one, and at temperature 0 it is
 * deterministic. For tests and benchmarks.
 *
 * @param seed the same seed gives the same file, byte for byte
 */
export const writeRandomModel = (
  path: string,
  options: {
    readonly seed?: number;
    readonly shape?: LlamaShape;
    /** [true] */
    readonly hasChatTemplate?: boolean;
    /** The chat templates by name. [ChatML as `default`] */
    readonly chatTemplates?: Readonly<Record<string, string>>;
  } = {},
): void => {
  const random = gaussian(options.seed ?? 1);
  writeLlamaModel(path, {
    name: 'Random weights',
    shape: options.shape ?? smallShape,
    vocabulary: createVocabulary(['<|im_start|>', '<|im_end|>']),
    ...(options.hasChatTemplate === false ? {} : { chatTemplates: options.chatTemplates ?? { default: chatTemplate } }),
    weights: (name, size) => {
      const data = new Float32Array(size.reduce((product, length) => product * length, 1));
      if (name.endsWith('_norm.weight')) return data.fill(1);
      // Scaled so that every layer keeps the size of what it reads; a little more in the
      // attention, so that distant tokens change the outcome.
      const scale = (name.includes('attn_') ? 1.5 : 1) / Math.sqrt(size[0] ?? 1);
      for (let index = 0; index < data.length; index++) data[index] = random() * scale;
      return data;
    },
  });
};

/** Normally distributed numbers from a 32-bit generator (mulberry32), two to a Box-Muller step. */
const gaussian = (seed: number): (() => number) => {
  let state = seed >>> 0;
  let spare: number | undefined;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
};
