import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, GenerateEvent, GenerateRequest } from '../../src/core/engine.ts';
import { type Logger, silentLogger } from '../../src/core/logger.ts';
import type { Prompt } from '../../src/core/prompt.ts';
import { writeDemoModel, writeSayingModel } from '../../src/engine/llama/gguf/demo-model.ts';
import { writeRandomModel } from '../../src/engine/llama/gguf/random-model.ts';
import { createLlamaEngine } from '../../src/engine/llama/llama-engine.ts';
import type { LlamaSettings } from '../../src/engine/llama/protocol.ts';

/** A folder of its own for one test file, removed by `remove`. */
export const temporaryFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'paddock-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** The random-weight model's file in a folder, written on first use. */
export const randomModel = (folder: string, options: Parameters<typeof writeRandomModel>[1] = {}): string => {
  const path = join(folder, `random-${JSON.stringify(options).replaceAll(/\W/g, '')}.gguf`);
  writeRandomModel(path, options);
  return path;
};

export const demoModel = (folder: string): string => {
  const path = join(folder, 'demo.gguf');
  writeDemoModel(path);
  return path;
};

/** A model that says this, whatever it is asked: some fifty words, each no other's beginning. */
export const sayingModel = (folder: string, text: string): string => {
  const path = join(folder, 'saying.gguf');
  writeSayingModel(path, { name: 'Saying', text });
  return path;
};

/** The real engine with settings for tests: no GPU, and one thread, because threads spin while they wait for one another. */
export const testEngine = (modelPath: string, settings: Partial<LlamaSettings> = {}, logger: Logger = silentLogger): Engine =>
  createLlamaEngine({ modelPath, isDemo: settings.isDemo ?? false }, logger, () => ({
    gpuLayers: 0,
    contextTokens: 1024,
    isContextAuto: false,
    batchTokens: 256,
    threads: 1,
    flashAttention: 'auto',
    slots: 2,
    ...settings,
  }));

/** One whole generation: its text, its deltas and its end. */
export const generate = async (
  engine: Engine,
  request: Partial<GenerateRequest> & { readonly prompt: Prompt },
): Promise<{
  readonly text: string;
  readonly deltas: readonly string[];
  readonly end: Extract<GenerateEvent, { type: 'end' }>;
}> => {
  const deltas: string[] = [];
  const whole = {
    affinity: 'test:one',
    sampling: { temperature: 0, repeatPenalty: 1 },
    outputTokensMax: 24,
    stopStrings: [],
    signal: new AbortController().signal,
    ...request,
  };
  for await (const event of engine.generate(whole)) {
    if (event.type === 'text-delta') deltas.push(event.text);
    else return { text: deltas.join(''), deltas, end: event };
  }
  throw new Error('the generation ended without an end event');
};

/** A prompt in a simple labelled form. */
export const question = (text: string): Prompt => [
  { kind: 'control', text: '### Instruction:\n' },
  { kind: 'text', text },
  { kind: 'control', text: '\n\n### Response:\n' },
];
