// What a prompt tells of the other members of a scene whose cards are joined.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Persona } from '../../../src/core/persona.ts';
import type { Scene } from '../../../src/core/scene.ts';
import { conversation, createBench, promptAt } from './kit.ts';

const fox: Persona = {
  id: 'fox',
  name: 'Ember',
  summary: '',
  description: 'A fox.',
  scenario: 'A den.',
  exampleDialogue: '{{char}}: Yip.',
};
const owl: Persona = {
  id: 'owl',
  name: 'Old Tamm',
  summary: '',
  description: 'An owl, known to {{user}}. {{scenario}}',
  scenario: 'A barn of {{char}}.',
  exampleDialogue: '<START>\n{{user}}: Who?\n{{char}}: Hoo.',
};
const newt: Persona = { id: 'newt', name: 'Pip', summary: '', description: 'A newt.', scenario: 'A den.' };
const scene: Scene = {
  members: [{ personaId: 'fox' }, { personaId: 'owl' }, { personaId: 'newt' }],
  speaking: 'list',
  cards: 'join',
};

const promptOf = async ({
  personas = [fox, owl, newt],
  contextTokens = 4096,
  ...settings
}: {
  readonly personas?: readonly Persona[];
  readonly contextTokens?: number;
  readonly scenario?: string;
  readonly cards?: Scene['cards'];
} = {}): Promise<string> => {
  const bench = await createBench({
    model: { contextTokens },
    place: {
      persona: ({ personaId }) => personas.find(({ id }) => id === personaId) ?? fox,
      personaById: (id) => personas.find((persona) => persona.id === id),
    },
  });
  const { cards = 'join', ...others } = settings;
  await bench.memory.configure(conversation, { scene: { ...scene, cards }, ...others });
  await bench.say('Hello');
  return promptAt(bench, 0);
};

describe('joined cards', () => {
  it('have their scenarios and examples, each speaking of itself; the same scenario stands once', async () => {
    const prompt = await promptOf();
    assert.match(prompt, /About Old Tamm: An owl, known to Ada\. A barn of Old Tamm\.\nScenario: A barn of Old Tamm\./);
    assert.match(
      prompt,
      /How Ember talks[\s\S]*Ember: Yip\.[\s\S]*How Old Tamm talks, by example[\s\S]*Ada: Who\?\nOld Tamm: Hoo\./,
    );
    assert.equal(prompt.split('A den.').length, 2);
    assert.match(prompt, /About Pip: A newt\.\n\n/);
  });

  it('have none of it where the speaker’s card stands alone, and no scenario where one is set for all', async () => {
    const alone = await promptOf({ cards: 'swap' });
    assert.ok(!alone.includes('Hoo') && !alone.includes('A barn'));
    const set = await promptOf({ scenario: 'The sea.' });
    assert.match(set, /Scenario: The sea\./);
    assert.ok(!set.includes('Scenario: A barn') && !set.includes('A den.'));
    assert.match(set, /Old Tamm: Hoo\./);
  });

  it('take a quarter of the context at most, scenarios before examples, and leave room for the speaker', async () => {
    const long = (words: number): string => Array.from({ length: words }, (_, index) => `w${index}`).join(' ');
    const talker = { ...owl, exampleDialogue: `{{char}}: ${long(3000)}` };
    const prompt = await promptOf({ personas: [fox, talker, newt] });
    assert.match(prompt, /Scenario: A barn of Old Tamm\./);
    assert.match(prompt, /Ember: Yip\./, 'the speaker’s own examples stay');
    assert.ok(!prompt.includes('w100 '));
    const huge = await promptOf({ personas: [fox, { ...owl, scenario: 'x'.repeat(2_000_000), description: 'An owl.' }, newt] });
    assert.ok(huge.includes('About Old Tamm: An owl.') && !huge.includes('xxx') && !huge.includes('Hoo'));
  });
});
