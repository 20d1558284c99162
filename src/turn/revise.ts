import { bounds } from '../core/bounds.ts';
import { type ConversationKey, type Speaker, shownText, type Turn } from '../core/conversation.ts';
import { PaddockError } from '../core/error.ts';
import type { Memory, TurnChange } from '../core/memory.ts';
import type { AnswerPosition, ReplyPort } from '../core/message.ts';
import type { AnswerQueue } from '../core/queue.ts';
import { sentence } from '../core/sentence.ts';
import { createSerial } from '../memory/serial.ts';
import type { Timers } from '../reply/index.ts';
import { type AnswerServices, type MadeAnswer, makeAnswer } from './make-answer.ts';
import type { PrepareOptions } from './prepare.ts';
import { tellCaller, type Waiting } from './waiting-notice.ts';

/** What revising needs. */
export type ReviseServices = AnswerServices & { readonly queue: AnswerQueue; readonly timers?: Timers };

/** Where something is revised, and by whom. */
export type RevisePlace = Waiting & {
  readonly conversation: ConversationKey;
  readonly userId: string;
};

/** Which answer is meant; the last one of the conversation when there is no id. */
export type RevisedAnswer = { readonly turnId?: string };

/**
 * Changes answers that stand in a chat. The port is one that edits the messages of the answer, and
 * is always ended. All reject with a `PaddockError`: `not-found` where there is no such answer,
 * `not-allowed` while it is being written, and what the queue, engine, memory and port throw.
 */
export type Reviser = {
  /**
   * Writes the answer once more: another alternative, shown; the old ones stay. Undefined when it
   * was stopped before anything came, or the answer was removed meanwhile.
   *
   * @param options.guidance what is wished of it this time
   */
  regenerate(
    where: RevisePlace,
    port: ReplyPort,
    options?: RevisedAnswer & { readonly guidance?: string },
  ): Promise<Turn | undefined>;
  /** Writes on where the shown alternative ends. Undefined as above. */
  continueAnswer(where: RevisePlace, port: ReplyPort, options?: RevisedAnswer): Promise<Turn | undefined>;
  /**
   * Shows another alternative: the one at `to`, or so many further on. Where there is none, nothing
   * happens, and `isMoved` is false.
   */
  swipe(
    conversation: ConversationKey,
    port: ReplyPort,
    options: RevisedAnswer & ({ readonly by: number } | { readonly to: number }),
  ): Promise<{ readonly turn: Turn; readonly isMoved: boolean }>;
  /** Puts another text in the place of the shown alternative. */
  editAnswer(conversation: ConversationKey, port: ReplyPort, options: RevisedAnswer & { readonly text: string }): Promise<Turn>;
  /** Writes what a human could say next; it is shown to nobody and not remembered. Undefined when it was stopped before anything came. */
  impersonate(where: RevisePlace, human: Speaker, port: Pick<ReplyPort, 'begin' | 'end'>): Promise<string | undefined>;
};

/** One reviser for all conversations: it keeps changes of the same answer apart. */
export const createReviser = (services: ReviseServices): Reviser => {
  const { memory } = services;
  const serial = createSerial({ waitingMax: bounds.revisionsMax, refusal: () => isBusy('too many changes wait') });
  const writing = new Set<string>();

  /** One change of an answer after the other; who writes one for long turns others away meanwhile. */
  const alone = <Result>(conversation: ConversationKey, { id }: Turn, work: () => Promise<Result>): Promise<Result> => {
    const key = JSON.stringify([conversation, id]);
    if (writing.has(key)) throw isBusy('the answer is being written');
    return serial.run(key, work);
  };

  /** Writes on an answer when its turn in the queue comes. */
  const write = async (
    where: RevisePlace,
    port: ReplyPort,
    answer: Turn,
    prompt: PrepareOptions,
    keep: (made: MadeAnswer) => TurnChange,
  ): Promise<Turn | undefined> => {
    const { conversation, place, userId } = where;
    const key = JSON.stringify([conversation, answer.id]);
    if (writing.has(key)) throw isBusy('the answer is being written');
    let kept: Turn | undefined;
    const request = { conversation, userId, messageId: answer.messageIds[0] ?? answer.id };
    writing.add(key);
    try {
      const ticket = tellCaller(services, where, port).add(request, async (signal) => {
        const task = {
          conversation,
          ...(place && { place }),
          prompt,
          neededId: answer.id,
          keep: (made: MadeAnswer) => memory.change(conversation, answer.id, keep(made)),
        };
        kept = await serial.run(key, () => makeAnswer(services, task, port, signal));
      });
      await ticket.done;
    } finally {
      writing.delete(key);
    }
    return kept;
  };

  /** Shows a text in the answer's messages, and remembers it then. */
  const redraw = async (conversation: ConversationKey, port: ReplyPort, turn: Turn, text: string, change: TurnChange) => {
    // Two alternatives may be the same text.
    const index = change.kind === 'show' ? change.index : turn.shown;
    const messageIds = await port.finish(text, { index, count: turn.alternatives.length });
    const changed = await memory.change(conversation, turn.id, { ...change, messageIds });
    if (changed) return changed;
    await port.withdraw?.();
    throw notFound();
  };

  /** A port that says of what it is given which text it is, going by the answer as it is by then: the port may know an older one. */
  const placedIn = (
    { conversation }: RevisePlace,
    port: ReplyPort,
    answer: Turn,
    positionIn: (answer: Turn) => AnswerPosition,
  ): ReplyPort => ({
    ...port,
    finish: async (text) => port.finish(text, positionIn((await memory.turn(conversation, answer.id)) ?? answer)),
  });

  return {
    regenerate: (where, port, { turnId, guidance } = {}) =>
      ending(port, async () => {
        const answer = await answerOf(memory, where.conversation, turnId);
        const wish = guidance?.trim().slice(0, bounds.guidanceCharactersMax).toWellFormed() ?? '';
        const prompt: PrepareOptions = {
          ...(await promptOf(memory, where.conversation, answer)),
          kind: 'regenerate',
          ...(wish !== '' && { guidance: `For the next message only: ${wish}` }),
        };
        return write(where, placedIn(where, port, answer, afterLast), answer, prompt, ({ text, messageIds }) => ({
          kind: 'add',
          text,
          messageIds,
        }));
      }),
    continueAnswer: (where, port, { turnId } = {}) =>
      ending(port, async () => {
        const meant = await answerOf(memory, where.conversation, turnId);
        // What goes on is what stands there: a swipe that came before is remembered a moment after it is drawn.
        await alone(where.conversation, meant, async () => {});
        const answer = await answerOf(memory, where.conversation, meant.id);
        const open = shownText(answer);
        const prompt = { ...(await promptOf(memory, where.conversation, answer)), open, kind: 'continue' as const };
        return write(where, placedIn(where, port, answer, inPlaceOf(open)), answer, prompt, ({ text, messageIds }) => ({
          kind: 'extend',
          text: open,
          by: text.slice(open.length),
          messageIds,
        }));
      }),
    swipe: (conversation, port, { turnId, ...target }) =>
      ending(port, async () => {
        const meant = await answerOf(memory, conversation, turnId);
        return alone(conversation, meant, async () => {
          // Read again: swipes that came before have moved it.
          const turn = await answerOf(memory, conversation, meant.id);
          const index = 'to' in target ? target.to : turn.shown + target.by;
          const text = turn.alternatives[index];
          if (text === undefined || index === turn.shown) return { turn, isMoved: false };
          return { turn: await redraw(conversation, port, turn, text, { kind: 'show', index }), isMoved: true };
        });
      }),
    editAnswer: (conversation, port, { turnId, text }) =>
      ending(port, async () => {
        const meant = await answerOf(memory, conversation, turnId);
        const edited = text.slice(0, bounds.messageCharactersMax).toWellFormed().trim();
        if (edited === '') throw nothingGiven();
        return alone(conversation, meant, async () => {
          // Read again: the text that is edited is the one that stands there by now.
          const turn = await answerOf(memory, conversation, meant.id);
          return redraw(conversation, port, turn, edited, { kind: 'replace', text: edited });
        });
      }),
    impersonate: (where, human, port) =>
      ending(port, async () => {
        const { conversation, place, userId } = where;
        let written: string | undefined;
        const unseen: ReplyPort = {
          begin: (speaker) => port.begin(speaker),
          show: () => {},
          finish: async () => [],
          notice: async () => {},
          end: () => {},
        };
        const ticket = tellCaller(services, where).add(
          { conversation, userId, messageId: `impersonate:${userId}` },
          async (signal) => {
            const task = { conversation, ...(place && { place }), prompt: { human, kind: 'impersonate' } } as const;
            const keep = async ({ text }: MadeAnswer): Promise<string> => text;
            written = await makeAnswer(services, { ...task, keep }, unseen, signal);
          },
        );
        await ticket.done;
        return written;
      }),
  };
};

/** Where one more text will stand; where there are as many as there can be, the oldest one goes. */
const afterLast = ({ alternatives: { length } }: Turn): AnswerPosition => {
  const index = Math.min(length, bounds.alternatives.countMax - 1);
  return { index, count: index + 1 };
};

/** Where a text stands that takes the place of another; see the change `extend`. */
const inPlaceOf =
  (text: string) =>
  (turn: Turn): AnswerPosition => {
    const index = shownText(turn) === text ? turn.shown : turn.alternatives.lastIndexOf(text);
    return { index: Math.max(index, 0), count: turn.alternatives.length };
  };

const ending = async <Result>(port: Pick<ReplyPort, 'end'>, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } finally {
    port.end();
  }
};

const answerOf = async (memory: Memory, conversation: ConversationKey, turnId: string | undefined): Promise<Turn> => {
  const turn =
    turnId === undefined
      ? (await memory.turns(conversation, { newest: bounds.revisedTurnsMax })).findLast(({ role }) => role === 'assistant')
      : await memory.turn(conversation, turnId);
  if (turn?.role === 'assistant') return turn;
  throw notFound();
};

/**
 * An answer is written again for the same question, by who wrote it; without one, for what was said before it. In a scene, who answers
 * after others knows what they said.
 */
export const promptOf = async (memory: Memory, conversation: ConversationKey, answer: Turn): Promise<PrepareOptions> => {
  const { id, replyTo, speaker } = answer;
  const question = replyTo === undefined ? undefined : await memory.turn(conversation, replyTo);
  const personaId = speaker.id.replace(/^persona:/, '');
  if (question === undefined) return { personaId, beforeId: id };
  if (await answersAfterOthers(memory, conversation, answer)) return { personaId, beforeId: id, follows: true };
  return { personaId, questionId: question.id };
};

const answersAfterOthers = async (memory: Memory, conversation: ConversationKey, { id, replyTo }: Turn): Promise<boolean> => {
  const { scene } = await memory.settings(conversation);
  if (scene === undefined || replyTo === undefined) return false;
  const since = await memory.turns(conversation, { fromId: replyTo, toId: id, newest: bounds.revisedTurnsMax });
  return since.some((turn) => turn.role === 'assistant' && turn.replyTo === replyTo && turn.id !== id);
};

const notFound = (): PaddockError =>
  new PaddockError('not-found', 'there is no such answer in this conversation', {
    userText: sentence('answerUnknown'),
  });

const isBusy = (reason: string): PaddockError =>
  new PaddockError('not-allowed', `an answer can not be changed now: ${reason}`, {
    userText: sentence('answerBeingWritten'),
    isRetryable: true,
  });

const nothingGiven = (): PaddockError =>
  new PaddockError('bad-input', 'an answer was to be edited to nothing', {
    userText: sentence('answerEmptied'),
  });
