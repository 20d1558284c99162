import type { AnswerActions } from '../commands/services.ts';
import type { AnswerSurface, SurfaceOptions } from '../core/answer-surface.ts';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey, Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { AnswerPosition, ReplyPort } from '../core/message.ts';
import { type AnswerTask, type MadeAnswer, makeAnswer } from '../turn/make-answer.ts';
import type { RevisePlace, Reviser, ReviseServices } from '../turn/revise.ts';

export type AnswerActionsOptions = ReviseServices & {
  readonly reviser: Reviser;
  readonly surface: AnswerSurface;
  newId(): string;
};

/** Lets commands change answers that stand in chats, and ask for new ones; each is shown where it belongs. */
export const createAnswerActions = (options: AnswerActionsOptions): AnswerActions => {
  const { reviser, surface, memory, queue, engine, now, newId } = options;

  const turnOf = async (conversation: ConversationKey, turnId: string): Promise<Turn> => {
    const turn = await memory.turn(conversation, turnId);
    if (turn) return turn;
    throw new PaddockError('not-found', 'the turn that is meant is not remembered', {
      userText: 'I do not remember that message.',
    });
  };
  const howAt = async ({ conversation, place, userId }: RevisePlace, speaker?: Turn['speaker']): Promise<SurfaceOptions> => {
    const [{ reply }, { scene }] = await Promise.all([options.at(place), memory.settings(conversation)]);
    return {
      ...(place && { place }),
      reply,
      askerId: userId,
      // Only in scenes personas appear under names of their own.
      ...(scene && speaker && { look: { name: speaker.name } }),
    };
  };
  /** @param change `add`: what will be shown is one text more, also when it reads like another one. */
  const portFor = async (where: RevisePlace, turnId: string, change?: 'add'): Promise<ReplyPort> => {
    const turn = await turnOf(where.conversation, turnId);
    const position = change && afterLast(turn);
    return surface.portFor(where.conversation, turn, { ...(await howAt(where, turn.speaker)), ...(position && { position }) });
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
      await queue.add(request, async (signal) => {
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
  const append = (conversation: ConversationKey, replyTo: string, { text, speaker, messageIds }: MadeAnswer) =>
    memory.appendIf(conversation, { role: 'assistant', speaker, text, at: now(), messageIds, replyTo }, { remembers: replyTo });

  return {
    regenerate: async (where, { turnId, guidance }) =>
      reviser.regenerate(where, await portFor(where, turnId, 'add'), { turnId, ...(guidance !== undefined && { guidance }) }),
    continueAnswer: async (where, { turnId }) => reviser.continueAnswer(where, await portFor(where, turnId), { turnId }),
    swipe: async (where, answer) => reviser.swipe(where.conversation, await portFor(where, answer.turnId), answer),
    editAnswer: async (where, answer) => reviser.editAnswer(where.conversation, await portFor(where, answer.turnId), answer),
    replyAs: async (where, { turnId, personaId, messageId }) => {
      const { conversation } = where;
      const port = surface.portOn(conversation, messageId, await howAt(where));
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
    async ask(where, { user, text, personaId, isPrivate }, onText) {
      const id = `ask:${newId()}`;
      // A private question has a conversation of its own, which ends with the answer.
      const conversation = isPrivate ? `${where.conversation}#${id}` : where.conversation;
      try {
        const said = { role: 'user', speaker: { id: user.id, name: user.name }, text, at: now(), messageIds: [] } as const;
        const { turn } = await memory.append(conversation, said);
        const keep = async (made: MadeAnswer) => {
          const appended = await append(conversation, turn.id, made);
          return appended && { text: made.text, speaker: made.speaker };
        };
        const task = { ...taskOf(where, conversation, turn.id, personaId), keep };
        return await queued(where, id, task, told(onText));
      } finally {
        if (isPrivate) await Promise.allSettled([memory.reset(conversation), engine.forget(conversation)]);
      }
    },
  };
};

/** Where one more text will stand; where there are as many as there can be, the oldest one goes. */
const afterLast = ({ alternatives: { length } }: Turn): AnswerPosition => {
  const index = Math.min(length, bounds.alternatives.countMax - 1);
  return { index, count: index + 1 };
};

/** A port for who shows the answer in a way of its own. */
const told = (onText: (text: string) => void): ReplyPort => ({
  begin: () => {},
  show: onText,
  finish: async (text) => {
    onText(text);
    return [];
  },
  notice: async () => {},
  end: () => {},
});
