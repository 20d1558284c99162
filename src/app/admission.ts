import type { Gate } from '../access/gate.ts';
import type { QueuedRequest } from '../commands/request-log.ts';
import type { IncomingMessage } from '../core/message.ts';
import type { ReplySettings } from '../core/settings.ts';
import { decide, type RecentAnswers } from '../trigger/index.ts';
import type { Places } from './place-services.ts';

export type AdmissionServices = {
  readonly gate: Gate;
  readonly places: Pick<Places, 'settingsAt'>;
  readonly recentAnswers: Pick<RecentAnswers, 'recent'>;
  readonly queue: { requests(): readonly Pick<QueuedRequest, 'userId'>[] };
  readonly queueBounds: { readonly total: number; readonly perUser: number };
};

/** Whether a message gets an answer, also before it is remembered: `perhaps` where only chance may give it one. */
export type Prospect = 'yes' | 'perhaps' | 'no';

/** Who gets an answer. */
export interface Admission {
  /** What will come of a message; nothing is counted. */
  prospect(message: IncomingMessage): Promise<Prospect>;
  /**
   * In which form a message is answered. A thread is for what will be answered only, so its answer is counted already, and `admit`
   * takes it as it is.
   */
  replySettings(message: IncomingMessage): Promise<ReplySettings>;
  /** Counts the answer to a message; rejects with the sentence to say instead where there may be no more. */
  admit(message: IncomingMessage): Promise<void>;
  /** The message has been dealt with. */
  done(message: IncomingMessage): void;
}

export const createAdmission = (services: AdmissionServices): Admission => {
  const { gate, places, recentAnswers, queue, queueBounds } = services;
  /** Messages that were counted and are not in the queue yet, with who wrote them. */
  const counted = new Map<string, string>();

  const prospect: Admission['prospect'] = async (message) => {
    if (!(await gate.hear(message)).isHeard) return 'no';
    const { trigger } = await places.settingsAt(message.place);
    const decision = decide(message, trigger, recentAnswers.recent(message.conversation), () => 0);
    if (decision.action !== 'answer') return 'no';
    return decision.reason === 'chance' ? 'perhaps' : 'yes';
  };

  const hasRoom = (userId: string): boolean => {
    const asking = [...queue.requests().map((request) => request.userId), ...counted.values()];
    return asking.length < queueBounds.total && asking.filter((id) => id === userId).length < queueBounds.perUser;
  };

  return {
    prospect,
    replySettings: async (message) => {
      const { reply, quota } = await places.settingsAt(message.place);
      if (reply.style !== 'thread') return reply;
      const isAnswered =
        (await prospect(message)) === 'yes' && hasRoom(message.author.id) && gate.takeAnswer(message, quota) === undefined;
      if (!isAnswered) return { ...reply, style: 'reply' };
      counted.set(message.id, message.author.id);
      return reply;
    },
    admit: async (message) => {
      if (counted.delete(message.id)) return;
      const refusal = gate.takeAnswer(message, (await places.settingsAt(message.place)).quota);
      if (refusal) throw refusal;
    },
    done: ({ id }) => void counted.delete(id),
  };
};
