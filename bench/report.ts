import type { FirstToken, FirstTokenCase } from '../src/engine/llama/bench/first-token.ts';
import type { Overhead } from './overhead.ts';
import type { StallFigures } from './stall.ts';

/** What the engine reached, what the library alone did in the same minute, and the one through the other. */
export type Compared = { readonly engine: number; readonly library: number; readonly ratio: number };

export type SpeedFigures = {
  readonly atOnce: number;
  /** Tokens per second of all together; a ratio above 1 is faster than the library. */
  readonly prompt: Compared;
  readonly generation: Compared;
  /** Generation against one at once. */
  readonly timesOne: { readonly engine: number; readonly library: number };
};

export type FirstTokenFigures = {
  readonly conversationTokens: number;
  /**
   * Milliseconds. `libraryMs`: the library alone for the tokens of a turn, or for the whole prompt where it is cold;
   * a ratio below 1 is sooner than the library.
   */
  readonly cases: Readonly<Record<FirstTokenCase, FirstToken>>;
  /** What fetching a conversation's state adds to a turn, as a share of evaluating the conversation again. */
  readonly restoreShare: number;
};

export type BenchReport = {
  readonly at: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly system: string;
    readonly node: string;
    /** Processes that wanted a core, over the last minute, before and after: more than one or two were other people's work. */
    readonly loadBefore: number;
    readonly loadAfter: number;
  };
  readonly library: string;
  readonly model: { readonly name: string; readonly bytes: number; readonly isGenerated: boolean; readonly device: string };
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly repeats: number;
  readonly speed?: readonly SpeedFigures[];
  readonly firstToken?: readonly FirstTokenFigures[];
  readonly stateBytesPerToken?: number;
  readonly stall?: StallFigures;
  readonly overhead?: readonly Overhead[];
};

/** The report as people read it. */
export const reportText = (report: BenchReport): string => {
  const { machine, model, settings, library, repeats } = report;
  const lines = [
    `${machine.processor}, ${machine.cores} cores, ${round(machine.memoryGB, 0)} GB, ${machine.system}, Node ${machine.node}`,
    `load average ${round(machine.loadBefore)} before, ${round(machine.loadAfter)} after`,
    `${model.name}${model.isGenerated ? ' (generated)' : ''}, ${round(model.bytes / 1e6, 0)} MB, on ${model.device}; node-llama-cpp ${library}`,
    `${Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}; medians of ${repeats}`,
  ];
  if (report.speed)
    lines.push(
      '',
      'Tokens per second of all answers together (× the library alone)',
      ...table(
        ['at once', 'prompt', '', 'generation', '', 'times one', 'library'],
        report.speed.map(({ atOnce, prompt, generation, timesOne }) => [
          `${atOnce}`,
          round(prompt.engine),
          `× ${round(prompt.ratio, 2)}`,
          round(generation.engine),
          `× ${round(generation.ratio, 2)}`,
          round(timesOne.engine, 2),
          round(timesOne.library, 2),
        ]),
      ),
    );
  if (report.firstToken)
    lines.push(
      '',
      'Milliseconds to the first token of a turn (× the library alone for the new tokens)',
      ...table(
        ['conversation', 'case', 'ms', '', 'evaluated', 'restore costs'],
        report.firstToken.flatMap(({ conversationTokens, cases, restoreShare }) =>
          Object.entries(cases).map(([name, { ms, ratio, evaluatedTokens }]) => [
            `${conversationTokens}`,
            name,
            round(ms),
            `× ${round(ratio, 2)}`,
            `${evaluatedTokens}`,
            name === 'switch' ? `${round(restoreShare * 100)} % of evaluating` : '',
          ]),
        ),
      ),
    );
  if (report.stateBytesPerToken !== undefined)
    lines.push('', `A kept state takes ${round(report.stateBytesPerToken, 0)} bytes a token`);
  if (report.stall) {
    const { running, arrivingTokens, engine, library: plain } = report.stall;
    lines.push(
      '',
      `Milliseconds between two tokens of ${running} running answers while a prompt of ${arrivingTokens} tokens arrives`,
      ...table(
        ['', 'median', 'p95', 'largest'],
        [
          ['engine', round(engine.medianMs), round(engine.p95Ms), round(engine.largestMs)],
          ['library', round(plain.medianMs), round(plain.p95Ms), round(plain.largestMs)],
        ],
      ),
    );
  }
  if (report.overhead)
    lines.push(
      '',
      "The bot's own milliseconds a message",
      ...table(
        ['channels', 'conversations', 'store', 'event to engine p50', 'p99', 'text to Discord p50', 'p99', 'both p50', 'p99'],
        report.overhead.map(({ channels, conversations, store, toEngine, toDiscord, both }) => [
          `${channels}`,
          conversations,
          store,
          ...[toEngine, toDiscord, both].flatMap(({ p50, p99 }) => [round(p50, 2), round(p99, 2)]),
        ]),
      ),
    );
  return `${lines.join('\n')}\n`;
};

const round = (value: number, digits = 1): string => value.toFixed(digits);

/** Right-aligned columns. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}`.trimEnd());
};
