import { bounds } from '../core/bounds.ts';
import type { Speaker, Turn } from '../core/conversation.ts';
import type { Engine } from '../core/engine.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { Memory } from '../core/memory.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { AnswerSettings, Place } from '../core/settings.ts';
import { endsInThought } from '../reply/index.ts';
import { type ListenServices, listen } from './listen.ts';
import { type PreparedPrompt, type PrepareServices, preparePrompt } from './prepare.ts';
import { writeAnswer } from './write-answer.ts';

/** How answers are made in one place. */
export type PlaceServices = PrepareServices & Pick<AnswerSettings, 'sampling' | 'reasoning'>;

/** What answering needs. */
export type RespondServices = ListenServices & {
  readonly memory: Memory;
  readonly queue: AnswerQueue;
  readonly engine: Engine;
  readonly logger: Logger;
  readonly now: () => number;
  /** The settings of a place, for the model that is loaded at the moment. */
  at(place: Place | undefined): PlaceServices;
};

/**
 * The way of a message through the bot: remember it, decide, wait in the queue, make the prompt,
 * generate, show, remember the answer. Never rejects; whatever fails is logged, and the person who
 * asked gets a sentence.
 */
export const respond = async (services: RespondServices, message: IncomingMessage, port: ReplyPort): Promise<void> => {
  try {
    const question = await listen(services, message);
    if (!question) return;
    const request = { conversation: message.conversation, userId: message.author.id, messageId: message.id };
    const ticket = services.queue.add(request, (signal) => answer(services, message, question, port, signal));
    await ticket.done;
  } catch (error) {
    await explain(services, message, port, error);
  } finally {
    port.end();
  }
};

/** Makes one answer; its turn in the queue has come. */
const answer = async (
  services: RespondServices,
  { conversation, place }: IncomingMessage,
  question: Turn,
  port: ReplyPort,
  cancelled: AbortSignal,
): Promise<void> => {
  const { memory, engine } = services;
  const speaker = speakerOf(services.at(place), await memory.settings(conversation));
  port.begin(speaker);
  // The settings can depend on the model, so it has to be there first.
  await engine.start();
  const here = services.at(place);
  // Read now, not when the message was queued, so that what was said meanwhile is known.
  const prepared = await preparePrompt(here, conversation, { questionId: question.id });
  if (!prepared) return; // deleted while it waited
  await rememberStart(memory, conversation, prepared);

  const { composed, input } = prepared;
  const written = await writeAnswer(
    engine,
    {
      prompt: composed.prompt,
      affinity: conversation,
      sampling: here.sampling,
      outputTokensMax: composed.outputTokensMax,
      // Lines of other participants are for the answer's cleaner to see: only it knows what is a thought.
      stopStrings: [...input.template.stop, ...here.stopStrings],
      signal: AbortSignal.any([cancelled, AbortSignal.timeout(bounds.generationMsMax)]),
    },
    {
      name: speaker.name,
      otherNames: composed.names.slice(1),
      reasoning: here.reasoning,
      startsInThought: endsInThought(composed.prompt),
    },
    port,
  );
  const { usage, reason, shown, remembered } = written;
  services.logger.info(
    { part: 'answer', conversation, persona: speaker.id, reason, ...usage, droppedTurns: composed.dropped.turns },
    'answered',
  );
  if (shown !== '') {
    const messageIds = await port.finish(shown);
    // An answer that is nothing but thoughts is shown where those are, and not remembered.
    if (remembered !== '') {
      await memory.append(conversation, {
        role: 'assistant',
        speaker,
        text: remembered,
        at: services.now(),
        messageIds,
        replyTo: question.id,
      });
    }
  }
  if (written.failure !== undefined) throw written.failure;
  if (shown === '' && !cancelled.aborted) throw nothingToSay();
};

const speakerOf = (here: PlaceServices, settings: Parameters<PlaceServices['persona']>[0]): Speaker => {
  const { id, name } = here.persona(settings);
  return { id: `persona:${id}`, name };
};

const rememberStart = async (memory: Memory, conversation: string, { composed, settings }: PreparedPrompt): Promise<void> => {
  const { promptStartId } = composed;
  if (promptStartId !== settings.promptStartId) await memory.configure(conversation, { promptStartId });
};

/** Tells the log the cause and the person who asked what to do. Who cancelled a request knows it. */
const explain = async (services: RespondServices, message: IncomingMessage, port: ReplyPort, error: unknown): Promise<void> => {
  if (error instanceof PaddockError && error.code === 'cancelled') return;
  const { logger } = services;
  logger.error({ part: 'answer', conversation: message.conversation, error }, 'a message could not be answered');
  // Who said something to others has asked nothing.
  if (message.addressed === 'none') return;
  await port
    .notice(userTextOf(error))
    .catch((failure: unknown) =>
      logger.warn({ part: 'answer', error: failure }, 'the notice about it could not be shown either'),
    );
};

const nothingToSay = (): PaddockError =>
  new PaddockError(
    'engine-failed',
    'the model ended its answer without any text; another template (`template`) may suit it better',
    {
      userText: 'Nothing came to my mind. Please ask me in other words.',
      isRetryable: true,
    },
  );
