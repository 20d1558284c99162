// What macros stand for in the texts of a prompt: fields that quote one another, the human's side, variables of a server, time.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthorsNote } from '../../../src/core/conversation.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { noLore } from '../../../src/lore/lore-inserts.ts';
import type { AnswerLore, LoreQuestion } from '../../../src/lore/lore-service.ts';
import { createGlobalVariables } from '../../../src/memory/global-variables.ts';
import { branch } from '../../../src/turn/history.ts';
import type { PlaceServices } from '../../../src/turn/respond.ts';
import { createValueStore } from '../../fakes/value-store.ts';
import { conversation, createBench, ember, promptAt } from './kit.ts';

/** Lore of one entry at depth 0, and what of it was kept. */
const loreOf = (text: string) => ({
  prepare: async ({ expand }: LoreQuestion): Promise<AnswerLore> => ({
    ...noLore,
    inserts: [
      {
        source: 'lore',
        label: 'entry',
        text: expand?.(text, 'content') ?? text,
        position: { at: 'depth', depth: 0, role: 'system' },
      },
    ],
    keep: async () => {},
  }),
});

const card: Persona = {
  ...ember,
  systemPrompt: 'SYSTEM {{description}} / {{scenario}}',
  description: 'A fox, {{personality}}.{{description}}',
  personality: 'sly',
  scenario: 'A den of {{char}}',
  exampleDialogue: '{{char}}: I am {{personality}}.',
};

describe('fields of a persona that its texts quote', () => {
  it('stand in the system prompt, in one another, in examples and in lore; where one quotes itself stands nothing', async () => {
    const bench = await createBench({ persona: card, place: { lore: loreOf('LORE {{description}}') } });
    await bench.say('Hello');
    const prompt = promptAt(bench, -1);
    assert.match(prompt, /SYSTEM A fox, sly\. \/ A den of Ember/);
    assert.match(prompt, /\n\nA fox, sly\.\n\nEmber's personality: sly/);
    assert.match(prompt, /Ember: I am sly\./);
    assert.match(prompt, /LORE A fox, sly\./);
    assert.ok(!prompt.includes('{{'));
  });

  it('end where they quote one another in a circle, and are nothing where there are none', async () => {
    const persona = { ...ember, description: 'D({{personality}})', personality: 'P({{description}})({{scenario}})' };
    const bench = await createBench({ persona });
    await bench.say('Hello');
    assert.match(promptAt(bench, -1), /\nD\(P\(\)\(\)\)\n\nEmber's personality: P\(\)\(\)/);
  });

  it('are the scenario that counts', async () => {
    const bench = await createBench({ persona: card });
    await bench.memory.configure(conversation, { scenario: 'The sea' });
    await bench.say('Hello');
    assert.match(promptAt(bench, -1), /SYSTEM A fox, sly\. \/ The sea/);
  });
});

describe('a line for a human', () => {
  it('is written with lore, note and scenario as the persona has them, and what the human says about themselves', async () => {
    const human = async (id: string) => (id === 'test:ada' ? { description: 'Ada is a pilot.' } : undefined);
    const persona = { ...card, systemPrompt: '', note: { ...note('PERSONA {{char}} and {{user}}.'), mode: 'after' as const } };
    const bench = await createBench({ persona, place: { human, lore: loreOf('{{char}} loves {{user}}, {{persona}}') } });
    await bench.memory.configure(conversation, {
      note: note('NOTE: {{char}} is wary of {{user}}. {{lastUserMessage}}'),
      scenario: '{{user}} is on the boat of {{char}}',
    });
    await bench.say('Ahoy');
    await bench.reviser.impersonate(
      { conversation, userId: 'test:ada' },
      { id: 'test:ada', name: 'Ada' },
      { begin: () => {}, end: () => {} },
    );
    const prompt = promptAt(bench, -1);
    assert.match(prompt, /You are Ada, a human/);
    assert.match(prompt, /About Ember: A fox, sly\.\n/);
    assert.match(prompt, /Scenario: Ada is on the boat of Ember/);
    assert.match(prompt, /Ember loves Ada, Ada is a pilot\./);
    assert.match(prompt, /NOTE: Ember is wary of Ada\. Ahoy/);
    assert.match(prompt, /PERSONA Ember and Ada\./);
    assert.match(prompt, /About Ada: Ada is a pilot\./);
    assert.ok(!prompt.includes('A den') && !prompt.includes('{{'));
  });
});

const note = (text: string): AuthorsNote => ({ text, interval: 1, position: { at: 'depth', depth: 1 }, role: 'system' });

describe('global variables', () => {
  const persona = { ...ember, postHistoryInstructions: '{{incglobalvar::visits}}Visit {{getglobalvar::visits}}.' };
  const at = (serverId?: string): Partial<PlaceServices> =>
    serverId === undefined ? {} : { place: { channelIds: [], serverId } };

  it('last, are those of all conversations of a server, and of no other server', async () => {
    const globalVariables = createGlobalVariables(createValueStore());
    const visitAt = async (serverId: string | undefined, key: string): Promise<string | undefined> => {
      const bench = await createBench({ persona, place: { globalVariables, ...at(serverId) } });
      await bench.say('Hi', { conversation: key });
      return /Visit (\d+)\./.exec(promptAt(bench, -1))?.[1];
    };
    assert.equal(await visitAt('1', 'test:a'), '1');
    assert.equal(await visitAt('1', 'test:b'), '2');
    assert.equal(await visitAt('2', 'test:c'), '1');
    assert.equal(await visitAt(undefined, 'test:d'), '1');
    assert.equal(await visitAt(undefined, 'test:e'), '1', 'direct messages of somebody else');
    assert.equal(await visitAt(undefined, 'test:d'), '2');
  });

  it('are not set by an answer of which nothing came', async () => {
    const globalVariables = createGlobalVariables(createValueStore());
    const bench = await createBench({ persona, answers: [''], place: { globalVariables } });
    await bench.say('Hi');
    assert.deepEqual(await globalVariables.of({ conversation }), {});
  });
});

describe('time', () => {
  const persona = { ...ember, postHistoryInstructions: 'It is {{isodate}} {{isotime}}, {{weekday}}.' };
  it('is that of the zone that is set', async () => {
    for (const [timeZone, expected] of [
      ['UTC', '1970-01-01 00:00, Thursday'],
      ['America/New_York', '1969-12-31 19:00, Wednesday'],
      ['Asia/Tokyo', '1970-01-01 09:00, Thursday'],
    ] as const) {
      const bench = await createBench({ persona, place: { timeZone } });
      await bench.say('Hi');
      assert.ok(promptAt(bench, -1).includes(`It is ${expected}.`), timeZone);
    }
  });
  it('is that of the machine where none is set', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'Asia/Tokyo';
    try {
      const bench = await createBench({ persona });
      await bench.say('Hi');
      assert.match(promptAt(bench, -1), /It is 1970-01-01 09:00/);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});

it('what is picked is the same in a branch, and another after a reset', async () => {
  const persona = { ...ember, description: `Likes {{pick::${Array.from({ length: 1000 }, (_, n) => `n${n}`).join('::')}}}.` };
  const bench = await createBench({ persona });
  const pickedIn = async (key: string): Promise<string | undefined> => {
    await bench.say('Hi', { conversation: key });
    return /Likes (n\d+)\./.exec(promptAt(bench, -1))?.[1];
  };
  const first = await pickedIn('test:a');
  assert.ok(first);
  await branch(bench.services, 'test:a', 'test:branch');
  assert.equal(await pickedIn('test:branch'), first);
  await bench.memory.reset('test:a');
  const second = await pickedIn('test:a');
  assert.notEqual(second, first);
  assert.equal(await pickedIn('test:a'), second);
  assert.equal(await pickedIn('test:branch'), first);
});
