import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { getModuleVersion, type LlamaContext, type LlamaModel } from 'node-llama-cpp';

/** How much of a model file is read at either end, in bytes: the metadata and the last tensors. */
const edgeBytes = 1_048_576;
/** Raised when what is kept changes its form. */
const formatVersion = 1;

/**
 * A hash of everything that a kept state depends on; a state of another identity is never loaded,
 * because the library may crash on it. The template is not in it: a state is only ever used as far
 * as its tokens are those of the prompt.
 */
export const stateIdentity = async (modelPath: string, model: LlamaModel, context: LlamaContext): Promise<string> =>
  createHash('sha256')
    .update(
      JSON.stringify([
        formatVersion,
        await getModuleVersion(),
        modelIdentity(modelPath),
        context.contextSize,
        context.kvCacheKeyType ?? null,
        context.kvCacheValueType ?? null,
        context.flashAttention,
        // With flash attention on `auto` the place of the layers decides about it, and so about the layout.
        model.gpuLayers,
      ]),
    )
    .digest('hex');

/** Size, time and both ends of a file: hashing 40 GB at every start would take longer than the states save. */
const modelIdentity = (path: string): string => {
  const file = openSync(path, 'r');
  try {
    const { size, mtimeMs } = fstatSync(file);
    const hash = createHash('sha256').update(JSON.stringify([size, mtimeMs]));
    for (const start of [0, Math.max(0, size - edgeBytes)]) {
      const edge = Buffer.alloc(Math.min(edgeBytes, size - start));
      hash.update(edge.subarray(0, readSync(file, edge, 0, edge.length, start)));
    }
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
};
