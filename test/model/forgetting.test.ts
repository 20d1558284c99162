// Nothing of a forgotten conversation is cached or kept, wherever its request was at that moment; and seeds, which make answers differ.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Engine } from '../../src/core/engine.ts';
import type { Prompt } from '../../src/core/prompt.ts';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { createRuntime } from '../../src/engine/llama/child/runtime.ts';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import type { LlamaSettings } from '../../src/engine/llama/protocol.ts';
import { generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const modelPath = randomModel(folder.path);
const { signal } = new AbortController();
const secret = (name: string): Prompt => [{ kind: 'text', text: `${name} has a secret. `.repeat(60) }];

const withEngine = async (
  name: string,
  settings: Partial<LlamaSettings>,
  run: (engine: Required<Engine>, files: () => readonly string[]) => Promise<void>,
): Promise<void> => {
  const stateFolder = join(folder.path, name);
  const engine = testEngine(modelPath, {
    slots: 1,
    contextTokens: 2048,
    stateFolder,
    stateBytesMax: 1e9,
    restoreWhen: 'always',
    prefillTokensPerMinute: 1e7,
    ...settings,
  });
  try {
    await run(engine as Required<Engine>, () => readdirSync(stateFolder).filter((file) => file !== 'key'));
  } finally {
    await engine.close();
  }
};
const cachedOf = async (engine: Engine, name: string): Promise<number> =>
  (await generate(engine, { prompt: secret(name), affinity: name, outputTokensMax: 1 })).end.usage.cachedTokens;

describe('a conversation that is forgotten', () => {
  it('while its request waits for a slot is neither in that nor in a file afterwards', () =>
    withEngine('waiting', {}, async (engine, files) => {
      await engine.start();
      const ann = generate(engine, { prompt: secret('ann'), affinity: 'ann', outputTokensMax: 60 });
      await engine.countTokens([]);
      const bob = generate(engine, { prompt: secret('bob'), affinity: 'bob', outputTokensMax: 5 });
      await engine.countTokens([]);
      await engine.forget('bob');
      await engine.forget('ann');
      await Promise.all([ann, bob]);
      assert.ok((await cachedOf(engine, 'bob')) <= 1);
      await engine.forget('bob');
      await engine.close();
      assert.deepEqual(files(), []);
    }));

  it('while the model loads for it is gone too', () =>
    withEngine('loading', {}, async (engine, files) => {
      const bob = generate(engine, { prompt: secret('bob'), affinity: 'bob', outputTokensMax: 5 });
      await engine.forget('bob');
      assert.ok((await bob).end.usage.outputTokens > 0);
      assert.ok((await cachedOf(engine, 'bob')) <= 1);
      await engine.forget('bob');
      await engine.close();
      assert.deepEqual(files(), []);
    }));

  it('while it is read ahead, at any moment, is read no further', () =>
    withEngine('ahead', { slots: 2 }, async (engine) => {
      await engine.start();
      for (let turns = 0; turns < 12; turns += 1) {
        const name = `cid ${turns}`;
        const reading = engine.prefill({ prompt: secret(name), affinity: name, signal });
        for (let turn = 0; turn < turns; turn += 1) await engine.countTokens([]);
        await engine.forget(name);
        await reading;
        assert.ok((await cachedOf(engine, name)) <= 1, name);
        await engine.forget(name);
      }
    }));

  it('while its slot is taken over and its state is kept is in no file', () =>
    withEngine('taken', {}, async (engine, files) => {
      for (let turns = 0; turns < 12; turns += 1) {
        await cachedOf(engine, 'dora');
        const eve = cachedOf(engine, 'eve');
        for (let turn = 0; turn < turns % 6; turn += 1) await engine.countTokens([]);
        await engine.forget('dora');
        await eve;
        assert.ok((await cachedOf(engine, 'dora')) <= 1, `${turns}`);
        for (const name of ['dora', 'eve']) await engine.forget(name);
        assert.deepEqual(files(), []);
      }
    }));
});

describe('the process itself', () => {
  it('removes what is kept of a conversation, also what is just being written, without its parent', async () => {
    const stateFolder = join(folder.path, 'child');
    const settings: LlamaSettings = {
      modelPath,
      isDemo: false,
      gpuLayers: 0,
      contextTokens: 1024,
      isContextAuto: false,
      batchTokens: 512,
      threads: 1,
      flashAttention: 'auto',
      slots: 1,
      stateFolder,
      stateBytesMax: 1e9,
      restoreWhen: 'always',
    };
    const loaded = await loadModel(settings, () => {});
    try {
      const runtime = await createRuntime(settings, loaded, createTokeniser(loaded.model), () => {});
      const ask = (name: string) =>
        runtime.generate(
          { prompt: secret(name), affinity: name, outputTokensMax: 1, stopStrings: [], sampling: { temperature: 0 } },
          () => {},
          signal,
        );
      for (const name of ['ann', 'bob', 'ann']) await ask(name);
      const files = (): readonly string[] => readdirSync(stateFolder).filter((file) => file !== 'key');
      assert.ok(files().length > 0);
      for (const name of ['ann', 'bob']) await runtime.forget(name);
      await runtime.keepAll();
      assert.deepEqual(files(), []);
    } finally {
      await loaded.context.dispose();
      await loaded.model.dispose();
    }
  });
});

describe('answers without a seed', () => {
  const sampling = { temperature: 1.2, topK: 0, topP: 1, minP: 0 };

  for (const speculation of ['off', 'prompt-lookup'] as const)
    it(`differ when they begin at once and when they are made again, and with one they don't: ${speculation}`, () =>
      withEngine(`seeds-${speculation}`, { slots: 4, speculation }, async (engine) => {
        const ask = async (seed?: number, affinity = 'ann'): Promise<string> =>
          (
            await generate(engine, {
              prompt: question('say something'),
              affinity,
              sampling: seed === undefined ? sampling : { ...sampling, seed },
              outputTokensMax: 12,
            })
          ).text;
        const names = ['ann', 'bob', 'cid', 'dora'];
        assert.equal(new Set(await Promise.all(names.map((name) => ask(undefined, name)))).size, 4);
        const again = [await ask(), await ask(), await ask()];
        assert.equal(new Set(again).size, 3);
        // One after the other and each anew: a batch of another size rounds otherwise, by which a draw can fall otherwise.
        const seeded: string[] = [];
        for (const name of names) {
          for (const each of names) await engine.forget(each);
          seeded.push(await ask(7, name));
        }
        assert.equal(new Set(seeded).size, 1);
      }));
});
