import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type APIMessage, DiscordAPIError, HTTPError } from 'discord.js';
import type { MessageRequests } from '../../../../src/platform/discord/message-requests.ts';
import { createMessageSink } from '../../../../src/platform/discord/message-sink.ts';

const url = 'https://discord.com/api/v10/channels/1/messages';
const down = new HTTPError(503, 'Service Unavailable', 'PATCH', url, {});
const refusal = (code: number): DiscordAPIError => new DiscordAPIError({ code, message: 'refused' }, code, 400, 'PATCH', url, {});
const unknownMessage = refusal(10_008);
const tooManyEdits = refusal(30_046);

/** A channel that keeps what is sent, by nonce, and fails as scripted: the next requests of a kind, in order. */
const createChannel = () => {
  const failures: { readonly kind: 'post' | 'edit' | 'remove'; readonly error: Error }[] = [];
  const messages = new Map<string, string>(); // id → text
  const nonces = new Map<string, string>();
  const calls: string[] = [];
  const begin = (kind: 'post' | 'edit' | 'remove', about: string): void => {
    calls.push(`${kind} ${about}`);
    const index = failures.findIndex((failure) => failure.kind === kind);
    const [failure] = index < 0 ? [] : failures.splice(index, 1);
    if (failure !== undefined) throw failure.error;
  };
  const requests: MessageRequests = {
    post: async (content, nonce) => {
      begin('post', nonce);
      const id = nonces.get(nonce) ?? `m${nonces.size}`;
      nonces.set(nonce, id);
      if (!messages.has(id)) messages.set(id, content);
      return { id, content: messages.get(id) } as APIMessage;
    },
    edit: async (id, content) => {
      begin('edit', id);
      if (content !== undefined) messages.set(id, content);
    },
    remove: async (id) => {
      begin('remove', id);
      messages.delete(id);
    },
  };
  const fail = (kind: 'post' | 'edit' | 'remove', error: Error): void => void failures.push({ kind, error });
  return { requests, messages, nonces, calls, fail };
};

test('messages whose edit failed because Discord is down stay, and are edited instead of the next posts', async () => {
  const { requests, messages, calls, fail } = createChannel();
  const sink = createMessageSink(requests, 'q');
  const ids = [await sink.post('one', 0, true), await sink.post('two', 1, true), await sink.post('three', 2, true)];
  fail('edit', down);
  await assert.rejects(sink.edit('m1', 'two, longer', true));
  // What the stream does then: the failed one and those behind it go, to be posted again.
  await sink.remove('m1');
  await sink.remove('m2');
  assert.deepEqual(sink.standing(), ids);
  fail('edit', down);
  await assert.rejects(sink.post('two, longer', 1, true), down);
  assert.equal(await sink.post('two, longer', 1, true), 'm1');
  await sink.tidy(); // the text has become shorter
  assert.deepEqual([...messages], Object.entries({ m0: 'one', m1: 'two, longer' }));
  assert.deepEqual(sink.standing(), ['m0', 'm1']);
  assert.deepEqual(calls.slice(3), ['edit m1', 'edit m1', 'edit m1', 'remove m2']);
});

test('a message that is gone or has had all its edits is replaced, and so are those behind it', async () => {
  for (const [error, removals] of [
    [unknownMessage, ['remove m1']],
    [tooManyEdits, ['remove m0', 'remove m1']],
  ] as const) {
    const { requests, calls, fail } = createChannel();
    const sink = createMessageSink(requests, 'q');
    await sink.post('one', 0, true);
    await sink.post('two', 1, true);
    fail('edit', error);
    await assert.rejects(sink.edit('m0', 'one, longer', true));
    await sink.remove('m0');
    await sink.remove('m1');
    assert.deepEqual(calls.slice(3), removals);
    assert.deepEqual([await sink.post('one, longer', 0, true), await sink.post('two', 1, true)], ['m2', 'm3']);
    assert.deepEqual(sink.standing(), ['m2', 'm3']);
  }
});

test('a kept message that turns out to be gone takes those behind it along, so that the order stays', async () => {
  const { requests, messages, fail } = createChannel();
  const sink = createMessageSink(requests, 'q');
  await sink.post('one', 0, true);
  await sink.post('two', 1, true);
  fail('edit', down);
  await assert.rejects(sink.edit('m0', 'one, longer', true));
  await sink.remove('m0');
  await sink.remove('m1');
  messages.delete('m0');
  fail('edit', unknownMessage);
  assert.deepEqual([await sink.post('one, longer', 0, true), await sink.post('two', 1, true)], ['m2', 'm3']);
  assert.deepEqual([...messages.values()], ['one, longer', 'two']);
});

test('a post whose nonce was known is brought up to date, under the same nonce however often that fails', async () => {
  const { requests, messages, nonces, fail } = createChannel();
  nonces.set('q-0', 'earlier');
  messages.set('earlier', 'what the bot said before its restart');
  const sink = createMessageSink(requests, 'q');
  fail('edit', down);
  await assert.rejects(sink.post('one', 0, true), down);
  assert.deepEqual(sink.standing(), ['earlier']);
  assert.equal(await sink.post('one', 0, true), 'earlier');
  assert.deepEqual([...messages], [['earlier', 'one']]);
  assert.deepEqual(sink.standing(), ['earlier']);

  fail('edit', unknownMessage);
  nonces.set('q-1', 'deleted');
  messages.set('deleted', 'something else');
  await assert.rejects(sink.post('two', 1, true), unknownMessage);
  assert.equal(await sink.post('two', 1, true), 'm2');
  assert.deepEqual(sink.standing(), ['earlier', 'm2']);
});
