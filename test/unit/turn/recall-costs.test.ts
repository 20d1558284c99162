// What recall costs in a long conversation: what is read while nobody waits, and what stays in the cache.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecallSettings } from '../../../src/core/settings.ts';
import { createIdleWork } from '../../../src/turn/idle-work.ts';
import { createRecallAhead } from '../../../src/turn/recall-ahead.ts';
import { createManualTimers } from '../../fakes/manual-timers.ts';
import { conversation, createBench, promptAt } from './kit.ts';
import { fact, heading, open, question, talk } from './recall-kit.ts';

describe('recall in a long conversation', () => {
  it('reads the rest of it while nobody waits, once an answer is kept', async () => {
    const timers = createManualTimers();
    const bench = await open();
    const idle = createIdleWork({
      queue: bench.services.queue,
      timers,
      logger: { warn: (...line) => assert.fail(JSON.stringify(line)) },
    });
    const ahead = createRecallAhead({ recall: bench.recall, idle });
    const speaker = { id: 'test:ada', name: 'Ada' };
    const append = (text: string) => bench.memory.append(conversation, { role: 'user', speaker, text, at: 0, messageIds: [] });
    await append(fact);
    for (let number = 0; number < 700; number += 1) await append(talk(number));
    ahead.kept({ conversation });
    await timers.pass(5000);
    assert.equal(bench.recall.isBehind(conversation), false, 'nothing was looked for');
    // The first answer of all drops nearly everything; what it dropped is older than the second one's prompt.
    await bench.say('Good morning.');
    await bench.say(question);
    assert.ok(!promptAt(bench, -1).includes('afraid of thunder'));
    assert.equal(bench.recall.isBehind(conversation), true);
    ahead.kept({ conversation });
    await timers.pass(5000);
    await bench.say(question);
    assert.ok(promptAt(bench, -1).includes(`- Ada: ${fact}`));
    await idle.close();
  });

  /** 1,000 turns with things to come back to; the share of prompt tokens that were evaluated for the answer before, besides those after a drop. */
  const cachedShare = async (settings: Partial<RecallSettings> | 'off') => {
    const usages: { cached: number; all: number }[] = [];
    // A question and its answer take about a fiftieth of it, as 80 tokens do of 4096.
    const model = { contextTokens: 2048 };
    const answers = ['Yes, it does.'];
    const bench = settings === 'off' ? await createBench({ model, answers }) : await open(settings, { model, answers });
    let start: string | undefined;
    let recalls = 0;
    for (let number = 0; number < 500; number += 1) {
      const animal = ['fox', 'owl', 'newt', 'heron', 'otter', 'badger', 'stork', 'marten'][number % 8];
      await bench.say(`Does the ${animal} still live in the mill?`);
      const { promptStartId } = await bench.memory.settings(conversation);
      const line = bench.log.findLast(({ text }) => text === 'answered')?.fields ?? assert.fail();
      if (promptStartId === start) usages.push({ cached: Number(line.cachedTokens), all: Number(line.promptTokens) });
      start = promptStartId;
      if (promptAt(bench, -1).includes(heading)) recalls += 1;
      assert.ok(Number(line.promptTokens) <= 2048 - 64);
    }
    const sum = (key: 'cached' | 'all') => usages.reduce((total, usage) => total + usage[key], 0);
    return { share: sum('cached') / sum('all'), recalls };
  };

  it('leaves at least 95 % of the prompts in the cache while it is off', async () => {
    const { share, recalls } = await cachedShare('off');
    assert.equal(recalls, 0);
    assert.ok(share >= 0.95, `${share}`);
  });

  it('costs the last exchange and itself where it stands before the question', async () => {
    const { share, recalls } = await cachedShare({});
    assert.ok(recalls > 400, `${recalls} of 500 questions`);
    assert.ok(share >= 0.85, `${share}`);
  });

  it('costs nearly everything in the system prompt, as the setting says', async () => {
    const { share, recalls } = await cachedShare({ depth: 'system' });
    assert.ok(recalls > 400 && share < 0.5, `${share}`);
  });
});
