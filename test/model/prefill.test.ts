// Reading ahead on the real engine: what it leaves to the question, and what it never does.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Engine } from '../../src/core/engine.ts';
import type { Prompt } from '../../src/core/prompt.ts';
import { generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const modelPath = randomModel(folder.path);
const signal = new AbortController().signal;

const said = (name: string, turns: number): Prompt =>
  Array.from({ length: turns }, (_, turn) => question(`${name} tells in turn ${turn} what ${name} has done that day`)).flat();

const withEngine = async (settings: Parameters<typeof testEngine>[1], run: (engine: Required<Engine>) => Promise<void>) => {
  const engine = testEngine(modelPath, { contextTokens: 2048, prefillTokensPerMinute: 100_000, ...settings });
  try {
    await engine.start();
    assert.ok(engine.prefill);
    await run(Object.assign(engine, { prefill: engine.prefill }) as Required<Engine>);
  } finally {
    await engine.close();
  }
};

describe('reading ahead', () => {
  it('leaves at most the tokens of the question itself', () =>
    withEngine({}, async (engine) => {
      const history = said('ann', 20);
      const asked = [...history, ...question('and now?')];
      const result = await engine.prefill({ prompt: history, affinity: 'ann', signal });
      assert.ok(result.promptTokens > 400);
      assert.deepEqual([result.readTokens, result.evaluatedTokens], [result.promptTokens, result.promptTokens]);
      const { end, text } = await generate(engine, { prompt: asked, affinity: 'ann' });
      const [one, other] = await engine.countTokens([history, asked]);
      // One more than the difference where the border is tokenised differently.
      assert.ok(end.usage.promptTokens - end.usage.cachedTokens <= (other ?? 0) - (one ?? 0) + 1, JSON.stringify(end.usage));
      const cold = await generate(engine, { prompt: asked, affinity: 'somebody else' });
      assert.equal(cold.text, text);
      // What was read further already is not cut.
      assert.equal((await engine.prefill({ prompt: history, affinity: 'ann', signal })).evaluatedTokens, 0);
      const again = await generate(engine, { prompt: asked, affinity: 'ann' });
      assert.equal(again.end.usage.cachedTokens, again.end.usage.promptTokens - 1);
    }));

  it('keeps to its budget, and 0 is off', async () => {
    await withEngine({ prefillTokensPerMinute: 100 }, async (engine) => {
      const { readTokens, evaluatedTokens } = await engine.prefill({ prompt: said('bob', 20), affinity: 'bob', signal });
      assert.ok(readTokens === evaluatedTokens && evaluatedTokens >= 100 && evaluatedTokens <= 110, `${evaluatedTokens}`);
    });
    await withEngine({ prefillTokensPerMinute: 0 }, async (engine) => {
      assert.equal((await engine.prefill({ prompt: said('bob', 20), affinity: 'bob', signal })).evaluatedTokens, 0);
    });
  });

  it('takes no slot from a conversation in use', () =>
    withEngine({ slots: 1 }, async (engine) => {
      await generate(engine, { prompt: said('cid', 5), affinity: 'cid' });
      const answer = generate(engine, { prompt: said('cid', 5), affinity: 'cid', outputTokensMax: 200 });
      await engine.countTokens([]); // by now the request is there
      const ahead = engine.prefill({ prompt: said('dora', 20), affinity: 'dora', signal });
      assert.equal((await answer).end.usage.outputTokens, 200);
      assert.equal((await ahead).evaluatedTokens, 0, 'the only slot belongs to who has just been answered');
      const next = await generate(engine, { prompt: said('cid', 5), affinity: 'cid' });
      assert.equal(next.end.usage.cachedTokens, next.end.usage.promptTokens - 1);
    }));

  it('ends when aborted, and gives way to newer news of the same conversation', () =>
    withEngine({}, async (engine) => {
      const aborted = await engine.prefill({ prompt: said('eve', 20), affinity: 'eve', signal: AbortSignal.abort() });
      assert.equal(aborted.evaluatedTokens, 0);
      const [older, newer] = await Promise.all([
        engine.prefill({ prompt: said('eve', 20), affinity: 'eve', signal }),
        engine.prefill({ prompt: said('eve', 22), affinity: 'eve', signal }),
      ]);
      assert.equal(newer.readTokens, newer.promptTokens);
      assert.ok(older.evaluatedTokens + newer.evaluatedTokens <= newer.promptTokens + 2, 'nothing is read twice');
    }));
});
