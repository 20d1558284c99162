// What people do about themselves: /privacy, /queue; and asking with /chat.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { logRequests } from '../../../src/commands/request-log.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { createTestMemory, createTestServices, type TestServices } from './services.ts';

const conversation = 'discord:30';
const ada = { id: 'discord:1', name: 'Ada' };
const context: CommandContext = {
  ...{ conversation, where: 'server', rank: 'everyone', locale: 'en', user: ada },
  place: { channelIds: ['30'], serverId: '40' },
};
const call = (services: TestServices, path: string, given: GivenOptions = {}, by = context) =>
  runCommand(createCommands(services), by, path, given, silentLogger);

test('everybody gets and deletes what is kept of them, after being asked', async () => {
  const kept = createTestMemory();
  const services = createTestServices({ kept });
  for (const key of [conversation, 'discord:31'])
    await kept.memory.append(key, { role: 'user', speaker: ada, text: `in ${key}`, at: 1, messageIds: [] });
  const given = await call(services, 'privacy export');
  assert.equal(given.isPrivate, true);
  const data = JSON.parse(new TextDecoder().decode(given.files?.[0]?.bytes));
  assert.deepEqual(
    data.conversations.map((each: { conversation: string }) => each.conversation),
    [conversation, 'discord:31'],
  );

  const asked = await call(services, 'privacy delete');
  const [button] = asked.components ?? [];
  assert.ok(button?.kind === 'button' && button.call === 'privacy delete' && asked.isPrivate);
  assert.equal(await kept.memory.count('discord:31'), 1, 'nothing yet');
  const deleted = await call(services, 'privacy delete', { ...button.values });
  assert.match(deleted.text, /Messages: 2, in so many places: 2/);
  assert.equal(await kept.memory.count('discord:31'), 0);
});

test('who opts out is not answered until opting in again', async () => {
  const services = createTestServices();
  assert.match((await call(services, 'privacy optin')).text, /had not opted out/);
  assert.match((await call(services, 'privacy optout')).text, /neither remember nor use/);
  assert.equal(await services.optOuts.isOptedOut(ada.id), true);
  for (const isPrivate of [true, false])
    assert.match((await call(services, 'chat', { text: 'hi', private: isPrivate })).text, /\/privacy optin/);
  assert.deepEqual(services.log, []);
  assert.match((await call(services, 'privacy optin')).text, /again/);
  assert.equal((await call(services, 'chat', { text: 'hi' })).isFailure, false);
});

test('/chat answers openly under the question, or privately without it', async () => {
  const services = createTestServices();
  const progress: string[] = [];
  const by = { ...context, progress: (text: string) => void progress.push(text) };
  const open = await call(services, 'chat', { text: 'Who\n@everyone are you?', persona: 'old mara' }, by);
  assert.deepEqual([open.text, open.isPrivate], ['> Ada: Who\n> @everyone are you?\nThe answer.', false]);
  const alone = await call(services, 'chat', { text: 'psst', private: true }, by);
  assert.deepEqual([alone.text, alone.isPrivate], ['The answer.', true]);
  assert.deepEqual(progress, ['The an', 'The an']);
  assert.deepEqual(services.log, [
    `ask ${ada.id} openly old-mara: Who\n@everyone are you?`,
    `ask ${ada.id} privately whoever: psst`,
  ]);
});

test('/chat takes texts along and refuses what is none', async () => {
  const services = createTestServices();
  const file = (bytes: Uint8Array) => ({ name: 'no]te\n.txt', read: async () => bytes });
  await call(services, 'chat', { text: 'sum up', file: file(new TextEncoder().encode('\u{feff}Once\tupon')) });
  assert.match(services.log[0] ?? '', /sum up\n\n\[no te \.txt\]\n\s*Once\tupon$/);
  for (const bytes of [new Uint8Array([0x89, 0x50, 0x4e, 0x47]), new Uint8Array([65, 0, 66])])
    assert.match((await call(services, 'chat', { text: 'see', file: file(bytes) })).text, /no text that I can read/);
  assert.equal(services.quota.used({ userId: ada.id }).user, 1);
});

test('a failed answer is told, and the next one still has its place in the hour', async () => {
  const services = createTestServices();
  const down = new PaddockError('engine-failed', 'down', { userText: 'The model is down.' });
  const broken = { ...services, answers: { ...services.answers, ask: () => Promise.reject(down) } };
  assert.equal((await call(broken, 'chat', { text: 'hi' })).text, 'The model is down.');
  assert.equal(services.quota.used({ userId: ada.id }).user, 0);
});

test('/queue shows where one’s own requests stand, and cancels those only', async () => {
  const services = createTestServices();
  const request = { conversation, userId: ada.id, messageId: 'q1', isRunning: true, place: 0, waitMs: 0 };
  services.requested.push(request);
  services.requested.push({
    ...request,
    conversation: 'discord:31',
    messageId: 'q2',
    isRunning: false,
    place: 2,
    waitMs: 90_000,
  });
  services.requested.push({ ...request, messageId: 'q3', isRunning: false, place: 3, waitMs: undefined });
  services.requested.push({ ...request, userId: 'discord:2', messageId: 'q4' });
  assert.deepEqual((await call(services, 'queue show')).text.split('\n').slice(1), [
    '- here: your answer is being written.',
    '- <#31>: yours is number 3 in the queue, in about 1 min 30 s.',
    '- here: yours is number 4 in the queue.',
  ]);
  assert.match((await call(services, 'queue cancel')).text, /Stopped answers: 3/);
  assert.deepEqual(services.log, [`cancel ${conversation} q1`, 'cancel discord:31 q2', `cancel ${conversation} q3`]);
  assert.match(
    (await call(services, 'queue cancel', {}, { ...context, user: { id: 'discord:7', name: 'Eve' } })).text,
    /Nothing of yours/,
  );
});

test('the log of requests knows who waits, where in line, and how long answers take', async () => {
  let now = 0;
  const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 9, perConversation: 9, perUser: 9 }, now: () => now });
  const logged = logRequests(queue, { slots: () => 1, now: () => now });
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const tickets = gates.map((gate, index) =>
    logged.add({ conversation: `discord:${index}`, userId: `discord:${index}`, messageId: `q${index}` }, () => gate.promise),
  );
  await new Promise(setImmediate);
  assert.deepEqual(
    logged.requests().map(({ messageId, isRunning, waitMs }) => [messageId, isRunning, waitMs]),
    [
      ['q0', true, 0],
      ['q1', false, undefined],
      ['q2', false, undefined],
    ],
  );
  now = 4000;
  gates[0]?.resolve();
  await tickets[0]?.done;
  await new Promise(setImmediate);
  assert.deepEqual(
    logged.requests().map(({ messageId, isRunning, waitMs }) => [messageId, isRunning, waitMs]),
    [
      ['q1', true, 0],
      ['q2', false, 4000],
    ],
  );
  logged.cancel('discord:2');
  await assert.rejects(tickets[2]?.done ?? Promise.resolve());
  gates[1]?.resolve();
  await tickets[1]?.done;
  await new Promise(setImmediate);
  assert.deepEqual(logged.requests(), []);
  await logged.close();
});
