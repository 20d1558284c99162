import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiscordAPIError, HTTPError } from 'discord.js';
import { withBackOff } from '../../../src/platform/discord/back-off.ts';
import { failureFields } from '../../../src/platform/discord/failures.ts';
import { createManualTimers } from '../../fakes/manual-timers.ts';

const secretUrl = 'https://discord.com/api/v10/webhooks/1/a-secret-token';
const serverError = new HTTPError(502, 'Bad Gateway', 'POST', secretUrl, { body: { content: 'what somebody said' } });
const unknownChannel = new DiscordAPIError({ code: 10003, message: 'Unknown Channel' }, 10003, 404, 'POST', secretUrl, {});
const coded = (code: string): Error => Object.assign(new Error('no connection'), { code });

test('tries again after longer and longer waits, then gives up', async () => {
  const timers = createManualTimers();
  const waits: number[] = [];
  let tries = 0;
  const work = withBackOff(
    async () => {
      tries += 1;
      throw serverError;
    },
    { timers, signal: new AbortController().signal, onRetry: (_error, waitMs) => waits.push(waitMs) },
  );
  const rejected = assert.rejects(work, serverError);
  await timers.pass(120_000);
  await rejected;
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 30_000]);
  assert.equal(tries, 7);
  assert.equal(timers.waiting, 0);
});

test('only what may pass is tried again', async () => {
  const once = async (error: Error): Promise<number> => {
    const timers = createManualTimers();
    let tries = 0;
    const work = withBackOff(
      async () => {
        tries += 1;
        if (tries === 1) throw error;
      },
      { timers, signal: new AbortController().signal },
    ).catch(() => {});
    await timers.pass(2000);
    await work;
    return tries;
  };
  const timeout = Object.assign(new Error('This operation was aborted'), { name: 'AbortError' });
  for (const error of [serverError, timeout, coded('ECONNRESET'), coded('UND_ERR_SOCKET'), coded('EAI_AGAIN')])
    assert.equal(await once(error), 2);
  for (const error of [unknownChannel, new TypeError('a mistake'), coded('ERR_INVALID_ARG')]) assert.equal(await once(error), 1);
});

test('the end of the platform ends the waiting', async () => {
  const timers = createManualTimers();
  const closing = new AbortController();
  const work = withBackOff(() => Promise.reject(serverError), { timers, signal: closing.signal });
  const rejected = assert.rejects(work, serverError);
  await timers.pass(500);
  closing.abort();
  await rejected;
  assert.equal(timers.waiting, 0);
});

test('the log of a failure holds neither addresses nor what people say', () => {
  for (const error of [serverError, unknownChannel, coded('ECONNRESET'), 'odd', undefined]) {
    assert.doesNotMatch(JSON.stringify(failureFields(error)), /secret|somebody/);
  }
  assert.deepEqual(failureFields(unknownChannel), { error: 'Unknown Channel', code: 10003, status: 404, method: 'POST' });
});
