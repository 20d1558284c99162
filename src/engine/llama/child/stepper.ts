import { setImmediate as nextTurn } from 'node:timers/promises';
import { bounds } from '../../../core/bounds.ts';
import type { EndReason } from '../../../core/engine.ts';
import type { Generation } from './generation.ts';

/** Advances all generations together, so that the library puts them into one native batch a step. */
export interface Stepper {
  /** Runs a generation to its end; `aborted` within one step of the signal. */
  run(generation: Generation, signal: AbortSignal): Promise<EndReason>;
  /** Runs something that must not meet a step, such as moving a state, between two of them. Running answers wait for it. */
  between<Result>(task: () => Promise<Result>): Promise<Result>;
  /** The same at the lowest priority: only while no request is under way. Undefined when aborted before. */
  whenIdle<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result | undefined>;
  /** Announces a request; idle work waits until the function given back is called. */
  begin(): () => void;
  /** Answers that are made or read for at this moment. */
  readonly running: number;
}

type Job = {
  readonly generation: Generation;
  readonly signal: AbortSignal;
  readonly resolve: (reason: EndReason) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Loops that run free drift apart and batch badly; here each step asks every generation for one
 * token, or a piece of its prompt, in the same tick, and waits for all. While answers are being
 * written, prompts are read in small pieces, so that no running answer waits for a long prompt.
 *
 * @param batchTokens most prompt tokens of one step while nobody writes
 * @param pieceTokens gives the most prompt tokens of one step while somebody does
 * @param now in milliseconds
 */
export const createStepper = (
  batchTokens: number,
  pieceTokens: () => number,
  now: () => number = () => performance.now(),
): Stepper => {
  const jobs = new Set<Job>();
  const tasks: (() => Promise<void>)[] = [];
  const idleTasks = new Set<() => Promise<void>>();
  let requests = 0;
  let isLooping = false;

  const advance = async (job: Job, share: number): Promise<void> => {
    try {
      const reason = job.signal.aborted ? 'aborted' : await job.generation.step(share);
      if (reason === undefined) return;
      jobs.delete(job);
      await job.generation.stop();
      job.resolve(reason);
    } catch (error) {
      jobs.delete(job);
      await job.generation.stop().catch(() => {});
      job.reject(error);
    }
  };

  const step = async (): Promise<void> => {
    // llama.cpp puts neighbouring sequences that come in order into one pass, and each other one into a pass of its own.
    const current = [...jobs].sort((one, other) => one.generation.order - other.generation.order);
    const readers = current.filter(({ generation }) => generation.isReading).length;
    const tokens = readers === current.length ? batchTokens : Math.min(batchTokens, pieceTokens());
    const share = Math.max(1, Math.floor(tokens / Math.max(1, readers)));
    // All have guessed before the first is evaluated, or they would not meet in one batch.
    await Promise.all(current.flatMap(({ generation }) => generation.prepare?.(share) ?? []));
    await Promise.all(current.map((job) => advance(job, share)));
  };

  const isIdle = (): boolean => jobs.size === 0 && requests === 0;

  const nextTask = (): (() => Promise<void>) | undefined => {
    const task = tasks.shift();
    if (task || !isIdle()) return task;
    const [idleTask] = idleTasks;
    if (idleTask) idleTasks.delete(idleTask);
    return idleTask;
  };

  /**
   * Those who came at once begin at once: with a step after each task, the first would be many tokens ahead of the last, and
   * end in batches of fewer. Running answers wait for one task, and for others as long as `tasksMsMax` is not over.
   */
  const runTasks = async (): Promise<void> => {
    const endsAt = now() + bounds.stepper.tasksMsMax;
    for (let task = nextTask(); task; task = now() < endsAt ? nextTask() : undefined) {
      await task();
      // An answer that waited for it begins now, or it would miss a whole step; and requests that have just come are heard.
      await nextTurn();
    }
  };

  const loop = async (): Promise<void> => {
    isLooping = true;
    while (jobs.size > 0 || tasks.length > 0 || (isIdle() && idleTasks.size > 0)) {
      await runTasks();
      if (jobs.size > 0) await step();
    }
    isLooping = false;
  };

  const wake = (): void => {
    if (!isLooping) void loop();
  };

  return {
    run: (generation, signal) =>
      new Promise((resolve, reject) => {
        jobs.add({ generation, signal, resolve, reject });
        wake();
      }),
    between: (task) =>
      new Promise((resolve, reject) => {
        tasks.push(() => task().then(resolve, reject));
        wake();
      }),
    whenIdle: (task, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return resolve(undefined);
        const idleTask = async (): Promise<void> => {
          signal.removeEventListener('abort', leave);
          await task().then(resolve, reject);
        };
        // At once: it may be long until nothing else is to do.
        const leave = (): void => {
          idleTasks.delete(idleTask);
          resolve(undefined);
        };
        signal.addEventListener('abort', leave, { once: true });
        idleTasks.add(idleTask);
        wake();
      }),
    begin: () => {
      requests++;
      return () => {
        requests--;
        wake();
      };
    },
    get running() {
      return jobs.size;
    },
  };
};
