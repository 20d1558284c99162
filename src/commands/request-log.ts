import type { AnswerQueue, QueueRequest, QueueTicket } from '../core/queue.ts';

/** A request in the queue, as its owner sees it. */
export type QueuedRequest = QueueRequest & {
  readonly isRunning: boolean;
  /** How many requests will be served before it. */
  readonly place: number;
  /** About how long until its answer begins, in milliseconds; undefined while nothing is known of how long answers take. */
  readonly waitMs: number | undefined;
};

/** A queue that can say what is in it. */
export type LoggedQueue<Queue extends AnswerQueue> = Queue & { requests(): readonly QueuedRequest[] };

/** Share of the newest duration in the average on which estimates rest. */
const newestShare = 0.3;

/**
 * Notes who waits in a queue, and how long answers take.
 * @param options.slots how many answers are made at once.
 * @param options.now in milliseconds.
 */
export const logRequests = <Queue extends AnswerQueue>(
  queue: Queue,
  options: { readonly slots: () => number; readonly now: () => number },
): LoggedQueue<Queue> => {
  type Entry = { readonly request: QueueRequest; readonly ticket: QueueTicket; readonly isRunning: () => boolean };
  const entries = new Set<Entry>();
  let averageMs: number | undefined;

  return {
    ...queue,
    add(request, work) {
      let isRunning = false;
      const ticket = queue.add(request, async (signal) => {
        isRunning = true;
        const startedAt = options.now();
        await work(signal);
        if (signal.aborted) return; // cut short, it says nothing about how long answers take
        const tookMs = Math.max(0, options.now() - startedAt);
        averageMs = averageMs === undefined ? tookMs : averageMs + (tookMs - averageMs) * newestShare;
      });
      const entry: Entry = { request, ticket, isRunning: () => isRunning };
      entries.add(entry);
      const forget = (): void => void entries.delete(entry);
      ticket.done.then(forget, forget);
      return ticket;
    },
    requests: () =>
      [...entries].map(({ request, ticket, isRunning }) => {
        const place = isRunning() ? 0 : ticket.place();
        const waitMs = averageMs === undefined ? undefined : (averageMs * (place + 1)) / Math.max(1, options.slots());
        return { ...request, isRunning: isRunning(), place, waitMs: isRunning() ? 0 : waitMs };
      }),
  };
};
