// What is evaluated and what is not, on the real engine: warm, after other conversations took the
// slots, after a restart, and where several conversations begin alike.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Token } from 'node-llama-cpp';
import type { Engine } from '../../src/core/engine.ts';
import type { Prompt } from '../../src/core/prompt.ts';
import { loadModel } from '../../src/engine/llama/child/load-model.ts';
import { createTextDecoder } from '../../src/engine/llama/child/text-decoder.ts';
import { createTokeniser } from '../../src/engine/llama/child/tokeniser.ts';
import type { LlamaSettings } from '../../src/engine/llama/protocol.ts';
import { generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
// Written once: a kept state belongs to a file with its time.
const modelPath = randomModel(folder.path);
after(() => folder.remove());

/** An engine that keeps states, in a folder of its own. */
const keepingEngine = (name: string, settings: Partial<LlamaSettings> = {}): Engine & { readonly stateFolder: string } => {
  const stateFolder = join(folder.path, name);
  const engine = testEngine(modelPath, {
    slots: 2,
    contextTokens: 2048,
    stateFolder,
    stateBytesMax: 1e9,
    restoreWhen: 'always',
    ...settings,
  });
  return Object.assign(engine, { stateFolder });
};

const plainSettings = {
  isDemo: false,
  gpuLayers: 0,
  contextTokens: 2048,
  isContextAuto: false,
  batchTokens: 512,
  threads: 1,
  flashAttention: 'auto',
  slots: 1,
} as const;

/** A conversation so far, and its next turn. */
const story = (name: string, turns: number): Prompt =>
  Array.from({ length: turns }, (_, turn) => question(`${name} says in turn ${turn} that the story of ${name} goes on`)).flat();

/** How many tokens the second prompt has that the first has not, the end of which may be tokenised differently. */
const newTokens = async (engine: Engine, before: Prompt, now: Prompt): Promise<number> => {
  const [one, other] = await engine.tokenise([before, now]);
  assert.ok(one && other);
  const common = other.tokens.findIndex((token, index) => token !== one.tokens[index]);
  return other.tokens.length - (common === -1 ? other.tokens.length : common);
};

const evaluated = (usage: { readonly promptTokens: number; readonly cachedTokens: number }): number =>
  usage.promptTokens - usage.cachedTokens;

const names = ['ann', 'bob', 'cid', 'dora', 'eve', 'fay', 'gus', 'hal'];

describe('a conversation', () => {
  it('costs only its new tokens: warm, after a switch among eight over two slots, and after a restart', async () => {
    const engine = keepingEngine('switch');
    const answers = new Map<string, string>();
    let next: Engine | undefined;
    try {
      for (let turns = 3; turns <= 5; turns++)
        for (const name of names) {
          const { end, text } = await generate(engine, { prompt: story(name, turns), affinity: name });
          answers.set(name, text);
          if (turns > 3)
            assert.equal(evaluated(end.usage), await newTokens(engine, story(name, turns - 1), story(name, turns)), name);
        }
      const warm = await generate(engine, { prompt: story('hal', 6), affinity: 'hal' });
      assert.equal(evaluated(warm.end.usage), await newTokens(engine, story('hal', 5), story('hal', 6)));
      answers.set('hal', warm.text);
      await engine.close();
      next = keepingEngine('switch');
      for (const name of names) {
        const turns = name === 'hal' ? 6 : 5;
        const { end, text } = await generate(next, { prompt: story(name, turns), affinity: name });
        assert.equal(evaluated(end.usage), 1, `${name}: all but the last token was there`);
        assert.equal(text, answers.get(name), `${name}: the same answer as before the restart`);
      }
    } finally {
      await engine.close();
      await next?.close();
    }
  });

  it('answers the same at temperature 0 cold, warm, restored, copied and with others', async () => {
    const cold = testEngine(modelPath, { contextTokens: 2048, slots: 1 });
    const engine = keepingEngine('same', { slots: 3 });
    try {
      const expected = new Map<string, string>();
      for (const name of names) expected.set(name, (await generate(cold, { prompt: story(name, 4), affinity: name })).text);
      assert.equal(new Set(expected.values()).size, names.length);
      for (let round = 0; round < 3; round++) {
        const together = await Promise.all(names.map((name) => generate(engine, { prompt: story(name, 4), affinity: name })));
        assert.deepEqual(
          together.map(({ text }) => text),
          [...expected.values()],
        );
      }
      const copied = await generate(engine, { prompt: story('hal', 4), affinity: 'another' });
      assert.equal(evaluated(copied.end.usage), 2, 'the copy is settled by evaluating one more');
      assert.equal(copied.text, expected.get('hal'));
    } finally {
      await cold.close();
      await engine.close();
    }
  });

  it('is answered with the tokens of a plain run of the library', async () => {
    const engine = keepingEngine('plain');
    const { model, context } = await loadModel({ ...plainSettings, modelPath }, () => {});
    try {
      const sequence = context.getSequence();
      for (const name of names.slice(0, 3)) {
        const prompt = [...createTokeniser(model).tokenise(story(name, 4))];
        const answer: Token[] = [];
        await sequence.clearHistory();
        for await (const token of sequence.evaluate(prompt, { temperature: 0 })) if (answer.push(token) === 24) break;
        const decoder = createTextDecoder(model, prompt);
        const expected = answer.map(decoder.push).join('');
        for (const state of ['cold', 'warm']) {
          const { text } = await generate(engine, { prompt: story(name, 4), affinity: name });
          assert.equal(text, expected, state);
        }
      }
    } finally {
      await engine.close();
      await context.dispose();
      await model.dispose();
    }
  });

  it('is forgotten in its slot, in its files, and when nothing runs', async () => {
    const engine = keepingEngine('forget', { slots: 1 });
    const prompts = names.map((name) => [{ kind: 'text', text: `${name} `.repeat(80) }] satisfies Prompt);
    const ask = async (target: Engine, index: number): Promise<number> =>
      (await generate(target, { prompt: prompts[index] ?? [], affinity: names[index] ?? '' })).end.usage.cachedTokens;
    try {
      for (const index of [0, 1, 2, 3]) assert.ok((await ask(engine, index)) <= 1, 'no more than the BOS');
      await engine.forget('ann');
      assert.ok((await ask(engine, 0)) <= 1);
      assert.ok((await ask(engine, 1)) > 80);
      await engine.close();
      const files = readdirSync(engine.stateFolder);
      assert.equal(files.length, 2 * 4 + 1);
      await engine.forget('bob');
      assert.equal(readdirSync(engine.stateFolder).length, 2 * 3 + 1);
      const next = keepingEngine('forget', { slots: 1 });
      try {
        assert.ok((await ask(next, 1)) <= 1);
        assert.ok((await ask(next, 2)) > 80);
      } finally {
        await next.close();
      }
    } finally {
      await engine.close();
    }
  });
});

describe('conversations that begin alike', () => {
  const opening = 'you are a helper who has read the story of the long way down and who will answer what people ask '.repeat(6);
  const prompts = names.map((name) => question(`${opening} ${name} asks: who is ${name}?`));

  const ask = async (engine: Engine, index: number): Promise<number> =>
    evaluated((await generate(engine, { prompt: prompts[index] ?? [], affinity: names[index] ?? '' })).end.usage);
  const check = async (engine: Engine, costs: readonly number[]): Promise<void> => {
    const [first] = await engine.countTokens(prompts);
    assert.equal(costs[0], first);
    for (const cost of costs.slice(1)) assert.ok(cost < 40, `${costs}`);
  };

  it('evaluate the opening once, when they come one after another and have to share two slots', async () => {
    const engine = keepingEngine('opening-in-turn', { slots: 2 });
    try {
      const costs: number[] = [];
      for (const index of names.keys()) costs.push(await ask(engine, index));
      await check(engine, costs);
    } finally {
      await engine.close();
    }
  });

  it('evaluate the opening once, when they come at once, each with a slot', async () => {
    const engine = keepingEngine('opening-at-once', { slots: 8 });
    try {
      await check(engine, await Promise.all(names.map((_, index) => ask(engine, index))));
    } finally {
      await engine.close();
    }
  });
});

describe('kept files', () => {
  it('are private, reveal no ids, stay within their budget, and are removed where damaged or foreign', async () => {
    const engine = keepingEngine('files', { slots: 1 });
    for (const name of names) await generate(engine, { prompt: story(name, 4), affinity: `discord:123456:${name}` });
    await engine.close();
    const states = (): readonly string[] => readdirSync(engine.stateFolder).filter((file) => file.endsWith('.state'));
    assert.equal(statSync(engine.stateFolder).mode & 0o777, 0o700);
    for (const file of readdirSync(engine.stateFolder)) {
      assert.equal(statSync(join(engine.stateFolder, file)).mode & 0o777, 0o600, file);
      assert.match(file, /^(key|[0-9a-f]{40}-[0-9a-f]{16}\.(state|head))$/);
    }
    const [cut, flipped, headless, badHead, ...whole] = states().map((file) => join(engine.stateFolder, file));
    assert.ok(cut && flipped && headless && badHead);
    truncateSync(cut, statSync(cut).size - 100);
    const bytes = readFileSync(flipped);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(flipped, bytes);
    writeFileSync(headless.replace('.state', '.head'), '');
    const head = readFileSync(badHead.replace('.state', '.head'), 'utf8');
    writeFileSync(badHead.replace('.state', '.head'), head.replace('"bytes"', '"bites"'));
    writeFileSync(join(engine.stateFolder, `${'0'.repeat(40)}.7.new`), 'half a state');

    const next = keepingEngine('files', { slots: 1 });
    try {
      await next.start();
      // The flipped bit shows only when the file is read; the others are gone at once.
      assert.equal(states().length, whole.length + 1);
      assert.ok(!readdirSync(engine.stateFolder).some((file) => /new/.test(file)));
      let restored = 0;
      for (const name of names) {
        const { end } = await generate(next, { prompt: story(name, 4), affinity: `discord:123456:${name}` });
        if (end.usage.cachedTokens === end.usage.promptTokens - 1) restored++;
      }
      assert.equal(restored, whole.length);
    } finally {
      await next.close();
    }

    const each = statSync(join(engine.stateFolder, states()[0] ?? '')).size;
    const small = keepingEngine('files', { slots: 1, stateBytesMax: each * 3.5 });
    await small.start();
    assert.equal(states().length, 3);
    await small.close();
  });

  it('of another context are never loaded, and are there when that comes back', async () => {
    const ask = async (engine: Engine): Promise<number> => {
      const { end } = await generate(engine, { prompt: story('ann', 4), affinity: 'ann' });
      return end.usage.promptTokens - end.usage.cachedTokens;
    };
    const engine = keepingEngine('switched', { slots: 1 });
    const all = await ask(engine);
    await engine.close();
    const foreign = keepingEngine('switched', { slots: 1, contextTokens: 1024 });
    assert.equal(await ask(foreign), all);
    await foreign.close();
    for (const contextTokens of [2048, 1024]) {
      const again = keepingEngine('switched', { slots: 1, contextTokens });
      assert.equal(await ask(again), 1, `${contextTokens}`);
      await again.close();
    }
  });
});
