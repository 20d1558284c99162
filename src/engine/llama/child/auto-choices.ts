import { fits, type Needed, type Room } from './memory-plan.ts';

// What `auto` takes. Nothing here needs the native library, so that `paddock models` can say it too.

/** Where a model is computed: all of its layers on a graphics card, or at least a part by the processor. */
export type Computed = { readonly isAllOnGpu: boolean; readonly cores: number };

/** More at once than this bring little more together, and each answer comes slower than people read. */
const gpuSlotsMax = 8;
/** On a processor each answer more makes all others slower: see docs/performance.md. */
const cpuSlots = { least: 2, most: 4, coresEach: 4 };

/** Most conversations that `engine.slots: auto` answers at once; the memory may allow fewer. */
export const slotsMax = ({ isAllOnGpu, cores }: Computed): number =>
  isAllOnGpu ? gpuSlotsMax : Math.min(cpuSlots.most, Math.max(cpuSlots.least, Math.floor(cores / cpuSlots.coresEach)));

/** As many slots as have room, at least one. */
export const chooseSlots = (needsOf: (slots: number) => Needed, room: Room, most: number): number => {
  let slots = most;
  while (slots > 1 && !fits(needsOf(slots), room)) slots--;
  return slots;
};

export const cpuBatchTokens = 512;
/** The largest is llama.cpp's own default. */
const gpuBatchTokens = [2048, 1024];
/** What a larger batch may take of the memory that is free, which would otherwise hold conversations. */
const batchShare = 0.1;

/** The tokens of a prompt that are read in one step with `engine.batchTokens: auto`. */
export const chooseBatchTokens = (needsOf: (batchTokens: number) => Needed, room: Room): number => {
  const { ram, vram } = room;
  if (vram === undefined) return cpuBatchTokens;
  const small = needsOf(cpuBatchTokens);
  const isCheap = (tokens: number): boolean => {
    const { cpuRam, gpuVram } = needsOf(tokens);
    return gpuVram - small.gpuVram <= vram * batchShare && cpuRam - small.cpuRam <= ram * batchShare;
  };
  return gpuBatchTokens.find(isCheap) ?? cpuBatchTokens;
};

/** Compute threads spin while they wait for one another, so the bot itself needs a core of its own. */
export const chooseThreads = (cores: number, mathCores: number): number => Math.max(1, Math.min(mathCores, cores - 1));
