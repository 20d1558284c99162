import PQueue from 'p-queue';
import { PaddockError } from '../core/error.ts';
import type { AnswerQueue, QueueRequest } from '../core/queue.ts';
import { type Sentence, sentence } from '../core/sentence.ts';
import { FairLanes, type LaneOptions } from './fair-lanes.ts';

/** How many requests may wait or run. */
export type QueueBounds = { readonly total: number; readonly perConversation: number; readonly perUser: number };

type Entry = {
  readonly id: string;
  readonly request: QueueRequest;
  readonly abort: AbortController;
  readonly done: PromiseWithResolvers<void>;
  isRunning: boolean;
};

/** Share of the newest duration in the average on which estimates rest. */
const newestShare = 0.3;

/**
 * The queue on p-queue, with fair lanes.
 *
 * @param options.slots how many answers may be made at once now; asked at every request, because it changes with the model
 * @param options.now in milliseconds
 */
export const createAnswerQueue = (options: {
  readonly slots: () => number;
  readonly bounds: QueueBounds;
  readonly now: () => number;
}): AnswerQueue => {
  const { bounds, now } = options;
  const lanes = new FairLanes();
  const slots = (): number => Math.max(1, options.slots());
  const queue = new PQueue<FairLanes, LaneOptions>({
    concurrency: slots(),
    queueClass: class extends FairLanes {
      constructor() {
        super();
        // p-queue makes its queue itself; this one must be known here, to release its lanes.
        // biome-ignore lint/correctness/noConstructorReturn: the only way to hand over an instance
        return lanes;
      }
    },
  });
  const entries = new Map<string, Entry>();
  let lastId = 0;
  let averageMs: number | undefined;
  let isClosed = false;

  const placeOf = (id: string): number =>
    Math.max(
      0,
      lanes
        .order()
        .filter((waiting) => entries.has(waiting))
        .indexOf(id),
    );

  const refuseBeyondBounds = (request: QueueRequest): void => {
    const all = [...entries.values()];
    const here = all.filter((entry) => entry.request.conversation === request.conversation);
    const own = all.filter((entry) => entry.request.userId === request.userId);
    const again = (first: Entry | undefined): Sentence =>
      tryAgain(averageMs === undefined || !first ? undefined : (averageMs * (placeOf(first.id) + 1)) / slots());
    if (own.length >= bounds.perUser) {
      throw new PaddockError('queue-user-full', `a user has ${own.length} requests in the queue (queue.perUser)`, {
        userText:
          own.length === 1
            ? sentence('queueUserOne', { again: again(own[0]) })
            : sentence('queueUserMany', { count: own.length, again: again(own[0]) }),
        isRetryable: true,
      });
    }
    if (here.length >= bounds.perConversation || all.length >= bounds.total) {
      const isHere = here.length >= bounds.perConversation;
      throw new PaddockError(
        'queue-full',
        isHere
          ? `a conversation has ${here.length} requests in the queue (queue.perConversation)`
          : `the queue has ${all.length} requests (queue.total)`,
        {
          userText: sentence(isHere ? 'queueHere' : 'queueEverywhere', { again: again((isHere ? here : all)[0]) }),
          isRetryable: true,
        },
      );
    }
  };

  const run = async (entry: Entry, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    // Not within `add`: whoever adds work has the ticket before the work begins.
    await Promise.resolve();
    const startedAt = now();
    try {
      if (entry.abort.signal.aborted) return;
      entry.isRunning = true;
      await work(entry.abort.signal);
      entry.done.resolve();
      if (entry.abort.signal.aborted) return; // cut short, it says nothing about how long answers take
      const durationMs = Math.max(0, now() - startedAt);
      averageMs = averageMs === undefined ? durationMs : averageMs + (durationMs - averageMs) * newestShare;
    } catch (error) {
      entry.done.reject(error);
    } finally {
      entries.delete(entry.id);
      lanes.release(entry.request.conversation);
      // Another model may have been loaded meanwhile.
      queue.concurrency = slots();
    }
  };

  const cancel = (entry: Entry, reason: PaddockError = wasCancelled()): void => {
    entry.abort.abort();
    if (entry.isRunning) return;
    lanes.remove(entry.id); // it takes nobody's turn
    entries.delete(entry.id);
    entry.done.reject(reason);
  };

  return {
    add: (request, work) => {
      if (isClosed) throw wasClosed();
      refuseBeyondBounds(request);
      const entry: Entry = {
        id: String(++lastId),
        request,
        abort: new AbortController(),
        done: Promise.withResolvers(),
        isRunning: false,
      };
      entries.set(entry.id, entry);
      entry.done.promise.catch(() => {}); // who does not look at the ticket need not handle its failure
      queue.concurrency = slots();
      void queue.add(() => run(entry, work), { id: entry.id, lane: request.conversation, user: request.userId });
      return { done: entry.done.promise, place: () => placeOf(entry.id) };
    },
    cancel: (conversation, messageId) => {
      const found = [...entries.values()].filter(
        ({ request, abort }) =>
          request.conversation === conversation &&
          (messageId === undefined || request.messageId === messageId) &&
          !abort.signal.aborted,
      );
      for (const entry of found) cancel(entry);
      return found.length;
    },
    state: () => {
      const all = [...entries.values()];
      const running = all.filter((entry) => entry.isRunning).length;
      return { waiting: all.length - running, running };
    },
    close: async () => {
      isClosed = true;
      // Who waits is told: nobody answers them after a restart.
      for (const entry of entries.values()) cancel(entry, wasClosed());
      await queue.onIdle();
    },
  };
};

const wasCancelled = (): PaddockError =>
  new PaddockError('cancelled', 'a request was cancelled before its turn', { userText: sentence('cancelled') });

const wasClosed = (): PaddockError =>
  new PaddockError('engine-closed', 'the queue was closed', {
    userText: sentence('shuttingDown'),
    isRetryable: true,
  });

const tryAgain = (waitMs: number | undefined): Sentence => {
  if (waitMs === undefined) return sentence('againInAWhile');
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  if (seconds < 60) return seconds === 1 ? sentence('againInASecond') : sentence('againInSeconds', { count: seconds });
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? sentence('againInAMinute') : sentence('againInMinutes', { count: minutes });
};
