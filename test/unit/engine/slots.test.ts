// Who gets which slot, and what is in it afterwards.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { createSlots, type Slot, type Slots } from '../../../src/engine/llama/child/slots.ts';

type FakeSequence = { contextTokens: readonly number[]; clearHistory(): Promise<void> };
const sequence = (): LlamaContextSequence & FakeSequence => {
  const fake: FakeSequence = {
    contextTokens: [],
    clearHistory: async () => {
      fake.contextTokens = [];
    },
  };
  return fake as LlamaContextSequence & FakeSequence;
};

const never = new AbortController().signal;
const tokens = (...values: number[]): readonly Token[] => values as Token[];

const create = (count: number): { readonly slots: Slots; readonly drafts: readonly FakeSequence[] } => {
  const drafts = Array.from({ length: count }, sequence);
  return { slots: createSlots(Array.from({ length: count }, sequence), drafts), drafts };
};

/** Has a prompt evaluated in a slot, as the placement does. */
const fill = (slot: Slot, ...values: number[]): Slot => {
  slot.owner = slot.user;
  Object.assign(slot.sequence, { contextTokens: values });
  if (slot.draft) Object.assign(slot.draft, { contextTokens: values });
  return slot;
};
const acquire = async (slots: Slots, name: string, ...prompt: number[]): Promise<Slot> => {
  const slot = await slots.acquire(name, tokens(...prompt), never);
  assert.ok(slot);
  return slot;
};
const use = async (slots: Slots, name: string, ...prompt: number[]): Promise<Slot> => {
  const slot = fill(await acquire(slots, name, ...prompt), ...prompt);
  await slots.release(slot);
  return slot;
};

describe('a conversation gets', () => {
  it('of several slots of its own the one with the most of its prompt', async () => {
    const { slots } = create(3);
    const [one, other] = [await acquire(slots, 'ann', 1, 2, 3), await acquire(slots, 'ann', 1, 9, 9)];
    for (const slot of [fill(one, 1, 2, 3), fill(other, 1, 9, 9)]) await slots.release(slot);
    assert.equal(await use(slots, 'ann', 1, 2, 3, 4), one);
    assert.equal(await use(slots, 'ann', 1, 2, 3, 4), one);
    assert.equal(await use(slots, 'ann', 1, 9, 9, 4), other);
    assert.equal(await use(slots, 'ann', 1, 2, 3, 5), one);
  });

  it('an empty slot, the nearest to those in use, so that few passes are made for all', async () => {
    const { slots } = create(8);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const name of names) await use(slots, name, 1);
    for (const name of ['b', 'c', 'g', 'h']) await slots.forget(name);
    const busy = await acquire(slots, 'f', 1);
    assert.equal(busy.index, 5);
    const order = [];
    for (const name of ['w', 'x', 'y', 'z']) order.push((await acquire(slots, name, 1)).index);
    assert.deepEqual(order, [6, 7, 2, 1]);
  });

  it('else the one unused for longest, of those unused alike the nearest', async () => {
    const { slots } = create(4);
    for (const name of ['a', 'b', 'c', 'd']) await use(slots, name, 1);
    await use(slots, 'a', 1);
    assert.equal((await acquire(slots, 'new', 1)).index, 1);
    const { slots: others } = create(3);
    await use(others, 'a', 1);
    const ahead = others.acquireIdle('b', tokens(1), 0);
    assert.equal(ahead?.index, 1);
    await others.release(fill(ahead, 1));
    const busy = await acquire(others, 'c', 1);
    assert.deepEqual([busy.index, ahead.lastUse], [2, others.all[0]?.lastUse], 'reading ahead makes nobody else look old');
    assert.equal((await acquire(others, 'new', 1)).index, 1);
  });

  it('nothing for reading ahead while a request waits', async () => {
    const { slots } = create(1);
    const slot = await acquire(slots, 'ann', 1);
    const waiting = slots.acquire('bob', tokens(1), never);
    assert.equal(slots.acquireIdle('ann', tokens(1), 100), undefined);
    await slots.release(slot);
    assert.equal((await waiting)?.user, 'bob');
  });
});

describe('a conversation that is forgotten', () => {
  it('is gone from an idle slot at once, and from its draft', async () => {
    const { slots, drafts } = create(1);
    const slot = await use(slots, 'ann', 1, 2);
    await slots.forget('ann');
    assert.deepEqual([slot.owner, slot.sequence.contextTokens, drafts[0]?.contextTokens], [undefined, [], []]);
  });

  it('is gone from a slot in use as soon as that is released', async () => {
    const { slots, drafts } = create(1);
    const slot = fill(await acquire(slots, 'ann', 1, 2), 1, 2);
    await slots.forget('ann');
    assert.equal(slot.sequence.contextTokens.length, 2, 'its answer goes on');
    await slots.release(slot);
    assert.deepEqual([slot.owner, slot.sequence.contextTokens, drafts[0]?.contextTokens], [undefined, [], []]);
    assert.equal((await use(slots, 'ann', 1)).isForgotten, false);
  });

  it('is gone after a request that waited for a slot meanwhile, and after no other', async () => {
    const { slots } = create(1);
    const slot = fill(await acquire(slots, 'ann', 1), 1);
    const bob = slots.acquire('bob', tokens(2), never);
    const cid = slots.acquire('cid', tokens(3), never);
    await slots.forget('bob');
    await slots.release(slot);
    const bobs = await bob;
    assert.ok(bobs?.isForgotten, 'so nothing of it is kept as a file either');
    await slots.release(fill(bobs, 2));
    const cids = await cid;
    assert.deepEqual([cids?.isForgotten, cids?.sequence.contextTokens], [false, []]);
    if (cids) await slots.release(fill(cids, 3));
    assert.equal(slots.all[0]?.owner, 'cid');
  });

  it('is no owner any more of a slot that is about to be taken over', async () => {
    const { slots } = create(1);
    await use(slots, 'ann', 1, 2);
    const slot = await acquire(slots, 'bob', 3);
    assert.equal(slot.owner, 'ann');
    await slots.forget('ann');
    assert.deepEqual([slot.owner, slot.isForgotten], [undefined, false]);
  });
});
