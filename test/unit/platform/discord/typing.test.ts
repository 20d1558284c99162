import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPError } from 'discord.js';
import { createTyping } from '../../../../src/platform/discord/typing.ts';
import { createManualTimers } from '../../../fakes/manual-timers.ts';

const down = new HTTPError(503, 'Service Unavailable', 'POST', 'https://discord.com', {});

test('typing is said every 8 s until it is stopped, also when Discord fails once; refused, it is not said again', async () => {
  const timers = createManualTimers();
  const answers: (Error | undefined)[] = [undefined, down, undefined, new Error('refused')];
  let said = 0;
  const typing = createTyping(
    async () => {
      said += 1;
      const error = answers.shift();
      if (error !== undefined) throw error;
    },
    timers,
    () => {},
  );
  typing.start();
  for (const expected of [1, 2, 3, 4, 4]) {
    await timers.pass(0);
    assert.equal(said, expected);
    await timers.pass(8000);
  }
  typing.start();
  await timers.pass(0);
  typing.stop();
  await timers.pass(60_000);
  assert.equal(said, 5);
  assert.equal(timers.waiting, 0);
});
