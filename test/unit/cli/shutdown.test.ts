import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interrupted, listenForShutdown } from '../../../src/cli/shutdown.ts';
import { bounds } from '../../../src/core/bounds.ts';

/** A process whose clock the test moves on; an exit is noted. */
const fakeProcess = () => {
  const listeners = new Map<string, () => void>();
  const timers: { readonly at: number; readonly call: () => void }[] = [];
  const exits: number[] = [];
  let time = 500;
  const shutdown = listenForShutdown({
    on: (name, listener) => listeners.set(name, listener),
    exit: (code) => exits.push(code),
    now: () => time,
    after: (waitMs, call) => timers.push({ at: time + waitMs, call }),
  });
  return {
    shutdown,
    exits,
    names: [...listeners.keys()],
    send: (name: NodeJS.Signals) => listeners.get(name)?.(),
    pass: (ms: number) => {
      time += ms;
      for (const timer of timers.splice(0))
        if (timer.at <= time) timer.call();
        else timers.push(timer);
    },
  };
};

test('the first signal begins the shutdown, and sets its deadline', async () => {
  const { shutdown, exits, names, send, pass } = fakeProcess();
  assert.deepEqual(names, ['SIGINT', 'SIGTERM', 'SIGHUP']);
  assert.equal(shutdown.hasBegun, false);
  send('SIGTERM');
  assert.equal(await shutdown.asked, 'SIGTERM');
  assert.equal(shutdown.hasBegun, true);
  pass(bounds.shutdownMsMax - 1);
  assert.deepEqual(exits, []);
  pass(1);
  assert.deepEqual(exits, [1]);
});

test('a signal that comes on two ways, from the terminal and by npm, is one', () => {
  const { exits, send, pass } = fakeProcess();
  send('SIGINT');
  send('SIGINT');
  pass(bounds.sameSignalMsMax);
  send('SIGTERM');
  assert.deepEqual(exits, []);
  pass(1);
  send('SIGINT');
  assert.deepEqual(exits, [130], 'who asks again later does not want to wait');
});

test('a shutdown that begins without a signal has the same deadline, once', async () => {
  const { shutdown, exits, send, pass } = fakeProcess();
  shutdown.begin();
  pass(bounds.shutdownMsMax - 1000);
  shutdown.begin();
  send('SIGINT');
  assert.equal(await shutdown.asked, 'SIGINT');
  assert.deepEqual(exits, [], 'the first signal is the first one, whatever has begun');
  pass(1000);
  assert.deepEqual(exits, [1]);
  pass(bounds.shutdownMsMax);
  assert.deepEqual(exits, [1]);
});

test('commands that only print end by the exit code of the signal', async () => {
  const { shutdown, send } = fakeProcess();
  send('SIGTERM');
  assert.equal(await interrupted(shutdown), 143);
});
