import { bounds } from '../core/bounds.ts';
import type { Locale } from '../core/locale.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import type { AnswerQueue, QueueTicket } from '../core/queue.ts';
import { type Sentence, sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import { sentenceIn } from '../locale/index.ts';
import { systemTimers, type Timers } from '../reply/index.ts';
import { type LanguageServices, languageAt } from './language.ts';

/**
 * The queue for one message: when somebody who asked waits long, it tells the message's port the place. The port knows when
 * the wait is over. Who did not turn to the bot waits for nothing.
 *
 * @param language in which it is told; asked only when somebody waits, and never rejects. [English]
 */
export const tellPlaces = (
  queue: AnswerQueue,
  { addressed }: Pick<IncomingMessage, 'addressed'>,
  port: Pick<ReplyPort, 'waits'>,
  timers: Timers = systemTimers,
  language: () => Promise<Locale> = async () => 'en',
): AnswerQueue => {
  if (addressed === 'none' || !port.waits) return queue;
  return {
    ...queue,
    add: (request, work) => {
      const ticket = queue.add(request, work);
      tellUntilDone(ticket, port, timers, language);
      return ticket;
    },
  };
};

/** Who waits for what a command does, and how they are told where nothing of it stands in the chat. */
export type Waiting = {
  readonly place?: Place;
  /** The caller's language. [that of the place] */
  readonly locale?: Locale;
  waits?(notice: string): void;
};

/**
 * The same for what is asked for by a command, a menu or a button: it is told where the answer will appear, as for a message,
 * or else to the caller alone.
 */
export const tellCaller = (
  services: LanguageServices & { readonly queue: AnswerQueue; readonly timers?: Timers },
  where: Waiting,
  port: Pick<ReplyPort, 'waits'> = {},
): AnswerQueue =>
  tellPlaces(services.queue, { addressed: 'direct' }, port.waits ? port : where, services.timers, async () =>
    port.waits === undefined && where.locale !== undefined ? where.locale : languageAt(services, where.place),
  );

const tellUntilDone = (
  ticket: QueueTicket,
  port: Pick<ReplyPort, 'waits'>,
  timers: Timers,
  language: () => Promise<Locale>,
): void => {
  const { afterMs, renewMs } = bounds.placeNotice;
  let isOver = false;
  const tell = (): void => {
    cancel = timers.after(renewMs, tell);
    void language().then((locale) => {
      if (!isOver) port.waits?.(sentenceIn(locale, placeSentence(ticket.place())));
    });
  };
  let cancel = timers.after(afterMs, tell);
  const stop = (): void => {
    isOver = true;
    cancel();
  };
  ticket.done.then(stop, stop);
};

const placeSentence = (place: number): Sentence => {
  if (place === 0) return sentence('placeNext');
  return place === 1 ? sentence('placeOne') : sentence('placeMany', { count: place });
};
