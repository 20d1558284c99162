// What is advised from what was measured.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adviceFor, type Trials } from '../../../src/engine/llama/bench/advice.ts';
import { median, percentile } from '../../../src/engine/llama/bench/stopwatch.ts';

const trials: Trials = {
  threads: [
    { value: 'auto', tokensPerSecond: 50 },
    { value: 8, tokensPerSecond: 52 },
  ],
  batchTokens: [
    { value: 512, tokensPerSecond: 400 },
    { value: 1024, tokensPerSecond: 700 },
  ],
  slots: [
    { value: 1, tokensPerSecond: 40 },
    { value: 2, tokensPerSecond: 70 },
    { value: 4, tokensPerSecond: 110 },
    { value: 8, tokensPerSecond: 112 },
  ],
  speculation: [
    { value: 'off', tokensPerSecond: 40 },
    { value: 'prompt-lookup', tokensPerSecond: 41 },
    { value: 'draft', tokensPerSecond: 60 },
  ],
  restore: { coldMs: 2000, warmMs: 200, switchMs: 260 },
};

describe('the advice of paddock bench', () => {
  it('leaves a default that is as good as anything, and takes what is clearly faster', () => {
    const { sentences, lines } = adviceFor(trials, { draftModel: '/models/small.gguf' });
    assert.deepEqual(lines, [
      'threads: auto',
      'batchTokens: 1024',
      'slots: 4',
      'speculation: draft',
      'draftModel: /models/small.gguf',
    ]);
    const text = sentences.join('\n');
    assert.match(text, /Prompt lookup does not help/);
    assert.match(text, /The draft model helps: 60\.0 tokens a second instead of 40\.0/);
    assert.match(text, /Restoring a conversation beats reading it again: 260 ms/);
  });

  it('gives up speed in all before answers come slower than people read', () => {
    const slow = [
      { value: 1, tokensPerSecond: 8 },
      { value: 2, tokensPerSecond: 15 },
      { value: 4, tokensPerSecond: 20 },
    ];
    assert.ok(adviceFor({ ...trials, slots: slow }, {}).lines.includes('slots: 2'));
    const slowest = adviceFor({ ...trials, slots: [{ value: 1, tokensPerSecond: 3 }] }, {});
    assert.match(slowest.sentences.join('\n'), /Take 1: .*slower than people read/);
  });

  it('keeps no states where that is no faster, and says nothing of what was not tried', () => {
    const { lines, sentences } = adviceFor(
      { ...trials, threads: [], speculation: trials.speculation.slice(0, 2), restore: { coldMs: 100, warmMs: 20, switchMs: 98 } },
      {},
    );
    assert.deepEqual(lines, ['batchTokens: 1024', 'slots: 4', 'speculation: off', 'stateMegabytes: 0']);
    assert.match(sentences.join('\n'), /Threads hardly matter/);
    assert.doesNotMatch(sentences.join('\n'), /draft/i);
  });
});

describe('medians and percentiles', () => {
  it('are values that were measured', () => {
    assert.equal(median([5, 1, 3]), 3);
    assert.equal(percentile([1, 2, 3, 4], 0.99), 4);
    assert.equal(percentile([4, 3, 2, 1], 0.25), 1);
    assert.ok(Number.isNaN(median([])));
  });
});
