import { GgufInsights, type Llama, readGgufFileInfo } from 'node-llama-cpp';
import type { LlamaSettings } from '../protocol.ts';
import { type MemoryPlan, type Needed, sumOf } from './memory-plan.ts';

/** The context of a draft model: what it was trained for, and no more than the large model has. */
export const draftContextTokens = (contextTokens: number, trainContextTokens: number): number =>
  Math.min(contextTokens, trainContextTokens);

/**
 * What the draft model and its context take with a plan. Undefined where none is wanted, and where its file
 * can't be read: opening it says why.
 */
export const measureDraft = async (
  settings: LlamaSettings,
  llama: Llama,
): Promise<((plan: Pick<MemoryPlan, 'slots' | 'contextTokens' | 'batchTokens'>) => Needed) | undefined> => {
  const { speculation, draftModel } = settings;
  if (speculation !== 'draft' || draftModel === undefined) return undefined;
  try {
    const insights = await GgufInsights.from(await readGgufFileInfo(draftModel, { sourceType: 'filesystem' }), llama);
    const layers = llama.gpu === false || settings.gpuLayers === 0 ? 0 : insights.totalLayers;
    const model = insights.estimateModelResourceRequirements({ gpuLayers: layers });
    return ({ slots, contextTokens, batchTokens }) =>
      sumOf(
        model,
        insights.estimateContextResourceRequirements({
          contextSize: draftContextTokens(contextTokens, insights.trainContextSize ?? contextTokens),
          sequences: slots,
          batchSize: batchTokens,
          modelGpuLayers: layers,
          flashAttention: usesFlashAttention(settings, insights),
        }),
      );
  } catch {
    return undefined;
  }
};

/** `auto` is taken wherever a model can have it; without it the library expects about three times the memory. */
export const usesFlashAttention = (
  { flashAttention }: Pick<LlamaSettings, 'flashAttention'>,
  { flashAttentionSupported }: Pick<GgufInsights, 'flashAttentionSupported'>,
): boolean => flashAttention !== false && flashAttentionSupported;
