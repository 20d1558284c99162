// What is done when the memory is too small: slots, then context, then layers become fewer, and the log says so.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { openDraftModel } from '../../src/engine/llama/child/draft-model.ts';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import type { Machine } from '../../src/engine/llama/child/machine.ts';
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

/** A machine on which so many bytes are free, besides the 100 million that stay so. */
const machine = (roomBytes: number, cores = 2): Machine => {
  const memory = { free: roomBytes + 100_000_000, total: roomBytes + 100_000_000, countsFiles: true };
  return { cores: () => cores, ram: () => memory, vram: async () => memory };
};

const load = async (on: Machine, changed: Partial<LlamaSettings> = {}) => {
  const lines: string[] = [];
  const loaded = await loadModel(
    { ...settings, ...changed },
    (level, message) => {
      if (level === 'warn' || level === 'info') lines.push(`${level} ${message}`);
    },
    on,
  );
  const { model, context, info } = loaded;
  const { stateSize, batchSize } = context;
  const drafts = await openDraftModel({ ...settings, ...changed }, loaded, (level, message) => lines.push(`${level} ${message}`));
  await model.llama.dispose();
  return { info, lines, stateSize, batchSize, drafts: drafts.length };
};

const warningsIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith('warn'));

describe('a memory that is too small', () => {
  it('gets fewer slots, then a smaller context, each step told, and the choice in one line', async () => {
    const { info, lines } = await load(machine(12_000_000));
    assert.equal(info.slots, 1);
    assert.ok(info.contextTokens >= 2048 && info.contextTokens < 16_384, `${info.contextTokens}`);
    const warnings = warningsIn(lines);
    assert.match(warnings[0] ?? '', /4 slots of 16384 tokens.*0\.1 GB are kept free.*taking 2 slots of 16384/);
    assert.match(warnings[1] ?? '', /2 slots.*taking 1 slot of 16384/);
    assert.match(warnings[2] ?? '', /1 slot of 16384.*taking 1 slot of 8192/);
    const choice = lines.filter((line) => line.startsWith('info'));
    assert.equal(choice.length, 1);
    assert.match(
      choice[0] ?? '',
      /1 slot of \d+ tokens, batches of 256, 1 thread, keys in f16, values in f16, about .* of memory; layers: cpu/,
    );
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
    assert.deepEqual(warningsIn(lines), []);
  });
});

describe('slots that are auto', () => {
  const auto = { slots: 'auto', batchTokens: 'auto', threads: 'auto', contextTokens: 4096 } as const;

  it('are as many as the cores want, and all is in one line', async () => {
    const { info, lines, batchSize } = await load(machine(1e12, 16), auto);
    assert.deepEqual([info.slots, info.contextTokens, batchSize], [4, 4096, 512]);
    assert.match(lines.join('\n'), /^info 4 slots of 4096 tokens, batches of 512, \d+ threads?, keys/);
    assert.equal((await load(machine(1e12, 2), auto)).info.slots, 2);
  });

  it('are what there is room for beside the weights, which is no step down', async () => {
    // A slot of 4096 tokens has 4.2 MB of keys and values, what is computed with 3.6 MB or more, the weights 1.1 MB.
    const { info, lines } = await load(machine(18_000_000, 16), auto);
    assert.ok(info.slots === 2 || info.slots === 3, `${info.slots}`);
    assert.deepEqual(warningsIn(lines), []);
    assert.equal((await load(machine(10_000_000, 16), auto)).info.slots, 1);
    // Here the weights make the difference: half of 40 MB are theirs, unless they have been taken off already.
    const heavy = { ...auto, modelPath: randomModel(folder.path, { shape: { ...shape, feedForwardWidth: 6400 } }) };
    const room = machine(40_000_000, 16);
    const fewer = await load(room, heavy);
    const limited = await load({ ...room, ram: () => ({ ...room.ram(), countsFiles: false }) }, heavy);
    assert.ok(fewer.info.slots < limited.info.slots, `${fewer.info.slots}, ${limited.info.slots}`);
  });

  it('are as given where they are given', async () => {
    const { info, batchSize } = await load(machine(1e12, 2), { ...auto, slots: 7, batchTokens: 64 });
    assert.deepEqual([info.slots, batchSize], [7, 64]);
  });

  it('are fewer beside a draft model, which is left out before nothing fits', async () => {
    const draft = { ...auto, speculation: 'draft', draftModel: modelPath } as const;
    const large = await load(machine(1e12, 16), draft);
    assert.deepEqual([large.info.slots, large.drafts], [4, 4]);
    assert.match(large.lines.join('\n'), /with the draft model; layers/);
    const alone = await load(machine(26_000_000, 16), auto);
    const beside = await load(machine(26_000_000, 16), draft);
    assert.ok(beside.info.slots < alone.info.slots, `${beside.info.slots} of ${alone.info.slots}`);
    assert.equal(beside.drafts, beside.info.slots);
    const small = await load(machine(9_500_000, 16), { ...draft, isContextAuto: false });
    assert.deepEqual([small.info.slots, small.drafts], [1, 0]);
    assert.match(warningsIn(small.lines).join('\n'), /with the draft model does not fit .* taking 1 slot of 4096 tokens/);
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
    const known = new Set<string>();
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
        // Those of the other types stay: a model or setting that comes back finds its own again.
        const states = readdirSync(stateFolder).filter((file) => file.endsWith('.state') && !known.has(file));
        assert.equal(states.length, 1);
        for (const file of states) {
          known.add(file);
          sizes.push(statSync(`${stateFolder}/${file}`).size);
        }
      } finally {
        await engine.close();
      }
    }
    const [f16 = 0, q8 = 0, q4 = 0] = sizes;
    assert.ok(q8 < f16 * 0.6 && q4 < q8 * 0.7, `${sizes}`);
  });
});
