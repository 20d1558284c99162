import { setTimeout as wait } from 'node:timers/promises';
import { bounds } from '../core/bounds.ts';
import type { ConversationKey } from '../core/conversation.ts';
import type { AnswerQueue } from '../core/queue.ts';

/** A queue that can also tell when nothing runs in a conversation any more. */
export type TrackedQueue = AnswerQueue & {
  /**
   * Cancels everything in a conversation and resolves with the number once it has all settled, or
   * after `waitMsMax`. A stopped answer still stores what came of it, so whoever wants to forget
   * the conversation has to wait for that first.
   */
  stop(conversation: ConversationKey): Promise<number>;
};

/** @param waitMsMax longest wait for stopped answers to settle, in milliseconds. */
export const trackAnswers = (queue: AnswerQueue, waitMsMax: number = bounds.answerStopMsMax): TrackedQueue => {
  const unsettled = new Map<ConversationKey, Set<Promise<void>>>();

  const track = (conversation: ConversationKey, done: Promise<void>): void => {
    const here = unsettled.get(conversation) ?? new Set();
    unsettled.set(conversation, here);
    const settled = done.then(
      () => {},
      () => {},
    );
    here.add(settled);
    void settled.then(() => {
      here.delete(settled);
      if (here.size === 0) unsettled.delete(conversation);
    });
  };

  return {
    add(request, work) {
      const ticket = queue.add(request, work);
      track(request.conversation, ticket.done);
      return ticket;
    },
    cancel: (conversation, messageId) => queue.cancel(conversation, messageId),
    state: () => queue.state(),
    close: () => queue.close(),
    async stop(conversation) {
      const stopping = [...(unsettled.get(conversation) ?? [])];
      const stopped = queue.cancel(conversation);
      const timer = new AbortController();
      const tooLong = wait(waitMsMax, undefined, { signal: timer.signal }).catch(() => {});
      await Promise.race([Promise.all(stopping), tooLong]);
      timer.abort();
      return stopped;
    },
  };
};
