// A thousand conversations over a few slots, with evictions, restores, copies and aborts: each gets
// its own answer, the one that it gets alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';

const folder = temporaryFolder();
after(() => folder.remove());
// A small one: what is tested is whose state is where.
const modelPath = randomModel(folder.path, {
  shape: { contextTokens: 4096, width: 32, layers: 2, heads: 2, keyHeads: 1, feedForwardWidth: 32 },
});
const conversations = 1000;
/** The second one finds in slots and files what the first one left. */
const rounds = 2;
const opening = 'you are one of many and this is how all of your stories begin, word for word, whoever you are. ';

const prompt = (id: number, round: number) => [
  ...question(`${opening} My secret is ${id * 7919}.`),
  ...Array.from({ length: round }, (_, turn) => question(`turn ${turn}: what is it?`)).flat(),
];
const request = (id: number, round: number) => ({ prompt: prompt(id, round), affinity: `canary:${id}`, outputTokensMax: 4 });

describe('a thousand interleaved conversations', () => {
  it('are what each conversation gets alone, however states were moved', async () => {
    const plain = testEngine(modelPath, { slots: 1, contextTokens: 512 });
    const engine = testEngine(modelPath, {
      slots: 4,
      contextTokens: 512,
      stateFolder: join(folder.path, 'states'),
      stateBytesMax: 5_000_000,
      restoreWhen: 'always',
      prefillTokensPerMinute: 1_000_000,
    });
    try {
      const [first] = await engine.countTokens([prompt(1, 0)]);
      let [cached, all] = [0, 0];
      for (let round = 0; round < rounds; round++) {
        const ids = Array.from({ length: conversations }, (_, id) => (id * 37 + round * 11) % conversations);
        const expected = new Map<number, string>();
        for (const id of ids) expected.set(id, (await generate(plain, request(id, round))).text);
        const signal = new AbortController().signal;
        const answers = await Promise.all(
          ids.map(async (id, index) => {
            if (index % 10 === 0) {
              const abort = new AbortController();
              const early = generate(engine, { ...request(id, round), signal: abort.signal });
              abort.abort();
              await early;
            }
            if (index % 7 === 0)
              void engine.prefill?.({ prompt: prompt(id, round), affinity: `canary:${id}`, signal }).catch(() => {});
            if (index % 23 === 0) await engine.forget(`canary:${id}`);
            return { id, ...(await generate(engine, request(id, round))) };
          }),
        );
        for (const { id, text, end } of answers) {
          cached += end.usage.cachedTokens;
          all += end.usage.promptTokens;
          const alone = expected.get(id);
          if (alone !== undefined) assert.equal(text, alone, `conversation ${id}, round ${round}`);
        }
      }
      // The test would show nothing if states were never reused.
      assert.ok(cached > all / 3, `${cached} of ${all} tokens, ${first} in a first prompt`);
    } finally {
      await plain.close();
      await engine.close();
    }
  });
});
