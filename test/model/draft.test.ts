// A draft model changes how many evaluations an answer takes, and nothing else.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Logger } from '../../src/core/logger.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { createDraftGuesser } from '../../src/engine/llama/child/draft-guesser.ts';
import { openDraftModel } from '../../src/engine/llama/child/draft-model.ts';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { createSpeculator } from '../../src/engine/llama/child/speculation.ts';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import { writeLlamaModel } from '../../src/engine/llama/gguf/llama-model.ts';
import { smallShape } from '../../src/engine/llama/gguf/random-model.ts';
import { createVocabulary } from '../../src/engine/llama/gguf/vocabulary.ts';
import type { LlamaSettings } from '../../src/engine/llama/protocol.ts';
import { generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const modelPath = randomModel(folder.path);
const otherPath = randomModel(folder.path, { seed: 2, shape: { ...smallShape, layers: 1 } });
const prompts = ['tell me of the long way', 'down down down', 'one two one two one two one two'].map((text) => question(text));
const greedy = { temperature: 0, repeatPenalty: 1 };

const settings: LlamaSettings = {
  modelPath,
  isDemo: false,
  gpuLayers: 0,
  contextTokens: 512,
  isContextAuto: false,
  batchTokens: 256,
  threads: 1,
  flashAttention: 'auto',
  slots: 1,
  speculation: 'draft',
};

const listening = (): { readonly logger: Logger; readonly warnings: string[] } => {
  const warnings: string[] = [];
  return { warnings, logger: { ...silentLogger, warn: (_fields, text) => void warnings.push(text) } };
};

/** Lets a model say so many tokens with what another one guesses; gives the tokens and the number of evaluations. */
const say = async (draftModel: string, prompt: readonly Token[] | undefined, count: number) => {
  const loaded = await loadModel(settings, () => {});
  try {
    const [draft] = await openDraftModel({ ...settings, draftModel }, loaded, () => {});
    assert.ok(draft);
    const all = [...(prompt ?? createTokeniser(loaded.model).tokenise(prompts[0] ?? []))];
    const sequence = loaded.context.getSequence();
    const speculator = createSpeculator(
      sequence,
      greedy,
      all,
      createDraftGuesser(draft, all, () => 128),
    );
    const start = all.length;
    let evaluations = 0;
    for (let unread: readonly Token[] = [...all]; all.length < start + count; unread = all.slice(-1)) {
      await speculator.prepare(8);
      all.push(...(await speculator.next(unread)));
      evaluations++;
      assert.equal(sequence.nextTokenIndex, all.length - 1, 'wrong guesses are taken back');
      assert.ok(holdsOnly(draft, all), 'the draft holds the text and its last guesses');
    }
    return { evaluations, tokens: all.slice(start, start + count) };
  } finally {
    await loaded.context.dispose();
    await loaded.model.dispose();
  }
};

/** Whether a sequence agrees with a text but for at most the eight tokens guessed last. */
const holdsOnly = (sequence: LlamaContextSequence, all: readonly Token[]): boolean =>
  sequence.contextTokens.findIndex((token, index) => token !== all[index]) === -1 ||
  sequence.contextTokens.findIndex((token, index) => token !== all[index]) >= all.length - 9;

describe('a draft model', () => {
  it('that is the same model is right nearly always, and another one changes nothing', async () => {
    const same = await say(modelPath, undefined, 120);
    const other = await say(otherPath, undefined, 120);
    assert.deepEqual(same.tokens, other.tokens);
    assert.ok(same.evaluations < 25, `${same.evaluations} evaluations for 120 tokens`);
    assert.ok(other.evaluations > 60, 'the other model knows nothing of it');
  });

  for (const [name, draftModel] of [
    ['the same model', modelPath],
    ['another model', otherPath],
  ] as const)
    it(`leaves the engine's answers as they are: ${name}`, async () => {
      const plain = testEngine(modelPath, { slots: 3 });
      const guessing = testEngine(modelPath, { slots: 3, speculation: 'draft', draftModel });
      try {
        for (const sampling of [greedy, { temperature: 0, repeatPenalty: 1.3, frequencyPenalty: 0.3 }]) {
          const expected = [];
          for (const [id, prompt] of prompts.entries())
            expected.push(await generate(plain, { prompt, sampling, outputTokensMax: 100, affinity: `${id}` }));
          const actual = await Promise.all(
            prompts.map((prompt, id) => generate(guessing, { prompt, sampling, outputTokensMax: 100, affinity: `${id}` })),
          );
          assert.deepEqual(
            actual.map(({ text, end }) => [text, end.usage.outputTokens]),
            expected.map(({ text, end }) => [text, end.usage.outputTokens]),
          );
        }
        // The slot of one conversation is taken by others, whose text the draft model has not read.
        for (const [id, prompt] of prompts.toReversed().entries()) {
          const [one, same] = [
            { prompt, affinity: `new ${id}` },
            { prompt, affinity: `${2 - id}` },
          ];
          assert.equal((await generate(guessing, one)).text, (await generate(plain, same)).text);
        }
      } finally {
        await plain.close();
        await guessing.close();
      }
    });

  it('follows the seed at other temperatures, whatever it guesses', async () => {
    const texts = [];
    for (const draftModel of [modelPath, otherPath]) {
      const engine = testEngine(modelPath, { speculation: 'draft', draftModel });
      try {
        const { text } = await generate(engine, {
          prompt: prompts[1] ?? [],
          sampling: { temperature: 1, seed: 3 },
          outputTokensMax: 60,
        });
        texts.push(text);
      } finally {
        await engine.close();
      }
    }
    assert.equal(texts[0], texts[1], "every token is the model's own, drawn as without a guess");
  });

  it('guesses no further than its own context reaches', async () => {
    const shortPath = randomModel(folder.path, { shape: { ...smallShape, contextTokens: 128 } });
    const plain = testEngine(modelPath, { slots: 1, contextTokens: 512 });
    const guessing = testEngine(modelPath, { slots: 1, contextTokens: 512, speculation: 'draft', draftModel: shortPath });
    try {
      const request = { prompt: prompts[2] ?? [], outputTokensMax: 1000 };
      const [expected, actual] = [await generate(plain, request), await generate(guessing, request)];
      assert.deepEqual([actual.text, actual.end], [expected.text, expected.end]);
      assert.equal(actual.end.reason, 'context-full');
    } finally {
      await plain.close();
      await guessing.close();
    }
  });

  it('of another vocabulary, or none at all, is left out with a sentence', async () => {
    const strange = join(folder.path, 'strange.gguf');
    writeLlamaModel(strange, {
      name: 'Strange',
      shape: smallShape,
      vocabulary: createVocabulary(['<|another|>', '<|im_end|>']),
      weights: (_name, size) => new Float32Array(size.reduce((product, length) => product * length, 1)).fill(0.01),
    });
    for (const [draftModel, expected] of [
      [strange, /vocabulary of .*strange\.gguf is not that of .*set engine\.draftModel to a small model of the same family/],
      [join(folder.path, 'none.gguf'), /none\.gguf can't be loaded .*set engine\.draftModel to another file/s],
    ] as const) {
      const { logger, warnings } = listening();
      const engine = testEngine(modelPath, { speculation: 'draft', draftModel }, logger);
      try {
        assert.notEqual((await generate(engine, { prompt: prompts[0] ?? [] })).text, '');
        assert.match(warnings.join('\n'), expected);
      } finally {
        await engine.close();
      }
    }
  });
});
