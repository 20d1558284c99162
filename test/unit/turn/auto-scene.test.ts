// A scene that goes on by itself: who speaks, how often, and what ends it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Scene } from '../../../src/core/scene.ts';
import { type AutoScene, createAutoScene } from '../../../src/turn/auto-scene.ts';
import type { RespondServices } from '../../../src/turn/respond.ts';
import { joinEvents, type TurnEvents } from '../../../src/turn/turn-events.ts';
import { createManualTimers, type ManualTimers, settle } from '../../fakes/manual-timers.ts';
import { conversation, createGate, promptAt } from './kit.ts';
import { createSceneBench, type SceneBench, three } from './scene-kit.ts';

const pauseMs = 5000;
const going: Scene = { ...three, auto: { pauseMs, turnsMax: 3 } };

const create = async (
  scene: Scene,
  options: Parameters<typeof createSceneBench>[1] = {},
): Promise<SceneBench & { auto: AutoScene; timers: ManualTimers }> => {
  const timers = createManualTimers();
  // The bench's services hold the events, which need the services.
  let events: TurnEvents = {};
  const late = joinEvents({
    heard: (where) => events.heard?.(where),
    answered: (where) => events.answered?.(where),
  });
  const bench = await createSceneBench(scene, { ...options, services: () => ({ events: late }) });
  const services: RespondServices = bench.services;
  const auto = createAutoScene({ ...services, timers, portOn: bench.portOn });
  events = auto;
  return { ...bench, auto, timers };
};

describe('a scene that goes on by itself', () => {
  it('waits for its pause before each turn, in its order, and ends after so many without a human', async () => {
    const bench = await create(going);
    await bench.say('Hi!');
    await bench.timers.pass(pauseMs - 1);
    assert.equal((await bench.spoken()).length, 4);
    await bench.timers.pass(1);
    assert.deepEqual((await bench.spoken()).slice(4), ['Ember']);
    await bench.timers.pass(100 * pauseMs);
    assert.deepEqual((await bench.spoken()).slice(4), ['Ember', 'Old Tamm', 'Pip']);
    const [question] = await bench.turns();
    assert.ok((await bench.turns()).slice(1).every(({ replyTo }) => replyTo === question?.id));
    assert.equal(bench.further.at(-1)?.messageId, undefined);
    assert.equal(bench.timers.waiting, 0);
  });

  it('goes on as long as it may in a context that holds only the last turns', async () => {
    const answers = Array.from({ length: 30 }, (_, index) => `Line ${index}. ${'The rain went on and on. '.repeat(4)}`);
    const scene = { ...going, members: going.members.slice(0, 2), auto: { pauseMs, turnsMax: 20 } };
    const bench = await create(scene, { answers, model: { contextTokens: 900 } });
    await bench.say('Hi!');
    for (let turn = 0; turn < 30; turn += 1) await bench.timers.pass(pauseMs);
    assert.equal((await bench.spoken()).length, 23, JSON.stringify(bench.log.at(-1)));
    // Each prompt after a block was dropped begins as the one before of the same speaker, and holds what was said last.
    const starts = bench.engine.requests.map((_, index) => /Line (\d+)\./.exec(promptAt(bench, index))?.[1]);
    assert.ok(new Set(starts.slice(3)).size < 8, `blocks, not single turns: ${starts.join(' ')}`);
    for (let index = 3; index < 22; index += 1) {
      const lines = [...promptAt(bench, index).matchAll(/Line (\d+)\./g)].map(([, number]) => Number(number));
      assert.deepEqual(
        lines,
        Array.from({ length: lines.length }, (_, at) => index - lines.length + at),
        'in order, to the last',
      );
    }
  });

  it('never lets the same one speak twice in a row, and ends where there is nobody else', async () => {
    const bench = await create({ ...going, speaking: 'natural', auto: { pauseMs, turnsMax: 12 } }, { random: () => 0.4 });
    await bench.say('Hi!');
    await bench.timers.pass(100 * pauseMs);
    const spoken = await bench.spoken();
    assert.ok(spoken.length > 12);
    assert.ok(
      spoken.every((name, index) => name !== spoken[index - 1]),
      spoken.join(),
    );

    const alone = await create({ ...going, members: [{ personaId: 'fox' }, { personaId: 'owl', isMuted: true }] });
    await alone.say('Hi!');
    await alone.timers.pass(100 * pauseMs);
    assert.deepEqual(await alone.spoken(), ['Ada', 'Ember']);
  });

  it('ends when a human says something, also to others, and begins anew with the next answers', async () => {
    const bench = await create(going);
    await bench.say('Hi!');
    await bench.timers.pass(pauseMs);
    await bench.say('Listen to them.', { addressed: 'none' });
    await bench.timers.pass(100 * pauseMs);
    assert.equal((await bench.spoken()).filter((name) => name !== 'Ada').length, 4);
    await bench.say('Go on.');
    await bench.timers.pass(100 * pauseMs);
    assert.equal((await bench.spoken()).filter((name) => name !== 'Ada').length, 4 + 3 + 3);
  });

  it('ends when it is stopped, between turns and within one', async () => {
    const gate = createGate();
    let pieces = 0;
    const beforePiece = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 5) await gate.pass();
    };
    const bench = await create(going, { answers: [['Yes ', 'no.']], beforePiece });
    const scene = { ...going, members: [{ personaId: 'fox' }, { personaId: 'owl' }] };
    await bench.memory.configure(conversation, { scene });
    await bench.say('Hi!');
    const passing = bench.timers.pass(pauseMs);
    await gate.reached;
    bench.services.queue.cancel(conversation);
    gate.open();
    await passing;
    await bench.timers.pass(100 * pauseMs);
    assert.equal((await bench.spoken()).length, 3, 'nothing came of the stopped turn');

    await bench.say('Again!');
    assert.deepEqual([bench.auto.stop(conversation), bench.auto.stop(conversation)], [true, false]);
    await bench.timers.pass(100 * pauseMs);
    assert.equal((await bench.spoken()).length, 6);
    await bench.say('And again!');
    bench.auto.close();
    assert.equal(bench.timers.waiting, 0);
  });

  it('ends with the scene, with its switch, and with a reset', async () => {
    for (const scene of [undefined, three]) {
      const bench = await create(going);
      await bench.say('Hi!');
      await bench.memory.configure(conversation, { scene });
      await bench.timers.pass(100 * pauseMs);
      assert.equal((await bench.spoken()).length, 4);
    }
    const bench = await create(going);
    await bench.say('Hi!');
    await bench.memory.reset(conversation);
    await bench.timers.pass(100 * pauseMs);
    assert.deepEqual(await bench.turns(), []);
    assert.equal(bench.engine.requests.length, 3);
  });

  it('ends with a line in the log when a turn fails', async () => {
    const bench = await create(going, { answers: ['Yip.', 'Hoo.', 'Blub.', [new Error('broken')]] });
    await bench.say('Hi!');
    await bench.timers.pass(100 * pauseMs);
    assert.equal((await bench.spoken()).length, 4);
    assert.deepEqual(
      bench.log.filter(({ level }) => level === 'warn').map(({ text }) => text),
      ['a scene does not go on by itself any more'],
    );
  });

  it('does so in a bounded number of conversations', async () => {
    const bench = await create(going);
    for (let number = 0; number <= bounds.autoScene.conversationsMax; number += 1) {
      const key = `test:${number}`;
      await bench.memory.configure(key, { scene: going });
      bench.auto.answered?.({ conversation: key, questionId: 'x' });
    }
    await settle();
    assert.equal(bench.timers.waiting, bounds.autoScene.conversationsMax);
    bench.auto.close();
  });
});
