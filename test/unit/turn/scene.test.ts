// Who answers in a scene, with what they know, and when it stops.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownText } from '../../../src/core/conversation.ts';
import { PaddockError } from '../../../src/core/error.ts';
import type { AnsweringSpeaker } from '../../../src/core/message.ts';
import { affinitiesOf } from '../../../src/turn/affinity.ts';
import { createToldOnce } from '../../../src/turn/told-once.ts';
import { conversation, createGate, createTestPort, promptAt, replyDefaults } from './kit.ts';
import { createSceneBench, fox, three } from './scene-kit.ts';

const withBegins = (port = createTestPort('first')) => {
  const begins: (readonly [AnsweringSpeaker, unknown])[] = [];
  return { begins, port: { ...port, begin: (...call: [AnsweringSpeaker, unknown?]) => void begins.push([call[0], call[1]]) } };
};

describe('a question in a scene', () => {
  it('is answered by all in order: each knows what those before said, under its own name, with its own state', async () => {
    const bench = await createSceneBench(three, { answers: ['Yip.', 'Hoo.', 'Blub.'] });
    const { begins, port } = withBegins();
    await bench.say('Who is there?', { id: 'q' }, port);
    const [question, ...answers] = await bench.turns();
    assert.deepEqual(await bench.spoken(), ['Ada', 'Ember', 'Old Tamm', 'Pip']);
    assert.deepEqual(answers.map(shownText), ['Yip.', 'Hoo.', 'Blub.']);
    assert.ok(answers.every(({ replyTo }) => replyTo === question?.id));
    assert.deepEqual(
      bench.further.map(({ messageId, options, port: own }) => [messageId, options.askerId, own.calls]),
      [
        ['q', 'test:ada', ['begin', 'finish', 'end']],
        ['q', 'test:ada', ['begin', 'finish', 'end']],
      ],
    );
    assert.deepEqual(begins, [[{ id: 'persona:fox', name: 'Ember', look: { name: 'Ember' } }, replyDefaults]]);
    assert.deepEqual(
      bench.engine.requests.map(({ affinity }) => affinity),
      [`${conversation}#fox`, `${conversation}#owl`, `${conversation}#newt`],
    );
    assert.doesNotMatch(promptAt(bench, 0), /Yip/);
    assert.match(promptAt(bench, 1), /Tamm is an owl[\s\S]*Ada: Who is there\?[\s\S]*Ember: Yip\.[\s\S]*Old Tamm:$/);
    assert.match(promptAt(bench, 2), /Ember: Yip\.[\s\S]*Old Tamm: Hoo\.[\s\S]*Pip:$/);
    assert.deepEqual(affinitiesOf(conversation, { scene: three }).slice(2), [
      `${conversation}#fox`,
      `${conversation}#owl`,
      `${conversation}#newt`,
    ]);
  });

  it('is answered by the members it names, in that order, and by those who talk much', async () => {
    const bench = await createSceneBench({ ...three, speaking: 'natural' }, { random: () => 0.9 });
    await bench.say('Tamm, ask Ember.');
    assert.deepEqual(await bench.spoken(), ['Ada', 'Old Tamm', 'Ember', 'Pip']);
  });

  it('is not answered by the muted, the narrator, or members whose persona is gone', async () => {
    const members = [{ personaId: 'fox', isMuted: true }, { personaId: 'gone' }, { personaId: 'newt' }, { personaId: 'voice' }];
    const bench = await createSceneBench({ ...three, members, narratorId: 'voice' });
    await bench.say('Ember? Narrator?');
    assert.deepEqual(await bench.spoken(), ['Ada', 'Pip']);
  });

  it('that nobody answers unasked gets a word, once in a while, and only if it turned to the bot', async () => {
    const toldManual = createToldOnce({ now: () => 0, quietMs: 10, conversationsMax: 2 });
    const bench = await createSceneBench({ ...three, speaking: 'manual' }, { services: () => ({ toldManual }) });
    assert.equal((await bench.say('Anybody?')).notices.length, 1);
    assert.equal((await bench.say('Hello?')).notices.length, 0);
    assert.equal(bench.engine.requests.length, 0);
  });

  it('is answered by one alone where the platform shows no further answers', async () => {
    const portOn = (): never => {
      throw new PaddockError('not-allowed', 'nothing', { userText: 'No.' });
    };
    const bench = await createSceneBench(three, { services: () => ({ portOn }) });
    await bench.say('Hi!');
    assert.deepEqual(await bench.spoken(), ['Ada', 'Ember']);
  });
});

describe('the speakers of a scene stop', () => {
  it('when one is stopped, and what came of it is kept', async () => {
    const gate = createGate();
    let pieces = 0;
    const beforePiece = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 3) await gate.pass();
    };
    const bench = await createSceneBench(three, { answers: [['Yip.'], ['Hoo ', 'hoo.'], ['Blub.']], beforePiece });
    const saying = bench.say('Hi!');
    await gate.reached;
    bench.services.queue.cancel(conversation);
    gate.open();
    await saying;
    assert.deepEqual((await bench.turns()).map(shownText), ['Hi!', 'Yip.', 'Hoo']);
  });

  it('when one fails, with one sentence', async () => {
    const crash = new PaddockError('engine-failed', 'died', { userText: 'My engine stopped.' });
    const bench = await createSceneBench(three, { answers: ['Yip.', [crash], 'Blub.'] });
    const port = await bench.say('Hi!');
    assert.deepEqual(port.notices, ['My engine stopped.']);
    assert.deepEqual(await bench.spoken(), ['Ada', 'Ember']);
    assert.deepEqual(bench.further[0]?.port.calls, ['begin', 'end']);
  });

  it('when somebody else waits for an answer there', async () => {
    const bench = await createSceneBench(three, { services: () => ({ isAsked: (key) => key === conversation }) });
    await bench.say('Hi!');
    assert.deepEqual(await bench.spoken(), ['Ada', 'Ember']);
  });

  it('when the question is deleted', async () => {
    const bench = await createSceneBench(three);
    const port = createTestPort('a', {
      finish: async () => {
        await bench.memory.deleteMessages(conversation, ['q']);
        return ['a'];
      },
    });
    await bench.say('Hi!', { id: 'q' }, port);
    assert.equal(bench.engine.requests.length, 1);
  });
});

describe('a scene', () => {
  it('keeps the persona and its state when an answer is written again', async () => {
    const bench = await createSceneBench(three, { answers: ['Yip.', 'Hoo.', 'Blub.', 'Hoo hoo.'] });
    await bench.say('Hi!', { id: 'q' });
    const tamm = (await bench.turns())[2] ?? assert.fail();
    const where = { conversation, userId: 'test:ada' };
    const { begins, port } = withBegins();
    const turn = await bench.reviser.regenerate(where, port, { turnId: tamm.id });
    assert.deepEqual(turn?.alternatives, ['Hoo.', 'Hoo hoo.']);
    assert.equal(bench.engine.requests.at(-1)?.affinity, `${conversation}#owl`);
    assert.match(promptAt(bench, -1), /Tamm is an owl/);
    assert.deepEqual(begins[0]?.[0].look, { name: 'Old Tamm' });
  });

  it('hides from a member what was said before it came', async () => {
    const bench = await createSceneBench({ ...three, members: [{ personaId: 'fox' }] }, { answers: ['Yip.', 'Hm.', 'Blub.'] });
    await bench.say('The key lies under the stone.');
    const joinedAfterId = (await bench.turns()).at(-1)?.id ?? assert.fail();
    const members = [{ personaId: 'fox' }, { personaId: 'newt', joinedAfterId }];
    await bench.memory.configure(conversation, { scene: { ...three, members } });
    await bench.say('Where is the key?');
    assert.match(promptAt(bench, 1), /under the stone/, 'who was there knows it');
    assert.doesNotMatch(promptAt(bench, 2), /under the stone|Yip/);
    assert.match(promptAt(bench, 2), /Where is the key\?[\s\S]*Ember: Hm\./);
  });

  it('hides from a member a summary of what was said before it came, and shows it one of what it heard', async () => {
    const bench = await createSceneBench({ ...three, members: [{ personaId: 'fox' }] });
    await bench.say('The key lies under the stone.');
    const joinedAfterId = (await bench.turns()).at(-1)?.id ?? assert.fail();
    const members = [{ personaId: 'fox' }, { personaId: 'newt', joinedAfterId }];
    await bench.memory.configure(conversation, { scene: { ...three, members } });
    await bench.say('Hello.');
    const heardId = (await bench.turns()).at(-3)?.id ?? assert.fail();
    for (const [range, knows] of [
      [{ throughId: joinedAfterId }, false],
      [{ throughId: heardId }, false],
      [{ fromId: joinedAfterId, throughId: heardId }, false],
      [{ fromId: heardId, throughId: heardId }, true],
    ] as const) {
      await bench.memory.configure(conversation, { summary: { text: 'A key was hidden.', ...range } });
      await bench.say('Where is the key?');
      assert.match(promptAt(bench, -2), /A key was hidden/, 'who was there knows it');
      assert.equal(promptAt(bench, -1).includes('A key was hidden'), knows, JSON.stringify(range));
    }
  });

  it('cuts an answer where it begins to speak for another member, even one that has said nothing yet', async () => {
    const members = [{ personaId: 'fox' }, { personaId: 'owl', isMuted: true }];
    const scene = { ...three, members, narratorId: 'voice' };
    const bench = await createSceneBench(scene, { answers: ['Yip.\nOld Tamm: Hoo.', 'Yap.\nNarrator: Night falls.'] });
    assert.deepEqual((await bench.say('Hi!')).finished, ['Yip.']);
    assert.deepEqual((await bench.say('Hm.')).finished, ['Yap.']);
  });

  it('without one, the persona’s settings of the place reach the port, and no look does', async () => {
    const bench = await createSceneBench(undefined);
    const { begins, port } = withBegins();
    await bench.say('Hi!', {}, port);
    assert.deepEqual(begins, [[{ id: 'persona:helper', name: 'Helper' }, replyDefaults]]);
    assert.equal(bench.engine.requests[0]?.affinity, conversation);
  });
});

describe('a human with a name of their own', () => {
  it('speaks under it, and keeps their id', async () => {
    const humans = { 'test:ada': { name: ' Captain:\nMay ', description: 'A sailor.' } };
    const bench = await createSceneBench({ ...three, members: [{ personaId: fox.id }] }, { humans });
    await bench.say('Ahoy!');
    const [question] = await bench.turns();
    assert.deepEqual(question?.speaker, { id: 'test:ada', name: 'Captain May' });
    assert.match(promptAt(bench, 0), /About Captain May: A sailor\.[\s\S]*Captain May: Ahoy!/);
  });

  it('is not asked for where a bot speaks, and an empty name is none', async () => {
    const bench = await createSceneBench(undefined, { humans: { 'test:ada': { name: '  ' } } });
    await bench.say('Ahoy!');
    assert.equal((await bench.turns())[0]?.speaker.name, 'Ada');
  });
});
