import { bounds } from '../core/bounds.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import type { AnswerQueue, QueueTicket } from '../core/queue.ts';
import { systemTimers, type Timers } from '../reply/index.ts';

/**
 * The queue for one message: when somebody who asked waits long, it tells the message's port the place. The port knows when
 * the wait is over. Who did not turn to the bot waits for nothing.
 */
export const tellPlaces = (
  queue: AnswerQueue,
  { addressed }: Pick<IncomingMessage, 'addressed'>,
  port: ReplyPort,
  timers: Timers = systemTimers,
): AnswerQueue => {
  if (addressed === 'none' || !port.waits) return queue;
  return {
    ...queue,
    add: (request, work) => {
      const ticket = queue.add(request, work);
      tellUntilDone(ticket, port, timers);
      return ticket;
    },
  };
};

const tellUntilDone = (ticket: QueueTicket, port: ReplyPort, timers: Timers): void => {
  const { afterMs, renewMs } = bounds.placeNotice;
  const tell = (): void => {
    port.waits?.(ticket.place());
    cancel = timers.after(renewMs, tell);
  };
  let cancel = timers.after(afterMs, tell);
  const stop = (): void => cancel();
  ticket.done.then(stop, stop);
};
