import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { getLlama, type Llama, type LlamaContext, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import type { ModelInfo } from '../../../core/engine.ts';
import { PaddockError } from '../../../core/error.ts';
import type { LlamaSettings, ToParent } from '../protocol.ts';
import { templatesIn } from './chat-template.ts';

export type LoadedModel = { readonly model: LlamaModel; readonly context: LlamaContext; readonly info: ModelInfo };

type Log = (level: Extract<ToParent, { type: 'log' }>['level'], message: string) => void;

/** A context that was not asked for in particular is not made smaller than this, in tokens. */
const autoContextTokensMin = 2048;

/** What to tell the people in the chat when the model can't be loaded; the log names the cause. */
const userText = 'My language model could not be loaded. The people who run me find the cause in the log.';

/**
 * Loads the model and makes its context. Failures are `PaddockError`s whose message names the
 * cause and the setting to change.
 */
export const loadModel = async (settings: LlamaSettings, log: Log): Promise<LoadedModel> => {
  checkFile(settings.modelPath);
  const nativeErrors: string[] = [];
  const llama = await openLibrary(settings, (level, message) => {
    if (level === 'error') nativeErrors.push(message);
    log(level === 'info' ? 'debug' : level, message);
  });
  const cause = (): string => (nativeErrors.length === 0 ? '' : `; llama.cpp says: ${nativeErrors.slice(-3).join(' / ')}`);
  const model = await llama
    .loadModel({
      modelPath: settings.modelPath,
      gpuLayers:
        settings.gpuLayers === 'auto'
          ? { fitContext: { contextSize: settings.contextTokens * settings.slots } }
          : settings.gpuLayers,
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
  const contextTokens = await chooseContext(settings, model, llama, log);
  const context = await model
    .createContext({
      contextSize: contextTokens,
      sequences: settings.slots,
      batchSize: settings.batchTokens,
      threads: settings.threads === 'auto' ? autoThreads(llama) : settings.threads,
      failedCreationRemedy: false,
    })
    .catch((error: unknown) => {
      throw doesNotFit(settings, contextTokens, `${messageOf(error)}${cause()}`, error);
    });
  const info = describe(settings, model, context, llama);
  if (!info.hasChatTemplate && !settings.isDemo) {
    log('info', "the model file brings no chat template: with `template: auto` the preset's is used, or else chatml");
  }
  return { model, context, info };
};

/** The context that is asked for, or what of it the model was trained for and the memory has room for. */
const chooseContext = async (settings: LlamaSettings, model: LlamaModel, llama: Llama, log: Log): Promise<number> => {
  const asked = settings.contextTokens;
  let tokens = Math.min(asked, model.trainContextSize);
  if (tokens < asked)
    log('warn', `the model was trained for ${tokens} tokens of context, so engine.contextTokens ${asked} is lowered to that`);
  let lack = await lackOfMemory(settings, tokens, model, llama);
  while (lack !== undefined && settings.isContextAuto && tokens > autoContextTokensMin) {
    log('warn', `a context of ${tokens} tokens does not fit the memory (${lack}); taking half of it`);
    tokens = Math.max(autoContextTokensMin, Math.floor(tokens / 2));
    lack = await lackOfMemory(settings, tokens, model, llama);
  }
  if (lack !== undefined) throw doesNotFit(settings, tokens, lack);
  return tokens;
};

/**
 * What is missing for a context, if anything. Linux promises memory that it does not have and kills
 * the process that uses it, which takes a minute of swapping, so this is asked before it is made.
 */
const lackOfMemory = async (
  settings: LlamaSettings,
  contextTokens: number,
  model: LlamaModel,
  llama: Llama,
): Promise<string | undefined> => {
  // The library's newer estimate makes a trial allocation of the real size; this one only computes.
  const needed = model.fileInsights.estimateContextResourceRequirements({
    contextSize: contextTokens,
    sequences: settings.slots,
    batchSize: settings.batchTokens,
    modelGpuLayers: model.gpuLayers,
  });
  const freeRam = process.availableMemory();
  if (needed.cpuRam > freeRam) return `it needs ${gigabytes(needed.cpuRam)}, and ${gigabytes(freeRam)} are free`;
  if (llama.gpu === false || needed.gpuVram === 0) return undefined;
  const { free: freeVram } = await llama.getVramState();
  return needed.gpuVram > freeVram
    ? `it needs ${gigabytes(needed.gpuVram)} on the GPU, and ${gigabytes(freeVram)} are free`
    : undefined;
};

const doesNotFit = (settings: LlamaSettings, contextTokens: number, reason: string, cause?: unknown): PaddockError =>
  new PaddockError(
    'context-too-large',
    `a context of ${settings.slots} slots with ${contextTokens} tokens each does not fit the memory (${reason}); lower engine.contextTokens, engine.slots or engine.gpuLayers`,
    { userText, cause },
  );

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

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

/** Compute threads spin while they wait for one another, so the bot itself needs a core of its own. */
const autoThreads = (llama: Llama): number => Math.max(1, Math.min(llama.cpuMathCores, availableParallelism() - 1));

const describe = (settings: LlamaSettings, model: LlamaModel, context: LlamaContext, llama: Llama): ModelInfo => ({
  name: model.fileInfo.metadata.general.name ?? model.filename ?? 'unnamed',
  path: settings.modelPath,
  isDemo: settings.isDemo,
  contextTokens: context.contextSize,
  slots: settings.slots,
  device: llama.gpu === false || model.gpuLayers === 0 ? 'cpu' : `${llama.gpu}, ${model.gpuLayers} layers`,
  hasChatTemplate: templatesIn(model.fileInfo.metadata.tokenizer).size > 0,
  bosText: model.tokens.bosString ?? '',
  eosText: model.tokens.eosString ?? '',
});

const isMemoryError = (error: unknown): boolean =>
  error instanceof Error && /memory|VRAM/i.test(`${error.name} ${error.message}`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
