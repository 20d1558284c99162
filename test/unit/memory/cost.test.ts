// What an operation costs, counted at the store: the same in a young conversation and in one of a million turns.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Memory, NewTurn } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { withRecordCache } from '../../../src/memory/record-cache.ts';
import { createRecords } from '../../../src/memory/records.ts';
import { createPlainStore, type PlainStore } from '../../contract/plain-store.ts';

const said = (id: string, text = 'a text of some length', messageIds: readonly string[] = [id]): NewTurn => ({
  role: 'user',
  speaker: { id: 'test:1', name: 'Ann' },
  text,
  at: 0,
  messageIds,
});

const headKey = 'paddock:conversation:test:a';

/** A conversation of that many turns, of whose segments only the newest are there: reading another one is an error. */
const conversationOf = async (turns: number, sealedKept = 0): Promise<PlainStore> => {
  const store = createPlainStore();
  const memory = createMemory({ store: store.keyv, now: () => 0 });
  const tail = 10;
  for (let number = 0; number < sealedKept * bounds.segmentTurnsMax + tail; number += 1)
    await memory.append('test:a', said(`m${number}`));
  const segments = Math.floor((turns - tail) / bounds.segmentTurnsMax);
  const kept = JSON.parse(store.rows.get(headKey) ?? '');
  const head = { ...kept.value, nextTurn: turns, firstSegment: 0, nextSegment: segments, count: turns };
  for (let number = 0; number < sealedKept; number += 1) {
    const row = store.rows.get(`paddock:segment:test:a:${number}`) ?? '';
    store.rows.set(`paddock:segment:test:a:${segments - sealedKept + number}`, row);
    store.rows.delete(`paddock:segment:test:a:${number}`);
  }
  store.rows.set(headKey, JSON.stringify({ value: head }));
  return store;
};

const costOf = async (store: PlainStore, work: () => Promise<unknown>) => {
  const before = { ...store.costs };
  await work();
  return {
    reads: store.costs.reads - before.reads,
    writes: store.costs.writes - before.writes,
    bytesWritten: store.costs.bytesWritten - before.bytesWritten,
  };
};

describe('the cost of memory', () => {
  it('of an append is one read of the head, one look-up a message id, one write, however old the conversation is', async () => {
    const costs = [];
    for (const turns of [10 + bounds.segmentTurnsMax, 1_000_000]) {
      const store = await conversationOf(turns);
      const memory = createMemory({ store: store.keyv, now: () => 0 });
      costs.push(await costOf(store, () => memory.append('test:a', said('new'))));
    }
    const [young, old] = costs;
    const store = await conversationOf(1_000_000);
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    await memory.count('test:a');
    const next = await costOf(store, () => memory.append('test:a', said('new')));
    assert.deepEqual([next.reads, next.writes], [1, 1], 'the head is held: only the look-up of the message id is a read');
    assert.equal(young?.reads, 2);
    assert.equal(young?.writes, 1);
    assert.deepEqual({ reads: old?.reads, writes: old?.writes }, { reads: young?.reads, writes: young?.writes });
    // The counters in the head have more digits; nothing else may differ.
    assert.ok((old?.bytesWritten ?? 0) - (young?.bytesWritten ?? 0) < 30);
  });

  it('of an append that was said after all that is sealed is one write, without a look-up', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    for (let number = 0; number < 2 * bounds.segmentTurnsMax + 10; number += 1)
      await memory.append('test:a', { ...said(`m${number}`), at: 1000 + number });
    const late = await costOf(store, () => memory.append('test:a', { ...said('new'), at: 5000 }));
    assert.deepEqual([late.reads, late.writes], [0, 1]);
    // One that was said before may be among the sealed ones, whoever read the head.
    for (const each of [memory, createMemory({ store: store.keyv, now: () => 0 })]) {
      assert.equal((await each.append('test:a', { ...said('m3'), at: 1003 })).isNew, false);
      const last = 2 * bounds.segmentTurnsMax - 1;
      assert.equal((await each.append('test:a', { ...said(`m${last}`), at: 1000 + last })).isNew, false);
    }
    // A turn that got new messages later is found by them, too.
    const [oldest] = await memory.turns('test:a', { toId: '000000000', newest: 1 });
    const later = createMemory({ store: store.keyv, now: () => 7000 });
    assert.ok(await later.change('test:a', oldest?.id ?? '', { kind: 'carry', messageIds: ['m0', 'posted-later'] }));
    assert.equal((await later.append('test:a', { ...said('posted-later'), at: 6999 })).isNew, false);
    await memory.copy('test:a', 'test:b', { newest: 1000 });
    const copied = await costOf(store, () => memory.append('test:b', { ...said('newer'), at: 5001 }));
    assert.deepEqual([copied.reads, copied.writes], [0, 1]);
  });

  it('of a question whose answers fill the tails is always one write, and no read', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    for (let number = 0; number < 4 * bounds.segmentTurnsMax; number += 2) {
      const question = await costOf(store, () => memory.append('test:a', { ...said(`m${number}`), at: 1000 + number }));
      assert.deepEqual([question.reads, question.writes], [number === 0 ? 1 : 0, 1], `at ${number} turns`);
      await memory.append('test:a', { ...said(`m${number + 1}`), role: 'assistant', at: 1001 + number });
    }
    assert.equal([...store.rows.keys()].filter((key) => key.includes('segment:')).length, 4);
  });

  it('of an append is the same at 10 turns and at 5 000, all of them really said', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    const costs = new Map<number, Awaited<ReturnType<typeof costOf>>>();
    // Tails of the same length; message ids of the same length, so that the bytes can be compared.
    const late = 10 + bounds.segmentTurnsMax * 78;
    for (let number = 0; number <= late; number += 1) {
      const cost = await costOf(store, () => memory.append('test:a', said(`m${1_000_000 + number}`)));
      costs.set(number, cost);
    }
    assert.equal(await memory.count('test:a'), late + 1);
    const [early, old] = [costs.get(10), costs.get(late)];
    // Before the first segment there is no index to look into.
    assert.deepEqual({ reads: early?.reads, writes: early?.writes }, { reads: 0, writes: 1 });
    assert.deepEqual({ reads: old?.reads, writes: old?.writes }, { reads: 1, writes: 1 });
    const more = (old?.bytesWritten ?? 0) - (early?.bytesWritten ?? 0);
    assert.ok(more >= 0 && more < 30, `${more} bytes more at ${late} turns`);
    const sealings = [...costs.values()].filter(({ writes }) => writes > 1);
    assert.equal(sealings.length, 78);
    for (const { reads, writes, bytesWritten } of sealings) {
      assert.ok(reads <= 1);
      assert.equal(writes, 3 + bounds.segmentTurnsMax, 'the head twice, the segment, and an index entry a message');
      const differ = Math.abs(bytesWritten - (sealings[0]?.bytesWritten ?? 0));
      assert.ok(differ < 4 * bounds.segmentTurnsMax, `two sealings differ by ${differ} bytes`);
    }
    // A turn is found by its id in as many steps as halve 78 segments, and once more where it is.
    for (const at of [0, 2_500, late - 100]) {
      const id = at.toString(36).padStart(9, '0');
      const cold = createMemory({ store: store.keyv, now: () => 0 });
      const { reads: found } = await costOf(store, () => cold.turn('test:a', id));
      assert.ok(found <= 2 + Math.ceil(Math.log2(79)), `${found} reads`);
      const change = await costOf(store, () => cold.change('test:a', id, { kind: 'add', text: 'x' }));
      assert.deepEqual([change.reads, change.writes], [0, 1], 'what was read is held');
    }
  });

  it('of turns by their ids is a segment for those in it, found at once where segments are full', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    for (let number = 0; number < 10_000; number += 1) await memory.append('test:a', said(`m${number}`));
    const ids = (...numbers: readonly number[]): readonly string[] =>
      numbers.map((number) => number.toString(36).padStart(9, '0'));
    const reads = async (...numbers: readonly number[]): Promise<number> => {
      const cold = createMemory({ store: store.keyv, now: () => 0 });
      return (await costOf(store, () => cold.turnsOf('test:a', ids(...numbers)))).reads;
    };
    assert.equal(await reads(9_999, 9_998), 1, 'the newest stand in the head');
    assert.equal(await reads(3), 2);
    const last = bounds.segmentTurnsMax - 1;
    assert.equal(await reads(3, 9, 17, last), 2);
    assert.equal(await reads(last, last + 1), 3);
    assert.equal(await reads(0, 1_000, 2_000, 5_555, 9_000, 9_999), 6);
    // Segments that are not full are found by halves, after some guesses.
    await memory.reset('test:a');
    const text = 'x'.repeat(8000);
    for (let number = 0; number < 900; number += 1) await memory.append('test:a', said(`l${number}`, text));
    const at = 10_000 + 17;
    const few = await reads(at);
    assert.ok(few <= 1 + 3 + Math.ceil(Math.log2(101)), `${few} reads`);
    assert.equal((await memory.turnsOf('test:a', ids(at)))[0]?.messageIds[0], 'l17');
  });

  it('of turns up to one is the same when the tail is empty, as it is behind an answer that filled it', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    for (let number = 0; number < 40 * bounds.segmentTurnsMax; number += 1)
      await memory.append('test:a', { ...said(`m${number}`), role: number % 2 === 0 ? 'user' : 'assistant' });
    const cold = createMemory({ store: store.keyv, now: () => 0 });
    const { reads } = await costOf(store, () => cold.turns('test:a', { toId: (39).toString(36).padStart(9, '0'), newest: 5 }));
    assert.equal(reads, 2, 'the head, and the segment that holds them');
  });

  it('of many appends grows with their number only', async () => {
    const perRound: number[] = [];
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    let number = 0;
    for (let round = 0; round < 6; round += 1) {
      const cost = await costOf(store, async () => {
        for (let left = bounds.segmentTurnsMax; left > 0; left -= 1) await memory.append('test:a', said(`m${1_000 + number++}`));
      });
      perRound.push(cost.bytesWritten);
      // One head an append; a sealing writes the head once more, the segment, and an index entry a message.
      assert.equal(cost.writes, bounds.segmentTurnsMax + (round === 0 ? 0 : 2 + bounds.segmentTurnsMax));
    }
    const [, second = 0, ...later] = perRound;
    for (const bytes of later) assert.ok(Math.abs(bytes - second) < second / 100, perRound.join(', '));
  });

  it('of the longest messages stays within a segment', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    const text = 'x'.repeat(bounds.messageCharactersMax);
    const most = bounds.segmentCharactersMax + bounds.messageCharactersMax + 10_000;
    for (let number = 0; number < 20; number += 1) {
      const cost = await costOf(store, () => memory.append('test:a', said(`m${number}`, text)));
      // A sealing writes the full tail twice (as head and as segment), then a head with the new turn.
      assert.ok(cost.bytesWritten <= (cost.writes === 1 ? most : 2 * most + bounds.messageCharactersMax), `${cost.bytesWritten}`);
    }
  });

  it('of the newest turns is the segments that hold them', async () => {
    const store = await conversationOf(1_000_000, 2);
    const open = () => createMemory({ store: store.keyv, now: () => 0 });
    const reads = async (range: object, memory = open()) => (await costOf(store, () => memory.turns('test:a', range))).reads;
    const memory = open();
    assert.equal(await reads({ newest: 10 }, memory), 1, 'the head, once');
    assert.equal(await reads({ newest: 10 }, memory), 0);
    assert.equal(await reads({ newest: 11 }), 2);
    assert.equal(await reads({ newest: 10 + bounds.segmentTurnsMax }), 2);
    assert.equal(await reads({ newest: 10 + bounds.segmentTurnsMax + 1 }), 3);
    assert.equal(await reads({ newest: 11 }, memory), 1);
    assert.equal(await reads({ newest: 11 }, memory), 0, 'a segment is held too');
    const [oldest] = await memory.turns('test:a', { newest: 10 + bounds.segmentTurnsMax });
    assert.equal(
      await reads({ fromId: oldest?.id ?? '' }),
      2,
      'the segment that begins with the wanted turn is the last one read',
    );
    assert.equal((await costOf(store, () => memory.count('test:a'))).reads, 0);
    assert.equal((await costOf(store, () => memory.settings('test:a'))).reads, 0);
  });

  it('of finding, editing and deleting an old message is bounded', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    for (let number = 0; number < bounds.segmentTurnsMax * 6; number += 1) await memory.append('test:a', said(`m${number}`));
    const coldCost = (work: (cold: Memory) => Promise<unknown>) => {
      const cold = createMemory({ store: store.keyv, now: () => 0 });
      return costOf(store, () => work(cold));
    };
    assert.equal((await coldCost((cold) => cold.findByMessage('test:a', 'm0'))).reads, 3, 'head, index, segment');
    assert.equal((await costOf(store, () => memory.findByMessage('test:a', 'm0'))).reads, 1, 'the others are held');
    const edit = await coldCost((cold) => cold.editMessage('test:a', 'm0', 'edited'));
    assert.deepEqual([edit.reads, edit.writes], [3, 1]);
    const remove = await coldCost((cold) => cold.deleteMessages('test:a', ['m0']));
    assert.deepEqual([remove.reads, remove.writes], [4, 4], 'of these reads, one looks for who quotes it');
    const unknown = await coldCost((cold) => cold.deleteMessages('test:a', ['unknown']));
    assert.deepEqual([unknown.reads, unknown.writes], [3, 0]);
  });

  it('of what is said where nothing is remembered is one read, the first time', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    const reads = async () => (await costOf(store, () => memory.appendIf('test:a', said('m'), 'not-empty'))).reads;
    assert.deepEqual([await reads(), await reads(), await reads()], [1, 0, 0]);
    assert.equal((await memory.append('test:a', said('first'))).isNew, true);
    assert.equal((await memory.appendIf('test:a', said('second'), 'not-empty'))?.isNew, true);
  });

  it('of what is held is bounded: the conversations used last, and the text of them all', async () => {
    const { keyv, costs, rows } = createPlainStore();
    const records = withRecordCache(createRecords(keyv), {
      heads: { countMax: 3, charactersMax: 3000 },
      segments: { countMax: 3, charactersMax: 3000 },
    });
    await createMemory({ store: keyv, now: () => 0 }).append('test:a', said('m'));
    const head = await records.readHead('test:a');
    assert.ok(head);
    const [turn] = head.tail;
    assert.ok(turn);
    const large = { ...head, tail: [{ ...turn, alternatives: ['x'.repeat(2500)] }] };
    rows.clear();
    const readsOf = async (...names: readonly string[]): Promise<readonly number[]> => {
      const reads = [];
      for (const name of names) {
        const before = costs.reads;
        await records.readHead(`test:${name}`);
        reads.push(costs.reads - before);
      }
      return reads;
    };
    for (const name of ['a', 'b', 'c']) await records.writeHead(`test:${name}`, head);
    assert.deepEqual(await readsOf('a', 'b', 'c'), [0, 0, 0]);
    await records.readHead('test:a');
    await records.writeHead('test:d', head);
    assert.deepEqual(await readsOf('a', 'c', 'd', 'b'), [0, 0, 0, 1], 'b was used longest ago');
    await records.writeHead('test:e', large);
    assert.deepEqual(await readsOf('e', 'a'), [0, 1], 'there is no room beside the large one for all others');
    await records.writeHead('test:f', { ...large, tail: [...large.tail, ...large.tail], count: 2 });
    assert.deepEqual(await readsOf('f'), [1], 'larger than all that may be held');
  });

  it('of a message that is known already, or of nothing to do, is no write', async () => {
    const store = createPlainStore();
    const memory = createMemory({ store: store.keyv, now: () => 0 });
    await memory.append('test:a', said('m0'));
    const writes = async (work: () => Promise<unknown>) => (await costOf(store, work)).writes;
    assert.equal(await writes(() => memory.append('test:a', said('m0'))), 0);
    assert.equal(await writes(() => memory.turns('test:a')), 0);
    assert.equal(await writes(() => memory.editMessage('test:a', 'm1', 'x')), 0);
    assert.equal(await writes(() => memory.reset('test:b')), 0);
    assert.deepEqual([...store.rows.keys()], [headKey]);
  });
});
