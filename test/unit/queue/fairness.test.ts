// Nobody loud, in one conversation or in many, takes the turns of others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { QueueTicket } from '../../../src/core/queue.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { jain } from '../../fakes/jain.ts';

const bounds = { total: 1000, perConversation: 1000, perUser: 1000 };

/** A queue whose answers end when the test says so; `served` tells who began, in order. */
const createBench = (slots = 1) => {
  const queue = createAnswerQueue({ slots: () => slots, bounds, now: () => 0 });
  const served: string[] = [];
  const ends: (() => void)[] = [];
  let messages = 0;
  const add = (userId: string, conversation: string): QueueTicket =>
    queue.add({ conversation, userId, messageId: `m${messages++}` }, () => {
      served.push(userId);
      return new Promise((resolve) => ends.push(resolve));
    });
  const next = async (): Promise<void> => {
    ends.shift()?.();
    await turn();
  };
  return { queue, served, add, next };
};

const quiet = Array.from({ length: 9 }, (_, index) => `quiet${index}`);
const loudPlaces: Readonly<Record<string, (index: number) => string>> = {
  'one channel': () => 'loud',
  'ten channels': (index) => `loud${index % 10}`,
  'the channels of the others': (index) => `of quiet${index % 9}`,
  'one channel of another': () => 'of quiet0',
};

for (const [name, placeOf] of Object.entries(loudPlaces))
  test(`100 requests of one user in ${name}: the others are served as if there were one more of them`, async () => {
    const { served, add, next } = createBench();
    for (let index = 0; index < 100; index += 1) add('loud', placeOf(index));
    await turn();
    for (let round = 0; round < 5; round += 1) for (const user of quiet) add(user, `of ${user}`);
    await turn();
    while (quiet.some((user) => served.filter((each) => each === user).length < 5)) await next();
    const counts = ['loud', ...quiet].map((user) => served.filter((each) => each === user).length);
    assert.ok(jain(counts) >= 0.95, `${jain(counts)}: ${counts}`);
    // Between two answers of a quiet one, everybody else has at most one.
    for (const user of quiet) {
      const [, ...parts] = served.join(' ').split(user);
      for (const part of parts.slice(0, 4)) assert.ok(part.split('loud').length - 1 <= 1, `${user}: ${served}`);
    }
    assert.ok(served.slice(0, 11).filter((each) => each === 'loud').length <= 2, `${served}`);
  });

test('a loud channel of a hundred people delays another one by one answer', async () => {
  const { served, add, next } = createBench();
  for (let index = 0; index < 100; index += 1) add(`one${index}`, 'loud');
  await turn();
  add('quiet', 'quiet');
  await next();
  assert.deepEqual(served, ['one0', 'quiet']);
});

test('who asks again and again keeps nobody waiting for ever', async () => {
  const { served, add, next } = createBench();
  add('patient', 'a');
  add('patient', 'b');
  await turn();
  for (let index = 0; index < 50; index += 1) {
    add(`new${index}`, `c${index}`);
    await next();
  }
  assert.ok(served.lastIndexOf('patient') <= 3, `${served}`);
});

test('whoever takes a question back loses no turn by it', async () => {
  const { queue, served, add, next } = createBench();
  add('loud', 'b');
  await turn();
  add('ann', 'a').done.catch(() => {});
  add('ann', 'a');
  add('bob', 'c');
  queue.cancel('a', 'm1');
  await next();
  await next();
  assert.deepEqual(served, ['loud', 'ann', 'bob']);
});

test('the places that are told are those in which all are served, and order is kept within a user’s channel', async () => {
  const requests = fc.array(fc.tuple(fc.constantFrom('ann', 'bob', 'cid'), fc.constantFrom('a', 'b', 'c')), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(requests, async (wanted) => {
      const { add, next } = createBench();
      const order: number[] = [];
      const tickets: QueueTicket[] = [];
      for (const [index, [user, conversation]] of wanted.entries()) {
        const ticket = add(user, conversation);
        tickets.push(ticket);
        void ticket.done.then(() => order.push(index));
      }
      await turn();
      const places = tickets.map((ticket) => ticket.place());
      for (const _ of wanted) await next();
      const [, ...later] = order;
      assert.deepEqual(
        later.map((index) => places[index]),
        later.map((_, place) => place),
      );
      for (const [user, conversation] of wanted) {
        const own = order.filter((index) => wanted[index]?.[0] === user && wanted[index]?.[1] === conversation);
        assert.deepEqual(
          own,
          own.toSorted((one, other) => one - other),
        );
      }
    }),
    { numRuns: 200 },
  );
});
