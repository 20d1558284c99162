// What was said and is deleted must not come back by what goes on beside answers: reading ahead that is late.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type AnsweringParts, createAnswering } from '../../../src/app/answering.ts';
import { createPlatforms } from '../../../src/app/platforms.ts';
import { logRequests } from '../../../src/commands/request-log.ts';
import { trackAnswers } from '../../../src/commands/track-answers.ts';
import type { Config } from '../../../src/config/config.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { promptText } from '../../../src/core/prompt.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { respond } from '../../../src/turn/respond.ts';
import { conversation, createBench, createTestPort, messageOf } from '../turn/kit.ts';

/** The bot's answers with an engine that reads ahead; the test decides when that has got the conversation's turns. */
const create = async () => {
  const bench = await createBench({});
  const { memory } = bench;
  const calls: string[] = [];
  let gate: PromiseWithResolvers<void> | undefined;
  let began = Promise.withResolvers<void>();
  const engine = Object.assign(bench.engine, {
    prefill: async ({ prompt }: { readonly prompt: Parameters<typeof promptText>[0] }) => {
      calls.push(`reads ${/secret/.test(promptText(prompt))}`);
      return { promptTokens: 0, readTokens: 0, evaluatedTokens: 0 };
    },
    forget: async () => void calls.push('forgets'),
  });
  await engine.start();
  const turns: typeof memory.turns = async (key, range) => {
    const found = await memory.turns(key, range);
    if (gate) began.resolve();
    await gate?.promise;
    return found;
  };
  const at = async () => ({ ...(await bench.services.at(undefined)), memory: { ...memory, turns } });
  const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 9, perConversation: 9, perUser: 9 }, now: () => 0 });
  const answering = createAnswering({
    config: { memory: { summary: 'off', listen: 'channel' } } as Config,
    memory,
    engine,
    queue: logRequests(trackAnswers(queue), { slots: () => 1, now: () => 0 }),
    places: { at, settingsAt: () => assert.fail('no quota is asked for') } as unknown as AnsweringParts['places'],
    platforms: createPlatforms(),
    gate: { hear: async () => ({ isHeard: true }) } as unknown as AnsweringParts['gate'],
    mayUse: async () => true,
    recall: { isBehind: () => false, fill: async () => {} },
    logger: silentLogger,
    now: () => 0,
  });
  const { admit: _admit, ...services } = answering.services;
  await respond({ ...services }, messageOf('This is a secret.'), createTestPort('a'));
  gate = Promise.withResolvers<void>();
  return {
    answering,
    memory,
    calls,
    /** Reading ahead holds the turns and has not yet been to the engine. */
    reads: async () => {
      await began.promise;
      began = Promise.withResolvers();
    },
    goOn: () => gate?.resolve(),
  };
};

/** Lets everything go on that can. */
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
};

it('what is read ahead while a conversation is deleted never comes to the engine', async () => {
  const { answering, memory, calls, reads, goOn } = await create();
  await reads();
  const stopped = answering.stop(conversation);
  goOn();
  await stopped;
  await settle();
  assert.equal(calls.length, 0, 'stopped before it came to the engine');
  await memory.reset(conversation);
  await answering.forget(conversation);
  await settle();
  await answering.close();
  assert.ok(!calls.includes('reads true'), `${calls}`);
});

it('what begins to read ahead only after the stop is over before the engine forgets', async () => {
  const { answering, memory, calls, reads, goOn } = await create();
  await answering.stop(conversation);
  await reads();
  await memory.reset(conversation);
  const forgotten = answering.forget(conversation);
  setImmediate(goOn);
  await forgotten;
  await settle();
  await answering.close();
  assert.ok(calls.includes('forgets'));
  assert.ok(!calls.includes('reads true'), `${calls}`);
});
