// Running the bot: /admin, /stats, /status; and what the statistics are made of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import { locales } from '../../../src/core/locale.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createAnswerCounter } from '../../../src/telemetry/answer-counts.ts';
import { createFakeEngine } from '../../fakes/engine.ts';
import { createTestServices, everyone, owner, type TestServices } from './services.ts';

const call = (services: TestServices, path: string, given: GivenOptions = {}, by = owner) =>
  runCommand(createCommands(services), by, path, given, silentLogger);

test('the owner reloads, and is told what is wrong with which file', async () => {
  const services = createTestServices();
  assert.equal((await call(services, 'admin reload')).text, 'Read anew.');
  const bot = { ...services.bot, reload: async () => Array.from({ length: 60 }, (_, index) => `file ${index}: broken`) };
  const { text } = await call({ ...services, bot }, 'admin reload');
  assert.match(text, /^Read anew, but not these:\n- file 0: broken\n/);
  assert.match(text, /- and 10 more$/);
});

test('shutting down asks first', async () => {
  const services = createTestServices();
  const asked = await call(services, 'admin shutdown');
  const [button] = asked.components ?? [];
  assert.ok(button?.kind === 'button');
  assert.deepEqual(services.log, []);
  assert.match((await call(services, button.call, { ...button.values })).text, /I am ending/);
  assert.deepEqual(services.log, ['shutdown']);
  assert.match((await call(services, button.call, { ...button.values }, everyone)).text, /owner of the bot/);
});

test('servers are listed, and left by their id', async () => {
  const services = createTestServices();
  assert.equal((await call(services, 'admin servers')).text, '- Meadow (42, 7)');
  assert.match((await call(services, 'admin leave', { server: '41' })).text, /in no server with that id/);
  assert.match((await call(services, 'admin leave', { server: '42' })).text, /have left the server 42/);
});

test('/stats and /status say how the bot does, in every language', async () => {
  const services = createTestServices();
  const { text } = await call(services, 'stats');
  for (const part of [
    'Answers since the start: 4, failed: 1',
    'Tokens read: 1000 (75 % known from before), written: 200',
    '10.0 tokens a second',
    'after 0.5 s',
    '120 MiB',
    '3 h 25 min',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  const status = await call(services, 'status', {}, everyone);
  assert.ok(status.text.includes('Preset here: –, template: auto'), status.text);
  assert.ok(status.text.includes('Answers left for you this hour: 20 of 20'), status.text);
  for (const locale of locales)
    for (const path of ['stats', 'status'])
      assert.doesNotMatch((await call(services, path, {}, { ...everyone, locale })).text, /\{\w+\}/);
});

test('statistics count what the engine answers, and what breaks off', async () => {
  let now = 0;
  const counter = createAnswerCounter(() => now);
  const engine = counter.watch(
    createFakeEngine({
      answers: [
        ['one ', 'two'],
        ['half', new Error('crash')],
      ],
      beforePiece: async () => {
        now += 500;
      },
    }),
  );
  await engine.start();
  assert.equal(engine.model?.name, 'Fake');
  const request = {
    prompt: [{ kind: 'text', text: 'a b c' }],
    affinity: 'x',
    sampling: {},
    outputTokensMax: 9,
    stopStrings: [],
  } as const;
  const events: string[] = [];
  for await (const event of engine.generate({ ...request, signal: new AbortController().signal })) events.push(event.type);
  assert.equal(events.at(-1), 'end');
  const counts = counter.counts();
  assert.deepEqual([counts.answers, counts.failures, counts.readingMs], [1, 0, 500]);
  assert.ok(counts.promptTokens > 0 && counts.outputTokens > 0 && counts.writingMs >= 500);
  await assert.rejects(async () => {
    for await (const event of engine.generate({ ...request, signal: new AbortController().signal })) events.push(event.type);
  });
  assert.deepEqual([counter.counts().answers, counter.counts().failures], [1, 1]);
});
