import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import { PaddockError } from '../../../core/error.ts';
import { sentence } from '../../../core/sentence.ts';
import type { LlamaSettings } from '../protocol.ts';
import type { Log } from './load-model.ts';
import { marginOf } from './memory-plan.ts';

/** What to tell the people in the chat; the log names the cause. */
const userText = sentence('modelUnloadable');

/** Tells apart what a native loader would only call "failed": no file, no model, another format. */
export const checkFile = (path: string): void => {
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

/** The native library for this machine: with the GPU, unless no layers are wanted on it. */
export const openLibrary = (settings: LlamaSettings, log: Log): Promise<Llama> =>
  getLlama({
    // Nothing is compiled or downloaded here: a prebuilt library that does not fit is an error.
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    gpu: settings.gpuLayers === 0 ? false : 'auto',
    logLevel: LlamaLogLevel.warn,
    // Layers that `auto` puts on the GPU leave free what makeContext wants free, and place for a draft model.
    vramPadding: (total) => Math.ceil(marginOf('vram', total) + (settings.gpuLayers === 'auto' ? draftFileBytes(settings) : 0)),
    logger: (level, message) => log(levelOf(level), message.trim()),
  }).catch((error: unknown) => {
    throw new PaddockError(
      'engine-failed',
      `no native library of node-llama-cpp runs on this machine (${messageOf(error)}); with engine.gpuLayers: 0 the GPU is left out`,
      { userText, cause: error },
    );
  });

const draftFileBytes = ({ speculation, draftModel }: LlamaSettings): number =>
  speculation === 'draft' && draftModel !== undefined ? (statSync(draftModel, { throwIfNoEntry: false })?.size ?? 0) : 0;

const levelOf = (level: LlamaLogLevel): 'debug' | 'info' | 'warn' | 'error' => {
  if (level === LlamaLogLevel.error || level === LlamaLogLevel.fatal) return 'error';
  return level === LlamaLogLevel.warn ? 'warn' : 'info';
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
