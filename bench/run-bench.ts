import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { getModuleVersion } from 'node-llama-cpp';
import type { Engine } from '../src/core/engine.ts';
import { silentLogger } from '../src/core/logger.ts';
import { measureFirstTokens } from '../src/engine/llama/bench/first-token.ts';
import { findSpeedTexts, measureSpeed } from '../src/engine/llama/bench/speed.ts';
import { median, type Stopwatch } from '../src/engine/llama/bench/stopwatch.ts';
import { textPrompt } from '../src/engine/llama/bench/texts.ts';
import { readHead } from '../src/engine/llama/child/state-head.ts';
import { createTokeniser } from '../src/engine/llama/child/tokeniser.ts';
import { createLlamaEngine } from '../src/engine/llama/llama-engine.ts';
import type { LlamaSettings } from '../src/engine/llama/protocol.ts';
import { openLibrary } from './library.ts';
import { measureOverhead } from './overhead.ts';
import type { BenchReport, Compared, FirstTokenFigures, SpeedFigures } from './report.ts';
import type { BenchSizes } from './sizes.ts';
import { measureStall } from './stall.ts';

/** Until the runtime has compiled what runs often; a bot runs for days. */
const coldMessages = 300;

export const benchParts = ['speed', 'first-token', 'stall', 'overhead'] as const;
export type BenchPart = (typeof benchParts)[number];

export type BenchOptions = {
  readonly modelPath: string;
  readonly isGenerated: boolean;
  /** The project's folder. */
  readonly root: string;
  /** Where kept states and the like may stand meanwhile. */
  readonly folder: string;
  readonly settings: Pick<LlamaSettings, 'threads' | 'gpuLayers' | 'batchTokens'>;
  readonly sizes: BenchSizes;
  readonly parts: readonly BenchPart[];
  readonly watch: Stopwatch;
  /** Told what is being measured. */
  readonly tell: (what: string) => void;
};

/** Measures the engine and the plain library in turns, and the bot around it. Rejects with what loading a model rejects with. */
export const runBench = async (options: BenchOptions): Promise<BenchReport> => {
  const { modelPath, isGenerated, root, settings, sizes, parts, tell } = options;
  const loadBefore = loadavg()[0] ?? 0;
  tell('loading the model');
  const info = await openEngine(options, { slots: 1, contextTokens: 512 }, async (engine) => await engine.start());
  const report: BenchReport = {
    at: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model ?? 'unknown processor',
      cores: availableParallelism(),
      memoryGB: totalmem() / 1e9,
      system: `${process.platform} ${process.arch}`,
      node: process.version,
      loadBefore,
      loadAfter: 0,
    },
    library: await getModuleVersion(),
    model: { name: info.name, bytes: statSync(modelPath).size, isGenerated, device: info.device },
    settings,
    repeats: sizes.repeats,
    ...(parts.includes('speed') && { speed: await speed(options) }),
    ...(parts.includes('first-token') && (await firstToken(options))),
    ...(parts.includes('stall') && { stall: await stall(options) }),
  };
  const overhead = [];
  if (parts.includes('overhead'))
    for (const row of [
      ...sizes.overhead.channels.map((channels) => ({ channels, conversations: 'new', store: 'sqlite' }) as const),
      ...sizes.overhead.channels.map((channels) => ({ channels, conversations: 'new', store: 'memory' }) as const),
      { channels: 1, conversations: 'growing', store: 'sqlite' } as const,
    ]) {
      tell(
        `the bot's own work: ${Object.entries(row)
          .map((entry) => entry.join(' '))
          .join(', ')}`,
      );
      overhead.push(
        await measureOverhead(root, {
          ...row,
          messages: sizes.overhead.messages,
          messageMs: sizes.overhead.messageMs,
          warmUp: overhead.length === 0 ? coldMessages : Math.ceil(sizes.overhead.messages / 5),
        }),
      );
    }
  const machine = { ...report.machine, loadAfter: loadavg()[0] ?? 0 };
  return { ...report, machine, ...(overhead.length > 0 && { overhead }) };
};

type Size = Pick<LlamaSettings, 'slots' | 'contextTokens'> & Pick<Partial<LlamaSettings>, 'stateFolder'>;

const settingsOf = ({ modelPath, settings }: BenchOptions, size: Size): LlamaSettings => ({
  modelPath,
  isDemo: false,
  isContextAuto: false,
  flashAttention: 'auto',
  prefillTokensPerMinute: 10_000_000,
  stateBytesMax: 16_000_000_000,
  ...settings,
  ...size,
});

const createEngine = (options: BenchOptions, size: Size): Engine =>
  createLlamaEngine({ modelPath: options.modelPath, isDemo: false }, silentLogger, () => settingsOf(options, size));

const openEngine = async <Result>(
  options: BenchOptions,
  size: Size,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> => {
  const engine = createEngine(options, size);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
};

const speed = async (options: BenchOptions): Promise<readonly SpeedFigures[]> => {
  const { sizes, watch, tell } = options;
  const { atOnce, promptWords, outputTokens } = sizes.speed;
  const slots = Math.max(...atOnce);
  // Words of other vocabularies may be two tokens.
  const size = { slots, contextTokens: 2 * promptWords + outputTokens + 64 };
  const library = await openLibrary(settingsOf(options, size), watch);
  try {
    return await openEngine(options, size, async (engine) => {
      tell('looking for texts that go on for long enough');
      const texts = await findSpeedTexts(engine, watch, slots, promptWords, outputTokens);
      const tokeniser = createTokeniser(library.loaded.model);
      const figures: SpeedFigures[] = [];
      for (const count of atOnce) {
        tell(`speed of ${count} at once`);
        const [some, prompts] = [
          texts.slice(0, count),
          texts.slice(0, count).map((text) => tokeniser.tokenise(textPrompt(text))),
        ];
        const runs = [];
        for (let repeat = 0; repeat < sizes.repeats; repeat++)
          runs.push({
            library: await library.speed(prompts, outputTokens),
            engine: await measureSpeed(engine, watch, some, outputTokens),
          });
        const prompt = compare(
          runs.map(({ engine }) => engine.prompt),
          runs.map(({ library }) => library.prompt),
        );
        const generation = compare(
          runs.map(({ engine }) => engine.generation),
          runs.map(({ library }) => library.generation),
        );
        const one = figures[0]?.generation ?? generation;
        const timesOne = { engine: generation.engine / one.engine, library: generation.library / one.library };
        figures.push({ atOnce: count, prompt, generation, timesOne });
      }
      return figures;
    });
  } finally {
    await library.close();
  }
};

/** The ratio is that of the pairs, measured one right after the other, so that a slow minute of the machine is in both. */
const compare = (engine: readonly number[], library: readonly number[]): Compared => ({
  engine: median(engine),
  library: median(library),
  ratio: median(engine.map((value, index) => value / (library[index] ?? Number.NaN))),
});

const firstToken = async (
  options: BenchOptions,
): Promise<{ readonly firstToken: readonly FirstTokenFigures[]; readonly stateBytesPerToken: number }> => {
  const { sizes, watch, tell, folder } = options;
  const { conversationTokens, turnWords } = sizes.firstToken;
  const stateFolder = join(folder, 'states');
  mkdirSync(stateFolder, { recursive: true });
  // Every repeat adds five turns at most, whose words may be two tokens.
  const contextTokens = Math.max(...conversationTokens) + 10 * sizes.repeats * turnWords + 64;
  const size = { slots: 2, contextTokens, stateFolder };
  const library = await openLibrary(settingsOf(options, { slots: 1, contextTokens }), watch);
  let engine = createEngine(options, size);
  try {
    const { contextTokens: reached } = await engine.start();
    const fitting = conversationTokens.filter((tokens) => tokens + (contextTokens - Math.max(...conversationTokens)) <= reached);
    const measured = await measureFirstTokens(
      engine,
      watch,
      { ...sizes.firstToken, conversationTokens: fitting, repeats: sizes.repeats },
      async (former) => {
        await former.close();
        engine = createEngine(options, size);
        await engine.start();
        return engine;
      },
      (tokens) => tell(`first token in a conversation of ${tokens} tokens`),
      library.firstTokenMs,
    );
    const figures = [...measured].map(
      ([tokens, cases]): FirstTokenFigures => ({
        conversationTokens: tokens,
        cases,
        restoreShare: (cases.switch.ms - cases.warm.ms) / cases.cold.ms,
      }),
    );
    await engine.close();
    return { firstToken: figures, stateBytesPerToken: stateBytesPerToken(stateFolder) };
  } finally {
    await engine.close();
    await library.close();
  }
};

/** Of the kept states in a folder. */
const stateBytesPerToken = (folder: string): number => {
  let [bytes, tokens] = [0, 0];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.head'))) {
    const head = readHead(readFileSync(join(folder, name), 'utf8'));
    bytes += head?.bytes ?? 0;
    tokens += head?.tokens.length ?? 0;
  }
  return tokens === 0 ? 0 : bytes / tokens;
};

const stall = async (options: BenchOptions) => {
  const { sizes, watch, tell } = options;
  tell('running answers while a long prompt arrives');
  const contextTokens = 2 * sizes.stall.arrivingWords + 256;
  return await measureStall(settingsOf(options, { slots: 1, contextTokens }), watch, { ...sizes.stall, repeats: sizes.repeats });
};
