// Reading the next prompt ahead, on the real engine: what is left when the question comes is the question.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Usage } from '../../src/core/engine.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { ReplyPort } from '../../src/core/message.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { createAnswerQueue } from '../../src/queue/answer-queue.ts';
import { openStore } from '../../src/store/store.ts';
import { createRecentAnswers } from '../../src/trigger/index.ts';
import { type PrefillServices, prefillNext, promptBeforeQuestion } from '../../src/turn/prefill-ahead.ts';
import { createArrivals, type RespondServices, respond } from '../../src/turn/respond.ts';
import { temporaryFolder, testEngine } from '../fakes/models.ts';
import { shipped } from '../unit/prompt/templates.ts';
import { replyDefaults, triggerDefaults } from '../unit/turn/kit.ts';
import { personaOf, wordModel } from './prompt-kit.ts';

const folder = temporaryFolder();
const engine = testEngine(wordModel(folder.path), {
  slots: 1,
  contextTokens: 4096,
  batchTokens: 512,
  prefillTokensPerMinute: 1_000_000,
});
const memory = createMemory({ store: await openStore('memory://'), now: () => 0 });
const usages: Usage[] = [];
const { signal } = new AbortController();
let template = 'chatml';

const here: PrefillServices['at'] & RespondServices['at'] = async () => ({
  memory,
  engine,
  persona: () => personaOf('ember'),
  template: () => shipped(template),
  outputTokensMax: 12,
  stopStrings: [],
  sampling: { temperature: 0, repeatPenalty: 1, seed: 5 },
  reasoning: 'hide',
  trigger: triggerDefaults,
  reply: replyDefaults,
  now: () => 0,
  random: () => 0.5,
});

const services: RespondServices = {
  memory,
  engine,
  queue: createAnswerQueue({ slots: () => 1, bounds: { total: 9, perConversation: 9, perUser: 9 }, now: () => 0 }),
  logger: {
    ...silentLogger,
    info: (fields, message) => {
      if (message === 'answered') usages.push(fields as Usage);
    },
  },
  now: () => 0,
  recentAnswers: createRecentAnswers(),
  random: () => 0.5,
  arrivals: createArrivals(),
  listen: 'channel',
  at: here,
};

const port = (): ReplyPort => ({
  begin: () => {},
  show: () => {},
  finish: async () => [`answer-${usages.length}`],
  notice: async (text) => assert.fail(text),
  end: () => {},
});
const ask = (conversation: string, text: string): Promise<void> => {
  const author = { id: 'test:ada', name: 'Ada', isBot: false };
  const id = `question-${usages.length}`;
  return respond(services, { conversation, id, author, text, at: 0, addressed: 'direct' }, port());
};
/** What the last answer had to read. */
const evaluated = (): number => {
  const { promptTokens, cachedTokens } = usages.at(-1) ?? assert.fail('no answer');
  return promptTokens - cachedTokens;
};

before(() => engine.start());
after(async () => {
  await engine.close();
  folder.remove();
});

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
      const [ahead] = await engine.countTokens([(await promptBeforeQuestion(await here(undefined), conversation)) ?? []]);
      await prefillNext({ memory, engine, at: here }, { conversation }, signal);
      await ask(conversation, 'Is the road long?');
      const warm = evaluated();
      const own = (usages.at(-1)?.promptTokens ?? 0) - (ahead ?? 0);
      // One more where the border is tokenised differently.
      assert.ok(warm <= own + 1, `${warm} of ${own}`);
      assert.ok(own < 40, `${own} tokens for a question of five words`);
      assert.ok(cold > 2 * warm, `without reading ahead ${cold}, with it ${warm}`);
    });
});
