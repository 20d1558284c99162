// Exchanges taken back, conversations rewound and branched, greetings.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownText, type Turn } from '../../../src/core/conversation.ts';
import { openConversation } from '../../../src/turn/greet.ts';
import { branch, rewind, undo } from '../../../src/turn/history.ts';
import { conversation, createBench, createGate, createTestPort, ember } from './kit.ts';

const texts = (turns: readonly Turn[]): readonly string[] => turns.map(shownText);
const bo = { author: { id: 'test:bo', name: 'Bo', isBot: false } };

describe('undo', () => {
  it('takes the last exchanges, and stops at a greeting', async () => {
    const { say, services, turns } = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    const persona = { ...ember, greeting: 'Hello.' };
    await openConversation(services, conversation, persona, createTestPort('greeting'));
    for (const text of ['First?', 'Second?', 'Third?']) await say(text);
    const gone = await undo(services, conversation);
    assert.deepEqual(texts(gone), ['Third?', 'Three.']);
    assert.deepEqual(gone.at(-1)?.messageIds, ['answer-2']);
    assert.deepEqual(texts(await undo(services, conversation, 5)), ['First?', 'One.', 'Second?', 'Two.']);
    assert.deepEqual(await undo(services, conversation), []);
    assert.deepEqual(texts(await turns()), ['Hello.']);
  });

  it('leaves what others said between them', async () => {
    const { say, services, turns } = await createBench({ answers: ['One.', 'Two.'] });
    await say('First?');
    await say('Bo, come!', { addressed: 'none' });
    await say('Second?', bo);
    await say('I come.', { addressed: 'none' });
    assert.deepEqual(texts(await undo(services, conversation)), ['Second?', 'Two.']);
    assert.deepEqual(texts(await turns()), ['First?', 'One.', 'Bo, come!', 'I come.']);
  });

  it('takes a question whose answer failed, where one human is alone with the bot', async () => {
    const { say, services, turns } = await createBench({ answers: ['One.', [new Error('crash')]] });
    await say('First?');
    await say('Second?');
    assert.deepEqual(texts(await undo(services, conversation)), ['Second?']);
    assert.deepEqual(texts(await turns()), ['First?', 'One.']);
  });

  it('stops an answer that is being written to what it takes', async () => {
    const gate = createGate();
    const { say, services, turns, engine } = await createBench({ beforePiece: gate.pass });
    const saying = say('First?');
    await gate.reached;
    assert.deepEqual(texts(await undo(services, conversation)), ['First?']);
    assert.equal(engine.requests[0]?.signal.aborted, true);
    gate.open();
    assert.deepEqual((await saying).finished, []);
    assert.deepEqual(await turns(), []);
  });
});

describe('rewind', () => {
  it('goes back to a message', async () => {
    const { say, services, turns } = await createBench({ answers: ['One.', 'Two.', 'Three.'] });
    for (const text of ['First?', 'Second?', 'Third?']) await say(text);
    const { count, turns: gone } = await rewind(services, conversation, 'answer-0');
    assert.equal(count, 4);
    assert.deepEqual(texts(gone), ['Second?', 'Two.', 'Third?', 'Three.']);
    assert.deepEqual(texts(await turns()), ['First?', 'One.']);
    await assert.rejects(rewind(services, conversation, 'answer-2'), { code: 'not-found' });
  });
});

describe('branch', () => {
  it('takes the conversation up to a message elsewhere, where it goes on by itself', async () => {
    const bench = await createBench({ answers: ['One.', 'Two.', 'Elsewhere.'] });
    const { say, services, memory, turns } = bench;
    for (const text of ['First?', 'Second?']) await say(text);
    await memory.configure(conversation, { personaId: 'ember' });
    assert.equal(await branch(services, conversation, 'test:thread', 'answer-0'), 2);
    await say('And here?', { conversation: 'test:thread' });
    assert.deepEqual(texts(await memory.turns('test:thread')), ['First?', 'One.', 'And here?', 'Elsewhere.']);
    assert.deepEqual(texts(await turns()), ['First?', 'One.', 'Second?', 'Two.']);
    assert.equal((await memory.settings('test:thread')).personaId, 'ember');
    await assert.rejects(branch(services, conversation, 'test:thread'), { code: 'not-allowed' });
    await assert.rejects(branch(services, conversation, 'test:other', 'unknown'), { code: 'not-found' });
    assert.equal(await branch(services, conversation, 'test:other'), 4);
  });
});

describe('a greeting', () => {
  const persona = {
    ...ember,
    greeting: 'Hello {{user}}, I am {{char}}.',
    alternateGreetings: [' ', 'Go away, {{USER}}!', 'Hm.'],
  };

  it('is the first turn, with the others as its alternatives', async () => {
    const { services, turns, reviser, say } = await createBench();
    const port = createTestPort('greeting');
    const turn = await openConversation(services, conversation, persona, port, { userName: '{{char}}' });
    assert.deepEqual(turn?.alternatives, ['Hello {{char}}, I am Ember.', 'Go away, {{char}}!', 'Hm.']);
    assert.deepEqual(port.calls, ['begin', 'finish', 'end']);
    await reviser.swipe(conversation, createTestPort('greeting'), { by: 2 });
    await say('Hi!');
    assert.deepEqual(texts(await turns()), ['Hm.', 'Hi!', 'An answer.']);
  });

  it('can be written anew', async () => {
    const { services, reviser } = await createBench({ answers: ['Another greeting.'] });
    await openConversation(services, conversation, persona, createTestPort('greeting'));
    const turn = await reviser.regenerate({ conversation, userId: 'test:ada' }, createTestPort('greeting'));
    assert.deepEqual([turn?.alternatives.length, turn?.shown], [4, 3]);
  });

  it('is not said into a conversation, nor by who has none', async () => {
    const { services, turns, say, memory } = await createBench();
    const port = createTestPort('x');
    assert.equal(await openConversation(services, conversation, ember, port), undefined);
    assert.deepEqual(port.calls, ['end']);
    await say('Hi!');
    assert.equal(await openConversation(services, conversation, persona, createTestPort('x')), undefined);
    assert.equal((await turns()).length, 2);
    const late = createTestPort('x', {
      finish: async () => {
        const speaker = { id: 'test:bo', name: 'Bo' };
        await memory.append('test:other', { role: 'user', speaker, text: 'I was first.', at: 0, messageIds: ['b'] });
        return ['x'];
      },
    });
    assert.equal(await openConversation(services, 'test:other', persona, late), undefined);
    assert.deepEqual(late.calls, ['begin', 'finish', 'withdraw', 'end']);
  });
});
