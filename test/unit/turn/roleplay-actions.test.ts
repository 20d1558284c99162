// What people ask for in roleplay: greetings of several, somebody who speaks now, a line for a human.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownText } from '../../../src/core/conversation.ts';
import { PaddockError } from '../../../src/core/error.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { createRoleplayActions } from '../../../src/turn/roleplay-actions.ts';
import { conversation, promptAt } from './kit.ts';
import { createSceneBench, fox, newt, owl, type SceneBench, three } from './scene-kit.ts';

const where = { conversation, userId: 'test:ada' };
const greeter: Persona = {
  ...fox,
  greeting: 'Come in, {{user}}.',
  alternateGreetings: ['Who is there?'],
  groupOnlyGreetings: ['All of you, come in.'],
};
const other: Persona = { ...owl, greeting: 'Hoo.' };

const actionsOf = (bench: SceneBench, portOn = bench.portOn) => {
  const summariser = { make: async () => undefined };
  return createRoleplayActions({ ...bench.services, reviser: bench.reviser, summariser, portOn });
};

describe('greetings', () => {
  it('of a scene stand there each under its own name, with those for groups among the swipes', async () => {
    const bench = await createSceneBench(three);
    const greeted = await actionsOf(bench).greet(where, [greeter, fox, other], { userName: 'Ada', isInScene: true });
    assert.equal(greeted, 2);
    assert.deepEqual(
      (await bench.turns()).map(({ speaker, alternatives, shown }) => [speaker.name, shown, ...alternatives]),
      [
        ['Ember', 0, 'Come in, Ada.', 'Who is there?', 'All of you, come in.'],
        ['Old Tamm', 0, 'Hoo.'],
      ],
    );
    assert.ok(bench.further.every(({ port, messageId }) => messageId === undefined && port.calls.at(-1) === 'end'));
    assert.equal(await actionsOf(bench).greet(where, [greeter], { userName: 'Ada' }), 0, 'something was said');
  });

  it('of one alone have none for groups, and where nothing can be shown there are none', async () => {
    const bench = await createSceneBench(undefined);
    await actionsOf(bench).greet(where, [greeter], { userName: 'Ada' });
    assert.deepEqual((await bench.turns())[0]?.alternatives, ['Come in, Ada.', 'Who is there?']);

    const mute = await createSceneBench(undefined);
    const refuse = (): never => {
      throw new PaddockError('not-allowed', 'no', { userText: 'No.' });
    };
    assert.equal(await actionsOf(mute, refuse).greet(where, [greeter], { userName: 'Ada' }), 0);
    assert.deepEqual(await mute.turns(), []);
  });
});

describe('a greeting that calls a human', () => {
  it('by the name they have given themselves, also where it is only shown', async () => {
    const bench = await createSceneBench(undefined, { humans: { 'test:ada': { name: 'Zed' } } });
    const actions = actionsOf(bench);
    assert.equal(await actions.greeting(where, greeter, { userName: 'Ada' }), 'Come in, Zed.');
    assert.equal(await actions.greeting(where, newt, { userName: 'Ada' }), undefined);
    assert.deepEqual(await bench.turns(), []);
    await actions.greet(where, [greeter], { userName: 'Ada' });
    assert.equal((await bench.turns())[0]?.alternatives[0], 'Come in, Zed.');
  });
});

describe('speaking when asked', () => {
  it('goes on after all that was said, muted or not, and goes with the last question', async () => {
    const scene = { ...three, members: [{ personaId: 'fox' }, { personaId: 'owl', isMuted: true }], narratorId: 'voice' };
    const bench = await createSceneBench(scene, { answers: ['Yip.', 'Hoo.', 'Night falls.'] });
    await bench.say('Hi!');
    const actions = actionsOf(bench);
    assert.equal(await actions.speak(where, 'owl'), true);
    assert.equal(await actions.speak(where, 'voice'), true);
    const [question, ...answers] = await bench.turns();
    assert.deepEqual(answers.map(shownText), ['Yip.', 'Hoo.', 'Night falls.']);
    assert.ok(answers.every(({ replyTo }) => replyTo === question?.id));
    assert.match(promptAt(bench, 2), /Tell what happens[\s\S]*Ember: Yip\.[\s\S]*Old Tamm: Hoo\./);
    assert.deepEqual(
      bench.further.map(({ options }) => options.askerId),
      ['test:ada', 'test:ada'],
    );
  });

  it('can begin a conversation', async () => {
    const bench = await createSceneBench(three);
    assert.equal(await actionsOf(bench).speak(where, 'fox'), true);
    assert.deepEqual(await bench.spoken(), ['Ember']);
  });
});

describe('a line for a human', () => {
  it('is written under the name they have there, and remembered nowhere', async () => {
    const bench = await createSceneBench(three, {
      answers: ['Yip.', 'Hoo.', 'Blub.', 'Aye.'],
      humans: { 'test:ada': { name: 'Captain May' } },
    });
    await bench.say('Ahoy!');
    const line = await actionsOf(bench).impersonate(where, { id: 'test:ada', name: 'Ada' });
    assert.equal(line, 'Aye.');
    assert.match(promptAt(bench, -1), /You are Captain May, a human/);
    assert.equal((await bench.turns()).length, 4);
  });
});
