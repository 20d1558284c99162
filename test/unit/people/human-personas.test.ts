import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { createHumanPersonas, everyPlace } from '../../../src/people/human-personas.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const inThread = { serverId: '1', channelIds: ['3', '2'] };

test('the nearest to where somebody speaks counts, also after a restart', async () => {
  const store = createValueStore();
  const people = createHumanPersonas(store);
  await people.set('discord:5', everyPlace, { name: 'Ada' });
  await people.set('discord:5', '1', { name: 'Captain Ada', description: 'Sails.' });
  await people.set('discord:5', '2', { description: 'Only here.' });
  for (const each of [people, createHumanPersonas(store)]) {
    assert.deepEqual(await each.of('discord:5', inThread), { description: 'Only here.' });
    assert.deepEqual(await each.of('discord:5', { serverId: '1', channelIds: ['9'] }), {
      name: 'Captain Ada',
      description: 'Sails.',
    });
    assert.deepEqual(await each.of('discord:5', undefined), { name: 'Ada' });
    assert.equal(await each.of('discord:6', inThread), undefined);
  }
});
test('it can be taken back, and nothing is left then', async () => {
  const store = createValueStore();
  const people = createHumanPersonas(store);
  await Promise.all([people.set('u', '1', { name: 'A' }), people.set('u', '2', { name: 'B' })]);
  assert.equal(await people.clear('u', '9'), false);
  assert.equal(await people.clear('u', '2'), true);
  assert.deepEqual([...(await people.all('u')).keys()], ['1']);
  assert.equal(await people.clear('u'), true);
  assert.equal(store.values.size, 0);
  assert.equal(await people.clear('u'), false);
});
test('one who says nothing of themselves is looked up once', async () => {
  const store = createValueStore();
  const people = createHumanPersonas(store);
  for (let turn = 0; turn < 4; turn += 1) await people.of('u', inThread);
  assert.equal(store.calls.get, 1);
});
test('what is too long or too much is refused, with what there was kept', async () => {
  const people = createHumanPersonas(createValueStore());
  const refused = (error: unknown) => error instanceof PaddockError && error.code === 'bad-input';
  await people.set('u', '0', { name: 'A' });
  const description = 'x'.repeat(bounds.humanPersona.descriptionCharactersMax + 1);
  await assert.rejects(people.set('u', '0', { description }), refused);
  for (let place = 1; place < bounds.humanPersona.placesMax; place += 1) await people.set('u', String(place), { name: 'A' });
  await assert.rejects(people.set('u', 'one more', { name: 'A' }), refused);
  await people.set('u', '0', { name: 'B' });
  assert.deepEqual(await people.of('u', { channelIds: ['0'] }), { name: 'B' });
});
test('a failing store is said to be that, and what is damaged is not taken for nothing', async () => {
  const failing = createValueStore();
  failing.state.isBroken = true;
  const failed = (error: unknown) => error instanceof PaddockError && error.code === 'store-failed';
  await assert.rejects(createHumanPersonas(failing).of('u', undefined), failed);
  const store = createValueStore();
  store.values.set('me:u', { default: { name: 7 } });
  await assert.rejects(createHumanPersonas(store).of('u', undefined), failed);
});
