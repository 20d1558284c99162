// Who works when: steps, work between them, and idle work, which a request never waits for longer than one piece of.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Generation } from '../../../src/engine/llama/child/generation.ts';
import { createStepper } from '../../../src/engine/llama/child/stepper.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes so many tokens, one a step. */
const answer = (name: string, steps: number, log: string[], order = 0): Generation => {
  let left = steps;
  return {
    order,
    isReading: false,
    step: async () => {
      log.push(`${name} begins`);
      await turn();
      log.push(`${name} ends`);
      return --left === 0 ? 'length' : undefined;
    },
    stop: async () => {},
    usage: () => ({ promptTokens: 1, cachedTokens: 0, outputTokens: steps }),
  };
};
const never = new AbortController().signal;

describe('the step loop', () => {
  it('advances all answers together', async () => {
    const log: string[] = [];
    const stepper = createStepper(512, () => 128);
    await Promise.all([stepper.run(answer('a', 3, log), never), stepper.run(answer('b', 2, log), never)]);
    assert.deepEqual(log.slice(0, 4), ['a begins', 'b begins', 'a ends', 'b ends']);
  });

  // llama.cpp makes a pass of its own for every sequence that does not follow its neighbour: 42 % slower with four of them.
  it('asks them in the order of their slots, whoever came first', async () => {
    const log: string[] = [];
    const stepper = createStepper(512, () => 128);
    const running = [2, 0, 3, 1].map((slot) => stepper.run(answer(`${slot}`, 3, log, slot), never));
    await Promise.all(running);
    const first = log.filter((line) => line.endsWith('begins'));
    assert.deepEqual(first.slice(0, 4), ['0 begins', '1 begins', '2 begins', '3 begins']);
  });

  it('lets all guess before the first of them is evaluated', async () => {
    const log: string[] = [];
    const stepper = createStepper(512, () => 128);
    const guessing = (name: string, turns: number, order: number): Generation => ({
      ...answer(name, 2, log, order),
      prepare: async () => {
        for (let left = turns; left > 0; left--) await turn();
        log.push(`${name} has guessed`);
      },
    });
    await Promise.all([stepper.run(guessing('a', 1, 0), never), stepper.run(guessing('b', 3, 1), never)]);
    assert.deepEqual(log.slice(0, 4), ['a has guessed', 'b has guessed', 'a begins', 'b begins']);
  });

  it('does other work between two steps, one at a time', async () => {
    const log: string[] = [];
    let now = 0;
    const stepper = createStepper(
      512,
      () => 128,
      () => now,
    );
    const running = stepper.run(answer('a', 4, log), never);
    const work = (name: string) =>
      stepper.between(async () => {
        log.push(`${name} begins`);
        await turn();
        now += 30;
        log.push(`${name} ends`);
        return name;
      });
    assert.deepEqual(await Promise.all([work('x'), work('y')]), ['x', 'y']);
    await running;
    for (let index = 0; index < log.length; index += 2)
      assert.equal(log[index]?.replace('begins', 'ends'), log[index + 1], 'nothing overlaps');
    const [x, y] = [log.indexOf('x ends'), log.indexOf('y begins')];
    assert.ok(log.slice(x, y).includes('a begins'), 'an answer goes on between two long ones');
  });

  it('lets all who came at once begin with the same step, while that takes little time', async () => {
    const log: string[] = [];
    let now = 0;
    const stepper = createStepper(
      512,
      () => 128,
      () => now,
    );
    const names = ['a', 'b', 'c', 'd', 'e'];
    const come = async (name: string, order: number): Promise<void> => {
      await stepper.between(async () => {
        await turn();
        now += 5;
      });
      await stepper.run(answer(name, 2, log, order), never);
    };
    await Promise.all(names.map(come));
    // Four of them within 20 ms; the last one has to wait for a step of the others.
    const begun = log.filter((line) => line.endsWith('begins')).map((line) => line[0]);
    assert.deepEqual(begun.slice(0, 9).join(''), 'abcdabcde');
  });

  it('leaves idle work until no request is under way', async () => {
    const log: string[] = [];
    const stepper = createStepper(512, () => 128);
    const end = stepper.begin();
    const idle = [1, 2, 3].map((piece) =>
      stepper.whenIdle(async () => {
        log.push(`idle ${piece}`);
        await turn();
      }, never),
    );
    await turn();
    assert.equal(log.length, 0, 'a request waits for its slot or its state');
    await stepper.run(answer('a', 2, log), never);
    assert.ok(!log.some((line) => line.startsWith('idle')));
    end();
    await idle[0];
    // A request that comes now waits for the piece under way and for no other.
    const endNext = stepper.begin();
    await stepper.run(answer('b', 1, log), never);
    assert.ok(log.filter((line) => line.startsWith('idle')).length <= 2, `${log}`);
    endNext();
    await Promise.all(idle);
    assert.equal(log.filter((line) => line.startsWith('idle')).length, 3);
  });

  it('drops idle work that was aborted, and outlives work that fails', async () => {
    const stepper = createStepper(512, () => 128);
    assert.equal(await stepper.whenIdle(async () => 1, AbortSignal.abort()), undefined);
    const [end, abort] = [stepper.begin(), new AbortController()];
    const waiting = stepper.whenIdle(() => assert.fail('it was aborted'), abort.signal);
    abort.abort();
    assert.equal(await waiting, undefined, 'at once, however long the request takes');
    end();
    await assert.rejects(
      stepper.between(() => Promise.reject(new Error('disk'))),
      /disk/,
    );
    await assert.rejects(
      stepper.whenIdle(() => Promise.reject(new Error('idle')), never),
      /idle/,
    );
    assert.equal(await stepper.between(async () => 2), 2);
    assert.equal(await stepper.run(answer('a', 1, []), AbortSignal.abort()), 'aborted');
  });
});
