import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseSource, commonLength, type Source } from '../../../src/engine/llama/child/choose-source.ts';
import { createRates, pieceTokens } from '../../../src/engine/llama/child/rates.ts';

type Any = Source<string, string>;
const own = (common: number) => ({ kind: 'own', common }) as const;
const slot = (common: number): Any => ({ kind: 'slot', common, slot: 'other' });
const state = (common: number, bytes = common * 1000): Any => ({ kind: 'state', common, state: 'file', bytes });

/** Evaluates 1,000 tokens, reads 100 MB and makes 10 copies a second. */
const measured = () => {
  const rates = createRates();
  rates.note('prefill', 1000, 1);
  rates.note('restore', 1e8, 1);
  rates.note('copy', 1, 0.1);
  return rates;
};

describe('the source of a prompt', () => {
  it('is the own slot unless another has clearly more of it', () => {
    assert.equal(chooseSource(own(100), [slot(131), state(131)], measured(), 'faster').kind, 'own');
    assert.equal(chooseSource(own(100), [slot(300), state(100)], measured(), 'faster').kind, 'slot');
  });

  it('is what is measured to be faster: evaluating, copying or restoring', () => {
    // 50 tokens take 50 ms, a copy 100 ms.
    assert.equal(chooseSource(own(0), [slot(50)], measured(), 'faster').kind, 'own');
    assert.equal(chooseSource(own(0), [slot(150)], measured(), 'faster').kind, 'slot');
    // 200 MB take 2 s, a thousand tokens one.
    assert.equal(chooseSource(own(0), [state(1000, 2e8)], measured(), 'faster').kind, 'own');
    assert.equal(chooseSource(own(0), [state(1000, 5e7)], measured(), 'faster').kind, 'state');
    // The copy has less of it, and is there sooner.
    assert.equal(chooseSource(own(0), [state(1000, 5e7), slot(800)], measured(), 'faster').kind, 'slot');
    assert.equal(chooseSource(own(0), [slot(500), state(1000, 5e7)], measured(), 'faster').kind, 'state');
  });

  it('is the longest before anything was measured, and wherever that is asked for', () => {
    assert.equal(chooseSource(own(10), [slot(500), state(1000, 1e12)], createRates(), 'faster').kind, 'state');
    assert.equal(chooseSource(own(0), [slot(500), state(1000, 1e12)], measured(), 'always').kind, 'state');
    assert.equal(chooseSource(own(0), [slot(1000), state(1000, 1)], measured(), 'always').kind, 'slot');
  });

  it('is compared from the first token on', () => {
    assert.equal(commonLength([1, 2, 3], [1, 2, 4, 5]), 2);
    assert.equal(commonLength([1, 2], Uint32Array.from([1, 2, 4])), 2);
    assert.equal(commonLength([], [1]), 0);
    assert.equal(commonLength([2, 1], [1, 2]), 0);
  });
});

describe('measured rates', () => {
  it('make pieces of prompts smaller on a slow machine', () => {
    const rates = createRates();
    assert.equal(pieceTokens(rates), 128);
    for (const [tokensPerSecond, tokens] of [
      [100_000, 128],
      [256, 64],
      [10, 16],
    ] as const) {
      for (let count = 0; count < 100; count++) rates.note('prefill', tokensPerSecond * 2, 2);
      assert.equal(pieceTokens(rates), tokens);
    }
  });

  it('follow what is measured, and ignore what is too small to say something', () => {
    const rates = createRates();
    assert.equal(rates.secondsFor('prefill', 100), undefined);
    rates.note('prefill', 2, 10);
    assert.equal(rates.secondsFor('prefill', 100), undefined);
    rates.note('prefill', 100, 1);
    assert.equal(rates.secondsFor('prefill', 200), 2);
    for (let count = 0; count < 50; count++) rates.note('prefill', 100, 2);
    assert.ok(Math.abs((rates.secondsFor('prefill', 100) ?? 0) - 2) < 0.01);
  });
});
