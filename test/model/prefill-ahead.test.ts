// Reading the next prompt ahead, on the real engine: what is left when the question comes is the question.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { prefillNext, promptBeforeQuestion } from '../../src/turn/prefill-ahead.ts';
import { shipped } from '../unit/prompt/templates.ts';
import { createTalk } from './talk-kit.ts';

const { signal } = new AbortController();
let template = 'chatml';
const { engine, memory, usages, at, ask, close } = await createTalk(
  { contextTokens: 4096, prefillTokensPerMinute: 1_000_000 },
  () => ({ template: () => shipped(template), outputTokensMax: 12 }),
);

/** What the last answer had to read. */
const evaluated = (): number => {
  const { promptTokens, cachedTokens } = usages.at(-1) ?? assert.fail('no answer');
  return promptTokens - cachedTokens;
};

before(() => engine.start());
after(close);

describe('a prompt read ahead', () => {
  for (const id of ['chatml', 'alpaca'])
    it(`leaves the question and what stands behind it, with a note that moves with every message: ${id}`, async () => {
      template = id;
      const conversation = `test:${id}`;
      const text = 'Keep the fire low, keep the voice down, and tell nobody of the road behind the mill.';
      const note = { text, interval: 1, position: { at: 'depth', depth: 4 }, role: 'system' } as const;
      await memory.configure(conversation, { note });
      for (const said of ['Who lives in the mill?', 'And who else?', 'Why do they hide?', 'What do they eat?'])
        await ask(conversation, said);

      await ask(conversation, 'When will they come back?');
      const cold = evaluated();
      const [ahead] = await engine.countTokens([(await promptBeforeQuestion(await at(), conversation)) ?? []]);
      await prefillNext({ memory, engine, at }, { conversation }, signal);
      await ask(conversation, 'Is the road long?');
      const warm = evaluated();
      const own = (usages.at(-1)?.promptTokens ?? 0) - (ahead ?? 0);
      // One more where the border is tokenised differently.
      assert.ok(warm <= own + 1, `${warm} of ${own}`);
      assert.ok(own < 40, `${own} tokens for a question of five words`);
      assert.ok(cold > 2 * warm, `without reading ahead ${cold}, with it ${warm}`);
    });
});
