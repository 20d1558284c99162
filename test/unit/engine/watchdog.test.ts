// The watchdog over the engine's process: silence is counted in pings, so it is tested on a clock held by hand.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createWatchdog } from '../../../src/engine/llama/watchdog.ts';

const setUp = (test: TestContext, answers: () => boolean) => {
  test.mock.timers.enable({ apis: ['setInterval'] });
  const barks: number[] = [];
  let pings = 0;
  const watchdog = createWatchdog({
    pingMs: 10,
    ping: () => {
      pings++;
      if (answers()) watchdog.heard();
    },
    bark: (silentMs) => barks.push(silentMs),
  });
  return { watchdog, barks, pings: () => pings, pass: (ms: number) => test.mock.timers.tick(ms) };
};

describe('the watchdog', () => {
  it('lets whoever answers alone, however long it takes', (test) => {
    const { watchdog, barks, pings, pass } = setUp(test, () => true);
    watchdog.watch(50);
    pass(10_000);
    assert.deepEqual(barks, []);
    assert.equal(pings(), 1000);
    watchdog.rest();
  });

  it('barks once after so long a silence, and then pings no more', (test) => {
    const { watchdog, barks, pings, pass } = setUp(test, () => false);
    watchdog.watch(50);
    pass(49);
    assert.deepEqual(barks, []);
    pass(1);
    assert.deepEqual(barks, [50]);
    pass(10_000);
    assert.deepEqual(barks, [50]);
    assert.equal(pings(), 4);
  });

  it('counts from the last word', (test) => {
    let isAwake = true;
    const { watchdog, barks, pass } = setUp(test, () => isAwake);
    watchdog.watch(50);
    pass(1000);
    isAwake = false;
    pass(40);
    watchdog.heard();
    pass(40);
    assert.deepEqual(barks, []);
    pass(10);
    assert.deepEqual(barks, [50]);
  });

  it('starts anew after a rest, and takes over another patience at once', (test) => {
    const { watchdog, barks, pings, pass } = setUp(test, () => false);
    watchdog.watch(50);
    pass(40);
    watchdog.rest();
    pass(10_000);
    assert.equal(pings(), 4, 'no pings while it rests');
    watchdog.watch(1000);
    pass(40);
    watchdog.watch(50);
    assert.deepEqual(barks, []);
    pass(10);
    assert.deepEqual(barks, [50]);
  });
});
