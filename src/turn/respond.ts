import { bounds } from '../core/bounds.ts';
import { type ErrorCode, PaddockError } from '../core/error.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import type { AnswerQueue } from '../core/queue.ts';
import { sentence } from '../core/sentence.ts';
import { userTextIn } from '../locale/index.ts';
import { createSerial, type Serial } from '../memory/serial.ts';
import { answerQuestion, type QuestionServices } from './answer-question.ts';
import { languageAt } from './language.ts';
import { type ListenServices, listen } from './listen.ts';
import type { ToldOnce } from './told-once.ts';
import type { Troubles } from './troubles.ts';

export type { PlaceServices } from './make-answer.ts';

/** What answering needs. */
export type RespondServices = ListenServices &
  QuestionServices & {
    readonly queue: AnswerQueue;
    /** Keeps the messages of a conversation in order until they are remembered and wait. */
    readonly arrivals: Serial;
    /** Whether a message may be remembered and used at all; rejects with a sentence for who should know why not. [all may] */
    hear?(message: IncomingMessage): Promise<boolean>;
    /** Counts an answer to a message; rejects with the sentence to say instead where there may be no more. [all are] */
    admit?(message: IncomingMessage): Promise<void>;
    /** Whether a refusal is to be told now, by who is refused what and where. [every time] */
    readonly toldRefusals?: ToldOnce;
    /** Where failures of the store are counted. [every one is logged and told] */
    readonly troubles?: Troubles;
  };

/**
 * The way of a message through the bot: remember it, decide, wait in the queue, make the prompt,
 * generate, show, remember the answer. Never rejects; whatever fails is logged, and the person who
 * asked gets a sentence.
 */
export const respond = async (services: RespondServices, message: IncomingMessage, port: ReplyPort): Promise<void> => {
  const { conversation, place, author, id } = message;
  const { queue, arrivals } = services;
  try {
    // What comes first is remembered and asked first, however long it takes to look things up.
    const ticket = await arrivals.run(conversation, async () => {
      if ((await services.hear?.(message)) === false) return undefined;
      const turn = await listen(services, message);
      if (!turn) return undefined;
      noteThatItWorks(services);
      await services.admit?.(message);
      const isAddressed = message.addressed !== 'none';
      const asked = { conversation, ...(place && { place }), turn, messageId: id, isAddressed };
      return queue.add({ conversation, userId: author.id, messageId: id }, (signal) =>
        answerQuestion(services, asked, port, signal),
      );
    });
    await ticket?.done;
  } catch (error) {
    await explain(services, message, port, error);
  } finally {
    port.end();
  }
};

/** Tells the log the cause and the person who asked what to do. Who cancelled a request knows it. */
const explain = async (services: RespondServices, message: IncomingMessage, port: ReplyPort, error: unknown): Promise<void> => {
  const { logger, troubles } = services;
  const code = error instanceof PaddockError ? error.code : undefined;
  if (code === 'cancelled') return;
  const fields = { part: 'answer', conversation: message.conversation };
  // Who said something to others has asked nothing.
  const isAsked = message.addressed !== 'none';
  let isTold = isAsked;
  if (code !== undefined && refusals.has(code)) {
    logger.info({ ...fields, code }, 'a message was refused');
    // Or else whoever is refused could let the bot fill the channel.
    isTold &&= services.toldRefusals?.(refusalKey(message, error)) ?? true;
  } else {
    const trouble = code === 'store-failed' ? troubles?.failed(message.conversation, isAsked) : undefined;
    isTold = trouble?.isTold ?? isAsked;
    if (trouble?.isLogged ?? true)
      logger.error({ ...fields, error, ...(trouble && countOf(trouble.unlogged)) }, 'a message could not be answered');
  }
  if (!isTold) return;
  await port
    .notice(userTextIn(await languageAt(services, message.place), error))
    .catch((failure: unknown) =>
      logger.warn({ part: 'answer', error: failure }, 'the notice about it could not be shown either'),
    );
};

const refusalKey = ({ conversation, author }: IncomingMessage, error: unknown): string => {
  const reason = error instanceof PaddockError ? (error.sentence?.key ?? error.code) : '';
  return JSON.stringify([conversation, author.id, reason]);
};

/** @see RespondServices.arrivals */
export const createArrivals = (): Serial =>
  createSerial({
    waitingMax: bounds.arrivalsMax,
    refusal: () =>
      new PaddockError('queue-full', 'too many messages of one conversation came at once', {
        userText: sentence('tooMuchSaid'),
        isRetryable: true,
      }),
  });

/** What is nobody's fault: it is told, and no failure for the log. */
const refusals: ReadonlySet<ErrorCode> = new Set(['queue-full', 'queue-user-full', 'not-allowed', 'engine-closed'] as const);

const noteThatItWorks = ({ troubles, logger }: RespondServices): void => {
  const unlogged = troubles?.worked() ?? 0;
  if (unlogged > 0) logger.warn({ part: 'answer', ...countOf(unlogged) }, 'the store works again; more messages had failed');
};

const countOf = (unlogged: number): object => (unlogged === 0 ? {} : { unlogged });
