import assert from 'node:assert/strict';
import { test } from 'node:test';
import { botScope, createAccessControl } from '../../../src/access/access-control.ts';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const ash = { userId: 'discord:1', roleIds: [], rank: 'everyone' } as const;
const here = { channelIds: ['30'], serverId: '40' };
const open = (initial: Readonly<Record<string, unknown>> = {}, logger: Logger = silentLogger) => {
  const store = createValueStore(initial);
  return { ...store, store, access: createAccessControl({ store, logger }) };
};

test('an entry counts at once, stands on one list only, and is there after a restart', async () => {
  const { access, store, values } = open();
  const entry = { kind: 'user', id: 'discord:1' } as const;
  assert.equal(await access.put('40', 'block', entry), true);
  assert.equal(await access.put('40', 'block', entry), false);
  assert.equal((await access.mayUse(ash, here)).isAllowed, false);
  assert.equal((await access.mayUse(ash, { ...here, serverId: '41' })).isAllowed, true);
  assert.equal(await access.put('40', 'allow', entry), true);
  assert.deepEqual(await access.lists('40'), { allow: [entry], block: [] });
  const again = createAccessControl({ store, logger: silentLogger });
  assert.deepEqual(await again.lists('40'), { allow: [entry], block: [] });
  assert.equal(await again.remove('40', entry), true);
  assert.equal(await again.remove('40', entry), false);
  assert.equal(values.size, 0, 'an empty list leaves nothing');
});

test('the lists of a place are read once, and not more are held than the bound says', async () => {
  const { access, calls } = open();
  for (let round = 0; round < 50; round += 1) await access.mayUse(ash, here);
  assert.equal(calls.get, 2);
  for (let server = 0; server < bounds.access.keptMax + 10; server += 1)
    await access.mayUse(ash, { channelIds: [], serverId: `s${server}` });
  const before = calls.get;
  await access.mayUse(ash, { channelIds: [], serverId: `s${bounds.access.keptMax + 9}` });
  assert.equal(calls.get, before, 'the latest is held');
  await access.mayUse(ash, here);
  assert.equal(calls.get, before + 1, 'the oldest is not');
});

test('changes at the same time are not lost', async () => {
  const { access } = open();
  await Promise.all(Array.from({ length: 50 }, (_, id) => access.put(botScope, 'block', { kind: 'user', id: `discord:${id}` })));
  assert.equal((await access.lists(botScope)).block.length, 50);
});

test('a full list refuses more with a sentence', async () => {
  const block = Array.from({ length: bounds.access.entriesMax }, (_, id) => ({ kind: 'user', id: `discord:${id}` }));
  const { access } = open({ 'access:40': { allow: [], block } });
  const full = access.put('40', 'block', { kind: 'user', id: 'discord:x' });
  await assert.rejects(full, (error) => error instanceof PaddockError && /full/.test(error.userText));
  assert.equal(await access.put('40', 'allow', { kind: 'user', id: 'discord:x' }), true);
});

test('what is damaged is passed over and logged; the rest stays in force', async () => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_fields: object, message: string) => void warnings.push(message) };
  const { access } = open(
    { 'access:40': { allow: 'x', block: [7, { kind: 'user', id: 'discord:1' }, { kind: 'planet', id: '1' }] } },
    logger,
  );
  assert.equal((await access.mayUse(ash, here)).isAllowed, false);
  assert.equal(warnings.length, 2);
});

test('while the store fails nobody slips through, and it works again when the store does', async () => {
  const { access, state } = open({ 'access:40': { allow: [], block: [{ kind: 'user', id: 'discord:1' }] } });
  state.isBroken = true;
  const isStoreFailure = (error: unknown): boolean => error instanceof PaddockError && error.code === 'store-failed';
  await assert.rejects(access.mayUse(ash, here), isStoreFailure);
  await assert.rejects(access.put('40', 'block', { kind: 'user', id: 'discord:2' }), isStoreFailure);
  state.isBroken = false;
  assert.equal((await access.mayUse(ash, here)).isAllowed, false);
  assert.equal((await access.lists('40')).block.length, 1);
});
