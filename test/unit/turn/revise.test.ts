// Answers written again, on a fake engine.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { shownText } from '../../../src/core/conversation.ts';
import { DeliveryError } from '../../../src/core/delivery-error.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { conversation, createBench, createGate, createTestPort, ember, lastTurn, promptAt } from './kit.ts';

const where = { conversation, userId: 'test:ada' };

describe('regenerate', () => {
  it('adds another answer to the same question and shows it; the prompt is the same to the letter', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    await bench.say('Hi!');
    const port = createTestPort('answer-0');
    const turn = await bench.reviser.regenerate(where, port);
    assert.deepEqual([turn?.alternatives, turn?.shown], [['One.', 'Two.'], 1]);
    assert.deepEqual(port.calls, ['begin', 'finish', 'end']);
    assert.equal(promptAt(bench, 1), promptAt(bench, 0));
    await bench.reviser.regenerate(where, createTestPort('answer-0'));
    assert.deepEqual((await lastTurn(bench)).alternatives, ['One.', 'Two.', 'Three.']);
    assert.equal((await bench.turns()).length, 2);
    // The next prompt holds what is shown, and nothing else.
    await bench.say('And?');
    assert.match(promptAt(bench, 3), /Three\./);
    assert.doesNotMatch(promptAt(bench, 3), /One\.|Two\./);
  });

  it('answers an older question with what stood before it', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.', 'Another one.'] });
    await bench.say('First?');
    await bench.say('Second?');
    const [, first] = await bench.turns();
    const turn = await bench.reviser.regenerate(where, createTestPort('answer-0'), { turnId: first?.id ?? '' });
    assert.deepEqual(turn?.alternatives, ['One.', 'Another one.']);
    assert.equal(promptAt(bench, 2), promptAt(bench, 0));
    assert.deepEqual((await bench.turns()).map(shownText), ['First?', 'Another one.', 'Second?', 'Two.']);
  });

  it('follows a wish for this once, bounded, behind all that the engine has already', async () => {
    const bench = await createBench();
    await bench.say('Hi!');
    await bench.reviser.regenerate(where, createTestPort('answer-0'), { guidance: `  in rhyme ${'x'.repeat(5_000)}` });
    const [before, guided] = [promptAt(bench, 0), promptAt(bench, 1)];
    const at = guided.indexOf('For the next message only: in rhyme xxx');
    assert.ok(at > guided.indexOf('Hi!'));
    assert.ok(guided.startsWith(before.slice(0, before.indexOf('Hi!') + 3)));
    assert.ok(guided.length - before.length < bounds.guidanceCharactersMax + 100);
    await bench.reviser.regenerate(where, createTestPort('answer-0'), { guidance: ' ' });
    assert.equal(promptAt(bench, 2), before);
  });

  it('is made by who made the answer, whoever answers here now', async () => {
    const bench = await createBench({ persona: ember });
    await bench.say('Hi!');
    await bench.memory.configure(conversation, { personaId: 'helper' });
    await bench.say('Who are you?');
    const [, first] = await bench.turns();
    await bench.reviser.regenerate(where, createTestPort('a'), { turnId: first?.id ?? '' });
    assert.match(promptAt(bench, 2), /Ember is a fox/);
  });

  it('keeps what came of it when it is stopped, and nothing when nothing came', async () => {
    const gate = createGate();
    let pieces = 0;
    const beforePiece = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 3) await gate.pass();
    };
    const bench = await createBench({ answers: ['One.', ['Half ', 'a second.']], beforePiece });
    await bench.say('Hi!');
    const writing = bench.reviser.regenerate(where, createTestPort('answer-0'));
    await gate.reached;
    assert.equal(bench.services.queue.cancel(conversation), 1);
    gate.open();
    assert.deepEqual((await writing)?.alternatives, ['One.', 'Half']);

    const again = bench.reviser.regenerate(where, createTestPort('answer-0'));
    const stopped = assert.rejects(again, { code: 'cancelled' });
    for (let turns = 0; turns < 1000 && bench.services.queue.cancel(conversation) === 0; turns += 1) await Promise.resolve();
    await stopped;
    assert.deepEqual((await lastTurn(bench)).alternatives, ['One.', 'Half']);
  });

  it('that fails leaves the old answer shown, rejects, and ends the port', async () => {
    const crash = new PaddockError('engine-failed', 'the child died', { userText: 'My engine stopped.' });
    const bench = await createBench({ answers: ['One.', [crash]] });
    await bench.say('Hi!');
    const port = createTestPort('answer-0');
    await assert.rejects(bench.reviser.regenerate(where, port), crash);
    assert.deepEqual(port.calls, ['begin', 'end']);
    assert.deepEqual([(await lastTurn(bench)).alternatives, (await lastTurn(bench)).shown], [['One.'], 0]);
    const lost = new DeliveryError('delivery-failed', 'gone', { userText: 'Not posted.', deliveredIds: [] });
    const failing = createTestPort('x', { finish: () => Promise.reject(lost) });
    await assert.rejects(
      bench.reviser.swipe(conversation, failing, { by: 1 }).then(() => bench.reviser.regenerate(where, failing)),
    );
    assert.deepEqual((await lastTurn(bench)).alternatives, ['One.']);
  });

  it('waits in the queue, and turns others away from its answer meanwhile', async () => {
    const gate = createGate();
    let pieces = 0;
    const beforePiece = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 2) await gate.pass();
    };
    const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'], beforePiece });
    await bench.say('Hi!');
    const saying = bench.say('More?');
    await gate.reached;
    const { id } = (await bench.turns())[1] ?? assert.fail();
    const writing = bench.reviser.regenerate(where, createTestPort('answer-0'), { turnId: id });
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(bench.services.queue.state().waiting, 1);
    const others = [
      bench.reviser.regenerate(where, createTestPort('x'), { turnId: id }),
      bench.reviser.swipe(conversation, createTestPort('x'), { turnId: id, by: 1 }),
      bench.reviser.editAnswer(conversation, createTestPort('x'), { turnId: id, text: 'x' }),
    ];
    for (const other of others) await assert.rejects(other, { code: 'not-allowed', isRetryable: true });
    gate.open();
    assert.deepEqual((await writing)?.alternatives, ['One.', 'Three.']);
    await saying;
  });

  it('is shown as the text behind those that are there by then', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    await bench.say('Hi!');
    const positions: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      const port = createTestPort('answer-0');
      await bench.reviser.regenerate(where, {
        ...port,
        finish: async (_text, position) => [positions.push(position)].map(() => 'answer-0'),
      });
    }
    assert.deepEqual(positions, [
      { index: 1, count: 2 },
      { index: 2, count: 3 },
    ]);
  });

  it('of an answer that is removed meanwhile takes back what stands', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.'] });
    await bench.say('Hi!');
    const port = createTestPort('answer-0', {
      finish: async () => {
        await bench.memory.deleteMessages(conversation, ['answer-0']);
        return ['answer-0'];
      },
    });
    assert.equal(await bench.reviser.regenerate(where, port), undefined);
    assert.deepEqual(port.calls, ['begin', 'finish', 'withdraw', 'end']);
    await assert.rejects(bench.reviser.regenerate(where, createTestPort('x')), { code: 'not-found' });
  });

  it('takes the conversation as it was when the question is gone', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    await bench.say('First?', { id: 'q1' });
    await bench.say('Second?', { id: 'q2' });
    await bench.memory.deleteMessages(conversation, ['q2']);
    await bench.say('Third?', { id: 'q3' });
    const [, , second] = await bench.turns();
    await bench.reviser.regenerate(where, createTestPort('x'), { turnId: second?.id ?? '' });
    assert.match(promptAt(bench, 3), /First\?.*One\./s);
    assert.doesNotMatch(promptAt(bench, 3), /Two\.|Third\?/);
  });

  it('of a person’s message is refused', async () => {
    const bench = await createBench();
    await bench.say('Hi!');
    const [question] = await bench.turns();
    for (const turnId of [question?.id ?? '', 'unknown'])
      await assert.rejects(bench.reviser.regenerate(where, createTestPort('x'), { turnId }), { code: 'not-found' });
  });
});
