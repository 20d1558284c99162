// The way of a message, on a fake engine: what is remembered, shown, logged and told, whatever fails.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { shownText } from '../../../src/core/conversation.ts';
import { DeliveryError } from '../../../src/core/delivery-error.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { promptText } from '../../../src/core/prompt.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { createTroubles } from '../../../src/turn/troubles.ts';
import { createPlainStore } from '../../contract/plain-store.ts';
import { conversation, createBench, createGate, createTestPort } from './kit.ts';

const undelivered = (...deliveredIds: string[]): DeliveryError =>
  new DeliveryError('delivery-failed', 'the platform is gone', { userText: 'I could not post that.', deliveredIds });

describe('a message', () => {
  it('is remembered, answered and logged once', async () => {
    const { say, turns, log, engine } = await createBench({ answers: ['Hello Ada.'] });
    const port = await say('Hi!');
    assert.deepEqual(port.finished, ['Hello Ada.']);
    assert.deepEqual(port.calls, ['begin', 'finish', 'end']);
    const [question, answer] = await turns();
    assert.equal(question && shownText(question), 'Hi!');
    assert.deepEqual(answer, {
      id: answer?.id,
      role: 'assistant',
      speaker: { id: 'persona:helper', name: 'Helper' },
      alternatives: ['Hello Ada.'],
      shown: 0,
      at: 7_000,
      messageIds: ['answer-0'],
      replyTo: question?.id,
    });
    assert.deepEqual(
      log.map(({ text }) => text),
      ['answered'],
    );
    assert.match(promptText(engine.requests[0]?.prompt ?? []), /Hi!/);
  });

  it('that replies to a remembered one is stored with its turn, and hearing reads nothing in a conversation that goes on', async () => {
    const store = createPlainStore();
    const { say, turns } = await createBench({ store: store.keyv, answers: ['One.'] });
    await say('Hi!', { id: 'first' });
    const before = { ...store.costs };
    await say('I agree.', { id: 'second', addressed: 'none', replyToMessageId: 'first' });
    assert.equal(store.costs.reads - before.reads, 0);
    assert.equal(store.costs.writes - before.writes, 1);
    const all = await turns();
    assert.equal(all.at(-1)?.replyTo, all[0]?.id);
  });

  it('in the hearing of a bot that was never addressed is not remembered, which costs one read', async () => {
    const store = createPlainStore();
    const { say, turns } = await createBench({ store: store.keyv });
    const port = await say('Hello you all.', { addressed: 'none' });
    assert.equal(store.costs.reads, 1);
    assert.equal(store.costs.writes, 0);
    assert.deepEqual(await turns(), []);
    assert.deepEqual(port.calls, ['end']);
  });
});

describe('an answer that can not be delivered whole', () => {
  it('is remembered with the messages that stand, and the failure is told', async () => {
    const { say, turns, log } = await createBench({ answers: ['A long answer.'] });
    const port = createTestPort('x', { finish: () => Promise.reject(undelivered('part 1', 'part 2')) });
    await say('Hi!', {}, port);
    const [, answer] = await turns();
    assert.deepEqual(answer?.messageIds, ['part 1', 'part 2']);
    assert.deepEqual(answer?.alternatives, ['A long answer.']);
    assert.deepEqual(port.notices, ['I could not post that.']);
    assert.deepEqual(
      log.map(({ level, text }) => [level, text]),
      [['error', 'a message could not be answered']],
    );
  });

  it('is not remembered when nobody saw any of it', async () => {
    for (const failure of [undelivered(), new Error('unexpected')]) {
      const { say, turns } = await createBench();
      await say('Hi!', {}, createTestPort('x', { finish: () => Promise.reject(failure) }));
      assert.equal((await turns()).length, 1);
    }
  });

  it('is not generated any further once nothing can be delivered', async () => {
    const lost = new AbortController();
    let pieces = 0;
    const { say, turns, engine } = await createBench({
      answers: [['One. ', 'Two. ', 'Three. ', 'Four.']],
      beforePiece: async () => {
        pieces += 1;
        if (pieces === 3) lost.abort();
      },
    });
    const port = createTestPort('x', { lost: lost.signal, finish: () => Promise.reject(undelivered('part 1')) });
    await say('Hi!', {}, port);
    assert.equal(engine.requests[0]?.signal.aborted, true);
    assert.equal(pieces, 3);
    assert.deepEqual((await turns()).at(-1)?.alternatives, ['One. Two.']);
  });
});

describe('a question that is deleted', () => {
  it('while its answer is written, takes the answer with it', async () => {
    const gate = createGate();
    const { say, turns, services, memory } = await createBench({ answers: [['So ', 'it is.']], beforePiece: gate.pass });
    const port = createTestPort('a');
    const saying = say('Hi!', { id: 'q' }, port);
    await gate.reached;
    services.queue.cancel(conversation, 'q');
    await memory.deleteMessages(conversation, ['q']);
    gate.open();
    await saying;
    assert.deepEqual(await turns(), []);
    assert.deepEqual(port.calls, ['begin', 'withdraw', 'end']);
  });

  it('at the very moment of delivery leaves no answer behind', async () => {
    const { say, turns, memory } = await createBench();
    await say('Hello.', { id: 'before' });
    const port = createTestPort('a', {
      finish: async () => {
        await memory.deleteMessages(conversation, ['q']);
        return ['a'];
      },
    });
    await say('Hi!', { id: 'q' }, port);
    assert.deepEqual((await turns()).map(shownText), ['Hello.', 'An answer.']);
    assert.deepEqual(port.calls, ['begin', 'finish', 'withdraw', 'end']);
  });

  it('before its turn came is not answered', async () => {
    const gate = createGate();
    const { say, memory, engine } = await createBench({ beforePiece: gate.pass });
    const first = say('One?', { id: 'q1' });
    await gate.reached;
    const second = say('Two?', { id: 'q2' });
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await memory.count(conversation), 2);
    await memory.deleteMessages(conversation, ['q2']);
    gate.open();
    assert.deepEqual((await second).notices, []);
    await first;
    assert.equal(engine.requests.length, 1);
  });

  it('is told from a stopped one, whose answer so far is kept', async () => {
    const gate = createGate();
    let pieces = 0;
    const beforePiece = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 2) await gate.pass();
    };
    const { say, turns, services } = await createBench({ answers: [['So ', 'it is.']], beforePiece });
    const saying = say('Hi!');
    await gate.reached;
    services.queue.cancel(conversation);
    gate.open();
    assert.deepEqual((await saying).finished, ['So']);
    assert.deepEqual((await turns()).at(-1)?.alternatives, ['So']);
  });
});

describe('the log', () => {
  it('tells of a refusal of the queue without a stack, as of no error', async () => {
    const gate = createGate();
    const queue = createAnswerQueue({ slots: () => 1, bounds: { total: 9, perConversation: 9, perUser: 1 }, now: () => 0 });
    const { say, log } = await createBench({ beforePiece: gate.pass, services: { queue } });
    const first = say('One?');
    await gate.reached;
    const port = await say('Two?');
    assert.equal(port.notices.length, 1);
    assert.deepEqual(log, [
      { level: 'info', fields: { part: 'answer', conversation, code: 'queue-user-full' }, text: 'a message was refused' },
    ]);
    gate.open();
    await first;
  });

  it('has one line for an answer that crashed', async () => {
    const crash = new PaddockError('engine-failed', 'the child died', { userText: 'My engine stopped.' });
    const { say, log, turns } = await createBench({ answers: [['Half an ', crash]] });
    const port = await say('Hi!');
    assert.deepEqual(port.notices, ['My engine stopped.']);
    assert.deepEqual(
      log.map(({ level, fields }) => [level, fields.error]),
      [['error', crash]],
    );
    assert.deepEqual((await turns()).at(-1)?.alternatives, ['Half an'], 'what came is kept');
  });

  it('has one line for an answer without text', async () => {
    const { say, log } = await createBench({ answers: [''] });
    assert.equal((await say('Hi!')).notices.length, 1);
    assert.deepEqual(
      log.map(({ level }) => level),
      ['error'],
    );
  });
});

describe('a store that fails', () => {
  it('in a burst gives one notice a conversation and one line in the log, with a count', async () => {
    const store = createPlainStore();
    let now = 0;
    const { say, log } = await createBench({ store: store.keyv, services: { troubles: createTroubles({ now: () => now }) } });
    await say('Hi!', { conversation: 'test:another' });
    store.failReads(true);
    let notices = 0;
    for (let number = 0; number < 300; number += 1) {
      now += 10;
      const change = { conversation: `test:${number % 3}`, ...(number % 2 === 1 && { addressed: 'none' as const }) };
      notices += (await say('Hi!', { id: `x${number}`, ...change })).notices.length;
    }
    assert.equal(notices, 3);
    const errors = log.filter(({ level }) => level === 'error');
    assert.equal(errors.length, 1);
    now += bounds.troubles.quietMs;
    assert.equal((await say('Hi!', { id: 'later' })).notices.length, 1);
    assert.equal(log.at(-1)?.level, 'error');
    assert.equal(log.at(-1)?.fields.unlogged, 299);

    await say('Hi!', { id: 'once more' });
    store.failReads(false);
    assert.deepEqual((await say('Hi!', { id: 'works' })).finished, ['An answer.']);
    const last = log.slice(-2).map(({ level, fields }) => [level, fields.unlogged]);
    assert.deepEqual(last, [
      ['warn', 1],
      ['info', undefined],
    ]);
  });

  it('is remembered for a bounded number of conversations', () => {
    const troubles = createTroubles({ now: () => 0 });
    for (let number = 0; number <= bounds.troubles.conversationsMax; number += 1)
      assert.ok(troubles.failed(`test:${number}`, true).isTold);
    assert.ok(troubles.failed('test:0', true).isTold, 'the oldest is forgotten');
    assert.ok(!troubles.failed(`test:${bounds.troubles.conversationsMax}`, true).isTold);
  });
});

describe('a reply to what is not remembered', () => {
  const quoted = { id: 'test:bo', name: 'Bo', text: 'The inn\nis full.' };
  const said = async (services = {}) => {
    const bench = await createBench({ services });
    await bench.say('Is that so?', { replyToMessageId: 'unknown', quoted });
    return (await bench.turns())[0]?.alternatives[0];
  };
  it('is remembered with what it replies to', async () => {
    assert.equal(await said(), '> Bo: The inn\n> is full.\n\nIs that so?');
  });
  it('but not with the words of who opted out', async () => {
    assert.equal(await said({ mayUse: async (id: string) => id !== 'test:bo' }), 'Is that so?');
  });
});
