// npm run bench: measures the engine beside the plain library, and the bot around it; see docs/performance.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PaddockError } from '../src/core/error.ts';
import { machineWatch } from '../src/engine/llama/bench/stopwatch.ts';
import { writeRandomModel } from '../src/engine/llama/gguf/random-model.ts';
import { reportText } from './report.ts';
import { type BenchPart, benchParts, runBench } from './run-bench.ts';
import { fullSizes, quickSizes } from './sizes.ts';

const usage = `Usage: npm run bench -- [options]

Options:
  --model FILE        a GGUF file [one of about 100 million random weights, made for this run]
  --quick             a short run, whose figures are rough
  --json FILE         where the figures are saved [data/bench/ with the time as name]
  --only PARTS        some of ${benchParts.join(',')}
  --threads NUMBER    compute threads [auto]
  --gpu-layers NUMBER layers on the GPU [auto]
  --batch NUMBER      tokens in one native batch [512]
`;

/** About 100 million weights in 32 bits. */
const defaultShape = { contextTokens: 32_768, width: 768, layers: 16, heads: 12, keyHeads: 4, feedForwardWidth: 2048 };

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const wrong = (text: string): PaddockError =>
  new PaddockError('configuration-invalid', `${text}\n\n${usage}`, { userText: text });

const numberOf = (name: string, text: string | undefined): 'auto' | number => {
  if (text === undefined || text === 'auto') return 'auto';
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw wrong(`--${name} takes a whole number or auto, not "${text}"`);
  return value;
};

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        model: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'string' },
        only: { type: 'string' },
        threads: { type: 'string' },
        'gpu-layers': { type: 'string' },
        batch: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
};

const partsOf = (text: string | undefined): readonly BenchPart[] =>
  text === undefined
    ? benchParts
    : text.split(',').map((name) => {
        const part = benchParts.find((known) => known === name);
        if (part === undefined) throw wrong(`--only takes some of ${benchParts.join(',')}, not "${name}"`);
        return part;
      });

const run = async (): Promise<void> => {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const parts = partsOf(options.only);
  const threads = numberOf('threads', options.threads);
  const gpuLayers = numberOf('gpu-layers', options['gpu-layers']);
  const batch = numberOf('batch', options.batch);
  const folder = mkdtempSync(join(tmpdir(), 'paddock-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const tell = (what: string): void => void process.stderr.write(`bench: ${what}\n`);

  const generated = join(folder, 'random.gguf');
  if (options.model === undefined) {
    tell('making a model of random weights');
    writeRandomModel(generated, { shape: defaultShape });
  }
  const report = await runBench({
    modelPath: options.model === undefined ? generated : resolve(options.model),
    isGenerated: options.model === undefined,
    root,
    folder,
    settings: { threads, gpuLayers, batchTokens: batch === 'auto' ? 512 : batch },
    sizes: options.quick ? quickSizes : fullSizes,
    parts,
    watch: machineWatch,
    tell,
  });
  process.stdout.write(reportText(report));
  const file = resolve(options.json ?? join(root, 'data', 'bench', `${report.at.replaceAll(':', '-')}.json`));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  tell(`saved as ${file}`);
};

run().then(
  () => process.stdout.write('', () => process.exit(0)),
  (error: unknown) => {
    process.stderr.write(
      `bench: ${error instanceof PaddockError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(1);
  },
);
