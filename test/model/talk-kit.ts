// A bot that answers with the real engine, one at a time, and what its answers cost.
import assert from 'node:assert/strict';
import type { Usage } from '../../src/core/engine.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { ReplyPort } from '../../src/core/message.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { createAnswerQueue } from '../../src/queue/answer-queue.ts';
import { openStore } from '../../src/store/store.ts';
import { createRecentAnswers } from '../../src/trigger/index.ts';
import { createArrivals, type PlaceServices, type RespondServices, respond } from '../../src/turn/respond.ts';
import { temporaryFolder, testEngine } from '../fakes/models.ts';
import { shipped } from '../unit/prompt/templates.ts';
import { replyDefaults, triggerDefaults } from '../unit/turn/kit.ts';
import { personaOf, wordModel } from './prompt-kit.ts';

/** @param place what is not as usual there, asked for with each answer */
export const createTalk = async (settings: Parameters<typeof testEngine>[1], place: () => Partial<PlaceServices>) => {
  const folder = temporaryFolder();
  const engine = testEngine(wordModel(folder.path), { slots: 1, batchTokens: 512, ...settings });
  const memory = createMemory({ store: await openStore('memory://'), now: () => 0 });
  /** Of all answers, in order. */
  const usages: Usage[] = [];
  const at = async (): Promise<PlaceServices> => ({
    memory,
    engine,
    persona: () => personaOf('ember'),
    template: () => shipped('alpaca'),
    outputTokensMax: 8,
    stopStrings: [],
    sampling: { temperature: 0, repeatPenalty: 1, seed: 5 },
    reasoning: 'hide',
    trigger: triggerDefaults,
    reply: replyDefaults,
    now: () => 0,
    random: () => 0.5,
    ...place(),
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
    at,
  };
  const port = (): ReplyPort => ({
    begin: () => {},
    show: () => {},
    finish: async () => [`answer-${usages.length}`],
    notice: async (text) => assert.fail(text),
    end: () => {},
  });
  return {
    engine,
    memory,
    usages,
    at,
    services,
    port,
    /** Resolves when the answer is there. */
    ask: (conversation: string, text: string): Promise<void> => {
      const author = { id: 'test:ada', name: 'Ada', isBot: false };
      const id = `question-${usages.length}`;
      return respond(services, { conversation, id, author, text, at: 0, addressed: 'direct' }, port());
    },
    close: async (): Promise<void> => {
      await engine.close();
      await memory.close();
      folder.remove();
    },
  };
};
