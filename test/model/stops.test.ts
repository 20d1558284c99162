// What ends an answer and what of it is text, on the real engine: models that say given tokens, and
// one with random weights whose token streams hold bytes of all kinds.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import type { GenerateRequest } from '../../src/core/engine.ts';
import { findStopTokens } from '../../src/engine/llama/child/stop-matcher.ts';
import { createTextDecoder } from '../../src/engine/llama/child/text-decoder.ts';
import { writeLlamaModel } from '../../src/engine/llama/gguf/llama-model.ts';
import { createVocabulary } from '../../src/engine/llama/gguf/vocabulary.ts';
import { createAnswerCleaner } from '../../src/reply/index.ts';
import { generate, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const userDefined = 4;

/** A model that says the given tokens, each of which may come once, whatever it is asked. */
const writeScriptedModel = (name: string, script: readonly string[]): string => {
  const path = `${folder.path}/${name}.gguf`;
  const controls = ['<|im_start|>', '<|im_end|>', '[THINK]', '[/THINK]'];
  const made = createVocabulary(controls, [
    '<|marker|>',
    ...script.filter((piece) => !controls.includes(piece) && !piece.startsWith('<0x')),
  ]);
  const vocabulary = {
    ...made,
    types: made.types.map((type, token) => (made.pieces[token] === '<|marker|>' ? userDefined : type)),
  };
  const tokens = script.map((piece) => vocabulary.pieces.indexOf(piece));
  const axisOf = new Map(tokens.map((token, index) => [token, index + 1]));
  const width = 64;
  const successors = [...tokens, vocabulary.eos];
  writeLlamaModel(path, {
    name,
    shape: { contextTokens: 1024, width, layers: 1, heads: 2, keyHeads: 1, feedForwardWidth: width },
    vocabulary,
    weights: (tensor, size) => {
      const data = new Float32Array(size.reduce((product, length) => product * length, 1));
      if (tensor.endsWith('_norm.weight')) data.fill(1);
      if (tensor === 'token_embd.weight')
        for (let token = 0; token < vocabulary.pieces.length; token++) data[token * width + (axisOf.get(token) ?? 0)] = 1;
      if (tensor === 'output.weight')
        successors.forEach((token, axis) => {
          data[token * width + axis] = 64;
        });
      return data;
    },
  });
  return path;
};

const say = async (
  path: string,
  request: Partial<GenerateRequest> = {},
): Promise<{ readonly text: string; readonly reason: string }> => {
  const engine = testEngine(path, { slots: 1 });
  try {
    const { text, end } = await generate(engine, { prompt: [{ kind: 'text', text: 'go' }], outputTokensMax: 60, ...request });
    return { text, reason: end.reason };
  } finally {
    await engine.close();
  }
};

describe('an answer’s tokens', () => {
  it('are text, but for control tokens; those around thoughts are told apart', async () => {
    const path = writeScriptedModel('markers', [
      ...['▁Hello', '<0xF0>', '<0x9F>', '<0x8E>', '<0x89>', '[THINK]', 'mulling', '[/THINK]', '<|marker|>', 'world'],
      ...['<0x80>', '<0xE6>', '<0xBC>', '<0xA2>', '<|im_start|>', 'usr'],
    ]);
    const { text, reason } = await say(path);
    assert.equal(text.trim(), 'Hello🎉[THINK]mulling[/THINK]<|marker|>world\ufffd漢usr');
    assert.equal(reason, 'end-token');
    const cleaner = createAnswerCleaner({});
    cleaner.push(text);
    assert.deepEqual(cleaner.end(), { shown: 'Hello🎉world\ufffd漢usr', remembered: 'Hello🎉world\ufffd漢usr' });

    const stopped = await say(path, { stopStrings: ['### Instruction:', '<|im_start|>'] });
    assert.equal(
      stopped.text.trim(),
      'Hello🎉[THINK]mulling[/THINK]<|marker|>world\ufffd漢',
      'a control token that is a stop string',
    );
    assert.equal(stopped.reason, 'stop-string');
    assert.equal(
      (await say(path, { stopStrings: ['<|marker|>'] })).text.trim(),
      'Hello🎉[THINK]mulling[/THINK]',
      'a user-defined one',
    );
  });

  it('end at the line of any participant, of very many', async () => {
    const path = writeScriptedModel('participants', ['▁Hello', '<0x0A>', 'Ada', 'm!', '<0x0D>', 'Bo', 'b:', 'gone']);
    const names = Array.from({ length: 130 }, (_, index) => `\nPerson ${index}:`);
    assert.equal((await say(path, { stopStrings: [...names, '\nAda:'] })).text.trim(), 'Hello\nAdam!\rBob:gone');
    const { text, reason } = await say(path, { stopStrings: [...names, '\rBob:', '\nAda:'] });
    assert.equal(text.trim(), 'Hello\nAdam!');
    assert.equal(reason, 'stop-string');
  });
});

describe('decoding the real tokenizer’s tokens', () => {
  let llama: Llama;
  let model: LlamaModel;
  let prompt: Token[];

  before(async () => {
    llama = await getLlama({
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      gpu: false,
      logLevel: LlamaLogLevel.disabled,
    });
    model = await llama.loadModel({ modelPath: randomModel(folder.path), gpuLayers: 0 });
    prompt = [model.tokens.bos ?? (0 as Token), ...model.tokenize('hello story')];
  });
  after(async () => {
    await model.dispose();
    await llama.dispose();
  });

  /** Decodes token by token, and compares with what the library makes of all at once. */
  const check = (tokens: readonly Token[]): void => {
    const decoder = createTextDecoder(model, prompt);
    const start = model.detokenize(prompt).length;
    const expected = model.detokenize([...prompt, ...tokens]).slice(start);
    let shown = '';
    for (const token of tokens) {
      const delta = decoder.push(token);
      assert.ok(delta.isWellFormed());
      shown += delta;
      assert.ok(expected.startsWith(shown), `${JSON.stringify(shown)} is no beginning of ${JSON.stringify(expected)}`);
    }
    assert.ok(shown === expected || `${shown}\ufffd` === expected, `${JSON.stringify(shown)} for ${JSON.stringify(expected)}`);
  };

  it('gives the same text for what the model says', async () => {
    const context = await model.createContext({ contextSize: 512, threads: 1 });
    try {
      const sequence = context.getSequence();
      for (const seed of [1, 2, 3, 4, 5]) {
        await sequence.clearHistory();
        const tokens: Token[] = [];
        const stream = sequence.evaluate(prompt, { temperature: 3, topK: 0, topP: 1, minP: 0, seed, yieldEogToken: true });
        for await (const token of stream) {
          tokens.push(token);
          if (tokens.length >= 300) break;
        }
        assert.equal(tokens.length, 300);
        check(tokens);
      }
    } finally {
      await context.dispose();
    }
  });

  it('gives the same text for characters of all lengths, and for any tokens at all', () => {
    for (const text of ['Größe 漢字 🎉', '👩‍👩‍👧‍👦 🇩🇪 👍🏽 e\u0301', ' two  spaces\n\n\tand tab', '\u200b\ufeff\ufffd'])
      check(model.tokenize(text, false, 'trimLeadingSpace'));
    const anyToken = fc.integer({ min: 1, max: 259 + 4 + 300 }).map((token) => token as Token);
    const emoji = fc.constantFrom(
      ...['é', '漢', '🎉', '👩‍👧', '🇫🇷'].map((text) => model.tokenize(text, false, 'trimLeadingSpace')),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            anyToken.map((token) => [token]),
            emoji,
          ),
          { maxLength: 30 },
        ),
        (parts) => check(parts.flat()),
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the control tokens among stop strings', () => {
    const tokens = findStopTokens(model, ['\nAda:', '<|im_start|>', ' </s>\n', '<|im_start|>user', '[INST]', '<b>', '']);
    assert.deepEqual(
      [...tokens].map((token) => model.detokenize([token], true)),
      ['<|im_start|>', '</s>'],
    );
  });
});
