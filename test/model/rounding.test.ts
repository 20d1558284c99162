// What evaluating together, or in pieces, changes in the model's numbers: nothing but rounding.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import { question, randomModel, temporaryFolder } from '../fakes/models.ts';

/**
 * The logits of this model spread over some units. F16 keys and values carry 11 bits, so a sum that is rounded in another
 * order may differ by some thousandths; an error in what is attended to differs by whole units.
 */
const boundOfLogits = 0.03;

const folder = temporaryFolder();
const { model, context } = await loadModel(
  {
    modelPath: randomModel(folder.path),
    isDemo: false,
    gpuLayers: 0,
    contextTokens: 512,
    isContextAuto: false,
    batchTokens: 256,
    threads: 1,
    flashAttention: 'auto',
    slots: 5,
  },
  () => {},
);
after(async () => {
  await context.dispose();
  await model.dispose();
  folder.remove();
});
const tokeniser = createTokeniser(model);
const sequences = Array.from({ length: 5 }, () => context.getSequence());
const [one] = sequences;
assert.ok(one);

type Logits = ReadonlyMap<Token, number>;

/** Feeds the last tokens one by one, as an answer does, and gives the logits behind each. */
const logitsOf = async (
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  pieceTokens = 256,
): Promise<readonly Logits[]> => {
  await sequence.clearHistory();
  const beginning = tokens.slice(0, -4);
  for (let start = 0; start < beginning.length; start += pieceTokens)
    await sequence.evaluateWithoutGeneratingNewTokens(beginning.slice(start, start + pieceTokens));
  const logits: Logits[] = [];
  for (const token of tokens.slice(-4)) {
    const [output] = await sequence.controlledEvaluate([
      [token, { generateNext: { logits: true, options: { temperature: 0 } } }],
    ]);
    assert.ok(output?.next.logits);
    logits.push(output.next.logits);
  }
  return logits;
};

const largestDifference = (some: readonly Logits[], others: readonly Logits[]): number =>
  Math.max(
    ...some.flatMap((logits, index) =>
      [...logits].map(([token, value]) => Math.abs(value - (others[index]?.get(token) ?? Number.NaN))),
    ),
  );

const texts = ['tell me of the long way down', 'one two one two', 'who said that', 'the people of the water', 'long ago'];
const prompts = texts.map((text, index) => tokeniser.tokenise(question(`${text} `.repeat(4 + 3 * index))));
const [prompt, otherPrompt] = prompts;
assert.ok(prompt && otherPrompt);
const alone = await logitsOf(one, prompt);

describe('the logits of a conversation', () => {
  it('spread far beyond the bound, and differ between conversations', async () => {
    const values = [...(alone[0] ?? [])].map(([, value]) => value);
    assert.ok(Math.max(...values) - Math.min(...values) > 60 * boundOfLogits);
    assert.ok(largestDifference(alone, await logitsOf(one, otherPrompt)) > 15 * boundOfLogits);
  });

  it('are the same in one batch with others, within rounding', async () => {
    for (const count of [2, 3, 5]) {
      const together = await Promise.all(
        prompts.slice(0, count).map((tokens, index) => {
          const sequence = sequences[index];
          assert.ok(sequence);
          return logitsOf(sequence, tokens);
        }),
      );
      const difference = largestDifference(alone, together[0] ?? []);
      assert.ok(difference <= boundOfLogits, `${count} at once: ${difference}`);
    }
  });

  it('are the same when the prompt is read in pieces, within rounding', async () => {
    for (const pieceTokens of [1, 7, 16]) {
      const difference = largestDifference(alone, await logitsOf(one, prompt, pieceTokens));
      assert.ok(difference <= boundOfLogits, `pieces of ${pieceTokens}: ${difference}`);
    }
  });
});
