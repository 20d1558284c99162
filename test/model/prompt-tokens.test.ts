// Golden prompts, token for token, on the generated model.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { promptText } from '../../src/core/prompt.ts';
import { randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';
import { templates } from '../unit/prompt/templates.ts';
import { listing, pieces, type TokenCase, tokenCases, tokenFile } from './token-golden.ts';

const folder = temporaryFolder();
const path = randomModel(folder.path);
const engine = testEngine(path, { slots: 1 });
let cases: readonly TokenCase[];
let model: LlamaModel;

before(async () => {
  cases = await tokenCases(engine);
  const llama = await getLlama({ build: 'never', gpu: false, logLevel: LlamaLogLevel.error });
  model = await llama.loadModel({ modelPath: path, vocabOnly: true });
});
after(async () => {
  await model.dispose();
  await engine.close();
  folder.remove();
});

const bos = 1;
const eos = 2;
const [imStart, imEnd] = [3, 4];
const caseOf = (templateId: string, name: string): TokenCase => {
  const found = cases.find((one) => one.templateId === templateId && one.name === name);
  assert.ok(found, `${templateId}/${name}`);
  return found;
};
const controlsOf = ({ tokenised: { tokens, kinds } }: TokenCase): readonly number[] =>
  tokens.filter((_, index) => kinds[index] === 'control');
const spelt = (tokens: readonly number[]): string => tokens.map((token) => pieces[token]).join(' ');

describe('golden tokens', () => {
  it('are there for every template that ships, and for no other', () => {
    const files = readdirSync(new URL('.', tokenFile('any'))).toSorted();
    assert.deepEqual(files, [...templates.keys()].map((id) => `${id}.txt`).toSorted());
  });

  for (const id of templates.keys())
    it(id, () => {
      const expected = readFileSync(tokenFile(id), 'utf8');
      assert.equal(listing(cases.filter((one) => one.templateId === id)), expected);
    });

  it('spell the prompts that were written by hand, with one space more where a text begins', () => {
    for (const { templateId, name, text, tokenised } of cases) {
      if (text === undefined) continue;
      const bytes = tokenised.tokens.flatMap((token, index) => {
        if (tokenised.kinds[index] === 'control') return [...Buffer.from(`\0${pieces[token]}\0`)];
        const piece = pieces[token] ?? '';
        const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
        return byte === undefined ? [...Buffer.from(piece.replaceAll('▁', ' '))] : [Number.parseInt(byte, 16)];
      });
      const read = Buffer.from(bytes)
        .toString()
        .replace(/^\0<s>\0/, templateId === 'chatml-bagel' ? '$&' : '')
        .replaceAll(/(^|\0) (?=[^\0])/g, '$1')
        .replaceAll('\0', '');
      assert.equal(read, text, `${templateId}/${name}`);
    }
  });

  it('are those that llama.cpp itself makes of the prompt as one text', () => {
    for (const { templateId, name, prompt, tokenised } of cases) {
      const whole = model.tokenize(promptText(prompt), true);
      const expected = whole[0] === bos ? whole : [bos, ...whole];
      assert.deepEqual(tokenised.tokens, expected, `${templateId}/${name}`);
    }
  });
});

describe('control tokens stand where the forms have them', () => {
  // For a system prompt, two answered questions and a third one.
  const expected: Readonly<Record<string, readonly number[]>> = {
    alpaca: [bos],
    'alpaca-bagel': [bos],
    'alpaca-compact': [bos],
    vicuna: [bos, eos, eos],
    'vicuna-bagel': [bos],
    capybara: [bos, eos, eos],
    zephyr: [bos, eos, eos, eos, eos, eos, eos],
    'chatml-bagel': [...Array.from({ length: 6 }, () => [bos, eos]).flat(), bos],
    chatml: [bos, ...Array.from({ length: 6 }, () => [imStart, imEnd]).flat(), imStart],
    'llama-2': [bos, eos, bos, eos, bos],
    native: [bos, ...Array.from({ length: 6 }, () => [imStart, imEnd]).flat(), imStart],
    raw: [bos],
  };
  for (const id of templates.keys())
    it(id, () => {
      assert.deepEqual(controlsOf(caseOf(id, 'three-turns-system')), expected[id]);
    });

  it('and an unfinished answer is not ended', () => {
    for (const id of templates.keys())
      assert.equal(spelt(caseOf(id, 'unfinished-answer').tokenised.tokens.slice(-6)), '▁qu o k k a ▁is', id);
  });
});

describe('white space at the borders', () => {
  const ends: Readonly<Record<string, string>> = {
    alpaca: '<0x0A> # # # ▁ R e s p on se : <0x0A>',
    'alpaca-bagel': '<0x0A> # # # ▁ R e s p on se :',
    'alpaca-compact': '? <0x0A> # # # ▁ R e s p on se :',
    vicuna: '▁ A S S I S T A N T : ▁',
    'vicuna-bagel': '<0x0A> A S S I S T A N T : ▁',
    capybara: '<0x0A> A S S I S T A N T : <0x0A>',
    zephyr: '</s> ▁ <0x0A> < | assistant | > <0x0A>',
    'chatml-bagel': '</s> ▁ <0x0A> <s> ▁assistant <0x0A>',
    chatml: '<|im_end|> ▁ <0x0A> <|im_start|> ▁assistant <0x0A>',
    'llama-2': '? ▁ [ / I N S T ]',
    native: '<|im_end|> ▁ <0x0A> <|im_start|> ▁assistant <0x0A>',
    raw: '▁sh y ?',
  };
  for (const id of templates.keys())
    it(`where the answer begins, with ${id}`, () => {
      const end = ends[id] ?? 'none expected';
      const { tokens } = caseOf(id, 'three-turns-system').tokenised;
      assert.equal(spelt(tokens.slice(-end.split(' ').length)), end);
    });

  it('the bagel form has a space of its own behind its instruction label, and two after its first sentence', () => {
    const all = spelt(caseOf('alpaca-bagel', 'one-turn').tokenised.tokens);
    assert.ok(all.includes('▁ I n st r u c ti on : ▁ <0x0A> W h at'), all);
    assert.ok(all.includes('▁t as k . ▁ ▁ W r it e'), all);
  });

  it('between an answer and its end token stands a space only in the form that has one', () => {
    for (const id of ['vicuna', 'capybara', 'zephyr', 'chatml-bagel', 'llama-2'])
      assert.equal(spelt(caseOf(id, 'three-turns').tokenised.tokens).includes('l . ▁ </s>'), id === 'llama-2', id);
  });
});
