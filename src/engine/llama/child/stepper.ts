import type { EndReason } from '../../../core/engine.ts';
import type { Generation } from './generation.ts';

/** Advances all generations together, so that the library puts them into one native batch a step. */
export interface Stepper {
  /** Runs a generation to its end; `aborted` within one step of the signal. */
  run(generation: Generation, signal: AbortSignal): Promise<EndReason>;
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
 * @param pieceTokens most prompt tokens of one step while somebody does
 */
export const createStepper = (batchTokens: number, pieceTokens: number): Stepper => {
  const jobs = new Set<Job>();
  let isRunning = false;

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

  const loop = async (): Promise<void> => {
    isRunning = true;
    while (jobs.size > 0) {
      const current = [...jobs];
      const readers = current.filter(({ generation }) => generation.isReading).length;
      const tokens = readers === current.length ? batchTokens : pieceTokens;
      const share = Math.max(1, Math.floor(tokens / Math.max(1, readers)));
      await Promise.all(current.map((job) => advance(job, share)));
    }
    isRunning = false;
  };

  return {
    run: (generation, signal) =>
      new Promise((resolve, reject) => {
        jobs.add({ generation, signal, resolve, reject });
        if (!isRunning) void loop();
      }),
  };
};
