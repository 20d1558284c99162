// Markers that a model's file declares "user defined" and that somebody types, on the real tokenizer.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import { writeLlamaModel } from '../../src/engine/llama/gguf/llama-model.ts';
import { createVocabulary } from '../../src/engine/llama/gguf/vocabulary.ts';
import { temporaryFolder } from '../fakes/models.ts';

const userDefined = 4;
const markers = ['<think>', '</think>', '[TOOL]', '<a<b>', '<b>', '<🎉>'];
/** User defined, too, but no markers: ordinary text. */
const ordinary = ['▁▁▁▁', 'x<think>', '\n\n'];

const folder = temporaryFolder();
let llama: Llama;
let model: LlamaModel;

before(async () => {
  const made = createVocabulary(['<|im_start|>', '<|im_end|>'], [...markers, ...ordinary]);
  const declared = new Set([...markers, ...ordinary]);
  const modelPath = `${folder.path}/markers.gguf`;
  writeLlamaModel(modelPath, {
    name: 'markers',
    shape: { contextTokens: 64, width: 32, layers: 1, heads: 2, keyHeads: 1, feedForwardWidth: 32 },
    vocabulary: {
      ...made,
      types: made.types.map((type, token) => (declared.has(made.pieces[token] ?? '') ? userDefined : type)),
    },
    weights: (_name, size) => new Float32Array(size.reduce((product, length) => product * length, 1)).fill(1),
  });
  llama = await getLlama({
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    gpu: false,
    logLevel: LlamaLogLevel.disabled,
  });
  model = await llama.loadModel({ modelPath, gpuLayers: 0 });
});
after(async () => {
  await model.dispose();
  await llama.dispose();
  folder.remove();
});

const isMarker = (token: Token): boolean => {
  const { control, userDefined: isDefined } = model.getTokenAttributes(token);
  return control || (isDefined && /^(<.*>|\[.*\])$/s.test(model.detokenize([token], true)));
};

/** One marker after the other, each time with all the rest: right, and as slow as can be. */
const oneByOne = (text: string, isContinuation = false): readonly Token[] => {
  const tokens = model.tokenize(text, false, isContinuation ? 'trimLeadingSpace' : undefined);
  const marker = tokens.find(isMarker);
  if (marker === undefined) return tokens;
  const start = text.indexOf(model.detokenize([marker], true));
  return [...oneByOne(text.slice(0, start + 1), isContinuation), ...oneByOne(text.slice(start + 1), true)];
};

/** What the library is asked for, in calls and characters. */
const counted = () => {
  const cost = { calls: 0, characters: 0 };
  const counting = new Proxy(model, {
    get: (target, key) => {
      if (key === 'tokenize')
        return (...given: Parameters<LlamaModel['tokenize']>) => {
          cost.calls++;
          cost.characters += given[0].length;
          return target.tokenize(...given);
        };
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { cost, tokeniser: createTokeniser(counting) };
};

const tokensOf = (text: string): readonly Token[] =>
  createTokeniser(model)
    .tokenise([{ kind: 'text', text }])
    .slice(1);

describe('typed markers', () => {
  it('come out of the tokenizer, unless they are broken up', () => {
    assert.ok(model.tokenize('a <think> b', false).some(isMarker));
    assert.ok(!tokensOf('a <think> b').some(isMarker));
    assert.ok(!tokensOf('<a<b><a<b>').some(isMarker), 'one inside of another');
  });

  it('are read twice, however many there are', () => {
    for (const word of ['<think>', '<a<b>', 'so <think> it </think>[TOOL] ', '\n<🎉> ']) {
      const times = 4500;
      const { cost, tokeniser } = counted();
      const found = word.split(/(?=[<[])/).length * times;
      const tokens = tokeniser.tokenise([{ kind: 'text', text: word.repeat(times) }]);
      assert.ok(!tokens.slice(1).some(isMarker));
      assert.ok(cost.calls <= 3 * (found + 1), `${cost.calls} calls for ${found} markers`);
      assert.ok(cost.characters <= 3 * word.length * times, `${cost.characters} characters for ${word.length * times}`);
    }
  });

  it('are read twice in a history of many short texts, too', () => {
    const { cost, tokeniser } = counted();
    const texts = Array.from({ length: 3000 }, (_, index) => `User ${index}: is it <think> or </think>?\n`);
    tokeniser.tokenise(texts.flatMap((text) => [{ kind: 'text', text } as const, { kind: 'control', text: 'Bot: ' } as const]));
    const characters = texts.join('').length + texts.length * 5;
    assert.ok(cost.characters <= 2 * characters + 5, `${cost.characters} for ${characters}`);
    assert.ok(cost.calls <= 2 * texts.length + 3, `${cost.calls} calls`);
  });

  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...markers) },
    fc.constantFrom(
      '<',
      '<a',
      'b>',
      '>',
      'think>',
      '[',
      ' ',
      '    ',
      '\n',
      '\n\n',
      ' the story ',
      '<|im_end|>',
      '</s>',
      '🎉',
      '▁',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const texts = fc.array(part, { maxLength: 24 }).map((parts) => parts.join(''));

  it('have the tokens that they have when broken up one by one', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // A marker inside ordinary text is left alone where it is, so the order would count.
        fc.pre(!text.includes('x<think>'));
        assert.deepEqual(tokensOf(text), oneByOne(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('are never tokens, and no text is lost', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const text = `${one}x<think>${other}`;
        const tokens = tokensOf(text);
        assert.ok(!tokens.some(isMarker));
        // The library puts a space behind a user-defined token, so spaces don't count.
        const letters = (some: readonly Token[]): string => model.detokenize(some).replaceAll(' ', '');
        assert.equal(letters(tokens), letters(oneByOne(text)));
      }),
      { numRuns: 500 },
    );
  });
});
