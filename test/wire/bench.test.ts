// The measurements themselves, on a tiny model: what they count and the form in which they come, and no times.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { reportText } from '../../bench/report.ts';
import { benchParts, runBench } from '../../bench/run-bench.ts';
import { adviceFor } from '../../src/engine/llama/bench/advice.ts';
import { machineWatch } from '../../src/engine/llama/bench/stopwatch.ts';
import { trySettings } from '../../src/engine/llama/bench/try-settings.ts';
import { randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';
import { createProcesses, root } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
after(async () => {
  await processes.end();
  folder.remove();
});
const modelPath = randomModel(folder.path);
const bench = join(root, 'bench', 'main.ts');

describe('npm run bench', () => {
  it('measures every part, and counts the tokens that it says it measures', async () => {
    const told: string[] = [];
    const report = await runBench({
      modelPath,
      isGenerated: true,
      root,
      folder: folder.path,
      settings: { threads: 1, gpuLayers: 0, batchTokens: 128 },
      sizes: {
        repeats: 1,
        speed: { atOnce: [1, 2], promptWords: 40, outputTokens: 8 },
        firstToken: { conversationTokens: [150], turnWords: 10, conversations: 3 },
        stall: { running: 1, arrivingWords: 60 },
        overhead: { channels: [1, 3], messages: 4, messageMs: 0 },
      },
      parts: benchParts,
      watch: machineWatch,
      tell: (what) => told.push(what),
    });
    assert.ok(told.length > 5);
    assert.deepEqual(
      report.speed?.map(({ atOnce }) => atOnce),
      [1, 2],
    );
    const [figures] = report.firstToken ?? [];
    assert.ok(figures);
    const { cold, warm, switch: switched, restart, prefill } = figures.cases;
    assert.equal(cold.evaluatedTokens, cold.promptTokens, 'nothing was known');
    assert.equal(cold.promptTokens, 150);
    for (const { evaluatedTokens } of [warm, switched, restart]) assert.equal(evaluatedTokens, 10, 'only the turn');
    assert.equal(prefill.evaluatedTokens, 1, 'the turn was read ahead');
    // Four layers of two key heads with 16 numbers each, keys and values, in 16 bits, and a little for the places.
    assert.ok(report.stateBytesPerToken !== undefined && report.stateBytesPerToken >= 512 && report.stateBytesPerToken < 600);
    assert.equal(report.stall?.arrivingTokens, 61);
    assert.deepEqual(
      report.overhead?.map(({ channels, conversations, store, messages }) => [channels, conversations, store, messages]),
      [
        [1, 'new', 'sqlite', 4],
        [3, 'new', 'sqlite', 4],
        [1, 'new', 'memory', 4],
        [3, 'new', 'memory', 4],
        [1, 'growing', 'sqlite', 4],
      ],
    );
    for (const [path, number] of numbersIn(report)) assert.ok(Number.isFinite(number), `${path} is ${number}`);
    const text = reportText(report);
    assert.match(text, /Tokens per second/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  });

  it('prints a table, saves the figures, and says where', async () => {
    const json = join(folder.path, 'deep', 'figures.json');
    const words = [
      bench,
      '--model',
      modelPath,
      '--quick',
      '--only',
      'stall',
      '--threads',
      '1',
      '--gpu-layers',
      '0',
      '--json',
      json,
    ];
    const { out, errors, code } = await processes.run('', [], { program: [process.execPath, ...words] });
    assert.equal(code, 0, errors);
    assert.match(out, /engine .*\n.*library /);
    assert.match(errors, /saved as .*figures\.json/);
    const saved = JSON.parse(readFileSync(json, 'utf8'));
    assert.deepEqual(Object.keys(saved).slice(0, 6), ['at', 'machine', 'library', 'model', 'settings', 'repeats']);
    assert.equal(saved.speed, undefined);
  });

  it('says what is wrong with a model path or an option', async () => {
    for (const [words, expected] of [
      [['--model', join(folder.path, 'none.gguf')], /none\.gguf can't be read .*put it there or set/],
      [['--only', 'everything'], /--only takes some of speed,first-token,stall,overhead, not "everything"/],
      [['--threads', 'many'], /--threads takes a whole number or auto, not "many"/],
    ] as const) {
      const { out, errors, code } = await processes.run('', [], { program: [process.execPath, bench, ...words] });
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.match(errors, expected);
      assert.doesNotMatch(errors, /\n {4}at /, 'no stack');
    }
  });
});

/** All numbers with where they stand. */
const numbersIn = (value: unknown, path = ''): readonly (readonly [string, number])[] => {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, `${path}.${name}`));
};

describe('paddock bench', () => {
  it('tries every setting, a draft model among them', async () => {
    const stateFolder = join(folder.path, 'tried');
    const { trials, model } = await trySettings(
      {
        modelPath,
        isDemo: false,
        gpuLayers: 0,
        threads: 1,
        flashAttention: 'auto',
        batchTokens: 'auto',
        contextTokens: 512,
        isContextAuto: true,
        draftModel: modelPath,
      },
      {
        repeats: 1,
        promptWords: 20,
        textWords: 12,
        outputTokens: 6,
        batchTokens: [64],
        slots: [1, 2, 4],
        conversationTokens: 150,
      },
      {
        // A machine with memory for two.
        open: (settings) => testEngine(modelPath, settings.slots === 4 ? { ...settings, slots: 2 } : settings),
        watch: machineWatch,
        tell: () => {},
        stateFolder,
      },
    );
    assert.equal(model.device, 'cpu');
    assert.equal(trials.threads[0]?.value, 'auto');
    assert.deepEqual(
      [trials.batchTokens, trials.slots, trials.speculation].map((tried) => tried.map(({ value }) => value)),
      [
        ['auto', 64],
        [1, 2],
        ['off', 'prompt-lookup', 'draft'],
      ],
    );
    for (const [path, number] of numbersIn(trials)) assert.ok(Number.isFinite(number) && number > 0, `${path} is ${number}`);
    assert.deepEqual(trials.slotsFit, { asked: 4, reached: 2, contextTokens: 512 });
    assert.deepEqual(
      trials.slots.map(({ tokensPerSecond, ratios }) => [tokensPerSecond.length, ratios.length]),
      [
        [2, 0],
        [1, 1],
      ],
      'one before, one after',
    );
    assert.equal(trials.restore?.ratios.length, 3);
    assert.ok(adviceFor(trials, {}).sentences.length >= 5);
    assert.ok(existsSync(join(stateFolder, 'key')), 'states were kept');
  });

  it('says what is missing', async () => {
    const data = join(folder.path, 'data');
    mkdirSync(data);
    const config = join(folder.path, 'bench.yaml');
    writeFileSync(config, 'engine: { gpuLayers: 0, threads: 1 }\n');
    for (const [words, expected] of [
      [[], /there is no model to measure in .*models; put one there, or name one with --model FILE/],
      [
        ['--model', modelPath, '--draft', join(folder.path, 'none.gguf')],
        /the draft model .*none\.gguf can't be read; name another/,
      ],
      [['--model', join(folder.path, 'none.gguf')], /none\.gguf can't be read .*put it there or set/],
    ] as const) {
      const { out, errors, code } = await processes.run('', ['bench', '--config', config, '--data', data, ...words]);
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.match(errors, expected);
    }
  });
});
