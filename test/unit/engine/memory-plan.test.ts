// What `auto` takes on machines of several sizes, and what is given up first where it does not fit.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseBatchTokens, chooseSlots, chooseThreads, slotsMax } from '../../../src/engine/llama/child/auto-choices.ts';
import { firstPlan, withAutoChoices } from '../../../src/engine/llama/child/choose-plan.ts';
import {
  fits,
  type MemoryPlan,
  marginOf,
  type Needed,
  smallerPlan,
  withFewerLayers,
} from '../../../src/engine/llama/child/memory-plan.ts';
import type { LlamaSettings } from '../../../src/engine/llama/protocol.ts';

const GB = 1e9;
/** A model of seven billion weights, the way Mistral has them: 131 kB of keys and values a token. */
const weights = { q4: 4.4 * GB, f16: 14.5 * GB };
const bytesPerToken = 131_072;
/** Logits and activations of a batch. */
const bytesPerBatchToken = 32_000 * 4 + 350_000;

/** What a context takes where it is computed. */
const needs = (where: 'cpuRam' | 'gpuVram', { slots, contextTokens, batchTokens }: Partial<MemoryPlan>): Needed => {
  const bytes = (slots ?? 1) * (contextTokens ?? 4096) * bytesPerToken + (batchTokens ?? 512) * bytesPerBatchToken;
  return { cpuRam: 0, gpuVram: 0, [where]: bytes };
};

const auto = { slots: 'auto', batchTokens: 'auto' } as const;

type Card = { readonly card: number; readonly weights: number; readonly contextTokens?: number };

/** What `auto` takes with all of a model on a card of so many GiB. */
const onCard = (
  { card, weights: taken, contextTokens = 4096 }: Card,
  settings: Pick<LlamaSettings, 'slots' | 'batchTokens'> = auto,
) => {
  const total = card * 2 ** 30;
  const needsOf = (plan: MemoryPlan) => needs('gpuVram', plan);
  const plan = withAutoChoices(
    settings,
    firstPlan({ ...settings, contextTokens, gpuLayers: 'auto' }, false),
    {
      cores: 4,
      isAllOnGpu: true,
      ram: { free: 16 * GB, total: 16 * GB },
      vram: { free: total - taken, total },
      needsOf,
    },
    false,
  );
  const left = total - taken - needsOf(plan).gpuVram;
  return { slots: plan.slots, batchTokens: plan.batchTokens, hasMargin: left >= marginOf('vram', total) };
};

describe('on a graphics card, auto', () => {
  it('takes what fits beside the model, and leaves the margin free', () => {
    for (const [given, slots, batchTokens] of [
      [{ card: 8, weights: weights.q4 }, 6, 1024],
      [{ card: 8, weights: weights.q4, contextTokens: 8192 }, 3, 1024],
      [{ card: 8, weights: 7 * GB, contextTokens: 4096 }, 1, 512],
      [{ card: 24, weights: weights.q4 }, 8, 2048],
      [{ card: 24, weights: weights.f16, contextTokens: 16_384 }, 4, 2048],
      [{ card: 80, weights: weights.f16 }, 8, 2048],
      [{ card: 80, weights: weights.f16, contextTokens: 32_768 }, 8, 2048],
    ] as const) {
      assert.deepEqual(onCard(given), { slots, batchTokens, hasMargin: true }, JSON.stringify(given));
    }
  });

  it('takes one slot where not even that fits, for the steps down that follow', () => {
    assert.deepEqual(onCard({ card: 8, weights: weights.q4, contextTokens: 32_768 }), {
      slots: 1,
      batchTokens: 1024,
      hasMargin: false,
    });
  });

  it('leaves a number as it is given', () => {
    const given = { card: 24, weights: weights.q4 };
    assert.deepEqual(onCard(given, { slots: 'auto', batchTokens: 333 }), { slots: 8, batchTokens: 333, hasMargin: true });
    assert.deepEqual(onCard(given, { slots: 5, batchTokens: 'auto' }), { slots: 5, batchTokens: 2048, hasMargin: true });
  });
});

describe('on a processor, auto', () => {
  it('takes two to four by the cores, where the memory has room for them', () => {
    const slotsWith = (cores: number, room: number, contextTokens = 4096): number =>
      chooseSlots(
        (slots) => needs('cpuRam', { slots, contextTokens }),
        { ram: room * GB },
        slotsMax({ isAllOnGpu: false, cores }),
      );
    assert.deepEqual(
      [1, 2, 8, 12, 16, 64].map((cores) => slotsWith(cores, 100)),
      [2, 2, 2, 3, 4, 4],
    );
    assert.deepEqual([slotsWith(64, 2), slotsWith(64, 1), slotsWith(64, 0.1), slotsWith(64, -3)], [3, 1, 1, 1]);
    assert.equal(slotsWith(64, 10, 32_768), 2);
  });

  it('takes small batches, and leaves the bot a core', () => {
    const needsOf = (batchTokens: number) => needs('cpuRam', { batchTokens });
    assert.equal(chooseBatchTokens(needsOf, { ram: 100 * GB }), 512);
    assert.deepEqual(
      [1, 2, 8].map((cores) => chooseThreads(cores, 6)),
      [1, 1, 6],
    );
  });
});

describe('the margin', () => {
  it('is a share of the memory, and never less than a little', () => {
    assert.deepEqual(
      [6, 8, 24, 80].map((size) => marginOf('vram', size * GB) / GB),
      [0.3, 0.4, 1.2, 4],
    );
    assert.deepEqual(
      [1, 16].map((size) => marginOf('ram', size * GB) / GB),
      [0.1, 0.32],
    );
  });

  it('counts on both sides', () => {
    assert.ok(fits({ cpuRam: 1, gpuVram: 0 }, { ram: 1 }));
    assert.ok(!fits({ cpuRam: 1, gpuVram: 1 }, { ram: 1 }), 'no card');
    assert.ok(!fits({ cpuRam: 2, gpuVram: 1 }, { ram: 1, vram: 9 }));
    assert.ok(!fits({ cpuRam: 1, gpuVram: 9 }, { ram: 1, vram: 8 }));
  });
});

describe('a memory plan that does not fit', () => {
  const base: MemoryPlan = { slots: 1, contextTokens: 2048, gpuLayers: 8, batchTokens: 512, hasDraft: false };

  const all = (start: Partial<MemoryPlan>, where: 'ram' | 'vram', isContextAuto: boolean): readonly string[] => {
    const plans: string[] = [];
    let plan: MemoryPlan | undefined = { ...base, ...start };
    while (plan) {
      plans.push(`${plan.slots}x${plan.contextTokens}@${plan.gpuLayers}${plan.hasDraft ? '+draft' : ''}`);
      plan = smallerPlan(plan, { where, reason: '' }, isContextAuto);
    }
    return plans;
  };
  it('loses slots, then context, then layers', () => {
    assert.deepEqual(all({ slots: 3, contextTokens: 5000 }, 'vram', true), [
      '3x5000@8',
      '1x5000@8',
      '1x2500@8',
      '1x2048@8',
      '1x2048@6',
      '1x2048@4',
      '1x2048@3',
      '1x2048@2',
      '1x2048@1',
      '1x2048@0',
    ]);
  });

  it('loses its draft model before layers, which are worth more', () => {
    assert.deepEqual(all({ slots: 2, gpuLayers: 1, hasDraft: true }, 'vram', true), [
      '2x2048@1+draft',
      '1x2048@1+draft',
      '1x2048@1',
      '1x2048@0',
    ]);
  });

  it('keeps a context that was asked for, and layers where the memory of the processor is short', () => {
    assert.deepEqual(all({ slots: 2, contextTokens: 8192 }, 'ram', false), ['2x8192@8', '1x8192@8']);
  });

  it('goes from all layers to those that fit to none', () => {
    assert.equal(withFewerLayers({ ...base, gpuLayers: 'max' })?.gpuLayers, 'auto');
    assert.equal(withFewerLayers({ ...base, gpuLayers: 'auto' })?.gpuLayers, 0);
    assert.equal(withFewerLayers({ ...base, gpuLayers: 0 }), undefined);
  });
});
