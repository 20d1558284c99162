import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { modelsJson, modelsText } from '../../../src/cli/list-models.ts';
import { bytesOfMebibytes, lookAtMachine, type Machine } from '../../../src/cli/machine.ts';
import { listFiles, listModelPresets, type Wanted } from '../../../src/cli/model-list.ts';
import { loadPresets } from '../../../src/config/load-presets.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const presets = loadPresets(join(root, 'config', 'models'), root);
const wanted: Wanted = { slots: 1, contextTokens: 4096, folder: 'data/models', files: [] };
const laptop = { memoryGB: 16, graphicsMemoryGB: undefined, cores: 8 };
const modelOf = (id: string, machine: Omit<Machine, 'cores'>, more: Partial<Wanted> = {}) =>
  listModelPresets(presets, { cores: 8, ...machine }, { ...wanted, ...more }).find(({ preset }) => preset.id === id) ??
  assert.fail(id);
const quantOf = (id: string, quant: string, ...rest: Parameters<typeof modelOf> extends [string, ...infer Rest] ? Rest : never) =>
  modelOf(id, ...rest).quants.find(({ name }) => name === quant) ?? assert.fail(quant);

describe('what a model needs', () => {
  it('is the card’s number for a short context, and grows with context and slots', () => {
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', laptop).needsGB, 6.87);
    const long = quantOf('notus-7b-v1', 'Q4_K_M', laptop, { contextTokens: undefined, slots: 2 });
    // 4.37 of the file, 2 × 32768 × 131.1 KB of context, 1 beside.
    assert.equal(long.needsGB.toFixed(2), '13.96');
    assert.equal(modelOf('notus-7b-v1', laptop, { contextTokens: undefined }).contextTokens, 32768);
  });

  it('is held against the memory, and the card’s, and both', () => {
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', laptop).fits, 'memory');
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', { memoryGB: 4, graphicsMemoryGB: undefined }).fits, 'no');
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', { memoryGB: 4, graphicsMemoryGB: 8 }).fits, 'card');
    assert.equal(quantOf('notus-7b-v1', 'Q8_0', { memoryGB: 16, graphicsMemoryGB: 8 }).fits, 'shared');
    assert.equal(quantOf('bagel-8x7b-v0.2', 'Q4_K_M', { memoryGB: 16, graphicsMemoryGB: 24 }).fits, 'shared');
    assert.equal(quantOf('bagel-8x7b-v0.2', 'Q4_K_M', { memoryGB: 16, graphicsMemoryGB: 8 }).fits, 'no');
  });

  it('decides which quant to take: the largest recommended one that fits', () => {
    assert.equal(modelOf('notus-7b-v1', laptop).best?.name, 'Q5_K_M');
    assert.equal(modelOf('notus-7b-v1', { memoryGB: 8, graphicsMemoryGB: undefined }).best?.name, 'Q4_K_M');
    assert.equal(modelOf('notus-7b-v1', { memoryGB: 6.5, graphicsMemoryGB: undefined }).best?.name, 'Q3_K_S');
    assert.equal(modelOf('notus-7b-v1', { memoryGB: 2, graphicsMemoryGB: undefined }).best, undefined);
  });
});

describe('slots that are auto', () => {
  const slots = 'auto';

  it('are as many as the machine would take, at the memory of one', () => {
    const small = quantOf('notus-7b-v1', 'Q4_K_M', laptop, { slots });
    assert.deepEqual([small.slots, small.needsGB], [2, 6.87]);
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', { ...laptop, memoryGB: 64, cores: 16 } as Machine, { slots }).slots, 4);
    const card = { memoryGB: 16, graphicsMemoryGB: 8 };
    assert.deepEqual(
      [quantOf('notus-7b-v1', 'Q4_K_M', card, { slots }).fits, quantOf('notus-7b-v1', 'Q4_K_M', card, { slots }).slots],
      ['card', 4],
    );
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', { ...card, graphicsMemoryGB: 24 }, { slots }).slots, 8);
    assert.equal(quantOf('notus-7b-v1', 'Q4_K_M', card, { slots, contextTokens: undefined }).slots, 2);
  });

  it('stand in the list, for people and for programs', () => {
    const text = modelsText(presets, laptop, { ...wanted, slots });
    assert.match(text, /"slots" is how many engine\.slots: auto would take here/);
    assert.match(text, /^ +quant +file +needs +slots$/m);
    assert.match(text, /^ {2}\* Q4_K_M +4 bit +4\.4 GB +6\.9 GB +2 {2}fits the memory$/m);
    assert.match(text, /Context: 4096 tokens, 0\.5 GB for each slot\./);
    assert.equal(JSON.parse(modelsJson(presets, laptop, { ...wanted, slots })).slots, 'auto');
  });
});

describe('how to get it', () => {
  it('is the exact command for the file', () => {
    assert.equal(
      quantOf('notus-7b-v1', 'Q4_K_M', laptop).download,
      'npx --no node-llama-cpp pull --dir data/models --filename notus-7b-v1.Q4_K_M.gguf hf:TheBloke/notus-7B-v1-GGUF/notus-7b-v1.Q4_K_M.gguf',
    );
    assert.match(quantOf('notus-7b-v1', 'Q4_K_M', laptop, { folder: '/my models' }).download ?? '', /--dir "\/my models" /);
    assert.equal(quantOf('airoboros-7b-gpt4', 'Q4_K_M', laptop).download, undefined);
  });

  it('tells what is there already, under its own name or the one that the library gives', () => {
    const files = [
      { name: 'notus-7b-v1.Q4_K_M.gguf', generalName: 'x' },
      { name: 'hf_TheBloke_notus-7b-v1.Q5_K_M.gguf', generalName: 'argilla_notus-7b-v1' },
      { name: 'renamed.gguf', generalName: 'Qwen3-4B-Instruct-2507' },
      { name: 'mine.gguf', generalName: 'Mine' },
    ];
    const here = modelOf('notus-7b-v1', laptop, { files }).quants.filter(({ isHere }) => isHere);
    assert.deepEqual(
      here.map(({ name }) => name),
      ['Q4_K_M', 'Q5_K_M'],
    );
    assert.deepEqual(
      listFiles(presets, { ...wanted, files }).map(({ presetId }) => presetId),
      ['notus-7b-v1', 'notus-7b-v1', 'qwen3-4b-instruct-2507', undefined],
    );
  });
});

describe('the list', () => {
  const files = [{ name: 'notus-7b-v1.Q4_K_M.gguf', generalName: 'x' }];

  it('is readable: every preset, quant and licence, in columns', () => {
    const text = modelsText(presets, laptop, { ...wanted, files });
    for (const id of presets.keys()) assert.match(text, new RegExp(`^( {2})?${RegExp.escape(id)}`, 'm'));
    assert.match(text, /^This machine has 16\.0 GB of memory, and no graphics card/);
    assert.match(text, /^ {2}\* Q4_K_M +4 bit +4\.4 GB +6\.9 GB {2}fits the memory, already here$/m);
    assert.match(text, /Licence: research only; for research only, no commercial use/);
    assert.match(text, /^ {2}notus-7b-v1\.Q4_K_M\.gguf {2}preset notus-7b-v1$/m);
    assert.match(text, /bagel.*\n.*\n.*\n.*\n.*\n( {2}.*too large for the memory\n)+ {2}Too large for this machine/);
    const lines = text.split('\n');
    assert.deepEqual(
      lines.filter((line) => line !== line.trimEnd()),
      [],
    );
    const order = listModelPresets(presets, laptop, wanted).map(({ quants }) => quants.at(-1)?.fileGB ?? 0);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  it('says when there is nothing yet', () => {
    assert.match(modelsText(presets, { memoryGB: 64, graphicsMemoryGB: 24, cores: 8 }, wanted), /24\.0 GB on its graphics card/);
    assert.match(modelsText(presets, laptop, wanted), /There are no model files in data\/models yet\./);
  });

  it('holds the same as JSON', () => {
    const value = JSON.parse(modelsJson(presets, laptop, { ...wanted, files }));
    assert.deepEqual(value.machine, { memoryGB: 16, graphicsMemoryGB: null });
    const notus = value.models.find(({ preset }: { preset: string }) => preset === 'notus-7b-v1');
    assert.equal(notus.best, 'Q5_K_M');
    const { name, isHere, fits, needsGB } = notus.quants[6];
    assert.deepEqual({ name, isHere, fits, needsGB }, { name: 'Q4_K_M', isHere: true, fits: 'memory', needsGB: 6.87 });
    assert.deepEqual(value.files, [{ name: 'notus-7b-v1.Q4_K_M.gguf', preset: 'notus-7b-v1' }]);
    assert.deepEqual(
      value.answering.map(({ preset }: { preset: string }) => preset),
      ['alpaca-discord', 'alpaca-roleplay'],
    );
  });
});

describe('the machine', () => {
  it('is looked at without the engine', async () => {
    const { memoryGB, graphicsMemoryGB } = await lookAtMachine();
    assert.ok(memoryGB > 0.1 && (graphicsMemoryGB === undefined || graphicsMemoryGB > 0));
  });

  it('may have cards that say nothing useful', () => {
    assert.deepEqual(bytesOfMebibytes('8192\n[N/A]\n\n24576\n'), [8192 * 2 ** 20, 24576 * 2 ** 20]);
  });
});
