// Generation on the real engine with a random-weight model: what is evaluated, how it ends, and
// that several answers at once are the same as one by one.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { demoText } from '../../src/engine/llama/gguf/demo-model.ts';
import { demoModel, generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());

describe('generation', () => {
  const engine = testEngine(randomModel(folder.path), { slots: 3 });
  after(() => engine.close());

  it('is deterministic at temperature 0', async () => {
    const first = await generate(engine, { prompt: question('hello'), affinity: 'one' });
    const second = await generate(engine, { prompt: question('hello'), affinity: 'two' });
    assert.equal(second.text, first.text);
    assert.equal(first.end.usage.outputTokens, 24);
    assert.equal(first.end.reason, 'length');
  });

  it('evaluates only what is new when a conversation comes back to its slot', async () => {
    const start = question('the first question of a longer conversation, with some words in it');
    const cold = await generate(engine, { prompt: start, affinity: 'warm' });
    assert.equal(cold.end.usage.cachedTokens, 0);
    // The same prompt again: all is there; only the last token is evaluated, for its output.
    const again = await generate(engine, { prompt: start, affinity: 'warm' });
    assert.equal(again.end.usage.cachedTokens, again.end.usage.promptTokens - 1);
    assert.equal(again.text, cold.text);
    // Another turn behind it: the common beginning stays.
    const [{ tokens: before } = { tokens: [] }, { tokens: after } = { tokens: [] }] = await engine.tokenise([
      start,
      [...start, ...question('second')],
    ]);
    const warm = await generate(engine, { prompt: [...start, ...question('second')], affinity: 'warm' });
    const common = after.findIndex((token, index) => token !== before[index]);
    assert.equal(warm.end.usage.promptTokens, after.length);
    assert.ok(
      warm.end.usage.cachedTokens >= common && warm.end.usage.cachedTokens < after.length,
      `cached ${warm.end.usage.cachedTokens}, common ${common}`,
    );
  });

  it('gives the same answer from a kept state as from a cold one', async () => {
    const prompt = [...question('alpha'), ...question('beta')];
    await generate(engine, { prompt: question('alpha'), affinity: 'kept' });
    const warm = await generate(engine, { prompt, affinity: 'kept' });
    const other = testEngine(randomModel(folder.path));
    try {
      const cold = await generate(other, { prompt, affinity: 'cold' });
      assert.ok(warm.end.usage.cachedTokens > 0);
      assert.equal(cold.end.usage.cachedTokens, 0);
      assert.equal(warm.text, cold.text);
    } finally {
      await other.close();
    }
  });

  it('never takes the state of one conversation for another', async () => {
    const alone = new Map<string, string>();
    for (const name of ['ann', 'bob', 'cid', 'dora', 'eve'])
      alone.set(name, (await generate(engine, { prompt: question(`I am ${name}`), affinity: name })).text);
    assert.equal(new Set(alone.values()).size, 5, 'every conversation has its own answer');
    // Five at once over three slots, several rounds.
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        [...alone.keys()].map((name) => generate(engine, { prompt: question(`I am ${name}`), affinity: name })),
      );
      assert.deepEqual(
        answers.map(({ text }) => text),
        [...alone.values()],
      );
    }
  });

  it('ends at a stop string, which is not shown, however it falls over tokens', async () => {
    const { text } = await generate(engine, { prompt: question('stop'), outputTokensMax: 48 });
    for (const [start, length] of [
      [3, 1],
      [8, 2],
      [12, 5],
      [20, 9],
    ] as const) {
      const stop = text.slice(start, start + length);
      const stopped = await generate(engine, {
        prompt: question('stop'),
        outputTokensMax: 48,
        stopStrings: ['never said', stop],
      });
      assert.equal(stopped.text, text.slice(0, text.indexOf(stop)));
      assert.equal(stopped.end.reason, 'stop-string');
      assert.ok(stopped.end.usage.outputTokens < 48);
    }
  });

  it('shows no broken character: bytes that form none become U+FFFD, and no lone surrogate appears', async () => {
    const { text } = await generate(engine, {
      prompt: question('bytes'),
      outputTokensMax: 300,
      sampling: { temperature: 1.5, seed: 5 },
    });
    assert.ok(text.isWellFormed());
  });

  it('follows the seed', async () => {
    const ask = (seed: number) => generate(engine, { prompt: question('seed'), sampling: { temperature: 1.2, seed } });
    const [one, same, other] = [await ask(7), await ask(7), await ask(8)];
    assert.equal(one.text, same.text);
    assert.notEqual(one.text, other.text);
  });

  it('takes every sampling setting', async () => {
    const plain = await generate(engine, { prompt: question('sampling'), outputTokensMax: 60 });
    const penalised = await generate(engine, {
      prompt: question('sampling'),
      outputTokensMax: 60,
      sampling: { temperature: 0, repeatPenalty: 2, repeatWindow: 60, presencePenalty: 1, frequencyPenalty: 1 },
    });
    assert.notEqual(penalised.text, plain.text);
    const full = await generate(engine, {
      prompt: question('sampling'),
      outputTokensMax: 60,
      sampling: {
        temperature: 0.9,
        topK: 50,
        topP: 0.9,
        minP: 0.02,
        seed: 3,
        dry: { strength: 0.8, base: 1.75, allowedLength: 2, window: 64 },
        xtc: { probability: 0.5, threshold: 0.05 },
      },
    });
    assert.equal(full.end.usage.outputTokens, 60);
  });

  it('sends text in a few messages, not one a token', async () => {
    const { deltas, end } = await generate(engine, { prompt: question('deltas'), outputTokensMax: 400 });
    assert.equal(end.usage.outputTokens, 400);
    assert.ok(deltas.length < 100, `${deltas.length} deltas for 400 tokens`);
  });

  it('frees the slot of an aborted answer at once', async () => {
    const abort = new AbortController();
    let seen = 0;
    const events = engine.generate({
      prompt: question('abort'),
      affinity: 'abort',
      sampling: { temperature: 0, repeatPenalty: 1 },
      outputTokensMax: 900,
      stopStrings: [],
      signal: abort.signal,
    });
    for await (const event of events) {
      if (event.type === 'text-delta' && seen++ === 0) abort.abort();
      if (event.type === 'end') {
        assert.equal(event.reason, 'aborted');
        assert.ok(event.usage.outputTokens < 900);
      }
    }
    const next = await generate(engine, { prompt: question('abort'), affinity: 'abort' });
    assert.equal(next.end.usage.cachedTokens, next.end.usage.promptTokens - 1, 'the aborted answer leaves a usable state');
  });

  it('takes an abort that came before its turn', async () => {
    const { end, text } = await generate(engine, { prompt: question('late'), signal: AbortSignal.abort() });
    assert.deepEqual([end.reason, text], ['aborted', '']);
  });

  it('ends an answer at the end of the context instead of shifting it', async () => {
    const small = testEngine(randomModel(folder.path), { contextTokens: 256, slots: 1 });
    try {
      const { end } = await generate(small, { prompt: question('fill'), outputTokensMax: 10_000 });
      assert.equal(end.reason, 'context-full');
      assert.equal(end.usage.promptTokens + end.usage.outputTokens, 255);
      await assert.rejects(generate(small, { prompt: question('word '.repeat(300)) }), { code: 'prompt-too-long' });
      assert.equal(
        (await generate(small, { prompt: question('after') })).end.reason,
        'length',
        'a refused prompt leaves the slot usable',
      );
    } finally {
      await small.close();
    }
  });

  it('forgets a conversation, also while its answer is made', async () => {
    await generate(engine, { prompt: question('secret'), affinity: 'forgotten' });
    await engine.forget('forgotten');
    assert.equal((await generate(engine, { prompt: question('secret'), affinity: 'forgotten' })).end.usage.cachedTokens, 0);
    const running = generate(engine, { prompt: question('secret'), affinity: 'forgotten', outputTokensMax: 100 });
    await engine.forget('forgotten');
    await running;
    assert.equal((await generate(engine, { prompt: question('secret'), affinity: 'forgotten' })).end.usage.cachedTokens, 0);
  });
});

describe('the built-in demo model', () => {
  it('says its text and ends by itself, whatever it is asked and however it samples', async () => {
    const engine = testEngine(demoModel(folder.path));
    try {
      for (const [prompt, sampling] of [
        [question('hello'), { temperature: 0 }],
        [question(demoText), { temperature: 1.5, seed: 1, repeatPenalty: 1.3, frequencyPenalty: 0.5, presencePenalty: 0.5 }],
        [question('日本語 🎉 </s>'), { temperature: 0.9, minP: 0, topK: 0, topP: 1, xtc: { probability: 1, threshold: 0.1 } }],
      ] as const) {
        const { text, end } = await generate(engine, { prompt, sampling, outputTokensMax: 200 });
        assert.equal(text.trim(), demoText);
        assert.equal(end.reason, 'end-token');
      }
    } finally {
      await engine.close();
    }
  });
});
