import { bounds } from '../core/bounds.ts';
import type { ConversationSettings, Turn } from '../core/conversation.ts';
import type { Engine, GenerateEvent, Sampling } from '../core/engine.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import type { Logger } from '../core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../core/message.ts';
import type { Persona } from '../core/persona.ts';
import type { AnswerQueue } from '../core/queue.ts';
import { composePrompt, type PromptTemplate } from '../prompt/index.ts';
import { cleanAnswer } from '../reply/index.ts';
import { type ListenServices, listen } from './listen.ts';

/** What answering needs. */
export type RespondServices = ListenServices & {
  readonly queue: AnswerQueue;
  readonly engine: Engine;
  readonly logger: Logger;
  readonly now: () => number;
  /** The persona of a conversation with these settings. */
  persona(settings: ConversationSettings): Persona;
  /** The template for the loaded model. */
  template(): PromptTemplate;
  readonly sampling: Sampling;
  readonly outputTokensMax: number;
  readonly stopStrings: readonly string[];
  /** Whether the thoughts of reasoning models are shown. They are never remembered. */
  readonly showsThoughts: boolean;
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
  message: IncomingMessage,
  question: Turn,
  port: ReplyPort,
  cancelled: AbortSignal,
): Promise<void> => {
  const { memory, engine } = services;
  const { conversation } = message;
  // Read now, not when the message was queued, so that what was said meanwhile is known.
  const settings = await memory.settings(conversation);
  const turns = await memory.turns(conversation, {
    ...(settings.promptStartId === undefined ? {} : { fromId: settings.promptStartId }),
    newest: bounds.prompt.turnsMax,
  });
  if (!turns.some((turn) => turn.id === question.id)) return; // deleted while it waited
  const persona = services.persona(settings);
  const speaker = { id: `persona:${persona.id}`, name: persona.name };
  port.begin(speaker);

  const model = await engine.start();
  const composed = await composePrompt(
    {
      persona,
      turns,
      template: services.template(),
      contextTokens: model.contextTokens,
      outputTokensMax: services.outputTokensMax,
      questionId: question.id,
      ...(settings.promptStartId === undefined ? {} : { promptStartId: settings.promptStartId }),
    },
    engine,
  );
  if (composed.promptStartId !== settings.promptStartId)
    await memory.configure(conversation, { promptStartId: composed.promptStartId });

  const generated = engine.generate({
    prompt: composed.prompt,
    affinity: conversation,
    sampling: services.sampling,
    outputTokensMax: composed.outputTokensMax,
    stopStrings: [...composed.stopStrings, ...services.stopStrings],
    signal: AbortSignal.any([cancelled, AbortSignal.timeout(bounds.generationMsMax)]),
  });
  const clean = (answer: string, isComplete: boolean): string =>
    cleanAnswer(answer, { name: persona.name, isComplete, showsThoughts: services.showsThoughts });
  const { raw, end, failure } = await show(generated, port, clean);
  const text = cleanAnswer(raw, { name: persona.name, isComplete: true });
  const shown = clean(raw, true);
  if (end)
    services.logger.info(
      {
        part: 'answer',
        conversation,
        persona: persona.id,
        reason: end.reason,
        ...end.usage,
        droppedTurns: composed.dropped.turns,
      },
      'answered',
    );
  if (shown !== '') {
    const messageIds = await port.finish(shown);
    if (text !== '')
      await memory.append(conversation, {
        role: 'assistant',
        speaker,
        text,
        at: services.now(),
        messageIds,
        replyTo: question.id,
      });
  }
  if (failure !== undefined) throw failure;
  if (shown === '' && end?.reason !== 'aborted') throw nothingToSay();
};

/** Shows an answer while it comes; gives all that the model wrote, also when it failed in the middle. */
const show = async (
  events: AsyncIterable<GenerateEvent>,
  port: ReplyPort,
  clean: (answer: string, isComplete: false) => string,
): Promise<{ readonly raw: string; readonly end?: Extract<GenerateEvent, { type: 'end' }>; readonly failure?: unknown }> => {
  let raw = '';
  try {
    for await (const event of events) {
      if (event.type === 'end') return { raw, end: event };
      raw += event.text;
      port.show(clean(raw, false));
    }
  } catch (failure) {
    return { raw, failure };
  }
  return { raw };
};

/** Tells the log the cause and the person who asked what to do. Who cancelled a request knows it. */
const explain = async (services: RespondServices, message: IncomingMessage, port: ReplyPort, error: unknown): Promise<void> => {
  if (error instanceof PaddockError && error.code === 'cancelled') return;
  services.logger.error({ part: 'answer', conversation: message.conversation, error }, 'a message could not be answered');
  await port
    .notice(userTextOf(error))
    .catch((failure: unknown) =>
      services.logger.warn({ part: 'answer', error: failure }, 'the notice about it could not be shown either'),
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
