import type { AnswerSurface } from '../core/answer-surface.ts';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { AnswerQueue } from '../core/queue.ts';
import type { Recall } from '../recall/index.ts';
import type { Timers } from '../reply/index.ts';
import type { QuestionServices } from './answer-question.ts';
import { createAutoScene } from './auto-scene.ts';
import { createIdleWork } from './idle-work.ts';
import type { AnswerServices } from './make-answer.ts';
import { createPrefillAhead } from './prefill-ahead.ts';
import { createRecallAhead } from './recall-ahead.ts';
import { createSummariser, type Summariser } from './summariser.ts';
import { createToldOnce } from './told-once.ts';
import { joinEvents } from './turn-events.ts';

/** What goes on beside answers to humans. Its first five parts belong among the services of whoever makes answers. */
export type BesideAnswers<Queue extends AnswerQueue> = Required<
  Pick<QuestionServices, 'portOn' | 'isAsked' | 'toldManual' | 'events'>
> & {
  /** To be used by everybody in place of the given one. */
  readonly queue: Queue;
  readonly summariser: Summariser;
  /** A scene in this conversation does not go on by itself until a human is answered again; false where none did. */
  stop(conversation: ConversationKey): boolean;
  /** Ends what is read ahead or summarised of a conversation at this moment; resolves when it has ended. */
  halt(conversation: ConversationKey): Promise<void>;
  /** Ends all of it; resolves when nothing runs any more. */
  close(): Promise<void>;
};

/** @param options.makesSummaries whether summaries are made without being asked for; asked each time */
export const createBesideAnswers = <Queue extends AnswerQueue>(
  options: Omit<AnswerServices, 'events'> & {
    readonly queue: Queue;
    readonly timers: Timers;
    readonly random: () => number;
    readonly portOn: AnswerSurface['portOn'];
    /** Of long conversations, read while nobody waits. [nothing is recalled] */
    readonly recall?: Pick<Recall, 'isBehind' | 'fill'>;
    makesSummaries(): boolean;
  },
): BesideAnswers<Queue> => {
  const { timers, logger, portOn, now, recall } = options;
  const idle = createIdleWork({ queue: options.queue, timers, logger });
  const shared = { ...options, queue: idle.queue, idle };
  const prefill = createPrefillAhead(shared);
  const summariser = createSummariser({ ...shared, isOn: options.makesSummaries, events: prefill });
  const auto = createAutoScene({ ...shared, events: joinEvents(prefill, summariser) });
  const { toldMs: quietMs, toldConversationsMax: conversationsMax } = bounds.scene;
  return {
    portOn,
    isAsked: idle.isAsked,
    toldManual: createToldOnce({ now, quietMs, conversationsMax }),
    events: joinEvents(auto, prefill, summariser, ...(recall ? [createRecallAhead({ recall, idle })] : [])),
    queue: idle.queue,
    summariser,
    stop: auto.stop,
    halt: idle.halt,
    close: async () => {
      auto.close();
      await idle.close();
    },
  };
};
