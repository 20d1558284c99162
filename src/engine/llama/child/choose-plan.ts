import type { LlamaSettings } from '../protocol.ts';
import { chooseBatchTokens, chooseSlots, cpuBatchTokens, slotsMax } from './auto-choices.ts';
import type { MemoryState } from './machine.ts';
import { type MemoryPlan, marginOf, type Needed } from './memory-plan.ts';

/** Slots and batch that are `auto` are chosen once the model is open; until then they are the least. */
export const firstPlan = (
  { slots, contextTokens, gpuLayers, batchTokens }: Pick<LlamaSettings, 'slots' | 'contextTokens' | 'gpuLayers' | 'batchTokens'>,
  hasDraft: boolean,
): MemoryPlan => ({
  slots: slots === 'auto' ? 1 : slots,
  contextTokens,
  gpuLayers,
  batchTokens: batchTokens === 'auto' ? cpuBatchTokens : batchTokens,
  hasDraft,
});

/** Where a model has been opened. */
export type Surroundings = {
  readonly cores: number;
  readonly isAllOnGpu: boolean;
  /** What is free beside the model. */
  readonly ram: MemoryState;
  /** Of the graphics card, where layers are on one. */
  readonly vram: MemoryState | undefined;
  /** What a plan takes besides the model itself. */
  readonly needsOf: (plan: MemoryPlan) => Needed;
};

/**
 * A plan with what `auto` means on this machine.
 *
 * @param isSlotsChosen slots are not chosen again for a model that is opened again with fewer layers on the GPU
 */
export const withAutoChoices = (
  settings: Pick<LlamaSettings, 'slots' | 'batchTokens'>,
  plan: MemoryPlan,
  { cores, isAllOnGpu, ram, vram, needsOf }: Surroundings,
  isSlotsChosen: boolean,
): MemoryPlan => {
  const roomIn = (where: 'ram' | 'vram', { free, total }: MemoryState): number => free - marginOf(where, total);
  const room = { ram: roomIn('ram', ram), ...(vram && { vram: roomIn('vram', vram) }) };
  const batched =
    settings.batchTokens === 'auto'
      ? { ...plan, batchTokens: chooseBatchTokens((batchTokens) => needsOf({ ...plan, batchTokens }), room) }
      : plan;
  if (settings.slots !== 'auto' || isSlotsChosen) return batched;
  return { ...batched, slots: chooseSlots((slots) => needsOf({ ...batched, slots }), room, slotsMax({ isAllOnGpu, cores })) };
};
