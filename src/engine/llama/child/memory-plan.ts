/** What of a model is put where, and for how many conversations. */
export type MemoryPlan = {
  readonly slots: number;
  /** Of each slot. */
  readonly contextTokens: number;
  readonly gpuLayers: 'auto' | 'max' | number;
  /** Most tokens in one native batch. */
  readonly batchTokens: number;
  /** With a small model that guesses. */
  readonly hasDraft: boolean;
};

/** A lack of memory: on the processor's side or the graphics card's, and how much. */
export type Lack = { readonly where: 'ram' | 'vram'; readonly reason: string };

/** Memory that something takes, as far as the library can tell, in bytes. */
export type Needed = { readonly cpuRam: number; readonly gpuVram: number };

/** Memory that may be filled, in bytes; on the graphics card where there is one. */
export type Room = { readonly ram: number; readonly vram?: number };

/** A context that was not asked for in particular is not made smaller than this, in tokens. */
const autoContextTokensMin = 2048;

/** The estimates are not exact, and the system, drivers and other programs want some too: a share of all, and at least so many bytes. */
const margins = { ram: { share: 0.02, bytesMin: 100_000_000 }, vram: { share: 0.05, bytesMin: 300_000_000 } };

/** What stays free of a memory of this size, in bytes. */
export const marginOf = (where: Lack['where'], totalBytes: number): number =>
  Math.max(margins[where].share * totalBytes, margins[where].bytesMin);

export const sumOf = (...all: readonly Needed[]): Needed => ({
  cpuRam: all.reduce((sum, { cpuRam }) => sum + cpuRam, 0),
  gpuVram: all.reduce((sum, { gpuVram }) => sum + gpuVram, 0),
});

export const fits = ({ cpuRam, gpuVram }: Needed, { ram, vram = 0 }: Room): boolean =>
  cpuRam <= ram && (gpuVram === 0 || gpuVram <= vram);

/**
 * The next smaller plan: half the slots, then half the context, unless somebody asked for that in
 * particular, then no draft model, then fewer layers on a graphics card that is too small. Undefined when nothing is left.
 */
export const smallerPlan = (plan: MemoryPlan, lack: Lack, isContextAuto: boolean): MemoryPlan | undefined => {
  if (plan.slots > 1) return { ...plan, slots: Math.floor(plan.slots / 2) };
  if (isContextAuto && plan.contextTokens > autoContextTokensMin)
    return { ...plan, contextTokens: Math.max(autoContextTokensMin, Math.floor(plan.contextTokens / 2)) };
  if (plan.hasDraft) return { ...plan, hasDraft: false };
  return lack.where === 'vram' ? withFewerLayers(plan) : undefined;
};

/** For a model that does not fit by itself. */
export const withFewerLayers = (plan: MemoryPlan): MemoryPlan | undefined => {
  if (plan.gpuLayers === 'max') return { ...plan, gpuLayers: 'auto' };
  if (plan.gpuLayers === 'auto') return { ...plan, gpuLayers: 0 };
  return plan.gpuLayers > 0 ? { ...plan, gpuLayers: Math.floor(plan.gpuLayers * 0.75) } : undefined;
};

/** For people, as in `4 slots of 4096 tokens, layers on the GPU: auto`. */
export const planText = ({ slots, contextTokens, gpuLayers, hasDraft }: MemoryPlan): string =>
  `${slots === 1 ? '1 slot' : `${slots} slots`} of ${contextTokens} tokens, layers on the GPU: ${gpuLayers}${hasDraft ? ', with the draft model' : ''}`;
