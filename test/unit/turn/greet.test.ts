// The greeting that begins a conversation: the same macros as in prompts, and what they set.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Persona } from '../../../src/core/persona.ts';
import { createGlobalVariables } from '../../../src/memory/global-variables.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';
import { firstGreeting, type GreetServices, openConversation } from '../../../src/turn/greet.ts';
import type { AnswerServices } from '../../../src/turn/make-answer.ts';
import { createValueStore } from '../../fakes/value-store.ts';
import { conversation, createBench, createTestPort, ember } from './kit.ts';

const create = async (change: Partial<GreetServices> = {}) => {
  const bench = await createBench();
  const { at }: Pick<AnswerServices, 'at'> = bench.services;
  const here: GreetServices = { ...(await at(undefined)), timeZone: 'UTC', ...change, memory: bench.memory };
  return { ...bench, here };
};
const who = { userId: 'test:ada', userName: 'ada_1990' };
const greeting = (text: string, more: Partial<Persona> = {}): Persona => ({ ...ember, greeting: text, ...more });
const open = async (persona: Persona, change: Partial<GreetServices> = {}): Promise<string> => {
  const bench = await create(change);
  await openConversation(bench.here, conversation, persona, createTestPort('g'), who);
  return (await bench.turns()).at(-1)?.alternatives[0] ?? '';
};

describe('a greeting', () => {
  it('has its macros expanded, as a prompt has', async () => {
    const text =
      '{{char}}|{{user}}|{{persona}}|{{group}}|{{description}}|{{pick::a::a}}|{{random:x,x}}|{{roll:1d1}}|{{time}}|{{weekday}}|{{idle_duration}}|{{setvar::mood::glad}}{{getvar::mood}}|{{lastMessage}}|{{outlet::o}}|';
    const human = async () => ({ name: 'Zed', description: 'A pilot.' });
    const expected = 'Ember|Zed|A pilot.|Ember|Ember is a fox.|a|x|1|12:00 AM|Thursday|just now|glad|||';
    assert.equal(await open(greeting(text), { human }), expected);
    assert.equal(await open(greeting('Hi, {{user}}.')), 'Hi, ada_1990.', 'who calls themselves nothing');
  });

  it('keeps what the shown one sets, once it is remembered', async () => {
    const globalVariables = createGlobalVariables(createValueStore());
    const bench = await create({ globalVariables });
    const persona = greeting('One.{{setvar::which::first}}{{setglobalvar::met::yes}}', {
      alternateGreetings: ['Two.{{setvar::which::second}}'],
    });
    await bench.say('Before.');
    assert.equal(await openConversation(bench.here, conversation, persona, createTestPort('g'), who), undefined);
    assert.equal((await bench.memory.settings(conversation)).variables, undefined);
    await bench.memory.reset(conversation);
    assert.equal(await firstGreeting(bench.here, conversation, persona, who), 'One.');
    assert.equal((await bench.memory.settings(conversation)).variables, undefined, 'a preview sets nothing');
    await openConversation(bench.here, conversation, persona, createTestPort('g'), who);
    assert.deepEqual((await bench.memory.settings(conversation)).variables, { which: 'first' });
    assert.deepEqual(await globalVariables.of({ conversation }), { met: 'yes' });
  });

  it('picks once for a conversation, and anew after a reset', async () => {
    const bench = await create();
    const persona = greeting(`{{pick::${Array.from({ length: 1000 }, (_, index) => index).join('::')}}}`);
    const seen: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const port = createTestPort('g');
      seen.push((await firstGreeting(bench.here, conversation, persona, who)) ?? '');
      await openConversation(bench.here, conversation, persona, port, who);
      assert.deepEqual(port.finished, [seen.at(-1)]);
      await bench.memory.reset(conversation);
    }
    assert.equal(new Set(seen).size, 3);
  });

  it('of every shipped persona holds no macro when it is said', async () => {
    const personas = loadPersonas(fileURLToPath(new URL('../../../personas', import.meta.url)), { defaultId: 'helper' });
    let greetings = 0;
    for (const persona of personas.list()) {
      const bench = await create();
      const options = { ...who, isInScene: true };
      const turn = await openConversation(bench.here, conversation, persona, createTestPort('g'), options);
      for (const text of turn?.alternatives ?? []) {
        greetings += 1;
        assert.ok(!text.includes('{{') && !/<(user|bot|char)>/i.test(text), `${persona.id}: ${text}`);
      }
    }
    assert.ok(greetings > 10);
  });
});
