import type { Engine, GenerateEvent, GenerateRequest } from '../core/engine.ts';

/** What the engine has answered since the start; times in milliseconds. */
export type AnswerCounts = {
  readonly answers: number;
  /** Answers that broke off with an error. */
  readonly failures: number;
  readonly promptTokens: number;
  /** Of the prompts' tokens, those that had been evaluated before. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** From the first text of each answer to its end, all together. */
  readonly writingMs: number;
  /** From the request to the first text, all together. */
  readonly readingMs: number;
};

/** Counts what an engine answers. */
export interface AnswerCounter {
  /** The same engine, watched. */
  watch(engine: Engine): Engine;
  counts(): AnswerCounts;
}

const none: AnswerCounts = {
  answers: 0,
  failures: 0,
  promptTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  writingMs: 0,
  readingMs: 0,
};

/** @param now in milliseconds. */
export const createAnswerCounter = (now: () => number): AnswerCounter => {
  let counts = none;
  const add = (more: Partial<AnswerCounts>): void => {
    const names = Object.keys(none) as (keyof AnswerCounts)[];
    counts = Object.fromEntries(names.map((name) => [name, counts[name] + (more[name] ?? 0)])) as AnswerCounts;
  };

  async function* watched(engine: Engine, request: GenerateRequest): AsyncGenerator<GenerateEvent> {
    const startedAt = now();
    let firstAt: number | undefined;
    try {
      for await (const event of engine.generate(request)) {
        firstAt ??= now();
        if (event.type === 'end') add({ ...event.usage, answers: 1, readingMs: firstAt - startedAt, writingMs: now() - firstAt });
        yield event;
      }
    } catch (error) {
      add({ failures: 1 });
      throw error;
    }
  }

  return {
    // A proxy, because an engine's properties change.
    watch: (engine) =>
      new Proxy(engine, {
        get: (target, name) =>
          name === 'generate'
            ? (request: GenerateRequest) => watched(target, request)
            : bound(target, Reflect.get(target, name, target)),
      }),
    counts: () => counts,
  };
};

const bound = (target: object, value: unknown): unknown => (typeof value === 'function' ? value.bind(target) : value);
