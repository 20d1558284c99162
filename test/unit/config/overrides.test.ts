import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOverrides } from '../../../src/config/overrides.ts';
import { parseSetting, settingNamed, settingNames } from '../../../src/config/setting-names.ts';
import { PaddockError } from '../../../src/core/error.ts';
import type { Logger } from '../../../src/core/logger.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const logged: string[] = [];
const log = (_fields: object, text: string) => void logged.push(text);
const logger: Logger = { debug: log, info: log, warn: log, error: log };
const place = { serverId: '1', channelIds: ['3', '2'] };
const refused = (text: RegExp) => (error: unknown) => error instanceof PaddockError && text.test(error.userText);

describe('the names of settings', () => {
  test('each has a meaning, and words for what it can be', () => {
    assert.ok(settingNames.length > 30);
    for (const { name, description, expected } of settingNames) assert.ok(description !== '' && expected !== '', name);
  });
  test('a last part is enough where it is the only one', () => {
    assert.equal(settingNamed('TEMPERATURE').name, 'sampling.temperature');
    assert.throws(() => settingNamed('temprature'), refused(/Did you mean temperature\?/));
  });
  test('what has few values says them', () => {
    assert.deepEqual(settingNamed('reply.style').values, ['reply', 'plain', 'thread']);
    assert.deepEqual(settingNamed('trigger.always').values, ['true', 'false']);
    assert.deepEqual(settingNamed('seed').values, ['random']);
  });
});

describe('a typed value', () => {
  const good: readonly [string, string, unknown][] = [
    ['temperature', '0.7', 0.7],
    ['always', 'true', true],
    ['persona', 'storyteller', 'storyteller'],
    ['persona', '42', '42'],
    ['words', 'paddock, hey you', ['paddock', 'hey you']],
    ['words', '["a, b"]', ['a, b']],
    ['words', '', []],
    ['historyTurnsMax', 'all', 'all'],
    ['historyTurnsMax', '12', 12],
    ['sampling.dry.strength', '0.8', 0.8],
  ];
  for (const [name, text, value] of good) test(`${name} ${text}`, () => assert.deepEqual(parseSetting(name, text).value, value));
  const bad: readonly [string, string][] = [
    ['temperature', 'hot'],
    ['temperature', '9'],
    ['always', 'maybe'],
    ['style', 'loud'],
    ['persona', '../etc'],
    ['words', `[${'a,'.repeat(40)}]`],
    ['historyTurnsMax', '{a: 1}'],
  ];
  for (const [name, text] of bad)
    test(`${name} can't be ${text.slice(0, 20)}`, () =>
      assert.throws(() => parseSetting(name, text), refused(/can't be .+ It is /)));
});

describe('what is set by command', () => {
  test('is there with the next reading, and after a restart', async () => {
    const kept = createValueStore();
    const overrides = createOverrides({ store: kept, logger });
    await overrides.set('3', 'temperature', '0.3');
    await overrides.set('1', 'always', 'true');
    const found = await overrides.at(place);
    assert.deepEqual([...found.keys()], ['1', '3']);
    assert.equal(found.get('3')?.sampling.temperature, 0.3);
    const again = await createOverrides({ store: kept, logger }).at(place);
    assert.equal(again.get('1')?.trigger.always, true);
  });
  test('is read from the store once', async () => {
    const kept = createValueStore();
    const overrides = createOverrides({ store: kept, logger });
    for (let turn = 0; turn < 5; turn += 1) await overrides.at(place);
    assert.equal(kept.calls.get, 4, 'everywhere, the server, the thread and its channel');
  });
  test('of changes at once none is lost', async () => {
    const overrides = createOverrides({ store: createValueStore(), logger });
    await Promise.all([
      overrides.set('3', 'temperature', '0.3'),
      overrides.set('3', 'topK', '9'),
      overrides.set('3', 'minP', '0.2'),
    ]);
    assert.deepEqual(await overrides.names('3'), ['sampling.temperature', 'sampling.topK', 'sampling.minP']);
  });
  test('can be taken back, one or all', async () => {
    const kept = createValueStore();
    const overrides = createOverrides({ store: kept, logger });
    await overrides.set('3', 'temperature', '0.3');
    await overrides.set('3', 'persona', 'ember');
    assert.deepEqual(await overrides.reset('3', 'topK'), []);
    assert.deepEqual(await overrides.reset('3', 'temperature'), ['sampling.temperature']);
    assert.deepEqual(await overrides.reset('3'), ['persona']);
    assert.equal(kept.values.size, 0);
    assert.equal((await overrides.at(place)).size, 0);
  });
  test('who set a limit is kept over a restart, and only then known', async () => {
    const kept = createValueStore();
    const before = createOverrides({ store: kept, logger });
    await before.set('3', 'perUserPerHour', '9', 'owner');
    await before.set('3', 'perUserPerHour', '5', 'manager');
    await before.set('3', 'temperature', '0.3', 'owner');
    kept.values.set('settings:4', { quota: { perUserPerHour: 7 } });
    kept.values.set('settings:5', {
      quota: { perUserPerHour: 7 },
      limits: { 'quota.perUserPerHour': [{ by: 'owner', value: 'x' }, { by: 'me', value: 3 }, 4, null], gone: 1 },
    });
    const overrides = createOverrides({ store: kept, logger });
    const limits = [
      { by: 'owner', value: 9 },
      { by: 'manager', value: 5 },
    ];
    assert.deepEqual(await overrides.limits('3'), { 'quota.perUserPerHour': limits });
    const unknown = { 'quota.perUserPerHour': [{ by: 'moderator', value: 7 }] };
    for (const id of ['4', '5']) assert.deepEqual(await overrides.limits(id), unknown);
    assert.deepEqual(await overrides.reset('3', undefined, 'moderator'), ['sampling.temperature']);
    assert.deepEqual(await overrides.reset('3', undefined, 'manager'), ['quota.perUserPerHour']);
    assert.equal((await overrides.at(place)).get('3')?.quota.perUserPerHour, 9);
  });
  test('what is stored and can’t be any more is passed over, the rest counts', async () => {
    const kept = createValueStore();
    kept.values.set('settings:3', {
      persona: 'ember',
      gone: 1,
      sampling: { temperature: 'hot', topK: 5 },
      trigger: { __proto__: 1 },
    });
    const found = await createOverrides({ store: kept, logger }).at(place);
    assert.deepEqual([found.get('3')?.persona, found.get('3')?.sampling.topK], ['ember', 5]);
    assert.equal(found.get('3')?.sampling.temperature, undefined);
    assert.match(logged.at(-1) ?? '', /passed over/);
  });
  test('a failing store is told, and asked again', async () => {
    const kept = createValueStore();
    kept.state.isBroken = true;
    const overrides = createOverrides({ store: kept, logger });
    await assert.rejects(overrides.at(place), (error) => error instanceof PaddockError && error.code === 'store-failed');
    kept.state.isBroken = false;
    assert.equal((await overrides.at(place)).size, 0);
  });
});
