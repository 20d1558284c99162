import { ownerOf } from '../commands/meant-answer.ts';
import type { AnswerActions } from '../commands/services.ts';
import type { AnswerSurface, SurfaceOptions } from '../core/answer-surface.ts';
import type { ConversationKey, Speaker, Turn } from '../core/conversation.ts';
import { DeliveryError } from '../core/delivery-error.ts';
import { PaddockError } from '../core/error.ts';
import type { ReplyPort } from '../core/message.ts';
import { sentence } from '../core/sentence.ts';
import { answerQuestion, type QuestionServices } from '../turn/answer-question.ts';
import { type AnswerTask, type MadeAnswer, makeAnswer } from '../turn/make-answer.ts';
import { speaksAsItself } from '../turn/own-name.ts';
import type { RevisePlace, Reviser, ReviseServices } from '../turn/revise.ts';
import { speakersFor, withPersona } from '../turn/scene-speakers.ts';
import { tellCaller } from '../turn/waiting-notice.ts';

export type AnswerActionsOptions = ReviseServices &
  Pick<QuestionServices, 'random' | 'isAsked'> & {
    readonly reviser: Reviser;
    readonly surface: AnswerSurface;
    newId(): string;
  };

/** Lets commands change answers that stand in chats, and ask for new ones; each is shown where it belongs. */
export const createAnswerActions = (options: AnswerActionsOptions): AnswerActions => {
  const { reviser, surface, memory, engine, now, newId } = options;

  const turnOf = async (conversation: ConversationKey, turnId: string): Promise<Turn> => {
    const turn = await memory.turn(conversation, turnId);
    if (turn) return turn;
    throw new PaddockError('not-found', 'the turn that is meant is not remembered', {
      userText: sentence('notRemembered'),
    });
  };
  /** @param turn the answer that is changed, or what is answered: the buttons are for whose it is, whoever has called */
  const howAt = async ({ conversation, place, userId }: RevisePlace, turn?: Turn): Promise<SurfaceOptions> => {
    const [{ reply }, settings, ownerId] = await Promise.all([
      options.at(place),
      memory.settings(conversation),
      turn && ownerOf(memory, conversation, turn),
    ]);
    return {
      ...(place && { place }),
      reply,
      askerId: ownerId ?? userId,
      ...(turn?.role === 'assistant' &&
        speaksAsItself(settings, reply, place) && { look: { name: turn.speaker.name, speakerId: turn.speaker.id } }),
    };
  };
  const portFor = async (where: RevisePlace, turnId: string): Promise<ReplyPort> => {
    const turn = await turnOf(where.conversation, turnId);
    return surface.portFor(where.conversation, turn, await howAt(where, turn));
  };
  /** Makes an answer when its turn in the queue comes. */
  const queued = async <Kept>(
    where: RevisePlace,
    messageId: string,
    task: AnswerTask<Kept>,
    port: ReplyPort,
  ): Promise<Kept | undefined> => {
    let kept: Kept | undefined;
    try {
      const request = { conversation: where.conversation, userId: where.userId, messageId };
      await tellCaller(options, where, port).add(request, async (signal) => {
        kept = await makeAnswer(options, task, port, signal);
      }).done;
    } finally {
      port.end();
    }
    return kept;
  };
  const taskOf = ({ place }: RevisePlace, conversation: ConversationKey, questionId: string, personaId: string | undefined) => ({
    conversation,
    ...(place && { place }),
    prompt: { questionId, ...(personaId !== undefined && { personaId }) },
    neededId: questionId,
  });
  /** Who would answer somebody in a conversation first; whoever answers where it is not said, when undefined. */
  const whoAnswers = async ({ conversation, place }: RevisePlace, text: string): Promise<string | undefined> => {
    const settings = await memory.settings(conversation);
    const { scene } = settings;
    const [first] = scene === undefined ? [] : speakersFor(scene, await options.at(place), { text }, options.random);
    return first ?? withPersona(settings).personaId;
  };
  const append = (conversation: ConversationKey, replyTo: string, { text, speaker, messageIds }: MadeAnswer) =>
    memory.appendIf(conversation, { role: 'assistant', speaker, text, at: now(), messageIds, replyTo }, { remembers: replyTo });

  return {
    regenerate: async (where, { turnId, guidance }) =>
      reviser.regenerate(where, await portFor(where, turnId), { turnId, ...(guidance !== undefined && { guidance }) }),
    continueAnswer: async (where, { turnId }) => reviser.continueAnswer(where, await portFor(where, turnId), { turnId }),
    swipe: async (where, answer) => reviser.swipe(where.conversation, await portFor(where, answer.turnId), answer),
    editAnswer: async (where, answer) => reviser.editAnswer(where.conversation, await portFor(where, answer.turnId), answer),
    replyAs: async (where, { turnId, personaId, messageId }) => {
      const { conversation } = where;
      const port = surface.portOn(conversation, messageId, await howAt(where, await turnOf(conversation, turnId)));
      const keep = (made: MadeAnswer) => append(conversation, turnId, made);
      await queued(where, messageId, { ...taskOf(where, conversation, turnId, personaId), keep }, port);
    },
    withdraw: async ({ conversation }, messageIds) => {
      if (messageIds.length === 0) return;
      await surface
        .remove(conversation, messageIds)
        .catch((error: unknown) => options.logger.warn({ part: 'answer', error }, 'messages could not be taken away'));
    },
    openThread: ({ conversation }, messageId, name) => surface.openThread(conversation, messageId, name),
    async ask(where, { user, text, personaId, isPrivate, messageId }, onText) {
      const id = `ask:${newId()}`;
      // A private question has a conversation of its own, which ends with the answer.
      const conversation = isPrivate ? `${where.conversation}#${id}` : where.conversation;
      const how = messageId === undefined ? undefined : await howAt(where);
      const answers = collect(onText, how && (() => surface.portOn(conversation, messageId, how)));
      const port = answers.port();
      try {
        const said = { role: 'user', speaker: { id: user.id, name: user.name }, text, at: now() } as const;
        const { turn } = await memory.append(conversation, { ...said, messageIds: messageId === undefined ? [] : [messageId] });
        const asked = isPrivate ? (personaId ?? (await whoAnswers(where, text))) : personaId;
        if (isPrivate || asked !== undefined) {
          const keep = (made: MadeAnswer) => append(conversation, turn.id, made);
          await queued(where, messageId ?? id, { ...taskOf(where, conversation, turn.id, asked), keep }, port);
        } else {
          const { place } = where;
          const question = { conversation, ...(place && { place }), turn, messageId: messageId ?? id, isAddressed: true };
          const services = { ...options, portOn: answers.port, toldManual: () => true };
          const request = { conversation, userId: where.userId, messageId: messageId ?? id };
          await tellCaller(options, where, port).add(request, (signal) => answerQuestion(services, question, port, signal)).done;
        }
        const { scene } = await memory.settings(conversation);
        return answers.whole(scene !== undefined);
      } finally {
        port.end();
        if (isPrivate) await Promise.allSettled([memory.forget(conversation), engine.forget(conversation)]);
      }
    },
  };
};

/**
 * Ports for who shows answers in a way of its own, all of them together.
 *
 * @param inChat makes the ports by which they stand in the chat as others do; collected is then only what may not be said there.
 */
const collect = (onText: (text: string) => void, inChat?: () => ReplyPort) => {
  const answers: { speaker: Speaker; text: string }[] = [];
  let inChatBy: Speaker | undefined;
  const notices: string[] = [];
  const textOf = (isNamed: boolean): string =>
    [...answers.map(({ speaker, text }) => (isNamed ? `${speaker.name}: ${text}` : text)), ...notices].join('\n\n');
  const collecting = (): ReplyPort => {
    let answer: (typeof answers)[number] | undefined;
    let who: Speaker = { id: '', name: '' };
    const show = (text: string): void => {
      if (answer === undefined) {
        answer = { speaker: who, text };
        answers.push(answer);
      } else answer.text = text;
      onText(textOf(answers.length > 1));
    };
    return {
      begin: (speaker) => {
        who = speaker;
      },
      show,
      finish: async (text) => {
        show(text);
        return [];
      },
      notice: async (text) => void notices.push(text),
      end: () => {},
    };
  };
  const port = (): ReplyPort => {
    const own = collecting();
    let who: Speaker = { id: '', name: '' };
    if (inChat === undefined) return own;
    // Not lost where the bot may not write in the channel: the command can be answered all the same.
    const { lost: _lost, ...chat } = inChat();
    return {
      ...chat,
      begin: (speaker, settings) => {
        who = speaker;
        own.begin(speaker);
        chat.begin(speaker, settings);
      },
      finish: async (text, position) => {
        try {
          const ids = await chat.finish(text, position);
          inChatBy ??= who;
          return ids;
        } catch (error) {
          const isForbidden = error instanceof DeliveryError && error.code === 'not-allowed' && error.deliveredIds.length === 0;
          if (!isForbidden) throw error;
          return own.finish(text);
        }
      },
    };
  };
  return {
    port,
    /** Undefined when nothing came; empty when all stands in the chat. */
    whole: (isNamed: boolean): { readonly text: string; readonly speaker: Speaker } | undefined => {
      const text = textOf(isNamed);
      const speaker = answers[0]?.speaker ?? inChatBy;
      return text === '' && speaker === undefined ? undefined : { text, speaker: speaker ?? { id: '', name: '' } };
    },
  };
};
