// What the library is given: one native batch a step with everybody in it, and long prompts in small pieces beside running answers.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { bounds } from '../../src/core/bounds.ts';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { createRuntime, type Runtime } from '../../src/engine/llama/child/runtime.ts';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import type { LlamaSettings } from '../../src/engine/llama/protocol.ts';
import { randomModel, temporaryFolder } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const settings: LlamaSettings = {
  modelPath: randomModel(folder.path),
  isDemo: false,
  gpuLayers: 0,
  contextTokens: 1024,
  isContextAuto: false,
  batchTokens: 512,
  threads: 1,
  flashAttention: 'auto',
  slots: 8,
};

/** Tokens of each sequence in one native batch. */
type Batch = ReadonlyMap<number, number>;

/** The parts of the library's own context through which every batch goes. */
type NativeContext = {
  initBatch(size: number): void;
  addToBatch(sequenceId: number, firstIndex: number, tokens: Uint32Array, logits: Uint32Array): unknown;
};

const withRuntime = async (
  change: Partial<LlamaSettings>,
  run: (runtime: Runtime, batches: Map<number, number>[]) => Promise<void>,
): Promise<void> => {
  const all = { ...settings, ...change };
  const loaded = await loadModel(all, () => {});
  const batches: Map<number, number>[] = [];
  const context = loaded.context as unknown as { _ctx: NativeContext };
  const native = context._ctx;
  context._ctx = new Proxy(native, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        if (name === 'initBatch') batches.push(new Map());
        if (name === 'addToBatch') batches.at(-1)?.set(given[0] as number, (given[2] as Uint32Array).length);
        return Reflect.apply(value, target, given);
      };
    },
  });
  try {
    await run(await createRuntime(all, loaded, createTokeniser(loaded.model), () => {}), batches);
  } finally {
    context._ctx = native;
    await loaded.context.dispose();
    await loaded.model.dispose();
  }
};

const never = new AbortController().signal;
const generate = (runtime: Runtime, name: string, words: number, outputTokensMax: number, onText = (): void => {}) =>
  runtime.generate(
    {
      prompt: [{ kind: 'text', text: Array.from({ length: words }, (_, at) => `${name} ${at}`).join(' and ') }],
      affinity: name,
      outputTokensMax,
      stopStrings: [],
      sampling: { temperature: 0, repeatPenalty: 1 },
    },
    onText,
    never,
  );
const sizeOf = (batch: Batch): number => [...batch.values()].reduce((sum, tokens) => sum + tokens, 0);

describe('a model that is loaded', () => {
  it('has evaluated a little before the first question, of which nothing is left', () =>
    withRuntime({}, async (runtime, batches) => {
      const { pieceTokensMin, pieceTokensMax } = bounds.prefill;
      const sizes = batches.map(sizeOf);
      assert.ok(sizes.length >= 2 && Math.max(...sizes) <= pieceTokensMax, `${sizes}`);
      assert.equal(sizes[0], pieceTokensMin);
      const words = Array.from({ length: 60 }, (_, index) => `word ${index}`).join(' ');
      const { usage } = await runtime.generate(
        { prompt: [{ kind: 'text', text: words }], affinity: 'ann', outputTokensMax: 1, stopStrings: [], sampling: {} },
        () => {},
        never,
      );
      assert.equal(usage.cachedTokens, 0);
    }));
});

describe('answers that begin at once', () => {
  for (const speculation of ['off', 'prompt-lookup'] as const)
    it(`are made in one native batch a step from the first to the last, with speculation ${speculation}`, () =>
      withRuntime({ speculation }, async (runtime, batches) => {
        const names = ['ann', 'bob', 'cid', 'dora', 'eve', 'fay'];
        await Promise.all(names.map((name) => generate(runtime, name, 5, 1)));
        batches.length = 0;
        const answers = await Promise.all(names.map((name) => generate(runtime, name, 5, 60)));
        const outputs = answers.map(({ usage }) => usage.outputTokens);
        if (speculation === 'off') {
          assert.deepEqual(outputs, Array(6).fill(60));
          assert.deepEqual(batches.map(sizeOf), Array(60).fill(6));
        }
        assert.ok(batches.length <= Math.max(...outputs), `${batches.length} batches for ${outputs}`);
        assert.equal(batches[0]?.size, 6, 'all are in the first');
        for (const batch of batches) {
          const ids = [...batch.keys()];
          assert.deepEqual(
            ids,
            ids.toSorted((one, other) => one - other),
            'in the order of their sequences, which llama.cpp needs for one pass',
          );
        }
      }));
});

describe('a question whose prompt is evaluated, beside running answers', () => {
  it('is answered with the next step', () =>
    withRuntime({}, async (runtime, batches) => {
      await generate(runtime, 'late', 5, 1);
      const steps: number[] = [];
      let late: Promise<unknown> = Promise.resolve();
      let isAsked = false;
      const onText = (): void => {
        if (isAsked || steps.length === 10) return;
        isAsked = true;
        const start = batches.length;
        late = generate(runtime, 'late', 5, 1).then(() => {
          steps.push(batches.length - start);
          isAsked = false;
        });
      };
      await Promise.all([generate(runtime, 'ann', 5, 400, onText), generate(runtime, 'bob', 5, 400)]);
      await late;
      assert.equal(steps.length, 10);
      assert.ok(Math.max(...steps) <= 1, `${steps}`);
    }));
});

describe('long prompts that arrive while answers are written', () => {
  it('cost each of these at most one small piece a token, however many prompts there are', () =>
    withRuntime({}, async (runtime, batches) => {
      const { pieceTokensMax } = bounds.prefill;
      const [long, other] = await Promise.all(['long', 'other'].map((name) => generate(runtime, name, 100, 1)));
      assert.ok(long && other && long.usage.promptTokens > 3 * pieceTokensMax, `${long?.usage.promptTokens} tokens`);
      await Promise.all(['long', 'other'].map((name) => runtime.forget(name)));
      batches.length = 0;
      const writers = ['ann', 'bob', 'cid'];
      const writing = Promise.withResolvers<void>();
      const running = writers.map((name) => generate(runtime, name, 5, 200, writing.resolve));
      await writing.promise;
      const start = batches.length;
      const prompts = await Promise.all(['long', 'other'].map((name) => generate(runtime, name, 100, 1)));
      const during = batches.slice(start);
      assert.ok((await Promise.all(running)).every(({ usage }) => usage.outputTokens === 200));
      const read = during.filter((batch) => Math.max(...batch.values()) > 1);
      assert.ok(read.length >= 2 * 3, `${read.length} pieces`);
      for (const batch of during) {
        const writersIn = [...batch.values()].filter((tokens) => tokens === 1).length;
        assert.ok(writersIn >= writers.length, `every answer goes on in every batch: ${[...batch.values()]}`);
        assert.ok(sizeOf(batch) <= pieceTokensMax + writers.length, `${[...batch.values()]}`);
      }
      const evaluated = prompts.reduce((sum, { usage }) => sum + usage.promptTokens - usage.cachedTokens, 0);
      assert.equal(during.reduce((sum, batch) => sum + sizeOf(batch) - writers.length, 0) >= evaluated, true);
    }));
});
