// What is done while nobody waits: never beside a request, and again when one came between.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { createIdleWork } from '../../../src/turn/idle-work.ts';
import { createManualTimers, settle } from '../../fakes/manual-timers.ts';

const create = () => {
  const timers = createManualTimers();
  const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 64, perConversation: 8, perUser: 8 }, now: () => 0 });
  const warnings: unknown[] = [];
  const idle = createIdleWork({ queue, timers, logger: { warn: (fields) => void warnings.push(fields) } });
  const ask = (conversation = 'c') => {
    const gate = Promise.withResolvers<void>();
    const ticket = idle.queue.add({ conversation, userId: 'u', messageId: 'm' }, () => gate.promise);
    return { ticket, end: () => gate.resolve(), fail: () => gate.reject(new Error('failed')) };
  };
  return { timers, idle, ask, warnings };
};

describe('idle work', () => {
  it('waits until nothing waits or runs, and then as long as it has to have been quiet', async () => {
    const { timers, idle, ask } = create();
    const runs: string[] = [];
    const request = ask();
    idle.add('job', { waitMs: 100, run: async () => void runs.push('job') });
    await timers.pass(1000);
    assert.equal(runs.length, 0);
    request.end();
    await request.ticket.done;
    await timers.pass(99);
    assert.equal(runs.length, 0);
    await timers.pass(1);
    assert.equal(runs.length, 1);
    await timers.pass(1000);
    assert.equal(runs.length, 1);
    assert.equal(timers.waiting, 0);
  });

  it('is aborted by a request, and done again only if it wants that', async () => {
    const { timers, idle, ask, warnings } = create();
    const runs: string[] = [];
    const job = (name: string, isRetried: boolean) =>
      idle.add(name, {
        waitMs: 10,
        isRetried,
        run: async (signal) => {
          runs.push(name);
          if (runs.length <= 1)
            await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
        },
      });
    job('summary', true);
    await timers.pass(10);
    assert.deepEqual(runs, ['summary']);
    const request = ask();
    await settle();
    await timers.pass(1000);
    assert.deepEqual(runs, ['summary'], 'not while the request runs');
    request.fail();
    await timers.pass(10);
    assert.deepEqual(runs, ['summary', 'summary']);
    assert.deepEqual(warnings, [], 'being aborted is no failure');

    const other = create();
    other.idle.add('prefill', {
      waitMs: 0,
      run: (signal) => {
        runs.push('prefill');
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    const between = other.ask();
    between.end();
    await between.ticket.done;
    await other.timers.pass(1000);
    assert.equal(runs.filter((name) => name === 'prefill').length, 1);
  });

  it('runs one at a time, those of the same name once, and goes on after a failure', async () => {
    const { timers, idle, warnings } = create();
    const runs: number[] = [];
    for (const number of [1, 2, 3]) idle.add('same', { waitMs: 5, run: async () => void runs.push(number) });
    idle.add('fails', { waitMs: 6, run: () => Promise.reject(new Error('no')) });
    idle.add('later', { waitMs: 7, run: async () => void runs.push(9) });
    await timers.pass(10);
    assert.deepEqual(runs, [3, 9]);
    assert.equal(warnings.length, 1);
  });

  it('knows whether a request of a conversation waits, also of one that is cancelled', async () => {
    const { idle, ask } = create();
    const first = ask('a');
    await settle();
    assert.equal(idle.isAsked('a'), false, 'it runs');
    const second = ask('a');
    assert.equal(idle.isAsked('a'), true);
    idle.queue.cancel('a', 'm');
    await second.ticket.done.catch(() => {});
    await settle();
    assert.equal(idle.isAsked('a'), false);
    first.end();
    await first.ticket.done;
  });

  it('of one conversation can be halted, which lasts until it has ended', async () => {
    const { timers, idle } = create();
    const ended = Promise.withResolvers<void>();
    const events: string[] = [];
    const job = (conversation: string) =>
      idle.add(conversation, {
        waitMs: 1,
        conversation,
        run: async (signal) => {
          if (conversation === 'a') await ended.promise;
          events.push(`${conversation} ended ${signal.aborted}`);
        },
      });
    job('a');
    await timers.pass(1);
    job('b');
    await idle.halt('b');
    const halted = idle.halt('a').then(() => events.push('halted'));
    await settle();
    assert.deepEqual(events, [], 'what is under way is waited for');
    ended.resolve();
    await halted;
    await timers.pass(10);
    assert.deepEqual(events, ['a ended true', 'halted', 'b ended false']);
  });

  it('is bounded, and ends', async () => {
    const { timers, idle } = create();
    const runs: number[] = [];
    for (let number = 0; number <= bounds.idleWork.jobsMax; number += 1)
      idle.add(`job ${number}`, { waitMs: 1, run: async () => void runs.push(number) });
    await idle.close();
    await timers.pass(10);
    assert.equal(runs.length, 0);
    idle.add('late', { waitMs: 0, run: async () => void runs.push(1) });
    await timers.pass(10);
    assert.equal(runs.length, 0);
    assert.equal(timers.waiting, 0);
  });
});
