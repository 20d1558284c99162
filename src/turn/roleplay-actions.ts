import type { AnswerSurface } from '../core/answer-surface.ts';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Speaker, Summary, Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { Memory } from '../core/memory.ts';
import type { ReplyPort } from '../core/message.ts';
import type { Persona } from '../core/persona.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { Timers } from '../reply/index.ts';
import { speak } from './auto-scene.ts';
import { firstGreeting, openConversation } from './greet.ts';
import type { AnswerServices } from './make-answer.ts';
import { speaksAsItself } from './own-name.ts';
import type { RevisePlace, Reviser } from './revise.ts';
import type { Summariser } from './summariser.ts';
import { tellCaller } from './waiting-notice.ts';

/** What people can ask for in roleplay besides answers. All reject with `PaddockError`s. */
export interface RoleplayActions {
  /** Lets a persona say something after all that was said. False when it was stopped before anything came. */
  speak(where: RevisePlace, personaId: string): Promise<boolean>;
  /**
   * Begins a conversation with the greetings of these personas: of one alone, or of a scene's members. Gives how many greeted; 0 when
   * something was said there already, none has a greeting, or nothing can be shown there.
   */
  greet(
    where: RevisePlace,
    personas: readonly Persona[],
    options: { readonly userName: string; readonly isInScene?: boolean },
  ): Promise<number>;
  /** What a persona would begin this conversation with; nothing is remembered. Undefined where it has no greeting. */
  greeting(where: RevisePlace, persona: Persona, options: { readonly userName: string }): Promise<string | undefined>;
  /** Writes what a human could say next; it is remembered nowhere. Undefined when it was stopped before anything came. */
  impersonate(where: RevisePlace, human: Speaker): Promise<string | undefined>;
  /** Summarises what has left the prompt since the last summary. Undefined when nothing has. */
  summarise(where: RevisePlace): Promise<Summary | undefined>;
}

export type RoleplayServices = AnswerServices & {
  readonly queue: AnswerQueue;
  readonly timers?: Timers;
  readonly reviser: Pick<Reviser, 'impersonate'>;
  readonly summariser: Pick<Summariser, 'make'>;
  readonly portOn: AnswerSurface['portOn'];
};

export const createRoleplayActions = (services: RoleplayServices): RoleplayActions => {
  const { memory, portOn } = services;

  /** Undefined where nothing can be shown but answers to messages as they come. */
  const freePort = async ({ conversation, place, userId }: RevisePlace): Promise<ReplyPort | undefined> => {
    const { reply } = await services.at(place);
    try {
      return portOn(conversation, undefined, { ...(place && { place }), reply, askerId: userId });
    } catch (error) {
      if (error instanceof PaddockError && error.code === 'not-allowed') return undefined;
      throw error;
    }
  };
  const queued = async <Result>(
    where: RevisePlace,
    what: string,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined> => {
    const { conversation, userId } = where;
    let result: Result | undefined;
    const request = { conversation, userId, messageId: `${what}:${userId}` };
    await tellCaller(services, where).add(request, async (signal) => {
      result = await work(signal);
    }).done;
    return result;
  };

  return {
    speak: async (where, personaId) => {
      const { conversation, userId: askerId } = where;
      const spoken = await queued(where, speakRequest, async (signal) => {
        const questionId = (await lastQuestion(services, conversation))?.id;
        return speak(services, where, { personaId, askerId, ...(questionId !== undefined && { questionId }) }, signal);
      });
      return spoken !== undefined;
    },
    greet: async (where, personas, { userName, isInScene = false }) => {
      const { conversation, place, userId } = where;
      if ((await memory.count(conversation)) > 0) return 0;
      const here = await services.at(place);
      const { reply } = here;
      const isNamed = isInScene || speaksAsItself({}, reply, place);
      let greeted = 0;
      for (const persona of personas) {
        const port = await freePort(where);
        if (port === undefined) break;
        const how = { userName, userId, isInScene, isNamed, isFurther: greeted > 0, reply };
        const turn = await openConversation({ ...here, memory }, conversation, persona, port, how);
        if (turn) greeted += 1;
      }
      return greeted;
    },
    greeting: async ({ conversation, place, userId }, persona, { userName }) =>
      firstGreeting(await services.at(place), conversation, persona, { userName, userId }),
    impersonate: async (where, human) => {
      const own = (await (await services.at(where.place)).human?.(human.id))?.name?.trim();
      const name = own || human.name;
      return services.reviser.impersonate(where, { id: human.id, name }, { begin: () => {}, end: () => {} });
    },
    summarise: (where) => queued(where, 'summary', (signal) => services.summariser.make(where, signal)),
  };
};

const speakRequest = 'speak';

/** Whether a request in the queue, by its id, is for a persona that speaks because somebody wants it to. */
export const isSpeakRequest = (requestId: string): boolean => requestId.startsWith(`${speakRequest}:`);

/** The message with which goes what a persona says unasked: what a human said last. */
export const lastQuestion = async (
  { memory }: { readonly memory: Pick<Memory, 'turns'> },
  conversation: ConversationKey,
): Promise<Turn | undefined> => {
  const turns = await memory.turns(conversation, { newest: bounds.revisedTurnsMax });
  return turns.findLast(({ role }) => role === 'user');
};
