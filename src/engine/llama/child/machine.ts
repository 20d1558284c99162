import { availableParallelism, totalmem } from 'node:os';
import type { Llama } from 'node-llama-cpp';

/** A memory, in bytes. */
export type MemoryState = { readonly free: number; readonly total: number };

/** What the choices depend on; for tests to replace. */
export type Machine = {
  readonly cores: () => number;
  /** `countsFiles`: what the system holds of files, such as a mapped model, counts as free. It does not where a container's limit is told. */
  readonly ram: () => MemoryState & { readonly countsFiles: boolean };
  /** Of the graphics card. */
  readonly vram: (llama: Llama) => Promise<MemoryState>;
};

export const thisMachine: Machine = {
  cores: availableParallelism,
  ram: () => {
    const limit = process.constrainedMemory();
    const isLimited = limit > 0 && limit < totalmem();
    return { free: process.availableMemory(), total: isLimited ? limit : totalmem(), countsFiles: !isLimited };
  },
  vram: async (llama) => await llama.getVramState(),
};
