import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOpenings } from '../../../src/engine/llama/child/openings.ts';
import { readHead, writeHead } from '../../../src/engine/llama/child/state-head.ts';
import { createTokenBudget } from '../../../src/engine/llama/child/token-budget.ts';

const never = new AbortController().signal;

describe('the budget of reading ahead', () => {
  it("gives a minute's tokens at once and the rest with time", () => {
    let now = 0;
    const budget = createTokenBudget(600, () => now);
    assert.deepEqual([budget.take(500), budget.take(500), budget.take(1)], [500, 100, 0]);
    now += 1000;
    assert.equal(budget.take(100), 10);
    now += 3_600_000;
    assert.deepEqual([budget.take(10_000), budget.take(1)], [600, 0]);
    assert.equal(createTokenBudget(0, () => now).take(5), 0);
  });
});

describe('prompts that begin alike', () => {
  const tokens = (start: number): number[] => [...Array.from({ length: 100 }, (_, index) => index), start];

  it('wait for the first one until it has read what they share', async () => {
    const openings = createOpenings();
    const first = openings.begin(tokens(1));
    const second = openings.begin(tokens(2));
    assert.equal(openings.leaderOf(first, 10), undefined, 'nobody is before the first');
    const leader = openings.leaderOf(second, 10);
    assert.equal(leader?.common, 100);
    let isPassed = false;
    const passed = leader?.passed(never).then(() => {
      isPassed = true;
    });
    first.advance(64);
    await Promise.resolve();
    assert.ok(!isPassed);
    first.advance(100);
    await passed;
    assert.equal(openings.leaderOf(second, 10), undefined);
  });

  it('do not wait for one that ended, nor when aborted, nor for less than is worth it', async () => {
    const openings = createOpenings();
    const first = openings.begin(tokens(1));
    const second = openings.begin(tokens(2));
    const abort = new AbortController();
    const aborted = openings.leaderOf(second, 10)?.passed(abort.signal);
    const ended = openings.leaderOf(second, 10)?.passed(never);
    abort.abort();
    await aborted;
    first.end();
    await ended;
    assert.equal(openings.leaderOf(second, 10), undefined);
    const third = openings.begin([0, 1, 2, 7]);
    assert.equal(openings.leaderOf(third, 10), undefined);
  });
});

describe('the head of a kept state', () => {
  const head = { identity: 'abc', tokens: Uint32Array.from([1, 2, 4_000_000_000]), bytes: 123, crc32: 4_294_967_295 };

  it('comes back as it was', () => assert.deepEqual(readHead(writeHead(head)), head));

  it('is refused with any character changed, cut or added', () => {
    const text = writeHead(head);
    for (let at = 0; at < text.length; at++)
      assert.equal(readHead(`${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`), undefined);
    for (const bad of ['', '\n', text.slice(0, -1), `${text} `, text.slice(65), JSON.stringify(head)])
      assert.equal(readHead(bad), undefined);
  });
});
