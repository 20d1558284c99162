import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import type { ModelInfo } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import { sentence } from '../../../core/sentence.ts';
import type { LlamaSettings, ToParent } from '../protocol.ts';
import { chooseThreads } from './auto-choices.ts';
import { templatesIn } from './chat-template.ts';
import { firstPlan, type Surroundings, withAutoChoices } from './choose-plan.ts';
import { measureDraft } from './draft-memory.ts';
import { type Machine, thisMachine } from './machine.ts';
import { contextNeeds, gigabytes, makeContext } from './make-context.ts';
import { type MemoryPlan, type Needed, planText, smallerPlan, sumOf, withFewerLayers } from './memory-plan.ts';
import { checkFile, openLibrary } from './open-library.ts';

export type LoadedModel = {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly info: ModelInfo;
  /** A draft model is wanted that the memory is too small for. */
  readonly isDraftLeftOut: boolean;
};

/** Sends a line to the parent's log. */
export type Log = (level: Extract<ToParent, { type: 'log' }>['level'], message: string) => void;

/** What to tell the people in the chat when the model can't be loaded; the log names the cause. */
const userText = sentence('modelUnloadable');

/**
 * Loads the model and makes its context, with what the machine has room for where a setting is `auto`. What does
 * not fit the memory is made smaller, step by step, and each step logged. Failures are `PaddockError`s whose
 * message names the cause and the setting to change.
 */
export const loadModel = async (settings: LlamaSettings, log: Log, machine: Machine = thisMachine): Promise<LoadedModel> => {
  checkFile(settings.modelPath);
  const nativeErrors: string[] = [];
  const llama = await openLibrary(settings, (level, message) => {
    if (level === 'error') nativeErrors.push(message);
    log(level === 'info' ? 'debug' : level, message);
  });
  const cause = (): string => (nativeErrors.length === 0 ? '' : `; llama.cpp says: ${nativeErrors.slice(-3).join(' / ')}`);
  const shrink = (plan: MemoryPlan, smaller: MemoryPlan | undefined, reason: string): MemoryPlan | undefined => {
    if (smaller) log('warn', `${planText(plan)} does not fit the memory (${reason}); taking ${planText(smaller)}`);
    return smaller;
  };

  const freeBefore = machine.ram().free;
  const threads = settings.threads === 'auto' ? chooseThreads(machine.cores(), llama.cpuMathCores) : settings.threads;
  const draftNeeds = await measureDraft(settings, llama);
  const needsOf = (model: LlamaModel, plan: MemoryPlan): Needed =>
    sumOf(contextNeeds(settings, model, plan), ...(plan.hasDraft && draftNeeds ? [draftNeeds(plan)] : []));
  let plan = firstPlan(settings, draftNeeds !== undefined);
  let isSlotsChosen = false;
  let model: LlamaModel | undefined;
  for (;;) {
    if (!model) {
      try {
        model = await openModel(llama, settings, plan, cause);
      } catch (error) {
        const smaller = isMemoryError(error) ? withFewerLayers(plan) : undefined;
        const next = llama.gpu === false ? undefined : shrink(plan, smaller, messageOf(error));
        if (!next) throw error;
        plan = next;
        continue;
      }
      plan = { ...plan, contextTokens: trainedContext(plan, model, log) };
      plan = withAutoChoices(settings, plan, await lookAround(llama, model, machine, freeBefore, needsOf), isSlotsChosen);
      isSlotsChosen = true;
    }
    const needed = needsOf(model, plan);
    const made = await makeContext(llama, settings, plan, model, { needed, threads, machine });
    if ('context' in made) {
      const info = describe(settings, plan, model, made.context, llama);
      logChoice(settings, info, plan, threads, needed, log);
      if (!info.hasChatTemplate && !settings.isDemo)
        log('info', "the model file brings no chat template: with `template: auto` the preset's is used, or else chatml");
      return { model, context: made.context, info, isDraftLeftOut: draftNeeds !== undefined && !plan.hasDraft };
    }
    // `auto` and `max` have become a number by now.
    const reached = { ...plan, gpuLayers: model.gpuLayers };
    const next = shrink(reached, smallerPlan(reached, made.lack, settings.isContextAuto), made.lack.reason);
    if (/[KV] cache/.test(cause())) throw badCacheType(settings, cause());
    if (!next) throw doesNotFit(plan, `${made.lack.reason}${cause()}`, made.error);
    if (next.gpuLayers !== reached.gpuLayers) {
      await model.dispose();
      model = undefined;
    }
    plan = next;
  }
};

/** @param freeBefore bytes of memory that were free before the model was opened */
const lookAround = async (
  llama: Llama,
  model: LlamaModel,
  machine: Machine,
  freeBefore: number,
  needsOf: (model: LlamaModel, plan: MemoryPlan) => Needed,
): Promise<Surroundings> => {
  const { gpuLayers, fileInsights } = model;
  const { free, total, countsFiles } = machine.ram();
  const hasGpu = llama.gpu !== false && gpuLayers > 0;
  // Weights that were pushed out of the memory would be read from disk for every token.
  const weights = fileInsights.estimateModelResourceRequirements({ gpuLayers }).cpuRam;
  return {
    cores: machine.cores(),
    isAllOnGpu: hasGpu && gpuLayers >= fileInsights.totalLayers,
    ram: { free: countsFiles ? Math.min(free, freeBefore - weights) : free, total },
    vram: hasGpu ? await machine.vram(llama) : undefined,
    needsOf: (plan) => needsOf(model, plan),
  };
};

const openModel = (llama: Llama, settings: LlamaSettings, plan: MemoryPlan, cause: () => string): Promise<LlamaModel> =>
  llama
    .loadModel({
      modelPath: settings.modelPath,
      gpuLayers:
        plan.gpuLayers === 'auto'
          ? { fitContext: { contextSize: plan.slots * keptContext(plan, settings.isContextAuto) } }
          : plan.gpuLayers,
      ...(settings.flashAttention === 'auto' ? {} : { defaultContextFlashAttention: settings.flashAttention }),
    })
    .catch((error: unknown) => {
      throw isMemoryError(error)
        ? new PaddockError(
            'context-too-large',
            `the model does not fit the memory (${messageOf(error)})${cause()}; lower engine.gpuLayers, or take a smaller model or quant`,
            { userText, cause: error },
          )
        : new PaddockError(
            'model-invalid',
            `the model file ${settings.modelPath} could not be loaded (${messageOf(error)})${cause()}; it is damaged, incomplete or of an unknown architecture: download it again, or set engine.model to another file`,
            { userText, cause: error },
          );
    });

/** More context than this, which nobody asked for, is given up before layers on the GPU are, in tokens. */
const contextTokensBeforeLayers = 4096;

const keptContext = ({ contextTokens }: MemoryPlan, isContextAuto: boolean): number =>
  isContextAuto ? Math.min(contextTokens, contextTokensBeforeLayers) : contextTokens;

/** What of the context the model was trained for. */
const trainedContext = ({ contextTokens }: MemoryPlan, model: LlamaModel, log: Log): number => {
  if (contextTokens <= model.trainContextSize) return contextTokens;
  log(
    'warn',
    `the model was trained for ${model.trainContextSize} tokens of context, so engine.contextTokens ${contextTokens} is lowered to that`,
  );
  return model.trainContextSize;
};

const logChoice = (
  settings: LlamaSettings,
  info: ModelInfo,
  { batchTokens, hasDraft }: MemoryPlan,
  threads: number,
  { cpuRam, gpuVram }: Needed,
  log: Log,
): void => {
  const { keyCacheType = 'f16', valueCacheType = 'f16' } = settings;
  const memory =
    gpuVram > 0 ? `${gigabytes(cpuRam)} of memory and ${gigabytes(gpuVram)} on the GPU` : `${gigabytes(cpuRam)} of memory`;
  const size = `${info.slots === 1 ? '1 slot' : `${info.slots} slots`} of ${info.contextTokens} tokens`;
  const work = `batches of ${batchTokens}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
  log(
    'info',
    `${size}, ${work}, keys in ${keyCacheType}, values in ${valueCacheType}, about ${memory}${hasDraft ? ' with the draft model' : ''}; layers: ${info.device}`,
  );
};

const badCacheType = ({ keyCacheType, valueCacheType }: LlamaSettings, cause: string): PaddockError =>
  new PaddockError(
    'configuration-invalid',
    `this model's keys and values can't be held as ${keyCacheType} and ${valueCacheType}${cause}; set engine.keyCacheType and engine.valueCacheType to f16`,
    { userText },
  );

const doesNotFit = ({ slots, contextTokens }: MemoryPlan, reason: string, cause: unknown): PaddockError =>
  new PaddockError(
    'context-too-large',
    `a context of ${slots === 1 ? '1 slot' : `${slots} slots`} with ${contextTokens} tokens each does not fit the memory (${reason}); lower engine.contextTokens, engine.slots or engine.gpuLayers`,
    { userText, cause },
  );

const describe = (
  settings: LlamaSettings,
  plan: MemoryPlan,
  model: LlamaModel,
  context: LlamaContext,
  llama: Llama,
): ModelInfo => ({
  name: model.fileInfo.metadata.general.name ?? model.filename ?? 'unnamed',
  path: settings.modelPath,
  isDemo: settings.isDemo,
  contextTokens: context.contextSize,
  slots: plan.slots,
  device: llama.gpu === false || model.gpuLayers === 0 ? 'cpu' : `${llama.gpu}, ${model.gpuLayers} layers`,
  hasChatTemplate: templatesIn(model.fileInfo.metadata.tokenizer).size > 0,
  bosText: model.tokens.bosString ?? '',
  eosText: model.tokens.eosString ?? '',
});

const isMemoryError = (error: unknown): boolean =>
  (error instanceof PaddockError && error.code === 'context-too-large') ||
  (error instanceof Error && /memory|VRAM/i.test(`${error.name} ${error.message}`));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
