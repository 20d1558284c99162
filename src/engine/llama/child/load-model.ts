import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { getLlama, type Llama, type LlamaContext, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import type { ModelInfo } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import { sentence } from '../../../core/sentence.ts';
import type { LlamaSettings, ToParent } from '../protocol.ts';
import { templatesIn } from './chat-template.ts';
import { gigabytes, type Memory, machineMemory, makeContext, type Needed } from './make-context.ts';
import { type MemoryPlan, planText, smallerPlan, withFewerLayers } from './memory-plan.ts';

export type LoadedModel = { readonly model: LlamaModel; readonly context: LlamaContext; readonly info: ModelInfo };

/** Sends a line to the parent's log. */
export type Log = (level: Extract<ToParent, { type: 'log' }>['level'], message: string) => void;

/** What to tell the people in the chat when the model can't be loaded; the log names the cause. */
const userText = sentence('modelUnloadable');

/**
 * Loads the model and makes its context. What does not fit the memory is made smaller, step by step,
 * and each step logged. Failures are `PaddockError`s whose message names the cause and the setting to change.
 */
export const loadModel = async (settings: LlamaSettings, log: Log, memory: Memory = machineMemory): Promise<LoadedModel> => {
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

  const { slots, contextTokens, gpuLayers } = settings;
  let plan: MemoryPlan = { slots, contextTokens, gpuLayers };
  let model: LlamaModel | undefined;
  for (;;) {
    try {
      model ??= await openModel(llama, settings, plan, cause);
    } catch (error) {
      const smaller = isMemoryError(error) ? withFewerLayers(plan) : undefined;
      const next = llama.gpu === false ? undefined : shrink(plan, smaller, messageOf(error));
      if (!next) throw error;
      plan = next;
      continue;
    }
    plan = { ...plan, contextTokens: trainedContext(plan, model, log) };
    const made = await makeContext(llama, settings, plan, model, memory);
    if ('context' in made) {
      const info = describe(settings, plan, model, made.context, llama);
      logChoice(settings, info, made.needed, log);
      if (!info.hasChatTemplate && !settings.isDemo)
        log('info', "the model file brings no chat template: with `template: auto` the preset's is used, or else chatml");
      return { model, context: made.context, info };
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

const openModel = (llama: Llama, settings: LlamaSettings, plan: MemoryPlan, cause: () => string): Promise<LlamaModel> =>
  llama
    .loadModel({
      modelPath: settings.modelPath,
      gpuLayers: plan.gpuLayers === 'auto' ? { fitContext: { contextSize: plan.contextTokens * plan.slots } } : plan.gpuLayers,
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

/** What of the context the model was trained for. */
const trainedContext = ({ contextTokens }: MemoryPlan, model: LlamaModel, log: Log): number => {
  if (contextTokens <= model.trainContextSize) return contextTokens;
  log(
    'warn',
    `the model was trained for ${model.trainContextSize} tokens of context, so engine.contextTokens ${contextTokens} is lowered to that`,
  );
  return model.trainContextSize;
};

const logChoice = (settings: LlamaSettings, info: ModelInfo, { cpuRam, gpuVram }: Needed, log: Log): void => {
  const { keyCacheType = 'f16', valueCacheType = 'f16' } = settings;
  const memory =
    gpuVram > 0 ? `${gigabytes(cpuRam)} of memory and ${gigabytes(gpuVram)} on the GPU` : `${gigabytes(cpuRam)} of memory`;
  log(
    'info',
    `${info.slots === 1 ? '1 slot' : `${info.slots} slots`} of ${info.contextTokens} tokens, keys in ${keyCacheType}, values in ${valueCacheType}, about ${memory}; layers: ${info.device}`,
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

/** Tells apart what a native loader would only call "failed": no file, no model, another format. */
const checkFile = (path: string): void => {
  const magic = Buffer.alloc(4);
  try {
    if (!statSync(path).isFile()) throw new Error('it is not a file');
    const file = openSync(path, 'r');
    try {
      readSync(file, magic, 0, 4, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new PaddockError(
      'model-missing',
      `the model file ${path} can't be read (${messageOf(error)}); put it there or set engine.model to another file`,
      { userText, cause: error },
    );
  }
  if (magic.toString('latin1') !== 'GGUF') {
    throw new PaddockError(
      'model-invalid',
      `${path} is not a GGUF file; download the model in the GGUF format, or set engine.model to another file`,
      { userText },
    );
  }
};

const openLibrary = (settings: LlamaSettings, log: Log): Promise<Llama> =>
  getLlama({
    // Nothing is compiled or downloaded here: a prebuilt library that does not fit is an error.
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    gpu: settings.gpuLayers === 0 ? false : 'auto',
    logLevel: LlamaLogLevel.warn,
    logger: (level, message) => log(levelOf(level), message.trim()),
  }).catch((error: unknown) => {
    throw new PaddockError(
      'engine-failed',
      `no native library of node-llama-cpp runs on this machine (${messageOf(error)}); with engine.gpuLayers: 0 the GPU is left out`,
      { userText, cause: error },
    );
  });

const levelOf = (level: LlamaLogLevel): 'debug' | 'info' | 'warn' | 'error' => {
  if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal) return 'error';
  return level === LlamaLogLevel.warn ? 'warn' : 'info';
};

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
