// Guessing tokens changes how many evaluations an answer takes, and nothing else.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Token } from 'node-llama-cpp';
import { createLookupGuesser } from '../../src/engine/llama/child/guesser.ts';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { canSpeculate, createSpeculator } from '../../src/engine/llama/child/speculation.ts';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import { demoModel, generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const modelPath = randomModel(folder.path);
const prompts = ['tell me of the long way', 'down down down', 'one two one two one two one two'].map((text) => question(text));

describe('prompt lookup', () => {
  it('gives the same answers at temperature 0, with and without penalties, alone and together, and leaves a usable state', async () => {
    const plain = testEngine(modelPath, { slots: 3 });
    const guessing = testEngine(modelPath, { slots: 3, speculation: 'prompt-lookup' });
    try {
      for (const sampling of [
        { temperature: 0, repeatPenalty: 1 },
        { temperature: 0, repeatPenalty: 1.3, frequencyPenalty: 0.3 },
        { temperature: 0, repeatPenalty: 1, dry: { strength: 0.8 } },
      ]) {
        const expected = [];
        for (const [id, prompt] of prompts.entries())
          expected.push(await generate(plain, { prompt, sampling, outputTokensMax: 150, affinity: `${id}` }));
        const actual = await Promise.all(
          prompts.map((prompt, id) => generate(guessing, { prompt, sampling, outputTokensMax: 150, affinity: `${id}` })),
        );
        for (const [index, { text, end }] of actual.entries()) {
          assert.equal(text, expected[index]?.text, JSON.stringify(sampling));
          assert.equal(end.usage.outputTokens, expected[index]?.end.usage.outputTokens);
        }
        const [again, before] = [await generate(guessing, { prompt: prompts[0] ?? [], sampling, affinity: '0' }), expected[0]];
        assert.equal(again.end.usage.cachedTokens, again.end.usage.promptTokens - 1);
        assert.ok(before?.text.startsWith(again.text));
      }
    } finally {
      await plain.close();
      await guessing.close();
    }
  });

  it('ends at stop strings, the longest answer and the end of the context, and samples at any temperature', async () => {
    const plain = testEngine(modelPath, { slots: 1, contextTokens: 256 });
    const guessing = testEngine(modelPath, { slots: 1, contextTokens: 256, speculation: 'prompt-lookup' });
    const prompt = prompts[2] ?? [];
    try {
      const whole = await generate(plain, { prompt, outputTokensMax: 1000 });
      const same = await generate(guessing, { prompt, outputTokensMax: 1000 });
      assert.equal(whole.end.reason, 'context-full');
      assert.deepEqual(
        [same.text, same.end.reason, same.end.usage.outputTokens],
        [whole.text, 'context-full', whole.end.usage.outputTokens],
      );
      const stopStrings = [whole.text.slice(20, 23)];
      assert.equal(
        (await generate(guessing, { prompt, stopStrings, outputTokensMax: 100 })).text,
        whole.text.slice(0, whole.text.indexOf(stopStrings[0] ?? '')),
      );
      const warm = { prompt, sampling: { temperature: 1, seed: 3 }, outputTokensMax: 60 };
      const [one, other] = [await generate(guessing, warm), await generate(guessing, warm)];
      assert.equal(one.text, other.text, 'the seed is followed');
      assert.notEqual(one.text, whole.text);
    } finally {
      await plain.close();
      await guessing.close();
    }
  });

  it('takes an evaluation for several tokens where the text repeats itself', async () => {
    const { model, context } = await loadModel(
      {
        modelPath: demoModel(folder.path),
        isDemo: true,
        gpuLayers: 0,
        contextTokens: 1024,
        isContextAuto: false,
        batchTokens: 256,
        threads: 1,
        flashAttention: 'auto',
        slots: 1,
      },
      () => {},
    );
    try {
      const sequence = context.getSequence();
      const sampling = { temperature: 0, repeatPenalty: 1 };
      assert.ok(canSpeculate(sequence, sampling));
      const prompt = createTokeniser(model).tokenise(prompts[0] ?? []);
      const all = [...prompt];
      const speculator = createSpeculator(sequence, sampling, all, createLookupGuesser(all));
      /** Lets the model say its text, behind all that was said before; gives the number of evaluations. */
      const say = async (unread: readonly Token[]): Promise<{ readonly evaluations: number; readonly tokens: number }> => {
        const start = all.length;
        for (let evaluations = 1, next = unread; ; evaluations++, next = all.slice(-1)) {
          await speculator.prepare(8);
          const made = await speculator.next(next);
          all.push(...made);
          assert.equal(sequence.nextTokenIndex, all.length - 1, 'wrong guesses are taken back');
          if (made.some((token) => model.isEogToken(token))) return { evaluations, tokens: all.length - start };
        }
      };
      const first = await say(prompt);
      const last = all.at(-1);
      all.push(...prompt);
      assert.ok(last !== undefined);
      const second = await say([last, ...prompt]);
      assert.ok(first.tokens > 20 && first.evaluations > first.tokens / 2);
      assert.ok(second.evaluations < second.tokens / 3, JSON.stringify(second));
    } finally {
      await context.dispose();
      await model.dispose();
    }
  });
});
