/** What of a model is put where, and for how many conversations. */
export type MemoryPlan = {
  readonly slots: number;
  /** Of each slot. */
  readonly contextTokens: number;
  readonly gpuLayers: 'auto' | 'max' | number;
};

/** A lack of memory: on the processor's side or the graphics card's, and how much. */
export type Lack = { readonly where: 'ram' | 'vram'; readonly reason: string };

/** A context that was not asked for in particular is not made smaller than this, in tokens. */
const autoContextTokensMin = 2048;

/**
 * The next smaller plan: half the slots, then half the context, unless somebody asked for that in
 * particular, then fewer layers on a graphics card that is too small. Undefined when nothing is left.
 */
export const smallerPlan = (plan: MemoryPlan, lack: Lack, isContextAuto: boolean): MemoryPlan | undefined => {
  if (plan.slots > 1) return { ...plan, slots: Math.floor(plan.slots / 2) };
  if (isContextAuto && plan.contextTokens > autoContextTokensMin)
    return { ...plan, contextTokens: Math.max(autoContextTokensMin, Math.floor(plan.contextTokens / 2)) };
  return lack.where === 'vram' ? withFewerLayers(plan) : undefined;
};

/** For a model that does not fit by itself. */
export const withFewerLayers = (plan: MemoryPlan): MemoryPlan | undefined => {
  if (plan.gpuLayers === 'max') return { ...plan, gpuLayers: 'auto' };
  if (plan.gpuLayers === 'auto') return { ...plan, gpuLayers: 0 };
  return plan.gpuLayers > 0 ? { ...plan, gpuLayers: Math.floor(plan.gpuLayers * 0.75) } : undefined;
};

/** For people, as in `4 slots of 4096 tokens, layers on the GPU: auto`. */
export const planText = ({ slots, contextTokens, gpuLayers }: MemoryPlan): string =>
  `${slots === 1 ? '1 slot' : `${slots} slots`} of ${contextTokens} tokens, layers on the GPU: ${gpuLayers}`;
