import { availableParallelism } from 'node:os';
import type { Engine, ModelInfo } from '../../../core/engine.ts';
import type { LlamaSettings } from '../protocol.ts';
import type { Trials } from './advice.ts';
import { ask } from './ask.ts';
import { measureInTurn, type Trial } from './compare.ts';
import { measureRestore } from './restore-trial.ts';
import { findSpeedTexts, measureSpeed } from './speed.ts';
import type { Stopwatch } from './stopwatch.ts';
import { textPrompt, wordsOf } from './texts.ts';

/** How much is tried. Words are a token each in most vocabularies. */
export type TrialSizes = {
  /** Pairs of each value and the default. */
  readonly repeats: number;
  /** Of the prompts by which reading is measured. */
  readonly promptWords: number;
  /** Of those after which writing is. */
  readonly textWords: number;
  readonly outputTokens: number;
  /** Besides `auto`. [as fits the device] */
  readonly batchTokens?: readonly number[];
  /** Ascending from 1. */
  readonly slots: readonly [number, ...number[]];
  /** Tokens of the conversation whose state is restored. */
  readonly conversationTokens: number;
};

export const fullTrials: TrialSizes = {
  repeats: 4,
  promptWords: 384,
  textWords: 128,
  outputTokens: 96,
  slots: [1, 2, 4, 8],
  conversationTokens: 600,
};

export const quickTrials: TrialSizes = { ...fullTrials, repeats: 2, outputTokens: 48, slots: [1, 4] };

/** What the trials start from; the context is that with which slots are tried. */
export type TriedSettings = Omit<LlamaSettings, 'slots'>;

/** With a new process, before what counts: its first evaluations are slower. */
const warmUp = { words: 16, outputTokens: 4 };

/**
 * Tries settings with a model, each in turn with the default. Rejects with what loading rejects with.
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
  const { repeats, promptWords, textWords, outputTokens } = sizes;
  // Words of other vocabularies may be two tokens; a repeating text has its words twice.
  const contextTokens = Math.max(3 * promptWords, 5 * textWords) + outputTokens + 64;

  const withEngine = async <Result>(
    change: Partial<LlamaSettings>,
    use: (engine: Engine, model: ModelInfo) => Promise<Result>,
  ) => {
    const engine = open({ ...settings, contextTokens, isContextAuto: false, slots: 1, ...change });
    try {
      const model = await engine.start();
      const prompt = textPrompt(wordsOf(999, warmUp.words));
      await ask(engine, watch, { prompt, affinity: 'warm up', outputTokensMax: warmUp.outputTokens });
      await engine.forget('warm up');
      return await use(engine, model);
    } finally {
      await engine.close();
    }
  };

  /** Values of a setting for each of which an engine is begun. */
  const tryEach = <Value>(
    name: string,
    values: readonly [Value, ...Value[]],
    measure: (value: Value) => Promise<number>,
  ): Promise<readonly Trial<Value>[]> =>
    measureInTurn(values, repeats, (value) => {
      tell(`${name} ${value}`);
      return measure(value);
    });

  tell('loading the model, and looking for texts that go on for long enough');
  const most = Math.max(...sizes.slots);
  const { model, texts } = await withEngine({}, async (engine, info) => ({
    model: info,
    texts: await findSpeedTexts(engine, watch, most, textWords, outputTokens),
  }));
  const [text = wordsOf(1, textWords)] = texts;
  const isOnCpu = model.device === 'cpu';

  // Where all layers are on a graphics card the processor hardly matters.
  const threads = isOnCpu
    ? await tryEach('threads', threadCounts(), (value) =>
        withEngine({ threads: value }, async (engine) => (await measureSpeed(engine, watch, [text], outputTokens)).generation),
      )
    : [];

  const prompts = [1, 2].map((seed) => wordsOf(seed, promptWords));
  const batches = sizes.batchTokens ?? (isOnCpu ? [256, 1024] : [512, 1024, 4096]);
  const batchTokens = await tryEach<'auto' | number>('batchTokens', ['auto', ...batches], (value) =>
    withEngine({ batchTokens: value, slots: 2 }, async (engine) => (await measureSpeed(engine, watch, prompts, 1)).prompt),
  );

  const { configured, slotsFit, slots } = await withEngine(
    { slots: most, contextTokens: Math.max(settings.contextTokens, contextTokens), isContextAuto: settings.isContextAuto },
    async (engine, info) => ({
      configured: info,
      // Those that the memory has no room for have been taken back by the engine.
      slotsFit: { asked: most, reached: info.slots, contextTokens: info.contextTokens },
      slots: await measureInTurn(atMost(sizes.slots, info.slots), repeats, async (value) => {
        tell(`${value} at once`);
        return (await measureSpeed(engine, watch, texts.slice(0, value), outputTokens)).generation;
      }),
    }),
  );

  const guessing = ['prompt-lookup', ...(settings.draftModel === undefined ? [] : (['draft'] as const))] as const;
  const speculation = await tryEach<'off' | 'prompt-lookup' | 'draft'>('speculation', ['off', ...guessing], (value) =>
    withEngine({ speculation: value }, async (engine) => {
      // A new text, in which there is nothing to be found, and one that says everything twice.
      const speeds = [];
      for (const each of [text, `${text} ${text}`]) speeds.push(await measureSpeed(engine, watch, [each], outputTokens));
      return speeds.length / speeds.reduce((seconds, { generation }) => seconds + 1 / generation, 0);
    }),
  );

  tell('keeping and restoring conversations');
  const { conversationTokens } = sizes;
  const turnWords = 40;
  const pairs = Math.max(3, repeats);
  const restore = await withEngine(
    {
      slots: 2,
      contextTokens: conversationTokens + 2 * pairs * 2 * turnWords + 128,
      stateFolder,
      stateBytesMax: 16_000_000_000,
      // It is measured here, and not to be left out where the engine expects little of it.
      restoreWhen: 'always',
      prefillTokensPerMinute: 0,
    },
    (engine) => measureRestore(engine, watch, { conversationTokens, turnWords, pairs }),
  );
  return { model: configured, trials: { threads, batchTokens, slots, slotsFit, speculation, restore } };
};

/** Those that could be best: what `auto` takes, all cores, half of them. */
const threadCounts = (): readonly ['auto', ...('auto' | number)[]] => {
  const cores = availableParallelism();
  return ['auto', ...new Set([cores, Math.ceil(cores / 2)].filter((count) => count !== Math.max(1, cores - 1)))];
};

const atMost = ([first, ...others]: readonly [number, ...number[]], most: number): readonly [number, ...number[]] => [
  first,
  ...others.filter((count) => count <= most),
];
