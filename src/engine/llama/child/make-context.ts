import { GgmlType, type Llama, type LlamaContext, type LlamaModel } from 'node-llama-cpp';
import type { LlamaSettings } from '../protocol.ts';
import { usesFlashAttention } from './draft-memory.ts';
import type { Machine, MemoryState } from './machine.ts';
import { type Lack, type MemoryPlan, marginOf, type Needed } from './memory-plan.ts';

/** What a context takes. The library's newer estimate makes a trial allocation of the real size; this one only computes. */
export const contextNeeds = (
  settings: LlamaSettings,
  model: LlamaModel,
  { slots, contextTokens, batchTokens }: Pick<MemoryPlan, 'slots' | 'contextTokens' | 'batchTokens'>,
): Needed => {
  const { keyCacheType = 'f16', valueCacheType = 'f16' } = settings;
  // Of each sequence: the library multiplies it.
  return model.fileInsights.estimateContextResourceRequirements({
    contextSize: contextTokens,
    sequences: slots,
    batchSize: batchTokens,
    modelGpuLayers: model.gpuLayers,
    flashAttention: usesFlashAttention(settings, model.fileInsights),
    kvCacheKeyType: cacheTypes[keyCacheType],
    kvCacheValueType: cacheTypes[valueCacheType],
  });
};

/**
 * The context, or what it lacks. Linux promises memory that it does not have and kills the process
 * that uses it, which takes a minute of swapping, so this is asked before it is made.
 *
 * @param needed of the context and all that comes after it
 */
export const makeContext = async (
  llama: Llama,
  settings: LlamaSettings,
  { slots, contextTokens, batchTokens }: MemoryPlan,
  model: LlamaModel,
  { needed, threads, machine }: { readonly needed: Needed; readonly threads: number; readonly machine: Machine },
): Promise<{ readonly context: LlamaContext } | { readonly lack: Lack; readonly error?: unknown }> => {
  const lack =
    lackOf('ram', needed.cpuRam, machine.ram()) ??
    (llama.gpu === false || needed.gpuVram === 0 ? undefined : lackOf('vram', needed.gpuVram, await machine.vram(llama)));
  if (lack) return { lack };
  const { keyCacheType = 'f16', valueCacheType = 'f16' } = settings;
  try {
    const context = await model.createContext({
      contextSize: contextTokens,
      sequences: slots,
      batchSize: batchTokens,
      threads,
      failedCreationRemedy: false,
      experimentalKvCacheKeyType: cacheTypes[keyCacheType],
      experimentalKvCacheValueType: cacheTypes[valueCacheType],
    });
    return { context };
  } catch (error) {
    return { lack: { where: model.gpuLayers > 0 ? 'vram' : 'ram', reason: messageOf(error) }, error };
  }
};

const cacheTypes = { f16: GgmlType.F16, q8_0: GgmlType.Q8_0, q4_0: GgmlType.Q4_0 } as const;

const lackOf = (where: Lack['where'], needed: number, { free, total }: MemoryState): Lack | undefined => {
  const margin = marginOf(where, total);
  if (needed <= free - margin) return undefined;
  const place = where === 'vram' ? ' on the GPU' : '';
  return {
    where,
    reason: `it needs ${gigabytes(needed)}${place}, and ${gigabytes(free)} are free, of which ${gigabytes(margin)} are kept free`,
  };
};

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
