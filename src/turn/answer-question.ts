import type { AnswerSurface, SurfaceOptions } from '../core/answer-surface.ts';
import { shownText, type Turn } from '../core/conversation.ts';
import type { ReplyPort } from '../core/message.ts';
import { sentence } from '../core/sentence.ts';
import { sentenceIn } from '../locale/index.ts';
import { type AnswerServices, makeAnswer } from './make-answer.ts';
import { speakersFor } from './scene-speakers.ts';
import type { ToldOnce } from './told-once.ts';
import type { Whereabouts } from './turn-events.ts';

/** What answering a question needs. */
export type QuestionServices = AnswerServices & {
  /** 0 up to 1. */
  readonly random: () => number;
  /** Where a scene's further answers appear. [the first alone answers] */
  readonly portOn?: AnswerSurface['portOn'];
  /** Whether somebody else waits for an answer in the conversation. [nobody] */
  isAsked?(conversation: string): boolean;
  /** For the notice that nobody speaks unasked. [every time] */
  readonly toldManual?: ToldOnce;
};

/** A question whose turn in the queue has come. */
export type Question = Whereabouts & {
  readonly turn: Turn;
  /** The platform's id of its message. */
  readonly messageId: string;
  /** Whether it turns to the bot, so that silence needs a word. */
  readonly isAddressed: boolean;
};

/**
 * Lets everybody answer who is to: the persona of the conversation, or in a scene the members whose
 * turn it is, one after the other, each knowing what those before said. The first answer appears on
 * the given port. It ends early when an answer is stopped or not kept, or somebody waits for
 * another one. Throws what `makeAnswer` throws.
 */
export const answerQuestion = async (
  services: QuestionServices,
  question: Question,
  port: ReplyPort,
  cancelled: AbortSignal,
): Promise<void> => {
  const { memory, random, toldManual = () => true } = services;
  const { conversation, place, turn } = question;
  const where = { conversation, ...(place && { place }) };
  const { scene } = await memory.settings(conversation);
  if (scene === undefined) {
    await answerBy(services, question, undefined, port, cancelled);
    services.events?.answered?.({ ...where, questionId: turn.id });
    return;
  }
  const here = await services.at(place);
  const speakers = speakersFor(scene, here, { text: shownText(turn) }, random);
  const [first, ...others] = speakers;
  if (first === undefined) {
    if (question.isAddressed && toldManual(conversation))
      await port.notice(sentenceIn(here.reply.language ?? 'en', sentence('nobodySpeaks')));
    return;
  }
  let answer = await answerBy(services, question, first, port, cancelled);
  for (const personaId of others) {
    if (answer === undefined || cancelled.aborted || services.isAsked?.(conversation)) break;
    const own = await furtherPort(services, question);
    if (own === undefined) break;
    try {
      answer = await answerBy(services, question, personaId, own, cancelled, true);
    } finally {
      own.end();
    }
  }
  if (answer !== undefined && !cancelled.aborted) services.events?.answered?.({ ...where, questionId: turn.id });
};

const answerBy = (
  services: QuestionServices,
  { conversation, place, turn: { id } }: Question,
  personaId: string | undefined,
  port: ReplyPort,
  cancelled: AbortSignal,
  follows = false,
): Promise<unknown> => {
  const { memory, now } = services;
  const task = {
    conversation,
    ...(place && { place }),
    prompt: { ...(follows ? { follows } : { questionId: id }), ...(personaId !== undefined && { personaId }) },
    neededId: id,
    keep: ({ text, speaker, messageIds }: Parameters<Parameters<typeof makeAnswer>[1]['keep']>[0]) =>
      memory.appendIf(conversation, { role: 'assistant', speaker, text, at: now(), messageIds, replyTo: id }, { remembers: id }),
  };
  return makeAnswer(services, task, port, cancelled);
};

/** Undefined where the platform shows nothing but answers to messages as they come. */
const furtherPort = async (
  { portOn, at, logger }: QuestionServices,
  { conversation, place, messageId, turn }: Question,
): Promise<ReplyPort | undefined> => {
  if (portOn === undefined) return undefined;
  const { reply } = await at(place);
  const options: SurfaceOptions = { ...(place && { place }), reply, askerId: turn.speaker.id };
  try {
    return portOn(conversation, messageId, options);
  } catch (error) {
    logger.warn({ part: 'answer', conversation, error }, 'a further member of a scene has no place for its answer');
    return undefined;
  }
};
