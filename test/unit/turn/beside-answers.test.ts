// All that goes on beside answers, put together as the bot does it.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { createBesideAnswers } from '../../../src/turn/beside-answers.ts';
import { respond } from '../../../src/turn/respond.ts';
import { createManualTimers } from '../../fakes/manual-timers.ts';
import { conversation, createTestPort, messageOf } from './kit.ts';
import { createSceneBench, three } from './scene-kit.ts';

it('a scene is answered, read ahead, summarised and goes on by itself, and all of it ends', async () => {
  const timers = createManualTimers();
  const bench = await createSceneBench(
    { ...three, members: three.members.slice(0, 2), auto: { pauseMs: 10_000, turnsMax: 2 } },
    { answers: ['A rather long sentence about the weather on the moor. '.repeat(4)], model: { contextTokens: 600 } },
  );
  const read: string[] = [];
  const engine = Object.assign(bench.engine, {
    prefill: async ({ affinity }: { readonly affinity: string }) => {
      read.push(affinity);
      return { promptTokens: 0, readTokens: 0, evaluatedTokens: 0 };
    },
  });
  const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 9, perConversation: 9, perUser: 9 }, now: () => 0 });
  const beside = createBesideAnswers({
    ...bench.services,
    engine,
    queue,
    timers,
    portOn: bench.portOn,
    makesSummaries: () => true,
  });
  const services = { ...bench.services, ...beside, engine };
  for (let number = 0; number < 4; number += 1) {
    await respond(services, messageOf(`Question ${number}?`, { id: `q${number}` }), createTestPort(`a${number}`));
    await timers.pass(9_000);
  }
  assert.ok(read.includes(`${conversation}#fox`), 'read ahead');
  assert.ok((await bench.memory.settings(conversation)).summary, 'summarised');
  const before = (await bench.spoken()).length;
  for (let second = 0; second < 60; second += 1) await timers.pass(1000);
  assert.equal((await bench.spoken()).length, before + 2, 'went on by itself');
  await respond(services, messageOf('And now?', { id: 'last' }), createTestPort('last'));
  const { length } = await bench.spoken();
  await beside.close();
  await timers.pass(600_000);
  assert.equal((await bench.spoken()).length, length);
  assert.equal(timers.waiting, 0);
});
