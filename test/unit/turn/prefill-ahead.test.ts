// What the engine reads ahead: the next prompt up to its question, and only while nobody waits.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PrefillRequest } from '../../../src/core/engine.ts';
import { promptText } from '../../../src/core/prompt.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { createIdleWork } from '../../../src/turn/idle-work.ts';
import { createPrefillAhead } from '../../../src/turn/prefill-ahead.ts';
import { joinEvents, type TurnEvents } from '../../../src/turn/turn-events.ts';
import { createManualTimers } from '../../fakes/manual-timers.ts';
import { conversation, promptAt } from './kit.ts';
import { createSceneBench, fox, three } from './scene-kit.ts';

const create = async (scene: Parameters<typeof createSceneBench>[0], options: Parameters<typeof createSceneBench>[1] = {}) => {
  const timers = createManualTimers();
  const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 64, perConversation: 8, perUser: 8 }, now: () => 0 });
  const idle = createIdleWork({ queue, timers, logger: { warn: (...line) => assert.fail(JSON.stringify(line)) } });
  let events: TurnEvents = {};
  const late = joinEvents({ heard: (where) => events.heard?.(where), kept: (where) => events.kept?.(where) });
  const bench = await createSceneBench(scene, { ...options, services: () => ({ events: late, queue: idle.queue }) });
  const read: PrefillRequest[] = [];
  const prefill = async (request: PrefillRequest) => {
    read.push(request);
    return { promptTokens: 0, readTokens: 0, evaluatedTokens: 0 };
  };
  const engine = { prefill, model: await bench.engine.start() };
  events = createPrefillAhead({ memory: bench.memory, engine, idle, at: bench.services.at });
  return { ...bench, timers, read, idle };
};

const note = { text: 'Be brief.', interval: 1, position: { at: 'depth', depth: 2 }, role: 'system' } as const;

describe('reading ahead', () => {
  it('reads the next prompt up to its question, with what has a depth where it will stand', async () => {
    const bench = await create(undefined);
    await bench.memory.configure(conversation, { note });
    for (const text of ['One?', 'Two?', 'Three?']) {
      await bench.say(text);
      await bench.timers.pass(1000);
      const ahead = promptText(bench.read.at(-1)?.prompt ?? []);
      await bench.say('  And so on.');
      assert.ok(promptAt(bench, -1).startsWith(ahead), `${ahead}\n!==\n${promptAt(bench, -1)}`);
      assert.match(ahead, /user\n$/);
      assert.match(ahead, new RegExp(`${text.replace('?', '\\?')}[\\s\\S]*An answer`));
    }
    assert.equal(bench.read[0]?.affinity, conversation);
  });

  it('reads it for each member of a scene, as far as there are slots', async () => {
    const bench = await create(three, { model: { slots: 2 } });
    await bench.say('Hi!');
    await bench.timers.pass(1000);
    assert.deepEqual(
      bench.read.map(({ affinity }) => affinity),
      [`${conversation}#fox`, `${conversation}#owl`],
    );
    await bench.say('Hm.');
    assert.ok(promptAt(bench, 3).startsWith(promptText(bench.read[0]?.prompt ?? [])));
    assert.match(promptText(bench.read[0]?.prompt ?? []), /Pip: An answer\.[\s\S]*Ada:$/);
  });

  it('reads what is said in its hearing where it has answered, once for several messages, and nothing elsewhere', async () => {
    const bench = await create({ ...three, members: [{ personaId: fox.id }] });
    await bench.say('Hello you.', { addressed: 'none', conversation: 'test:other' });
    await bench.timers.pass(10_000);
    assert.equal(bench.read.length, 0);
    await bench.say('Hi!');
    await bench.timers.pass(10_000);
    for (const text of ['I heard it.', 'So did I.']) await bench.say(text, { addressed: 'none' });
    await bench.timers.pass(10_000);
    assert.equal(bench.read.length, 2);
    assert.match(promptText(bench.read[1]?.prompt ?? []), /So did I\./);
  });

  it('is aborted by a request', async () => {
    const bench = await create(undefined);
    await bench.say('Hi!');
    await bench.timers.pass(1000);
    const before = bench.read.length;
    await bench.say('More!');
    await bench.timers.pass(100);
    await bench.say('And more!');
    assert.equal(bench.read.length, before, 'it was still too early');
    await bench.idle.close();
  });

  it('does nothing with an engine that can not', async () => {
    const timers = createManualTimers();
    const events = createPrefillAhead({
      memory: { settings: () => assert.fail('no') },
      engine: { model: undefined },
      idle: { add: () => assert.fail('no') },
      at: () => assert.fail('no'),
    });
    events.kept?.({ conversation });
    events.heard?.({ conversation });
    assert.equal(timers.waiting, 0);
  });
});
