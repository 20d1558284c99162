import type { AnswerSurface } from '../core/answer-surface.ts';
import { bounds } from '../core/bounds.ts';
import { type ConversationKey, shownText } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { Timers } from '../reply/index.ts';
import { type AnswerServices, makeAnswer } from './make-answer.ts';
import { nextSpeaker } from './scene-speakers.ts';
import type { TurnEvents, Whereabouts } from './turn-events.ts';

export type AutoSceneServices = AnswerServices & {
  readonly queue: Pick<AnswerQueue, 'add'>;
  readonly timers: Timers;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly portOn: AnswerSurface['portOn'];
};

/** Lets scenes go on by themselves. */
export type AutoScene = TurnEvents & {
  /** Ends it in a conversation until a human says something that is answered; what is being written goes on. False where none went on. */
  stop(conversation: ConversationKey): boolean;
  /** Ends it everywhere. */
  close(): void;
};

/** One conversation that goes on: how often it has, and what calls the next turn off. */
type Going = { turns: number; cancel: () => void };

/**
 * After the answers to a human, where the scene's settings have it so, a member that did not speak last goes on after a pause, up to
 * so many turns; then a human has to say something. Whatever a human says ends it, and so does a turn that is stopped, fails
 * or finds the queue full.
 */
export const createAutoScene = (services: AutoSceneServices): AutoScene => {
  const { memory, timers, logger } = services;
  const going = new Map<ConversationKey, Going>();

  const stop = (conversation: ConversationKey): void => {
    going.get(conversation)?.cancel();
    going.delete(conversation);
  };

  const plan = async (where: Whereabouts, questionId: string, mine: Going): Promise<void> => {
    const { conversation } = where;
    const { scene } = await memory.settings(conversation);
    if (going.get(conversation) !== mine) return;
    const { auto } = scene ?? {};
    if (auto === undefined || mine.turns >= auto.turnsMax) return stop(conversation);
    mine.cancel = timers.after(auto.pauseMs, () => {
      goOn(where, questionId, mine).catch((error: unknown) => failed(conversation, error));
    });
  };

  const goOn = async (where: Whereabouts, questionId: string, mine: Going): Promise<void> => {
    const { conversation } = where;
    mine.turns += 1;
    // A user of its own for each conversation: scenes take no places from one another, nor from humans.
    const request = { conversation, userId: `auto:${conversation}`, messageId: autoRequestId(questionId, mine.turns) };
    let hasSpoken = false;
    const ticket = services.queue.add(request, async (signal) => {
      if (going.get(conversation) !== mine) return;
      hasSpoken = (await speakNext(services, where, questionId, signal)) && !signal.aborted;
    });
    await ticket.done;
    if (going.get(conversation) !== mine) return;
    if (hasSpoken) await plan(where, questionId, mine);
    else stop(conversation);
  };

  const failed = (conversation: ConversationKey, error: unknown): void => {
    stop(conversation);
    if (error instanceof PaddockError && error.code === 'cancelled') return;
    logger.warn({ part: 'scene', conversation, error }, 'a scene does not go on by itself any more');
  };

  return {
    heard: ({ conversation }) => stop(conversation),
    answered: ({ questionId, ...where }) => {
      stop(where.conversation);
      const mine: Going = { turns: 0, cancel: () => {} };
      going.set(where.conversation, mine);
      const [oldest] = going.keys();
      if (going.size > bounds.autoScene.conversationsMax && oldest !== undefined) stop(oldest);
      plan(where, questionId, mine).catch((error: unknown) => failed(where.conversation, error));
    },
    stop: (conversation) => {
      const wentOn = going.has(conversation);
      stop(conversation);
      return wentOn;
    },
    close: () => {
      for (const conversation of [...going.keys()]) stop(conversation);
    },
  };
};

const autoRequestId = (questionId: string, turns: number): string => `auto:${questionId}:${turns}`;

/** The question after whose answers a scene goes on, by the id of its request in the queue; undefined for other requests. */
export const autoQuestionOf = (requestId: string): string | undefined => /^auto:(.+):\d+$/s.exec(requestId)?.[1];

/** One member says something more. False when nobody does. */
const speakNext = async (
  services: AutoSceneServices,
  { conversation, place }: Whereabouts,
  questionId: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const { memory, random } = services;
  const here = await services.at(place);
  const { scene } = await memory.settings(conversation);
  const [last] = await memory.turns(conversation, { newest: 1 });
  if (scene?.auto === undefined || last?.role !== 'assistant') return false;
  const said = { text: shownText(last), personaId: last.speaker.id.replace(/^persona:/, '') };
  const personaId = nextSpeaker(scene, here, said, random);
  if (personaId === undefined) return false;
  return (await speak(services, { conversation, ...(place && { place }) }, { personaId, questionId }, signal)) !== undefined;
};

/** Who speaks without being answered to, after which question, and for whom where there is none: the answer is whose question it is. */
export type Speaking = { readonly personaId: string; readonly questionId?: string; readonly askerId?: string };

/** Lets a persona say something after all that was said. Its turn in the queue has come. */
export const speak = async (
  services: AnswerServices & Pick<AutoSceneServices, 'portOn'>,
  { conversation, place }: Whereabouts,
  { personaId, questionId, askerId }: Speaking,
  signal: AbortSignal,
): Promise<unknown> => {
  const { memory, now } = services;
  const question = questionId === undefined ? undefined : await memory.turn(conversation, questionId);
  const port = services.portOn(conversation, undefined, {
    ...(place && { place }),
    reply: (await services.at(place)).reply,
    ...((question?.speaker.id ?? askerId) !== undefined && { askerId: question?.speaker.id ?? askerId ?? '' }),
  });
  try {
    return await makeAnswer(
      services,
      {
        conversation,
        ...(place && { place }),
        prompt: { personaId, follows: true },
        ...(question && { neededId: question.id }),
        keep: ({ text, speaker, messageIds }) => {
          const said = { role: 'assistant', speaker, text, at: now(), messageIds } as const;
          return question
            ? memory.appendIf(conversation, { ...said, replyTo: question.id }, { remembers: question.id })
            : memory.append(conversation, said);
        },
      },
      port,
      signal,
    );
  } finally {
    port.end();
  }
};
