// Answers walked through and edited, and lines written for humans, on a fake engine.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { shownText } from '../../../src/core/conversation.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createPlainStore } from '../../contract/plain-store.ts';
import { conversation, createBench, createGate, createTestPort, ember, lastTurn, promptAt } from './kit.ts';

const where = { conversation, userId: 'test:ada' };

describe('swiping', () => {
  it('walks the alternatives; the one shown is the one remembered, over a restart, too', async () => {
    const store = createPlainStore();
    const bench = await createBench({ store: store.keyv, answers: ['One.', 'Two.', 'Three.'] });
    await bench.say('Hi!');
    for (let more = 0; more < 2; more += 1) await bench.reviser.regenerate(where, createTestPort('answer-0'));
    const steps: readonly (readonly [{ by: number } | { to: number }, string | undefined])[] = [
      [{ by: 1 }, undefined],
      [{ by: -1 }, 'Two.'],
      [{ by: -1 }, 'One.'],
      [{ by: -1 }, undefined],
      [{ to: 2 }, 'Three.'],
      [{ to: 2 }, undefined],
      [{ to: 3 }, undefined],
      [{ to: 0.5 }, undefined],
      [{ by: Number.NaN }, undefined],
      [{ to: 0 }, 'One.'],
    ];
    let shown = 'Three.';
    for (const [target, text] of steps) {
      const port = createTestPort('answer-0');
      const { turn, isMoved } = await bench.reviser.swipe(conversation, port, target);
      assert.equal(isMoved, text !== undefined);
      assert.deepEqual(port.finished, text === undefined ? [] : [text]);
      shown = text ?? shown;
      assert.equal(shownText(turn), shown);
      const again = createMemory({ store: createPlainStore(store.rows).keyv, now: () => 0 });
      assert.deepEqual((await again.turns(conversation)).at(-1), turn);
    }
    await bench.say('And?');
    assert.match(promptAt(bench, -1), /One\./);
    assert.doesNotMatch(promptAt(bench, -1), /Three\./);
  });

  it('takes over the messages that carry the answer now', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.'] });
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('x', { finish: async () => ['answer-0', 'more'] }));
    assert.deepEqual((await lastTurn(bench)).messageIds, ['answer-0', 'more']);
    await bench.reviser.swipe(conversation, createTestPort('x', { finish: async () => ['answer-0'] }), { by: -1 });
    assert.equal(await bench.memory.findByMessage(conversation, 'more'), undefined);
  });

  it('moves as often as it is asked at once, in order', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    await bench.say('Hi!');
    for (let more = 0; more < 2; more += 1) await bench.reviser.regenerate(where, createTestPort('answer-0'));
    const ports = [createTestPort('answer-0'), createTestPort('answer-0'), createTestPort('answer-0')];
    await Promise.all(ports.map((port) => bench.reviser.swipe(conversation, port, { by: -1 })));
    assert.deepEqual(
      ports.map(({ finished }) => finished),
      [['Two.'], ['One.'], []],
    );
    assert.ok(ports.every(({ calls }) => calls.at(-1) === 'end'));
  });

  it('is over before the answer is written again', async () => {
    const gate = createGate();
    const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('answer-0'));
    const slow = createTestPort('x', { finish: () => gate.pass().then(() => ['answer-0']) });
    const swiping = bench.reviser.swipe(conversation, slow, { by: -1 });
    await gate.reached;
    const port = createTestPort('answer-0');
    const writing = bench.reviser.regenerate(where, port);
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(bench.services.queue.state().running, 1);
    assert.deepEqual(port.calls, []);
    gate.open();
    assert.equal(shownText((await swiping).turn), 'One.');
    assert.deepEqual([(await writing)?.alternatives, (await writing)?.shown], [['One.', 'Two.', 'Three.'], 2]);
  });

  it('is over before the answer goes on, which is then the one it shows', async () => {
    const gate = createGate();
    const bench = await createBench({ answers: ['One.', 'Two.', ' More.'] });
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('answer-0'));
    const slow = createTestPort('x', { finish: () => gate.pass().then(() => ['answer-0']) });
    const swiping = bench.reviser.swipe(conversation, slow, { by: -1 });
    await gate.reached;
    const writing = bench.reviser.continueAnswer(where, createTestPort('answer-0'));
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    gate.open();
    assert.equal(shownText((await swiping).turn), 'One.');
    assert.deepEqual((await writing)?.alternatives, ['One. More.', 'Two.']);
  });

  it('is over before the answer is edited, which is then the one it shows', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.'] });
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('answer-0'));
    const gate = createGate();
    const slow = createTestPort('answer-0', { finish: () => gate.pass().then(() => ['answer-0']) });
    const swiping = bench.reviser.swipe(conversation, slow, { by: -1 });
    const shown: unknown[] = [];
    const port = createTestPort('answer-0');
    const editing = bench.reviser.editAnswer(
      conversation,
      { ...port, finish: async (text, position) => [shown.push([text, position])].map(() => 'answer-0') },
      { text: 'My own.' },
    );
    gate.open();
    await Promise.all([swiping, editing]);
    assert.deepEqual(shown, [['My own.', { index: 0, count: 2 }]]);
    const { alternatives, shown: index } = await lastTurn(bench);
    assert.deepEqual([alternatives, index], [['My own.', 'Two.'], 0]);
  });

  it('that can not be shown changes nothing', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.'] });
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('answer-0'));
    const port = createTestPort('x', { finish: () => Promise.reject(new Error('no')) });
    await assert.rejects(bench.reviser.swipe(conversation, port, { by: -1 }));
    assert.equal(shownText(await lastTurn(bench)), 'Two.');
  });
});

describe('editing an answer', () => {
  it('replaces the shown text, trimmed and bounded', async () => {
    const bench = await createBench();
    await bench.say('Hi!');
    const port = createTestPort('answer-0');
    assert.deepEqual((await bench.reviser.editAnswer(conversation, port, { text: ' Better. ' })).alternatives, ['Better.']);
    assert.deepEqual(port.finished, ['Better.']);
    const long = await bench.reviser.editAnswer(conversation, createTestPort('a'), { text: 'x'.repeat(100_000) });
    assert.equal(shownText(long).length, bounds.messageCharactersMax);
    await assert.rejects(bench.reviser.editAnswer(conversation, createTestPort('a'), { text: ' ' }), { code: 'bad-input' });
  });
});

describe('impersonating', () => {
  it('writes in the human’s place, shows nothing and remembers nothing', async () => {
    const bench = await createBench({ persona: ember, answers: ['I run.', 'Ada: I follow you.\nEmber: Good.'] });
    await bench.say('What do you do?');
    const before = await bench.turns();
    const port = createTestPort('x');
    const human = { id: 'test:ada', name: 'Ada' };
    assert.equal(await bench.reviser.impersonate(where, human, port), 'I follow you.');
    assert.deepEqual(port.calls, ['begin', 'end']);
    assert.deepEqual(await bench.turns(), before);
    const prompt = promptAt(bench, -1);
    assert.match(prompt, /You are Ada, a human who talks with Ember/);
    assert.match(prompt, /About Ember: Ember is a fox\./);
    assert.match(prompt, /assistant\n(?:Ada: )?What do you do\?.*user\n(?:Ember: )?I run\..*assistant\n/s);
  });
});
