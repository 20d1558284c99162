// What is done when the memory is too small: slots, then context, then layers become fewer, and the log says so.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import type { Memory } from '../../src/engine/llama/child/make-context.ts';
import type { LlamaSettings } from '../../src/engine/llama/protocol.ts';
import { generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
// Blocks of quantised keys and values have 32 numbers, so heads must be as wide.
const shape = { contextTokens: 32_768, width: 64, layers: 4, heads: 2, keyHeads: 2, feedForwardWidth: 128 };
const modelPath = randomModel(folder.path, { shape });

const settings: LlamaSettings = {
  modelPath,
  isDemo: false,
  gpuLayers: 0,
  contextTokens: 16_384,
  isContextAuto: true,
  batchTokens: 256,
  threads: 1,
  flashAttention: 'auto',
  slots: 4,
};

/** A machine on which so many bytes are free. */
const machine = (freeBytes: number): Memory => ({ freeRam: () => freeBytes, freeVram: async () => freeBytes });

const load = async (memory: Memory, changed: Partial<LlamaSettings> = {}) => {
  const lines: string[] = [];
  const { model, context, info } = await loadModel(
    { ...settings, ...changed },
    (level, message) => {
      if (level === 'warn' || level === 'info') lines.push(`${level} ${message}`);
    },
    memory,
  );
  const { stateSize } = context;
  await context.dispose();
  await model.dispose();
  return { info, lines, stateSize };
};

describe('a memory that is too small', () => {
  it('gets fewer slots, then a smaller context, each step told, and the choice in one line', async () => {
    const { info, lines } = await load(machine(12_000_000));
    assert.equal(info.slots, 1);
    assert.ok(info.contextTokens >= 2048 && info.contextTokens < 16_384, `${info.contextTokens}`);
    const warnings = lines.filter((line) => line.startsWith('warn'));
    assert.match(warnings[0] ?? '', /4 slots of 16384 tokens.*taking 2 slots of 16384/);
    assert.match(warnings[1] ?? '', /2 slots.*taking 1 slot of 16384/);
    assert.match(warnings[2] ?? '', /1 slot of 16384.*taking 1 slot of 8192/);
    const choice = lines.filter((line) => line.startsWith('info'));
    assert.equal(choice.length, 1);
    assert.match(choice[0] ?? '', /1 slot of \d+ tokens, keys in f16, values in f16, about .* of memory/);
  });

  it('leaves the context alone that was asked for, and says what to lower', async () => {
    await assert.rejects(load(machine(12_000_000), { isContextAuto: false }), {
      code: 'context-too-large',
      message: /1 slot with 16384 tokens.*engine\.contextTokens/,
    });
  });

  it('gets everything when it is large enough', async () => {
    const { info, lines } = await load(machine(1e12));
    assert.deepEqual([info.slots, info.contextTokens], [4, 16_384]);
    assert.equal(lines.filter((line) => line.startsWith('warn')).length, 0);
  });
});

describe('keys and values of another type', () => {
  it('that the model can not have are refused with the setting to change', async () => {
    const narrow = randomModel(folder.path);
    const engine = testEngine(narrow, { keyCacheType: 'q8_0' });
    try {
      await assert.rejects(engine.start(), { code: 'configuration-invalid', message: /engine\.keyCacheType/ });
    } finally {
      await engine.close();
    }
  });

  it('answer, and their states are smaller and are not taken for those of another', async () => {
    const stateFolder = `${folder.path}/types`;
    const sizes: number[] = [];
    for (const type of ['f16', 'q8_0', 'q4_0'] as const) {
      const engine = testEngine(modelPath, {
        keyCacheType: type,
        valueCacheType: type,
        flashAttention: true,
        stateFolder,
        stateBytesMax: 1e9,
        restoreWhen: 'always',
        slots: 1,
      });
      try {
        const prompt = question('the same long question for all of them, again and again '.repeat(8));
        const { end } = await generate(engine, { prompt, affinity: 'type' });
        assert.equal(end.usage.cachedTokens, 0, type);
        assert.equal(end.usage.outputTokens, 24);
        await engine.close();
        const [state] = readdirSync(stateFolder).filter((file) => file.endsWith('.state'));
        sizes.push(statSync(`${stateFolder}/${state}`).size);
      } finally {
        await engine.close();
      }
    }
    const [f16 = 0, q8 = 0, q4 = 0] = sizes;
    assert.ok(q8 < f16 * 0.6 && q4 < q8 * 0.7, `${sizes}`);
  });
});
