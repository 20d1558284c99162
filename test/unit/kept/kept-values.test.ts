import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PaddockError } from '../../../src/core/error.ts';
import { sentence } from '../../../src/core/sentence.ts';
import { createKeptValues, storeFailure } from '../../../src/kept/kept-values.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const open = (initial: Readonly<Record<string, unknown>> = {}, keptMax = 3) => {
  const store = createValueStore(initial);
  const kept = createKeptValues<readonly string[]>({
    store,
    prefix: 'words',
    read: (stored, id) => {
      if (stored === 'damaged') throw new Error(`${id} is damaged`);
      return typeof stored === 'string' ? stored.split(' ') : [];
    },
    write: (words) => words.join(' '),
    keptMax,
    failed: storeFailure('words could not be read', sentence('memoryUnreachable')),
  });
  return { store, kept };
};
const add = (word: string) => (words: readonly string[]) => [...words, word];
const isStoreFailure = (error: unknown): boolean =>
  error instanceof PaddockError &&
  error.code === 'store-failed' &&
  error.isRetryable &&
  error.message === 'words could not be read';

describe('values kept in a store', () => {
  test('are read once, those that are missing too, also by many at once', async () => {
    const { store, kept } = open({ 'words:a': 'one two' });
    await Promise.all([kept.get('a'), kept.get('a')]);
    assert.deepEqual([await kept.get('a'), await kept.get('b'), await kept.get('b')], [['one', 'two'], [], []]);
    assert.equal(store.calls.get, 2);
  });
  test('are written before they count, in the form in which they are stored', async () => {
    const { store, kept } = open({ 'words:a': 'one' });
    assert.deepEqual(await kept.change('a', add('two')), { before: ['one'], after: ['one', 'two'] });
    assert.equal(store.values.get('words:a'), 'one two');
    store.state.isBroken = true;
    await assert.rejects(kept.change('a', add('three')), isStoreFailure);
    assert.deepEqual(await kept.get('a'), ['one', 'two']);
  });
  test('are deleted by none, and left alone by the same one', async () => {
    const { store, kept } = open({ 'words:a': 'one' });
    const { before, after } = await kept.change('a', (words) => words);
    assert.equal(before, after);
    assert.deepEqual([store.calls.set, store.calls.delete], [0, 0]);
    assert.deepEqual((await kept.change('a', () => undefined)).after, []);
    assert.equal(store.values.size, 0);
    assert.deepEqual(await kept.get('a'), []);
    assert.equal(store.calls.get, 1);
  });
  test('lose no change of many at once, and what one throws stops no other', async () => {
    const { store, kept } = open();
    const refuse = (): never => {
      throw new Error('refused');
    };
    const results = await Promise.allSettled([kept.change('a', add('1')), kept.change('a', refuse), kept.change('a', add('2'))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(store.values.get('words:a'), '1 2');
  });
  test('of one id do not wait for another’s', async () => {
    const { store } = open();
    const gate = Promise.withResolvers<void>();
    const kept = createKeptValues<unknown>({
      store: {
        ...store,
        set: async (key, value) => {
          if (key === 'v:slow') await gate.promise;
          return await store.set(key, value);
        },
      },
      ...{ prefix: 'v', read: (stored) => stored, keptMax: 3 },
      failed: storeFailure('', sentence('memoryUnreachable')),
    });
    const slow = kept.change('slow', () => 1);
    await kept.change('quick', () => 2);
    assert.deepEqual([...store.values.keys()], ['v:quick']);
    gate.resolve();
    await slow;
    assert.equal(store.values.get('v:slow'), 1);
  });
  test('are held so many; the longest unused one goes', async () => {
    const { store, kept } = open();
    for (const id of ['a', 'b', 'c', 'a', 'd', 'a']) await kept.get(id);
    assert.equal(store.calls.get, 4);
    await kept.get('b');
    assert.equal(store.calls.get, 5);
  });
  test('are asked for again after a failure, of the store or of what is in it', async () => {
    const { store, kept } = open({ 'words:a': 'one', 'words:b': 'damaged' });
    store.state.isBroken = true;
    await assert.rejects(kept.get('a'), isStoreFailure);
    store.state.isBroken = false;
    assert.deepEqual(await kept.get('a'), ['one']);
    await assert.rejects(kept.get('b'), /b is damaged/);
    store.values.set('words:b', 'whole');
    assert.deepEqual(await kept.get('b'), ['whole']);
  });
});
