import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { PaddockError } from '../../../src/core/error.ts';
import type { AnswerQueue, QueueTicket } from '../../../src/core/queue.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';

/** Work that ends when the test says so, and a record of what began, in order. */
const createBench = (slots: number, bounds = { total: 64, perConversation: 8, perUser: 64 }) => {
  let time = 0;
  const queue: AnswerQueue = createAnswerQueue({ slots: () => slots, bounds, now: () => time });
  const begun: string[] = [];
  const running = new Map<string, PromiseWithResolvers<void> & { readonly signal: AbortSignal }>();
  const add = (name: string, userId = 'user'): QueueTicket => {
    const ticket = queue.add({ conversation: name.slice(0, 1), userId, messageId: name }, async (signal) => {
      begun.push(name);
      const work = { ...Promise.withResolvers<void>(), signal };
      running.set(name, work);
      await work.promise.finally(() => running.delete(name));
    });
    return ticket;
  };
  const settle = async (name: string, error?: Error, durationMs = 0): Promise<void> => {
    time += durationMs;
    const work = running.get(name);
    assert.ok(work, `${name} is not running; ${[...running.keys()]} are`);
    if (error) work.reject(error);
    else work.resolve();
    await turn();
  };
  return { queue, begun, running, add, settle };
};

const refusal = (add: () => unknown): PaddockError => {
  try {
    add();
  } catch (error) {
    assert.ok(error instanceof PaddockError);
    return error;
  }
  throw new Error('it was not refused');
};

describe('the answer queue', () => {
  it('serves conversations round robin, one answer at a time in each', async () => {
    const { begun, add, settle } = createBench(1);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) add(name);
    await turn();
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']) await settle(name);
    assert.deepEqual(begun, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('runs several conversations at once up to the slots, and never two answers of one', async () => {
    const { begun, running, add, settle } = createBench(2);
    for (const name of ['a1', 'a2', 'b1', 'c1']) add(name);
    await turn();
    assert.deepEqual([...running.keys()], ['a1', 'b1']);
    await settle('b1');
    assert.deepEqual([...running.keys()], ['a1', 'c1'], 'the lane at work holds up nobody');
    await settle('c1');
    assert.deepEqual([...running.keys()], ['a1'], 'its next waits although a slot is free');
    await settle('a1');
    assert.deepEqual(begun, ['a1', 'b1', 'c1', 'a2']);
  });

  it('delays nobody by more than one answer for a loud conversation', async () => {
    const { begun, add, settle } = createBench(1);
    for (let index = 1; index <= 8; index++) add(`a${index}`);
    add('b1');
    await turn();
    await settle('a1');
    assert.deepEqual(begun, ['a1', 'b1']);
  });

  it('goes on after work that fails, and passes the failure on', async () => {
    const { begun, add, settle } = createBench(1);
    const first = add('a1');
    add('a2');
    await turn();
    await settle('a1', new Error('broken'));
    await assert.rejects(first.done, /broken/);
    assert.deepEqual(begun, ['a1', 'a2']);
  });

  it('refuses at once what is over a bound, and says how long it may take', async () => {
    const { add, settle } = createBench(1, { total: 4, perConversation: 3, perUser: 2 });
    add('a0', 'zoe');
    await turn();
    await settle('a0', undefined, 90_000);
    add('a1', 'ann');
    add('a2', 'ann');
    const perUser = refusal(() => add('b1', 'ann'));
    assert.equal(perUser.code, 'queue-user-full');
    assert.match(perUser.userText, /^2 of your messages still wait for an answer\. Please try again in about 2 minutes\.$/);
    add('a3', 'bob');
    const here = refusal(() => add('a4', 'cid'));
    assert.equal(here.code, 'queue-full');
    assert.match(here.userText, /here/);
    add('b1', 'cid');
    const total = refusal(() => add('c1', 'dan'));
    assert.equal(total.code, 'queue-full');
    assert.match(total.userText, /people wait.*try again/);
    assert.ok(perUser.isRetryable && here.isRetryable && total.isRetryable);
  });

  it('names no time before it has measured one', () => {
    const { add } = createBench(1, { total: 1, perConversation: 1, perUser: 1 });
    add('a1', 'ann');
    assert.match(refusal(() => add('b1', 'bob')).userText, /try again in a while/);
  });

  it('tells the place of a request', async () => {
    const { add, settle } = createBench(1);
    const tickets = ['a1', 'a2', 'a3', 'b1'].map((name) => add(name));
    await turn();
    assert.deepEqual(
      tickets.map((ticket) => ticket.place()),
      [0, 1, 2, 0],
    );
    await settle('a1');
    assert.deepEqual(
      tickets.map((ticket) => ticket.place()),
      [0, 0, 1, 0],
    );
  });

  it('cancels what waits and what runs, in one conversation or of one message', async () => {
    const { queue, begun, running, add, settle } = createBench(1);
    const [first, second, third] = [add('a1'), add('a2'), add('a3')];
    add('b1');
    await turn();
    assert.equal(queue.cancel('a', 'a2'), 1);
    await assert.rejects(second.done, { code: 'cancelled' });
    assert.deepEqual(queue.state(), { waiting: 2, running: 1 });
    assert.equal(queue.cancel('a'), 2);
    await assert.rejects(third.done, { code: 'cancelled' });
    assert.ok(running.get('a1')?.signal.aborted);
    assert.equal(queue.cancel('a'), 0, 'what was cancelled is not counted again');
    await settle('a1');
    await first.done;
    await settle('b1');
    assert.deepEqual(begun, ['a1', 'b1']);
    assert.deepEqual(queue.state(), { waiting: 0, running: 0 });
  });

  it('closes when nothing runs any more, and takes nothing then', async () => {
    const { queue, running, add, settle } = createBench(1);
    const [, waiting] = [add('a1'), add('b1')];
    await turn();
    let isClosed = false;
    const closing = queue.close().then(() => {
      isClosed = true;
    });
    await assert.rejects(waiting.done, { code: 'engine-closed' }, 'who waits hears of it');
    await turn();
    assert.ok(!isClosed && running.get('a1')?.signal.aborted);
    await settle('a1');
    await closing;
    assert.equal(refusal(() => add('c1')).code, 'engine-closed');
  });

  it('keeps its rules for any load', async () => {
    const requests = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 3 }), async (wanted, slots) => {
        const { queue, begun, running, add, settle } = createBench(slots, { total: 100, perConversation: 100, perUser: 100 });
        wanted.forEach(([conversation], index) => void add(`${conversation}${index}`));
        const atOnce = new Set(begun);
        for (const [index, [conversation, isCancelled]] of wanted.entries())
          if (isCancelled) queue.cancel(conversation, `${conversation}${index}`);
        await turn();
        while (running.size > 0) {
          assert.ok(running.size <= slots);
          assert.equal(new Set([...running.keys()].map((name) => name[0])).size, running.size);
          const [next = ''] = running.keys();
          await settle(next);
        }
        assert.deepEqual(queue.state(), { waiting: 0, running: 0 });
        const expected = wanted.flatMap(([conversation, isCancelled], index) =>
          isCancelled && !atOnce.has(`${conversation}${index}`) ? [] : [`${conversation}${index}`],
        );
        assert.deepEqual([...begun].sort(), expected.sort());
      }),
      { numRuns: 100 },
    );
  });
});
