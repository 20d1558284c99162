import { availableParallelism } from 'node:os';
import type { Engine, ModelInfo } from '../../../core/engine.ts';
import type { LlamaSettings } from '../protocol.ts';
import type { Trial, Trials } from './advice.ts';
import { measureFirstTokens } from './first-token.ts';
import { findSpeedTexts, measureSpeed, type Speed } from './speed.ts';
import { median, type Stopwatch } from './stopwatch.ts';
import { wordsOf } from './texts.ts';

/** How much is tried. Words are a token each in most vocabularies. */
export type TrialSizes = {
  readonly repeats: number;
  readonly promptWords: number;
  readonly outputTokens: number;
  readonly batchTokens: readonly number[];
  readonly slots: readonly number[];
  /** Tokens of the conversation whose state is restored. */
  readonly conversationTokens: number;
};

export const fullTrials: TrialSizes = {
  repeats: 3,
  promptWords: 384,
  outputTokens: 96,
  batchTokens: [512, 256, 1024],
  slots: [1, 2, 4, 8],
  conversationTokens: 600,
};

export const quickTrials: TrialSizes = { ...fullTrials, repeats: 1, promptWords: 128, outputTokens: 48, slots: [1, 4] };

/** What the trials start from. */
export type TriedSettings = Omit<LlamaSettings, 'contextTokens' | 'slots' | 'isContextAuto'>;

/**
 * Tries settings with a model, one after the other, each with an engine of its own. Rejects with what loading rejects with.
 *
 * @param open begins an engine with these settings
 * @param stateFolder an empty folder of its own
 */
export const trySettings = async (
  settings: TriedSettings,
  sizes: TrialSizes,
  {
    open,
    watch,
    tell,
    stateFolder,
  }: {
    readonly open: (settings: LlamaSettings) => Engine;
    readonly watch: Stopwatch;
    readonly tell: (what: string) => void;
    readonly stateFolder: string;
  },
): Promise<{ readonly model: ModelInfo; readonly trials: Trials }> => {
  const { repeats, promptWords, outputTokens } = sizes;
  // Words of other vocabularies may be two tokens; a repeating text has its words twice.
  const contextTokens = 3 * promptWords + outputTokens + 64;

  const withEngine = async <Result>(
    change: Partial<LlamaSettings>,
    use: (engine: Engine, model: ModelInfo) => Promise<Result>,
  ) => {
    const engine = open({ ...settings, contextTokens, isContextAuto: false, slots: 1, ...change });
    try {
      return await use(engine, await engine.start());
    } finally {
      await engine.close();
    }
  };

  const speedOf = async (engine: Engine, texts: readonly string[]): Promise<Speed> => {
    const runs: Speed[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) runs.push(await measureSpeed(engine, watch, texts, outputTokens));
    const [first] = runs;
    if (!first) throw new RangeError('at least one repeat');
    return {
      ...first,
      prompt: median(runs.map(({ prompt }) => prompt)),
      generation: median(runs.map(({ generation }) => generation)),
    };
  };

  tell('loading the model, and looking for texts that go on for long enough');
  const most = Math.max(...sizes.slots);
  const { model, texts } = await withEngine({ slots: 1 }, async (engine, info) => ({
    model: info,
    texts: await findSpeedTexts(engine, watch, most, promptWords, outputTokens),
  }));

  const threads: Trial<'auto' | number>[] = [];
  // Where all layers are on a graphics card the processor hardly matters.
  for (const value of model.device === 'cpu' ? threadCounts() : []) {
    tell(`threads ${value}`);
    const { generation } = await withEngine({ threads: value }, (engine) => speedOf(engine, texts.slice(0, 1)));
    threads.push({ value, tokensPerSecond: generation });
  }
  const batchTokens: Trial<number>[] = [];
  for (const value of sizes.batchTokens) {
    tell(`batchTokens ${value}`);
    const { prompt } = await withEngine({ batchTokens: value, slots: 2 }, (engine) => speedOf(engine, texts.slice(0, 2)));
    batchTokens.push({ value, tokensPerSecond: prompt });
  }
  const slots: Trial<number>[] = [];
  await withEngine({ slots: most }, async (engine) => {
    for (const value of sizes.slots) {
      tell(`${value} at once`);
      slots.push({ value, tokensPerSecond: (await speedOf(engine, texts.slice(0, value))).generation });
    }
  });
  const speculation: Trial<'off' | 'prompt-lookup' | 'draft'>[] = [];
  // A new text, in which there is nothing to be found, and one that says everything twice.
  const [text = wordsOf(1, promptWords)] = texts;
  for (const value of ['off', 'prompt-lookup', ...(settings.draftModel === undefined ? [] : (['draft'] as const))] as const) {
    tell(`speculation ${value}`);
    const tokensPerSecond = await withEngine({ speculation: value }, async (engine) => {
      const speeds = [await speedOf(engine, [text]), await speedOf(engine, [`${text} ${text}`])];
      return speeds.length / speeds.reduce((seconds, { generation }) => seconds + 1 / generation, 0);
    });
    speculation.push({ value, tokensPerSecond });
  }
  tell('keeping and restoring conversations');
  const kept = {
    ...settings,
    isContextAuto: false,
    slots: 2,
    stateFolder,
    stateBytesMax: 16_000_000_000,
    prefillTokensPerMinute: 0,
  };
  const { conversationTokens } = sizes;
  let engine = open({ ...kept, contextTokens: conversationTokens + 10 * repeats * 60 + 64 });
  try {
    await engine.start();
    const figures = await measureFirstTokens(
      engine,
      watch,
      { conversationTokens: [conversationTokens], turnWords: 40, conversations: 3, repeats },
      async (former) => {
        await former.close();
        engine = open({ ...kept, contextTokens: conversationTokens + 10 * repeats * 60 + 64 });
        await engine.start();
        return engine;
      },
      () => {},
    );
    const cases = figures.get(conversationTokens);
    const restore = cases && { coldMs: cases.cold.ms, warmMs: cases.warm.ms, switchMs: cases.switch.ms };
    return { model, trials: { threads, batchTokens, slots, speculation, ...(restore && { restore }) } };
  } finally {
    await engine.close();
  }
};

/** Those that could be best: what `auto` takes, all cores, half of them. */
const threadCounts = (): readonly ('auto' | number)[] => {
  const cores = availableParallelism();
  return ['auto', ...new Set([cores, Math.ceil(cores / 2)].filter((count) => count !== Math.max(1, cores - 1)))];
};
