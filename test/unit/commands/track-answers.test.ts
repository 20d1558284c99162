import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { trackAnswers } from '../../../src/commands/track-answers.ts';
import { PaddockError } from '../../../src/core/error.ts';
import type { AnswerQueue } from '../../../src/core/queue.ts';

/** A queue in which everything runs at once, until the test lets it end. */
const createOpenQueue = (): AnswerQueue & { settle(conversation: string, error?: Error): void; readonly cancelled: string[] } => {
  const open = new Map<string, PromiseWithResolvers<void>>();
  const cancelled: string[] = [];
  return {
    cancelled,
    add({ conversation }) {
      const running = Promise.withResolvers<void>();
      open.set(conversation, running);
      return { done: running.promise, place: () => 0 };
    },
    cancel(conversation) {
      cancelled.push(conversation);
      return open.has(conversation) ? 1 : 0;
    },
    settle(conversation, error) {
      const running = open.get(conversation);
      if (error) running?.reject(error);
      else running?.resolve();
      open.delete(conversation);
    },
    state: () => ({ waiting: 0, running: open.size }),
    close: async () => {},
  };
};

const request = (conversation: string) => ({ conversation, userId: 'u', messageId: 'm' });

test('stop waits for the stopped answers of the conversation, and only for those', async () => {
  const queue = createOpenQueue();
  const tracked = trackAnswers(queue);
  const here = tracked.add(request('here'), async () => {});
  tracked.add(request('elsewhere'), async () => {});
  let stopped: number | undefined;
  const stopping = tracked.stop('here').then((count) => {
    stopped = count;
  });
  await turnOfTheLoop();
  assert.deepEqual(queue.cancelled, ['here']);
  assert.equal(stopped, undefined, 'the answer has not let go yet');
  queue.settle('here', new PaddockError('cancelled', 'cancelled', { userText: 'Stopped.' }));
  await assert.rejects(here.done);
  await stopping;
  assert.equal(stopped, 1);
});

test('stop resolves at once where nothing runs, and does not wait for ever for what never settles', async () => {
  const tracked = trackAnswers(createOpenQueue(), 5);
  assert.equal(await tracked.stop('here'), 0);
  tracked.add(request('here'), async () => {});
  assert.equal(await tracked.stop('here'), 1);
});
