// How the beginning of a prompt comes into a slot: never more of it than is really there, and nothing of what was forgotten.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Token } from 'node-llama-cpp';
import type { KeptStates } from '../../../src/engine/llama/child/kept-states.ts';
import { createOpenings } from '../../../src/engine/llama/child/openings.ts';
import { createPlacement, type Placement } from '../../../src/engine/llama/child/placement.ts';
import { createRates, type Rates } from '../../../src/engine/llama/child/rates.ts';
import { createSlots, type Slot, type Slots } from '../../../src/engine/llama/child/slots.ts';
import type { KeptState } from '../../../src/engine/llama/child/state-store.ts';
import { createStepper } from '../../../src/engine/llama/child/stepper.ts';
import { type FakeSequence, fakeSequence, textOf } from './fake-sequence.ts';

const never = new AbortController().signal;

const create = (
  options: { readonly states?: readonly KeptState[]; readonly between?: () => void; readonly isTooSlow?: boolean } = {},
) => {
  const sequences = [fakeSequence(), fakeSequence()] as const;
  const drafts = [fakeSequence(), fakeSequence()] as const;
  const slots: Slots = createSlots(sequences, drafts);
  const kept: string[] = [];
  const states: KeptStates = {
    all: () => options.states ?? [],
    keep: async ({ owner }) => void kept.push(`keep ${owner}`),
    isTooSlow: () => options.isTooSlow ?? false,
    verify: async () => true,
    restore: async () => Boolean(kept.push('restore')),
    measure: async () => {},
    forget: async () => {},
    settled: async () => {},
  };
  const stepper = createStepper(512, () => 128);
  const rates: Rates = createRates();
  const placement: Placement = createPlacement({
    slots,
    kept: states,
    openings: createOpenings(),
    rates,
    when: 'faster',
    stepper: {
      ...stepper,
      between: (task) => {
        options.between?.();
        return stepper.between(task);
      },
    },
  });
  const [first, second] = slots.all;
  assert.ok(first && second);
  return { slots, first, second, sequences, drafts, placement, kept, rates };
};
/** A prompt brought into a slot and read to its end; how much of it was there. */
const place = async (
  placement: Placement,
  ...given: readonly [slot: Slot, name: string, tokens: readonly Token[]]
): Promise<number> => {
  const { cachedTokens, reader } = await placement.place(...given, never);
  reader.end();
  return cachedTokens;
};
const fill = (sequence: FakeSequence, tokens: readonly number[]): void => {
  sequence.tokens = tokens;
};

describe('a prompt that comes into a slot', () => {
  it('takes over nothing of a slot without an owner, even where it begins alike', async () => {
    const { first, sequences, placement } = create();
    fill(sequences[0], textOf(1, 80));
    assert.equal(await place(placement, first, 'ann', textOf(1, 100)), 0);
    assert.deepEqual(sequences[0].tokens, []);
  });

  it('leaves nothing of another conversation in the draft model', async () => {
    const { first, sequences, drafts, placement, kept } = create();
    first.owner = 'ann';
    fill(sequences[0], textOf(1, 80));
    fill(drafts[0], textOf(1, 80));
    await place(placement, first, 'bob', textOf(2, 100));
    assert.deepEqual([drafts[0].tokens, sequences[0].tokens, kept], [[], [], ['keep ann']]);
    fill(drafts[0], textOf(2, 90));
    await place(placement, first, 'bob', textOf(2, 100));
    assert.equal(drafts[0].tokens.length, 90, 'its own stays');
  });

  it('is copied from another slot as far as that still holds it', async () => {
    let change = (): void => {};
    const { first, second, sequences, placement } = create({ between: () => change() });
    second.owner = 'bob';
    fill(sequences[1], textOf(1, 80));
    assert.equal(await place(placement, first, 'ann', textOf(1, 100)), 80);
    await first.sequence.clearHistory();
    // By the time it is copied the other slot has been taken over by somebody else, but for the first forty tokens.
    change = () => fill(sequences[1], [...textOf(1, 40), ...textOf(3, 60)]);
    assert.equal(await place(placement, first, 'ann', textOf(1, 100)), 40);
    assert.ok(sequences[0].calls.includes('copy 40'));
    await first.sequence.clearHistory();
    fill(sequences[1], textOf(1, 80));
    change = () => fill(sequences[1], textOf(3, 60));
    assert.equal(await place(placement, first, 'ann', textOf(1, 100)), 0);
  });
});

describe('what is read ahead', () => {
  const state: KeptState = {
    name: 'n',
    path: 'p',
    identity: 'i',
    tokens: Uint32Array.from(textOf(1, 80)),
    bytes: 1e6,
    crc32: 0,
  };

  it('is not restored where a request would have to wait for that for long', async () => {
    const { first, placement, kept, rates } = create({ states: [state] });
    assert.equal(await placement.placeNow(first, 'ann', textOf(1, 100)), true);
    assert.deepEqual(kept, ['restore']);
    first.owner = undefined;
    rates.note('restore', 1e6, 2);
    rates.note('prefill', 100, 60);
    assert.equal(await placement.placeNow(first, 'ann', textOf(1, 100)), false);
    assert.deepEqual(kept, ['restore']);
  });

  it('takes no slot whose state would be lost', async () => {
    const { first, sequences, placement, kept } = create({ isTooSlow: true });
    first.owner = 'bob';
    fill(sequences[0], textOf(2, 80));
    assert.equal(await placement.placeNow(first, 'ann', textOf(1, 100)), false);
    assert.deepEqual([first.owner, sequences[0].tokens.length, kept], ['bob', 80, []]);
    assert.equal(await placement.placeNow(first, 'bob', textOf(2, 100)), true, 'its own it may go on with');
  });
});
