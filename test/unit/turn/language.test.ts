// In which language the bot speaks for itself: the setting's, the place's, and the place's alone when the settings can't be read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import type { Locale } from '../../../src/core/locale.ts';
import { sentence } from '../../../src/core/sentence.ts';
import type { Place } from '../../../src/core/settings.ts';
import { sentenceIn } from '../../../src/locale/index.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { languageAt } from '../../../src/turn/language.ts';
import { createReviser } from '../../../src/turn/revise.ts';
import { tellCaller, tellPlaces } from '../../../src/turn/waiting-notice.ts';
import { createManualTimers } from '../../fakes/manual-timers.ts';
import { conversation, createBench, createGate, createTestPort, replyDefaults } from './kit.ts';

const wiese: Place = { channelIds: ['1'], serverId: '2', locale: 'de' };
const at = (language?: Locale) => async () => ({ reply: { ...replyDefaults, ...(language && { language }) } });

test('the settings choose; what fails says it in the language of the place', async () => {
  assert.equal(await languageAt({ at: at('ja') }, wiese), 'ja');
  assert.equal(await languageAt({ at: at() }, undefined), 'en');
  const fails = async (): Promise<never> => {
    throw new PaddockError('store-failed', 'gone', { userText: sentence('settingsUnreachable') });
  };
  assert.equal(await languageAt({ at: fails }, wiese), 'de');
  assert.equal(await languageAt({ at: fails }, undefined), 'en');
});

test('a failure is told in the language of the place, and logged in English', async () => {
  const failing = { answers: [[new PaddockError('engine-failed', 'it broke', { userText: sentence('modelStuck') })]] };
  const { say, log } = await createBench({ ...failing, place: { reply: { ...replyDefaults, language: 'de' } } });
  const port = await say('Hallo?', { place: wiese });
  assert.deepEqual(port.notices, ['Mein Sprachmodell hängt, deshalb starte ich es neu. Frag mich bitte gleich noch einmal.']);
  const [line] = log.filter(({ level }) => level === 'error');
  assert.match(String(line?.fields.error), /it broke/);
  assert.equal(line?.text, 'a message could not be answered');
});

test('places in the queue are told in the language of the place', async () => {
  const timers = createManualTimers();
  const told: string[] = [];
  const done = Promise.withResolvers<void>();
  let place = 2;
  const queue = { add: () => ({ done: done.promise, place: () => place }) } as never;
  const port = { waits: (notice: string) => void told.push(notice) } as never;
  const telling = tellPlaces(queue, { addressed: 'mention' }, port, timers, async () => 'pt-BR');
  telling.add({ conversation: 'test:1', userId: 'test:2', messageId: '3' }, async () => {});
  await timers.pass(5000);
  for (place of [1, 0]) await timers.pass(30_000);
  assert.deepEqual(told, ['⏳ Há 2 respostas antes da sua.', '⏳ Há uma resposta antes da sua.', '⏳ Sua resposta é a próxima.']);
  done.resolve();
  await timers.pass(60_000);
  assert.equal(told.length, 3, 'nothing is told any more');
});

test('whoever waits for what a command, a menu or a button does is told the place: where the answer appears, or else alone', async () => {
  const timers = createManualTimers();
  const done = Promise.withResolvers<void>();
  const queue = { add: () => ({ done: done.promise, place: () => 1 }) } as never;
  const services = { queue, timers, at: at('de') };
  const [alone, inChat]: [string[], string[]] = [[], []];
  const where = { waits: (notice: string) => void alone.push(notice), locale: 'fr' } as const;
  const request = { conversation: 'test:1', userId: 'test:2', messageId: '3' };
  tellCaller(services, where, { waits: (notice) => void inChat.push(notice) }).add(request, async () => {});
  tellCaller(services, where).add(request, async () => {});
  tellCaller(services, {}).add(request, async () => {});
  await timers.pass(5000);
  assert.deepEqual([inChat, alone], [[sentenceIn('de', sentence('placeOne'))], [sentenceIn('fr', sentence('placeOne'))]]);
  done.resolve();
  await timers.pass(60_000);
  assert.equal(inChat.length + alone.length, 2, 'nothing is told any more');
});

test('answers that are made again, and what is written for a human, wait by that queue', async () => {
  const timers = createManualTimers();
  const gate = createGate();
  const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 64, perConversation: 8, perUser: 8 }, now: () => 0 });
  const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'], services: { queue } });
  await bench.say('Hi!');
  const reviser = createReviser({ ...bench.services, timers });
  const running = queue.add({ conversation: 'test:x', userId: 'test:x', messageId: 'x' }, () => gate.pass());
  const told: string[] = [];
  const where = { conversation, userId: 'test:ada', locale: 'en', waits: (notice: string) => void told.push(notice) } as const;
  const port = { ...createTestPort('answer-0'), waits: (notice: string) => void told.push(`in the chat: ${notice}`) };
  const again = reviser.regenerate(where, port);
  const human = reviser.impersonate(where, { id: 'test:ada', name: 'Ada' }, { begin: () => {}, end: () => {} });
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await timers.pass(5000);
  assert.equal(told.length, 2);
  for (const pattern of [/^in the chat: ⏳ .* answer/, /^⏳ .* answer/])
    assert.ok(
      told.some((notice) => pattern.test(notice)),
      `${told}`,
    );
  gate.open();
  await Promise.all([running.done, again, human]);
});
