// How many turns there are, and answers among them: what it costs to know, and what older heads say.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Memory, NewTurn } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createPlainStore, type PlainStore } from '../../contract/plain-store.ts';

const turnOf = (number: number): NewTurn => ({
  role: number % 2 === 0 ? 'user' : 'assistant',
  speaker: { id: 'test:1', name: 'Ann' },
  text: `text ${number}`,
  at: number,
  messageIds: [],
});

const open = ({ keyv }: PlainStore): Memory => createMemory({ store: keyv, now: () => 0 });

const many = bounds.segmentTurnsMax * 4 + 10;

const filled = async (): Promise<{ store: PlainStore; ids: readonly string[] }> => {
  const store = createPlainStore();
  const memory = open(store);
  const ids: string[] = [];
  for (let number = 0; number < many; number += 1) ids.push((await memory.append('test:a', turnOf(number))).turn.id);
  return { store, ids };
};

const readsOf = async <Result>({ costs }: PlainStore, work: () => Promise<Result>): Promise<readonly [Result, number]> => {
  const before = costs.reads;
  return [await work(), costs.reads - before];
};

describe('the counts of a conversation', () => {
  it('are read with the head, up to the newest turns as well', async () => {
    const { store, ids } = await filled();
    const memory = open(store);
    assert.deepEqual(await readsOf(store, () => memory.counts('test:a')), [{ turns: many, answers: many / 2 }, 1]);
    assert.deepEqual(await readsOf(store, () => memory.counts('test:a', ids[many - 1])), [{ turns: many, answers: many / 2 }, 0]);
    const before = { turns: many - 3, answers: many / 2 - 2 };
    assert.deepEqual(await readsOf(store, () => memory.counts('test:a', ids[many - 4])), [before, 0]);
    assert.deepEqual(await readsOf(store, () => memory.counts('test:b')), [{ turns: 0, answers: 0 }, 1]);
  });

  it('up to an older turn cost the segments behind it, and no write', async () => {
    const { store, ids } = await filled();
    const memory = open(store);
    await memory.count('test:a');
    const { writes } = store.costs;
    const [counts, reads] = await readsOf(store, () => memory.counts('test:a', ids[bounds.segmentTurnsMax * 2 + 5]));
    assert.deepEqual(counts, { turns: bounds.segmentTurnsMax * 2 + 6, answers: bounds.segmentTurnsMax + 3 });
    assert.equal(reads, 2);
    assert.equal(store.costs.writes, writes);
    // Turns that are gone leave the others where they are.
    await memory.remove('test:a', [ids[3] ?? '', ids[8] ?? '', ids[many - 1] ?? '']);
    assert.deepEqual(await memory.counts('test:a'), { turns: many - 3, answers: many / 2 - 2 });
    assert.deepEqual(await memory.counts('test:a', ids[8]), { turns: 7, answers: 3 });
  });

  it('of an older version are found out although some of it can not be read any more, and stay what can be stored', async () => {
    const { store, ids } = await filled();
    const key = 'paddock:conversation:test:a';
    const { answers: _unknown, ...older } = JSON.parse(store.rows.get(key) ?? '').value;
    store.rows.set(key, JSON.stringify({ value: older }));
    const segment = store.rows.get('paddock:segment:test:a:1') ?? '';
    store.rows.set('paddock:segment:test:a:1', '{}');
    const memory = open(store);
    const { answers } = await memory.counts('test:a');
    assert.equal(answers, many / 2 - bounds.segmentTurnsMax / 2);
    store.failReads(true);
    await assert.rejects(
      open(store).counts('test:a'),
      { code: 'store-failed' },
      'what may be read later is no reason to miscount',
    );
    store.failReads(false);
    // Restored from a backup, there are more answers to take away than were counted.
    store.rows.set('paddock:segment:test:a:1', segment);
    await memory.remove('test:a', ids);
    assert.deepEqual(await open(store).counts('test:a'), { turns: 0, answers: 0 });
  });

  it('are found out once where an older version wrote the head', async () => {
    const { store, ids } = await filled();
    const key = 'paddock:conversation:test:a';
    const { value } = JSON.parse(store.rows.get(key) ?? '');
    const { answers: _unknown, ...older } = value;
    store.rows.set(key, JSON.stringify({ value: older }));
    const memory = open(store);
    await memory.append('test:a', turnOf(many));
    await memory.remove('test:a', [ids[1] ?? '']);
    const [counts, reads] = await readsOf(store, () => memory.counts('test:a'));
    assert.deepEqual(counts, { turns: many, answers: many / 2 - 1 });
    assert.equal(reads, 3, 'every segment once; the one of which a turn was removed is held');
    assert.deepEqual(await readsOf(store, () => memory.counts('test:a')), [counts, 0]);
    assert.deepEqual(await readsOf(store, () => open(store).counts('test:a')), [counts, 1], 'the head remembers');
    await memory.append('test:a', turnOf(1));
    assert.equal((await memory.counts('test:a')).answers, many / 2);
  });

  it('begin anew with a reset, and in a copy with what was copied', async () => {
    const { store, ids } = await filled();
    const memory = open(store);
    await memory.copy('test:a', 'test:b', { toId: ids[20] ?? '', newest: 11 });
    assert.deepEqual(await memory.counts('test:b'), { turns: 11, answers: 5 });
    await memory.reset('test:a');
    assert.deepEqual(await memory.counts('test:a'), { turns: 0, answers: 0 });
  });
});

describe('the first turn of a conversation', () => {
  it('costs one segment, and is the next one once it is gone', async () => {
    const { store, ids } = await filled();
    const memory = open(store);
    await memory.count('test:a');
    const [first, reads] = await readsOf(store, () => memory.first('test:a'));
    assert.deepEqual([first?.id, reads], [ids[0], 1]);
    await memory.remove('test:a', [ids[0] ?? '']);
    assert.equal((await memory.first('test:a'))?.id, ids[1]);
    await memory.remove('test:a', ids.slice(0, bounds.segmentTurnsMax));
    assert.equal((await memory.first('test:a'))?.id, ids[bounds.segmentTurnsMax]);
    await memory.reset('test:a');
    assert.equal(await memory.first('test:a'), undefined);
  });

  it('is not known in a copy without it, nor in a copy of that, until it is reset', async () => {
    const { store } = await filled();
    const memory = open(store);
    await memory.copy('test:a', 'test:whole', { newest: many });
    assert.equal((await memory.first('test:whole'))?.alternatives[0], 'text 0');
    await memory.copy('test:a', 'test:late', { newest: many - 1 });
    await memory.copy('test:late', 'test:later', { newest: many });
    for (const key of ['test:late', 'test:later']) assert.equal(await memory.first(key), undefined);
    await memory.reset('test:late');
    await memory.append('test:late', turnOf(1));
    assert.equal((await memory.first('test:late'))?.alternatives[0], 'text 1');
  });
});

it('a copy up to an older turn has none of what belongs to later ones', async () => {
  const { store, ids } = await filled();
  const memory = open(store);
  const summary = { text: 'They met.', throughId: ids[100] ?? '' };
  await memory.configure('test:a', { promptStartId: ids[101], summary, variables: { mood: 'dry' } });
  await memory.copy('test:a', 'test:b', { toId: ids[50] ?? '', newest: many });
  assert.deepEqual(await memory.settings('test:b'), { variables: { mood: 'dry' }, pickSeed: 'test:a' });
});
