// What stands in prompts besides persona and turns, on the way of a message.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HumanPersona } from '../../../src/core/human-persona.ts';
import { noLore } from '../../../src/lore/lore-inserts.ts';
import type { AnswerLore, LoreQuestion } from '../../../src/lore/lore-service.ts';
import { conversation, createBench, ember, promptAt } from './kit.ts';

const bo = { id: 'test:bo', name: 'Bo', isBot: false };

describe("the author's note", () => {
  const note = { text: 'It is {{user}}’s birthday.', interval: 1, position: { at: 'depth', depth: 1 }, role: 'system' } as const;
  test('stands at its depth, with who asks in it', async () => {
    const bench = await createBench();
    await bench.memory.configure(conversation, { note });
    await bench.say('Hello');
    await bench.say('Well?', { author: bo });
    assert.match(promptAt(bench, -1), /<\|im_start\|>system\nIt is Bo’s birthday\.<\|im_end\|>\n<\|im_start\|>user\nBo: Well\?/);
  });
  test('only every so many messages of humans; 0 is never', async () => {
    const bench = await createBench();
    await bench.memory.configure(conversation, { note: { ...note, interval: 2 } });
    const stands: boolean[] = [];
    for (let index = 0; index < 4; index += 1) {
      await bench.say(`Message ${index}`);
      stands.push(promptAt(bench, -1).includes('birthday'));
    }
    assert.deepEqual(stands, [false, true, false, true]);
    await bench.memory.configure(conversation, { note: { ...note, interval: 0 } });
    await bench.say('And now?');
    assert.ok(!promptAt(bench, -1).includes('birthday'));
  });
  test('behind the scenario, where it is placed there', async () => {
    const bench = await createBench({ persona: { ...ember, scenario: 'A den.' } });
    await bench.memory.configure(conversation, { note: { ...note, position: { at: 'note' } } });
    await bench.say('Hello');
    assert.match(promptAt(bench, -1), /Scenario: A den\.\n\nIt is Ada’s birthday\.<\|im_end\|>/);
  });
});

test('what humans say about themselves is told, of all who take part, in the system prompt', async () => {
  const told: Record<string, HumanPersona> = {
    'test:ada': { description: 'A pilot.' },
    'test:bo': { description: 'A baker. {{char}} likes him.' },
  };
  const bench = await createBench({ place: { human: async (id) => told[id] } });
  await bench.say('Hello');
  await bench.say('Well?', { author: bo });
  assert.match(promptAt(bench, -1), /About Ada: A pilot\.\n\nAbout Bo: A baker\. \{\{char\}\} likes him\.<\|im_end\|>/);
});

test('a scenario of the conversation goes before the persona’s, and a summary stands behind it', async () => {
  const bench = await createBench({ persona: { ...ember, scenario: 'A den.' } });
  await bench.memory.configure(conversation, { scenario: '{{char}} is at sea.', summary: { text: 'They met.', throughId: '0' } });
  await bench.say('Hello');
  assert.match(promptAt(bench, -1), /Scenario: Ember is at sea\.\n\nWhat was said before, in short: They met\./);
  await bench.memory.configure(conversation, { isSummarised: false });
  await bench.say('Hello?');
  assert.ok(!promptAt(bench, -1).includes('They met'));
});

test('variables that a persona’s texts set are there for the next answer, and gone with a reset', async () => {
  const persona = { ...ember, postHistoryInstructions: '{{incvar::count}}Answer number {{getvar::count}}.' };
  const bench = await createBench({ persona });
  await bench.say('One');
  await bench.say('Two');
  assert.match(promptAt(bench, -1), /Answer number 2\./);
  assert.deepEqual((await bench.memory.settings(conversation)).variables, { count: '2' });
  await bench.memory.reset(conversation);
  await bench.say('One');
  assert.match(promptAt(bench, -1), /Answer number 1\./);
});

test('variables stay as they are when nothing came of an answer', async () => {
  const persona = { ...ember, postHistoryInstructions: '{{incvar::count}}Answer number {{getvar::count}}.' };
  const bench = await createBench({ persona, answers: [''] });
  await bench.say('One');
  assert.equal((await bench.memory.settings(conversation)).variables, undefined);
});

test('lore is asked for with the messages as people see them, and begins only once the answer is kept', async () => {
  const questions: LoreQuestion[] = [];
  let kept = 0;
  const lore = {
    prepare: async (question: LoreQuestion): Promise<AnswerLore> => {
      questions.push(question);
      return {
        ...noLore,
        inserts: [
          { source: 'lore', label: 'Inn', text: 'The inn is full.', position: { at: 'depth', depth: 0, role: 'system' } },
        ],
        outlets: new Map([['weather', 'rain']]),
        keep: async () => {
          kept += 1;
        },
      };
    },
  };
  const bench = await createBench({
    persona: { ...ember, postHistoryInstructions: 'Weather: {{outlet::weather}}.' },
    place: { lore },
  });
  await bench.say('Where?');
  assert.match(promptAt(bench, -1), /The inn is full\.<\|im_end\|>\n<\|im_start\|>system\nWeather: rain\./);
  assert.deepEqual(questions[0]?.messages, [{ name: 'Ada', text: 'Where?' }]);
  assert.equal(kept, 1);
});

test('no more history than is wanted, with a beginning that stays', async () => {
  const bench = await createBench({ place: { historyTurnsMax: 10 } });
  const starts = new Set<string>();
  for (let index = 0; index < 30; index += 1) {
    await bench.say(`Message ${index}.`);
    const said = [...promptAt(bench, -1).matchAll(/Message (\d+)\./g)].map(([, number]) => number ?? '');
    assert.ok(said.length <= 11, `${said.length} messages`);
    starts.add(said[0] ?? '');
  }
  assert.ok(starts.size < 15, `the beginning moved ${starts.size} times`);
});
