// What is advised from what was measured, and that nothing is where the machine was too busy to tell.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adviceFor, type Trials } from '../../../src/engine/llama/bench/advice.ts';
import { compare, measureInTurn, spreadOf, type Trial } from '../../../src/engine/llama/bench/compare.ts';
import { median, percentile } from '../../../src/engine/llama/bench/stopwatch.ts';

/** A trial whose runs were so many times the default's speed beside them. */
const trial = <Value>(value: Value, speed: number, ...ratios: readonly number[]): Trial<Value> => ({
  value,
  tokensPerSecond: ratios.length === 0 ? [speed] : ratios.map((ratio) => speed * ratio),
  ratios,
});

const slots = [trial(1, 40), trial(2, 40, 1.7, 1.75, 1.8), trial(4, 40, 2.7, 2.75, 2.8), trial(8, 40, 2.75, 2.8, 2.85)];

const trials: Trials = {
  threads: [trial<'auto' | number>('auto', 50), trial<'auto' | number>(8, 50, 1.02, 1.04, 1.05)],
  batchTokens: [trial<'auto' | number>('auto', 400), trial<'auto' | number>(1024, 400, 1.7, 1.75, 1.8)],
  slots,
  slotsFit: { asked: 8, reached: 8, contextTokens: 4096 },
  speculation: [
    trial<'off' | 'prompt-lookup' | 'draft'>('off', 40),
    trial<'off' | 'prompt-lookup' | 'draft'>('prompt-lookup', 40, 1.0, 1.02, 1.03),
    trial<'off' | 'prompt-lookup' | 'draft'>('draft', 40, 1.48, 1.5, 1.52),
  ],
  restore: { coldMs: [1900, 2000, 2100], warmMs: [200, 190, 210], switchMs: [255, 260, 262], ratios: [7.5, 7.7, 8] },
};
const adviceOf = (changed: Partial<Trials>) => {
  const { sentences, lines } = adviceFor({ ...trials, ...changed }, {});
  return { text: sentences.join('\n'), lines };
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
    assert.match(text, /Threads: auto gives 50\.0, 8 gives 52\.0 \(51\.0 to 52\.5\) tokens a second\. Leave it at auto\./);
    assert.match(text, /Prompt lookup does not help/);
    assert.match(text, /The draft model helps: 60\.0 \(59\.2 to 60\.8\) tokens a second instead of 40\.0/);
    assert.match(text, /Restoring a conversation beats reading it again: 260 \(255 to 262\) ms/);
    assert.doesNotMatch(text, /noisy/);
  });

  it('gives up speed in all before answers come slower than people read', () => {
    const slow = [trial(1, 8), trial(2, 8, 1.85, 1.87, 1.9), trial(4, 8, 2.4, 2.5, 2.55)];
    assert.ok(adviceOf({ slots: slow }).lines.includes('slots: 2'));
    assert.match(adviceOf({ slots: [trial(1, 3)] }).text, /Take 1: .*slower than people read/);
  });

  it('says how many slots with the context the memory has room for', () => {
    assert.match(adviceOf({}).text, /8 slots with 4096 tokens each fit the memory\. Take 4/);
    const { text } = adviceOf({ slots: slots.slice(0, 2), slotsFit: { asked: 8, reached: 2, contextTokens: 16_384 } });
    assert.match(text, /room for 2 of 8 slots with 16384 tokens each, so no more were tried\. Take 2/);
  });

  it('keeps no states where that is no faster, and says nothing of what was not tried', () => {
    const { lines, text } = adviceOf({
      threads: [],
      speculation: trials.speculation.slice(0, 2),
      restore: { coldMs: [100, 101], warmMs: [20, 20], switchMs: [98, 99], ratios: [1.02, 1.02] },
    });
    assert.deepEqual(lines, ['batchTokens: 1024', 'slots: 4', 'speculation: off', 'stateMegabytes: 0']);
    assert.match(text, /Threads hardly matter/);
    assert.doesNotMatch(text, /draft/i);
  });
});

describe('on a busy machine the advice', () => {
  const noisy = [0.5, 1.4, 2.1];

  it('is that it is too noisy to tell, with how far the runs went, and no line', () => {
    const { text, lines } = adviceOf({
      threads: [trial<'auto' | number>('auto', 122), trial<'auto' | number>(8, 122, ...noisy)],
      batchTokens: [trial<'auto' | number>('auto', 400), trial<'auto' | number>(1024, 400, ...noisy)],
      slots: [trial(1, 40), trial(8, 100, ...noisy)],
      speculation: [...trials.speculation.slice(0, 1), trial('prompt-lookup' as const, 40, ...noisy)],
      restore: { coldMs: [100, 300], warmMs: [20, 30], switchMs: [90, 150], ratios: noisy },
    });
    assert.deepEqual(lines, []);
    assert.equal(text.match(/Too noisy to tell .*0\.50 to 2\.10 times .*; end other programs and run again\./g)?.length, 4, text);
    assert.match(text, /Restoring .*Too noisy to tell which is faster; end other programs/);
    assert.doesNotMatch(text, /Take|Leave it/);
  });

  it('is still what is certain: much more than the noise, or never worth it', () => {
    const { lines, text } = adviceOf({
      threads: [trial<'auto' | number>('auto', 50), trial<'auto' | number>(8, 50, 0.3, 0.5, 0.9)],
      slots: [trial(1, 40), trial(4, 40, 2.4, 2.8, 3.1), trial(8, 40, 2, 3, 4.5)],
    });
    assert.ok(lines.includes('threads: auto') && lines.includes('slots: 4'), lines.join());
    assert.match(text, /Too noisy to tell whether 8 at once are faster than 4/);
  });

  it('is none after a single pair, which has no spread', () => {
    assert.equal(compare([2]), 'noisy');
    assert.deepEqual(
      adviceOf({ batchTokens: [trial<'auto' | number>('auto', 400), trial<'auto' | number>(1024, 400, 2)] }).lines.filter(
        (line) => line.startsWith('batch'),
      ),
      [],
    );
  });

  it('is judged by the spread against the gain', () => {
    assert.equal(compare([1.1, 1.12, 1.15]), 'faster');
    assert.equal(compare([1.0, 1.12, 1.3]), 'noisy');
    assert.equal(compare([0.97, 1.0, 1.03]), 'not-faster');
    assert.equal(compare([0.4, 0.5, 0.6]), 'not-faster');
    assert.equal(compare([1.1, 1.12, 1.15], 0.2), 'noisy');
    assert.equal(spreadOf([1, 2, 3]), 1);
  });
});

describe('trials in turn with the default', () => {
  it('cancel a machine that becomes slower and slower', async () => {
    const asked: string[] = [];
    let speed = 240;
    const measured = await measureInTurn(['default', 'same', 'double'], 3, async (value) => {
      asked.push(value);
      speed -= 10;
      return value === 'double' ? 2 * speed : speed;
    });
    assert.deepEqual(asked.slice(0, 5), ['default', 'same', 'default', 'double', 'default']);
    assert.deepEqual(
      measured.map(({ value, tokensPerSecond, ratios }) => [value, tokensPerSecond.length, ratios]),
      [
        ['default', 7, []],
        ['same', 3, [1, 1, 1]],
        ['double', 3, [2, 2, 2]],
      ],
    );
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
