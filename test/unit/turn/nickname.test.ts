// A persona with a nickname is one and the same in all of its prompt. It once was two: `{{char}}` and the examples had the
// nickname, its past answers and the opening the full name, and a line under the nickname was neither cut nor cleaned.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownText, type Turn } from '../../../src/core/conversation.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { turnsOf } from '../../../src/prompt/index.ts';
import { type PrepareServices, preparePrompt } from '../../../src/turn/prepare.ts';
import type { FakeEngineOptions } from '../../fakes/engine.ts';
import { shipped } from '../prompt/templates.ts';
import { type Bench, conversation, createBench, createTestPort, promptAt } from './kit.ts';

const mac: Persona = {
  id: 'mac',
  name: 'Maximilian Mac',
  nickname: 'Mac',
  summary: '',
  description: '{{char}} is a cat.',
  exampleDialogue: '<START>\n{{user}}: Hi.\n{{char}}: Prr.',
};
const dot: Persona = { id: 'dot', name: 'Dorothea Small', nickname: 'Dot', summary: '', description: '{{char}} is a mouse.' };

const personas = [mac, dot];
const known: Pick<PrepareServices, 'persona' | 'personaById'> = {
  persona: ({ personaId }) => personas.find(({ id }) => id === personaId) ?? mac,
  personaById: (id) => personas.find((persona) => persona.id === id),
};

const createPair = async (options: FakeEngineOptions & { readonly isScene?: boolean } = {}): Promise<Bench> => {
  let ports = 0;
  const bench = await createBench({
    ...options,
    place: known,
    services: { portOn: () => createTestPort(`further-${ports++}`) },
  });
  if (options.isScene !== false)
    await bench.memory.configure(conversation, {
      scene: {
        members: [{ personaId: 'mac' }, { personaId: 'dot' }],
        speaking: 'list',
        cards: 'join',
        scenario: 'With {{group}}.',
      },
    });
  return bench;
};

const answersOf = async ({ turns }: Bench): Promise<readonly (readonly string[])[]> =>
  (await turns()).filter(({ role }) => role === 'assistant').map((turn: Turn) => [turn.speaker.name, shownText(turn)]);

describe('a nickname', () => {
  it('labels history, examples, the opening and the others alike; the full name stands nowhere', async () => {
    const bench = await createPair({ answers: ['Prr.', 'Eek.', 'Mrr.', 'Ook.'] });
    await bench.say('Who is there?');
    await bench.say('And now?');
    const prompt = promptAt(bench, 2);
    assert.match(
      prompt,
      /next message of Mac,[\s\S]*With Mac, Dot\.[\s\S]*About Dot: Dot is a mouse\.[\s\S]*Ada: Hi\.\nMac: Prr\./,
    );
    assert.match(prompt, /\nMac: Prr\.<[\s\S]*\nDot: Eek\.<[\s\S]*\nMac:$/);
    assert.doesNotMatch(prompt, /Maximilian|Dorothea/);
    assert.match(promptAt(bench, 3), /\nDot:$/);
    assert.deepEqual(
      (await bench.turns()).map(({ speaker }) => speaker.name),
      ['Ada', mac.name, dot.name, 'Ada', mac.name, dot.name],
      'people see, and memory keeps, the full name',
    );
  });

  it('is a stop string beside the full name, for everybody who has one', async () => {
    const bench = await createPair({ answers: ['Prr.', 'Eek.'] });
    await bench.say('Who is there?');
    const { memory, engine } = bench;
    const others = { template: () => shipped('chatml'), outputTokensMax: 64, stopStrings: [], now: () => 0, random: () => 0 };
    const prepared = await preparePrompt({ memory, engine, ...known, ...others }, conversation, { personaId: 'mac' });
    const stops = prepared?.stopStrings.filter((stop) => stop.startsWith('\n'));
    assert.deepEqual(stops, ['\nMac:', '\nMaximilian Mac:', '\nDot:', '\nDorothea Small:', '\nAda:']);
  });

  for (const own of ['Mac', 'Maximilian Mac', '**Mac**'])
    for (const others of ['Dot', 'Dorothea Small', 'ADA'])
      it(`is taken off the answer (${own}:), which ends at a line of ${others}`, async () => {
        const bench = await createPair({ answers: [`${own}: Prr.\n${others}: No!`, 'Eek.'] });
        await bench.say('Who is there?');
        assert.deepEqual(await answersOf(bench), [
          [mac.name, 'Prr.'],
          [dot.name, 'Eek.'],
        ]);
      });

  it('leaves the full name to a human who is called so', async () => {
    const bench = await createPair({ isScene: false, answers: ['Prr.\nMaximilian Mac: Ha!'] });
    await bench.say('Hi!', { author: { id: 'test:max', name: 'maximilian mac', isBot: false } });
    assert.match(promptAt(bench, 0), /\nmaximilian mac: Hi![\s\S]*\nMac:$/);
    assert.deepEqual(await answersOf(bench), [[mac.name, 'Prr.']]);
    const two = await createPair({ isScene: false, answers: ['Prr.'] });
    await two.say('Hi!', { author: { id: 'test:mac', name: 'Mac', isBot: false } });
    assert.match(promptAt(two, 0), /\nMac \(2\): Hi![\s\S]*\nMac:$/);
  });

  it('is what a persona is called by who writes for a human', async () => {
    const bench = await createPair({ isScene: false, answers: ['Prr.', 'Mac: no\nWho is a good cat?'] });
    await bench.say('Hi!');
    const ada = { id: 'test:ada', name: 'Ada' };
    const written = bench.reviser.impersonate({ conversation, userId: ada.id }, ada, createTestPort('line'));
    await assert.rejects(written, /other-speaker/, "the persona's line is no line of the human's");
    assert.match(promptAt(bench, 1), /a human who talks with Mac\.[\s\S]*About Mac: Mac is a cat\./);
    assert.doesNotMatch(promptAt(bench, 1), /Maximilian/);
  });

  it('may stand in a conversation file in place of the name', () => {
    const { turns } = turnsOf([{ role: 'assistant', name: 'Mac', content: 'Prr.' }], mac);
    assert.deepEqual(turns[0]?.speaker, { id: 'persona:mac', name: mac.name });
  });
});
