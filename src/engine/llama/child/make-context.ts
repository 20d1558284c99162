import { availableParallelism } from 'node:os';
import { GgmlType, type Llama, type LlamaContext, type LlamaModel } from 'node-llama-cpp';
import type { LlamaSettings } from '../protocol.ts';
import type { Lack, MemoryPlan } from './memory-plan.ts';

/** How much memory is free, in bytes; for tests to replace. */
export type Memory = { readonly freeRam: () => number; readonly freeVram: (llama: Llama) => Promise<number> };

export const machineMemory: Memory = {
  freeRam: () => process.availableMemory(),
  freeVram: async (llama) => (await llama.getVramState()).free,
};

/** Memory that a context takes, as far as the library can tell, in bytes. */
export type Needed = { readonly cpuRam: number; readonly gpuVram: number };

/**
 * The context, or what it lacks. Linux promises memory that it does not have and kills the process
 * that uses it, which takes a minute of swapping, so this is asked before it is made.
 */
export const makeContext = async (
  llama: Llama,
  settings: LlamaSettings,
  plan: MemoryPlan,
  model: LlamaModel,
  memory: Memory,
): Promise<{ readonly context: LlamaContext; readonly needed: Needed } | { readonly lack: Lack; readonly error?: unknown }> => {
  const { keyCacheType = 'f16', valueCacheType = 'f16' } = settings;
  const size = { contextSize: plan.contextTokens, sequences: plan.slots, batchSize: settings.batchTokens };
  // The library's newer estimate makes a trial allocation of the real size; this one only computes.
  const needed = model.fileInsights.estimateContextResourceRequirements({
    ...size,
    modelGpuLayers: model.gpuLayers,
    flashAttention: settings.flashAttention === true,
    kvCacheKeyType: cacheTypes[keyCacheType],
    kvCacheValueType: cacheTypes[valueCacheType],
  });
  const freeRam = memory.freeRam();
  if (needed.cpuRam > freeRam) return lackOf('ram', needed.cpuRam, freeRam);
  if (llama.gpu !== false && needed.gpuVram > 0) {
    const freeVram = await memory.freeVram(llama);
    if (needed.gpuVram > freeVram) return lackOf('vram', needed.gpuVram, freeVram);
  }
  try {
    const context = await model.createContext({
      ...size,
      threads: settings.threads === 'auto' ? autoThreads(llama) : settings.threads,
      failedCreationRemedy: false,
      experimentalKvCacheKeyType: cacheTypes[keyCacheType],
      experimentalKvCacheValueType: cacheTypes[valueCacheType],
    });
    return { context, needed };
  } catch (error) {
    return { lack: { where: model.gpuLayers > 0 ? 'vram' : 'ram', reason: messageOf(error) }, error };
  }
};

const cacheTypes = { f16: GgmlType.F16, q8_0: GgmlType.Q8_0, q4_0: GgmlType.Q4_0 } as const;

const lackOf = (where: Lack['where'], needed: number, free: number): { readonly lack: Lack } => ({
  lack: {
    where,
    reason: `it needs ${gigabytes(needed)}${where === 'vram' ? ' on the GPU' : ''}, and ${gigabytes(free)} are free`,
  },
});

/** Compute threads spin while they wait for one another, so the bot itself needs a core of its own. */
const autoThreads = (llama: Llama): number => Math.max(1, Math.min(llama.cpuMathCores, availableParallelism() - 1));

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
