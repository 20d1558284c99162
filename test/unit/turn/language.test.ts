// In which language the bot speaks for itself: the setting's, the place's, and the place's alone when the settings can't be read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import type { Locale } from '../../../src/core/locale.ts';
import { sentence } from '../../../src/core/sentence.ts';
import type { Place } from '../../../src/core/settings.ts';
import { languageAt } from '../../../src/turn/language.ts';
import { tellPlaces } from '../../../src/turn/waiting-notice.ts';
import { createManualTimers } from '../../fakes/manual-timers.ts';
import { createBench, replyDefaults } from './kit.ts';

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
