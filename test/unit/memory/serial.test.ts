import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createSerial } from '../../../src/memory/serial.ts';

const createBench = (waitingMax = 100) => {
  const serial = createSerial({ waitingMax, refusal: () => new Error('too many') });
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const run = (name: string): Promise<void> =>
    serial.run(name.slice(0, 1), async () => {
      begun.push(name);
      const gate = Promise.withResolvers<void>();
      gates.set(name, gate);
      await gate.promise;
    });
  return { serial, begun, gates, run };
};

describe('the serial', () => {
  it('runs one work of a key at a time, and different keys side by side', async () => {
    const { serial, begun, gates, run } = createBench();
    const all = ['a1', 'a2', 'b1'].map(run);
    await turn();
    assert.deepEqual(begun, ['a1', 'b1']);
    gates.get('a1')?.resolve();
    await turn();
    assert.deepEqual(begun, ['a1', 'b1', 'a2']);
    for (const gate of gates.values()) gate.resolve();
    await Promise.all(all);
    assert.equal(serial.size, 0, 'idle keys are forgotten');
  });

  it('goes on after a failure, which only its own caller sees', async () => {
    const { gates, run, serial } = createBench();
    const [first, second] = [run('a1'), run('a2')];
    await turn();
    gates.get('a1')?.reject(new Error('broken'));
    await assert.rejects(first, /broken/);
    await turn();
    gates.get('a2')?.resolve();
    await second;
    assert.equal(serial.size, 0);
  });

  it('refuses what is over its bound, and only that', async () => {
    const { gates, run, begun } = createBench(2);
    const [first, second] = [run('a1'), run('a2')];
    await assert.rejects(run('a3'), /too many/);
    const other = run('b1');
    await turn();
    gates.get('a1')?.resolve();
    await first;
    const fourth = run('a4');
    await turn();
    gates.get('a2')?.resolve();
    gates.get('b1')?.resolve();
    await Promise.all([second, other]);
    await turn();
    gates.get('a4')?.resolve();
    await fourth;
    assert.deepEqual(begun, ['a1', 'b1', 'a2', 'a4']);
  });

  it('is idle when everything is done, that which came meanwhile too', async () => {
    const { serial, gates, run } = createBench();
    await serial.idle();
    const first = run('a1');
    let isIdle = false;
    const idle = serial.idle().then(() => {
      isIdle = true;
    });
    const second = run('a2');
    await turn();
    gates.get('a1')?.resolve();
    await first;
    await turn();
    assert.equal(isIdle, false);
    gates.get('a2')?.resolve();
    await second;
    await idle;
  });
});
