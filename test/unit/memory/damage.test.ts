// Regression tests for PITFALLS 28: what can't be read is never an empty memory, and is never overwritten.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Keyv from 'keyv';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import type { Memory, NewTurn } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createPlainStore, type PlainStore } from '../../contract/plain-store.ts';

const said = (id: string): NewTurn => ({
  role: 'user',
  speaker: { id: 'test:1', name: 'Ann' },
  text: `the secret of ${id}`,
  at: 0,
  messageIds: [id],
});

const headKey = 'paddock:conversation:test:a';
const segmentKey = 'paddock:segment:test:a:0';

/** A conversation with two sealed segments and a tail, and a memory that has read nothing of it yet. */
const filled = async (): Promise<{ store: PlainStore; memory: Memory; warnings: object[] }> => {
  const store = createPlainStore();
  const first = createMemory({ store: store.keyv, now: () => 0 });
  for (let number = 0; number < bounds.segmentTurnsMax * 2 + 5; number += 1) await first.append('test:a', said(`m${number}`));
  const warnings: object[] = [];
  const logger = { debug: () => {}, info: () => {}, warn: (fields: object) => void warnings.push(fields), error: () => {} };
  const memory = createMemory({ store: store.keyv, now: () => 0, logger });
  return { store, memory, warnings };
};

/** All that can be asked of a conversation, and would read what is damaged when that is the head. */
const everything: Readonly<Record<string, (memory: Memory) => Promise<unknown>>> = {
  append: (memory) => memory.append('test:a', said('new')),
  appendIf: (memory) => memory.appendIf('test:a', said('new'), 'not-empty'),
  turns: (memory) => memory.turns('test:a'),
  turn: (memory) => memory.turn('test:a', '000000000'),
  turnsOf: (memory) => memory.turnsOf('test:a', ['000000000']),
  pin: (memory) => memory.pin('test:a', '000000000', true),
  change: (memory) => memory.change('test:a', '000000000', { kind: 'add', text: 'x' }),
  remove: (memory) => memory.remove('test:a', ['000000000']),
  removeAfter: (memory) => memory.removeAfter('test:a', '000000000'),
  'copy from': (memory) => memory.copy('test:a', 'test:b', { newest: 100 }),
  'copy to': (memory) => memory.copy('test:b', 'test:a', { newest: 100 }),
  count: (memory) => memory.count('test:a'),
  findByMessage: (memory) => memory.findByMessage('test:a', 'm0'),
  editMessage: (memory) => memory.editMessage('test:a', 'm0', 'x'),
  deleteMessages: (memory) => memory.deleteMessages('test:a', ['m0']),
  reset: (memory) => memory.reset('test:a'),
  settings: (memory) => memory.settings('test:a'),
  configure: (memory) => memory.configure('test:a', { personaId: 'x' }),
};

const storeFailure = (error: unknown): true => {
  assert.ok(error instanceof PaddockError, String(error));
  assert.equal(error.code, 'store-failed');
  assert.match(error.userText, /^[A-Z].*\.$/);
  assert.doesNotMatch(error.userText, /test:a|segment/, 'users are shown no keys');
  assert.doesNotMatch(error.message, /secret/, 'the log is shown no content');
  return true;
};

const assertRefused = async (store: PlainStore, work: () => Promise<unknown>, what: string): Promise<void> => {
  const before = new Map(store.rows);
  await assert.rejects(work, storeFailure, what);
  assert.deepEqual(store.rows, before, `${what} changed the store`);
};

/** Each takes a stored row apart in another way. */
const damages: Readonly<Record<string, (row: string) => string>> = {
  'no JSON': (row) => row.slice(0, -5),
  'an empty text': () => '',
  null: () => 'null',
  'a number': () => '7',
  'an empty envelope': () => '{}',
  'an envelope of null': () => '{"value":null}',
  'an envelope of nothing': () => '{"value":{}}',
  'another version': (row) => row.replace('"v":2', '"v":0'),
  'a newer version': (row) => row.replace('"v":2', '"v":3'),
  'a turn without a text': (row) => row.replace(/"alternatives":\[[^\]]*\]/, '"alternatives":[]'),
  'a turn that shows what it has not': (row) => row.replace('"shown":0', '"shown":1'),
  'a property that nobody knows': (row) => row.replace('"v":2', '"v":2,"extra":true'),
};

describe('the memory, when its store fails or is damaged', () => {
  it('refuses every call while nothing can be read, and goes on after', async () => {
    const { store, memory } = await filled();
    store.failReads(true);
    for (const [name, call] of Object.entries(everything)) await assertRefused(store, () => call(memory), name);
    store.failReads(false);
    assert.equal(await memory.count('test:a'), bounds.segmentTurnsMax * 2 + 5);
    assert.equal((await memory.append('test:a', said('new'))).isNew, true);
  });

  it('goes on in a conversation that it holds while nothing can be read, and reads again what a failed write may have changed', async () => {
    const { store, memory } = await filled();
    assert.equal(await memory.count('test:a'), bounds.segmentTurnsMax * 2 + 5);
    store.failReads(true);
    assert.equal((await memory.turns('test:a', { newest: 5 })).length, 5);
    await assertRefused(store, () => memory.turns('test:b'), 'turns of another conversation');
    for (const isApplied of [true, false]) {
      store.failReads(false);
      const count = await memory.count('test:a');
      store.failAt(0, { isApplied, isDead: false });
      await assert.rejects(memory.configure('test:a', { personaId: `of ${isApplied}` }), storeFailure);
      assert.equal((await memory.settings('test:a')).personaId, 'of true', 'what stands in the store');
      assert.equal(await memory.count('test:a'), count);
    }
  });

  it('is not misled by a failed write, which can be asked for again', async () => {
    const { store, memory } = await filled();
    store.failAt(0, { isApplied: false, isDead: false });
    await assertRefused(store, () => memory.append('test:a', said('new')), 'append');
    assert.equal(await memory.findByMessage('test:a', 'new'), undefined);
    assert.equal((await memory.append('test:a', said('new'))).isNew, true);
  });

  it('passes on a failure to those alone who asked, not to who waits behind', async () => {
    const { store, memory } = await filled();
    store.failAt(0, { isApplied: false, isDead: false });
    const results = await Promise.allSettled(['x', 'y', 'z'].map((id) => memory.append('test:a', said(id))));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
  });

  for (const [name, damage] of Object.entries(damages)) {
    it(`refuses a head that is ${name}, in every call, and leaves it as it is`, async () => {
      const { store, memory } = await filled();
      const row = store.rows.get(headKey) ?? '';
      assert.notEqual(damage(row), row);
      store.rows.set(headKey, damage(row));
      for (const [call, run] of Object.entries(everything)) await assertRefused(store, () => run(memory), call);
    });

    it(`refuses a segment that is ${name} where it is needed; a reset removes it`, async () => {
      const { store, memory, warnings } = await filled();
      store.rows.set(segmentKey, damage(store.rows.get(segmentKey) ?? ''));
      for (const call of [
        'turns',
        'turn',
        'turnsOf',
        'pin',
        'change',
        'remove',
        'removeAfter',
        'copy from',
        'findByMessage',
        'editMessage',
        'deleteMessages',
      ])
        await assertRefused(store, () => everything[call]?.(memory) ?? Promise.resolve(), call);
      assert.equal((await memory.append('test:a', said('new'))).isNew, true);
      assert.equal((await memory.turns('test:a', { newest: 6 })).length, 6);
      await memory.reset('test:a');
      assert.ok(!store.rows.has(segmentKey));
      assert.deepEqual(warnings, [{ conversation: 'test:a', segment: 0 }]);
    });
  }

  it('refuses a missing segment', async () => {
    const { store, memory } = await filled();
    store.rows.delete(segmentKey);
    await assertRefused(store, () => memory.turns('test:a'), 'turns');
    await assertRefused(store, () => memory.deleteMessages('test:a', ['m0']), 'deleteMessages');
    assert.equal(await memory.reset('test:a'), bounds.segmentTurnsMax * 2 + 5);
  });

  it('refuses a damaged entry of the index rather than take a known message for a new one', async () => {
    const { store, memory } = await filled();
    store.rows.set('paddock:message:test:a:m0', '{"value":{"v":1}}');
    await assertRefused(store, () => memory.append('test:a', said('m0')), 'append');
  });

  it('believes no index that points to nowhere', async () => {
    const { store, memory } = await filled();
    for (const segment of [1, 2, 99]) {
      store.rows.set('paddock:message:test:a:ghost', JSON.stringify({ value: { v: 1, segment } }));
      assert.equal(await memory.findByMessage('test:a', 'ghost'), undefined);
    }
    assert.equal((await memory.append('test:a', said('ghost'))).isNew, true);
  });

  it('is not misled by Keyv, which takes a damaged row for an absent one when left to itself', async () => {
    const rows = new Map<string, string>();
    const store = new Keyv({ store: rows, namespace: 'paddock', throwOnErrors: true });
    await createMemory({ store, now: () => 0 }).append('test:a', said('m0'));
    const memory = createMemory({ store, now: () => 0 });
    for (const text of ['{}', 'null', '7', '{"value":null}']) {
      rows.set(headKey, text);
      assert.equal((await store.get('conversation:test:a')) ?? undefined, undefined, 'this is how it looks to Keyv');
      for (const [name, call] of Object.entries(everything)) await assert.rejects(() => call(memory), storeFailure, name);
      assert.equal(rows.get(headKey), text);
    }
  });

  it('refuses a Keyv that would hide its errors', () => {
    assert.throws(() => createMemory({ store: new Keyv(), now: () => 0 }), /throwOnErrors/);
  });

  it('writes nothing that it could not read again', async () => {
    const { store, memory } = await filled();
    const settings = { personaId: 7 } as unknown as { personaId: string };
    await assertRefused(store, () => memory.append('test:a', { ...said('new'), at: Number.NaN }), 'append');
    await assertRefused(store, () => memory.configure('test:a', settings), 'configure');
    assert.equal((await memory.append('test:a', said('new'))).isNew, true);
  });

  it('takes a store that says "not done" at its word', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    const { set } = store.keyv.store;
    store.keyv.store.set = async () => false;
    await assert.rejects(memory.append('test:a', said('m0')), storeFailure);
    store.keyv.store.set = set;
    assert.equal(await memory.count('test:a'), 0);
  });
});
