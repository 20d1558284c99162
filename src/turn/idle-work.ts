import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { Timers } from '../reply/index.ts';

/** Something to do when nobody waits for an answer. */
export type IdleJob = {
  /** How long it must have been quiet, in milliseconds. */
  readonly waitMs: number;
  /** Whose it is, where it reads or keeps what was said in one. [nobody's] */
  readonly conversation?: ConversationKey;
  /** Whether it is done again when a request cut it short. [it is dropped] */
  readonly isRetried?: boolean;
  /** To end at once when the signal is aborted. What it rejects with is logged. */
  run(signal: AbortSignal): Promise<void>;
};

/** Does what can wait, one job at a time, only while no request waits or runs: a request aborts it. */
export type IdleWork<Queue extends AnswerQueue = AnswerQueue> = {
  /** The queue, to be used by everybody in place of the given one. */
  readonly queue: Queue;
  /** Whether a request of the conversation waits for its turn. */
  isAsked(conversation: ConversationKey): boolean;
  /** Puts a job after the others; it takes the place of one with its name that has not begun. The oldest goes where there are too many. */
  add(name: string, job: IdleJob): void;
  /**
   * Aborts what runs of a conversation and resolves when it has ended, so that nothing that was read of it before comes later.
   * What has not begun will read what is there by then, and stays.
   */
  halt(conversation: ConversationKey): Promise<void>;
  /** Takes nothing more, aborts what runs and resolves when it has ended. */
  close(): Promise<void>;
};

/** @param options.queue whatever else the given queue can do, the new one can as well */
export const createIdleWork = <Queue extends AnswerQueue>(options: {
  readonly queue: Queue;
  readonly timers: Timers;
  readonly logger: Pick<Logger, 'warn'>;
}): IdleWork<Queue> => {
  const { queue, timers, logger } = options;
  const jobs = new Map<string, IdleJob & { readonly dueAt: number }>();
  const waiting = new Map<ConversationKey, number>();
  let running:
    | { readonly conversation: ConversationKey | undefined; readonly abort: AbortController; readonly ended: Promise<void> }
    | undefined;
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  const isBusy = (): boolean => {
    const state = queue.state();
    return state.waiting + state.running > 0;
  };

  const pump = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (isClosed || running || isBusy()) return;
    const [next] = [...jobs].sort(([, one], [, other]) => one.dueAt - other.dueAt);
    if (next === undefined) return;
    const [name, job] = next;
    const waitMs = job.dueAt - timers.now();
    if (waitMs > 0) {
      cancelTimer = timers.after(waitMs, pump);
      return;
    }
    jobs.delete(name);
    const abort = new AbortController();
    running = { conversation: job.conversation, abort, ended: run(name, job, abort.signal) };
  };

  const run = async (name: string, job: IdleJob, signal: AbortSignal): Promise<void> => {
    try {
      await job.run(signal);
    } catch (error) {
      const isExpected = signal.aborted || (error instanceof PaddockError && error.code === 'engine-closed');
      if (!isExpected) logger.warn({ part: 'idle', job: name, error }, 'what was to be done meanwhile has failed');
    } finally {
      running = undefined;
      if (signal.aborted && job.isRetried && !jobs.has(name)) add(name, job);
      else pump();
    }
  };

  const add = (name: string, job: IdleJob): void => {
    if (isClosed) return;
    jobs.delete(name);
    jobs.set(name, { ...job, dueAt: timers.now() + job.waitMs });
    const [oldest] = jobs.keys();
    if (jobs.size > bounds.idleWork.jobsMax && oldest !== undefined) jobs.delete(oldest);
    pump();
  };

  /** Quiet is counted from the end of the last request. */
  const becameQuiet = (): void => {
    if (isBusy()) return;
    for (const [name, job] of jobs) jobs.set(name, { ...job, dueAt: Math.max(job.dueAt, timers.now() + job.waitMs) });
    pump();
  };

  const count = (conversation: ConversationKey, by: number): void => {
    const number = (waiting.get(conversation) ?? 0) + by;
    if (number > 0) waiting.set(conversation, number);
    else waiting.delete(conversation);
  };

  const watched: Queue = {
    ...queue,
    add: (request, work) => {
      let isCounted = false;
      const begins = (): void => {
        if (isCounted) count(request.conversation, -1);
        isCounted = false;
      };
      const ticket = queue.add(request, (signal) => {
        begins();
        return work(signal);
      });
      isCounted = true;
      count(request.conversation, 1);
      running?.abort.abort();
      const ends = (): void => {
        begins();
        becameQuiet();
      };
      ticket.done.then(ends, ends);
      return ticket;
    },
  };

  return {
    queue: watched,
    isAsked: (conversation) => waiting.has(conversation),
    add,
    halt: async (conversation) => {
      if (running?.conversation !== conversation) return;
      running.abort.abort();
      await running.ended;
    },
    close: async () => {
      isClosed = true;
      cancelTimer?.();
      jobs.clear();
      running?.abort.abort();
      await running?.ended;
    },
  };
};
