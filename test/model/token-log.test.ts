// A token costs the same work in JavaScript at any length of the context.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Token } from 'node-llama-cpp';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { growInPlace } from '../../src/engine/llama/child/token-log.ts';
import { randomModel, temporaryFolder } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());

describe("the library's list of tokens", () => {
  it('grows in place, and is otherwise what it was', async () => {
    const { model, context } = await loadModel(
      {
        modelPath: randomModel(folder.path),
        isDemo: false,
        gpuLayers: 0,
        contextTokens: 512,
        isContextAuto: false,
        batchTokens: 128,
        threads: 1,
        flashAttention: 'auto',
        slots: 2,
      },
      () => {},
    );
    try {
      const prompt = model.tokenize('the way of the people and the water of the long day');
      const [grown, plain] = [growInPlace(context.getSequence()), context.getSequence()];
      const list = (): unknown => ('_contextTokens' in grown ? grown._contextTokens : undefined);
      assert.ok(Array.isArray(list()), 'this version of the library has the list under that name');
      const said: Token[][] = [];
      for (const sequence of [grown, plain]) {
        const answer: Token[] = [];
        await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(0, -1));
        const before = list();
        for await (const token of sequence.evaluate(prompt.slice(-1), { temperature: 0 })) if (answer.push(token) === 60) break;
        assert.equal(list(), before, 'no copy was made');
        said.push(answer);
        await sequence.adaptStateToTokens([...prompt, ...answer.slice(0, 10)], false);
        assert.deepEqual(sequence.contextTokens, [...prompt, ...answer.slice(0, 10)]);
        await sequence.saveStateToFile(`${folder.path}/state`);
        await sequence.clearHistory();
        assert.deepEqual(sequence.contextTokens, []);
        await sequence.loadStateFromFile(`${folder.path}/state`, { acceptRisk: true });
        assert.deepEqual(sequence.contextTokens, [...prompt, ...answer.slice(0, 10)]);
        await sequence.evaluateWithoutGeneratingNewTokens(prompt);
        assert.equal(sequence.nextTokenIndex, 2 * prompt.length + 10);
      }
      assert.deepEqual(said[0], said[1]);
    } finally {
      await context.dispose();
      await model.dispose();
    }
  });
});
