// What is moved between slots and files: only what is worth it and asked for, and never what is in doubt.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { createKeptStates, type KeptStates } from '../../../src/engine/llama/child/kept-states.ts';
import { createRates, type Rates } from '../../../src/engine/llama/child/rates.ts';
import type { Slot } from '../../../src/engine/llama/child/slots.ts';
import { type KeptState, openStateStore, type StateStore } from '../../../src/engine/llama/child/state-store.ts';
import { type FakeSequence, fakeSequence, fakeSlot, textOf } from './fake-sequence.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paddock-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Bench = {
  readonly kept: KeptStates;
  readonly store: StateStore;
  readonly rates: Rates;
  readonly failures: readonly unknown[];
  readonly fresh: readonly FakeSequence[];
};
const create = async (when: 'faster' | 'always' = 'always', bytesMax = 1_000_000): Promise<Bench> => {
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const store = await openStateStore({ folder, bytesMax, identity: 'one', onFailure });
  const rates = createRates();
  const fresh: FakeSequence[] = [];
  const newSequence = (): FakeSequence => {
    const sequence = fakeSequence();
    fresh.push(sequence);
    return sequence;
  };
  return { kept: createKeptStates(store, rates, when, newSequence, onFailure), store, rates, failures, fresh };
};
const states = (): readonly string[] => readdirSync(folder).filter((file) => file.endsWith('.state'));
const slotOf = (owner: string, tokens = textOf(1, 100)): Slot => fakeSlot(fakeSequence(tokens), { owner });
const keptOf = async ({ kept, store }: Bench, owner: string): Promise<KeptState> => {
  await kept.keep(slotOf(owner));
  await kept.settled();
  return store.stateOf(owner) ?? assert.fail('it was kept');
};

describe('a kept state', () => {
  it('comes back as it was', async () => {
    const bench = await create();
    const slot = fakeSlot(fakeSequence(textOf(2, 50)));
    const state = await keptOf(bench, 'ann');
    assert.ok(await bench.kept.verify(state));
    assert.ok(await bench.kept.restore(slot, state));
    assert.deepEqual(slot.sequence.contextTokens, textOf(1, 100));
  });

  it('that was forgotten since it was looked at is not restored', async () => {
    const bench = await create();
    const state = await keptOf(bench, 'ann');
    const file = readFileSync(state.path);
    assert.ok(await bench.kept.verify(state));
    await bench.kept.forget('ann');
    writeFileSync(state.path, file);
    const sequence = fakeSequence(textOf(2, 50));
    assert.equal(await bench.kept.verify(state), false, 'however lately it was whole');
    assert.equal(await bench.kept.restore(fakeSlot(sequence), state), false);
    assert.deepEqual(sequence.calls, []);
  });

  it('that can not be loaded is removed, and what it may have left in the slot is never used', async () => {
    const bench = await create();
    const state = await keptOf(bench, 'ann');
    writeFileSync(state.path, 'no state');
    const sequence = fakeSequence(textOf(2, 50));
    const slot = fakeSlot(sequence);
    assert.equal(await bench.kept.restore(slot, state), false);
    assert.ok(sequence.calls.includes('dispose'));
    assert.equal(slot.sequence, bench.fresh[0]);
    assert.equal(slot.sequence.nextTokenIndex, 0);
    assert.deepEqual([states(), bench.failures.length], [[], 1]);
  });

  it('is read once for several looks at it in a row', async () => {
    const bench = await create();
    const state = await keptOf(bench, 'ann');
    assert.ok(await bench.kept.verify(state));
    writeFileSync(state.path, 'x'.repeat(state.bytes));
    assert.ok(await bench.kept.verify(state));
  });
});

describe('a state is not written', () => {
  it('of a conversation that is forgotten, of none, and of one that is kept', async () => {
    const { kept } = await create();
    for (const change of [{ isForgotten: true }, { owner: undefined }, { isKept: true }])
      await kept.keep({ ...slotOf('ann'), ...change });
    await kept.settled();
    assert.deepEqual(states(), []);
  });

  it('when it is larger than all that may be kept, so that it drives out nothing', async () => {
    const bench = await create('always', 1500);
    await keptOf(bench, 'ann');
    await bench.kept.measure(slotOf('ann'));
    const long = fakeSequence(textOf(3, 200));
    await bench.kept.keep(fakeSlot(long, { owner: 'bob' }));
    await bench.kept.settled();
    assert.deepEqual(long.calls, []);
    assert.ok(bench.store.stateOf('ann'));
  });

  it('when that takes longer than may be waited for; what nothing is known of is measured at the start', async () => {
    const { kept, rates } = await create('faster', 1e9);
    const slot = fakeSlot(fakeSequence(textOf(1, 20_000)), { owner: 'ann' });
    assert.equal(rates.secondsFor('save', 1), undefined);
    await kept.measure(slot);
    assert.ok((rates.secondsFor('save', 1) ?? 0) > 0 && (rates.secondsFor('restore', 1) ?? 0) > 0);
    assert.deepEqual(readdirSync(folder), ['key'], 'nothing is left of it');
    assert.equal(slot.sequence.nextTokenIndex, 20_000);
    // As fast as that may have been: a much larger one is slower by the byte.
    const idleSeconds = bounds.keptStates.idleSaveMsMax / 1000;
    for (let times = 0; times < 60; times += 1) rates.note('prefill', 1000, 1000);
    assert.deepEqual(
      [60_000, 90_000].map((count) => kept.isTooSlow(slotOf('ann', textOf(1, count)), idleSeconds)),
      [false, true],
    );
    // From here on a byte takes a microsecond to save, and next to nothing to restore.
    for (let times = 0; times < 60; times += 1) {
      rates.note('save', 1e6, 1);
      rates.note('restore', 1e6, 0.001);
      rates.note('prefill', 1000, 10);
    }
    const secondsMax = bounds.keptStates.idleSaveMsMax / 1000;
    assert.ok(secondsMax <= 0.25, 'a request that comes meanwhile waits for it');
    assert.deepEqual(
      [textOf(1, 20_000), textOf(1, 90_000)].map((tokens) => kept.isTooSlow(slotOf('ann', tokens), secondsMax)),
      [false, true],
    );
    await kept.keep(slotOf('ann', textOf(1, 90_000)), secondsMax);
    await kept.settled();
    assert.deepEqual(states(), []);
    await kept.keep(slotOf('ann', textOf(1, 20_000)), secondsMax);
    await kept.settled();
    assert.equal(states().length, 1);
  });
});

it('a measurement of much more work takes the place of those of less', () => {
  const rates = createRates();
  for (let times = 0; times < 10; times += 1) rates.note('save', 1e6, 0.001);
  rates.note('save', 1e8, 1);
  assert.equal(rates.secondsFor('save', 1e8), 1);
  rates.note('save', 1e6, 0.001);
  assert.ok((rates.secondsFor('save', 1e8) ?? 0) > 0.7, 'which count less again');
});
