import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Turn } from '../../../src/core/conversation.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { type Prompt, promptText } from '../../../src/core/prompt.ts';
import { composePrompt } from '../../../src/prompt/compose.ts';
import { cutMark } from '../../../src/prompt/cut.ts';
import type { PromptTemplate } from '../../../src/prompt/template.ts';
import { answered, character, fakeEngine, helper, said } from './compose-fakes.ts';
import { shipped, templates } from './templates.ts';

/** Lengths and speakers that vary but are the same in every run. */
const numbers = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

const commonLength = (a: string, b: string): number => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
};

type Step = {
  readonly text: string;
  readonly opening: string;
  readonly startId: string | undefined;
  readonly hasExamples: boolean;
};

/** A conversation of 1,000 turns, with the prompt of each answer. */
const simulate = async (template: PromptTemplate, persona: Persona, humans: readonly string[]) => {
  const random = numbers(7);
  const words = (count: number): string => Array.from({ length: count }, () => 'abcdefgh'.slice(random(7))).join(' ');
  const contextTokens = 4096;
  const turns: Turn[] = [];
  const steps: Step[] = [];
  let callsMax = 0;
  let startId: string | undefined;
  for (let exchange = 0; exchange < 500; exchange += 1) {
    const question = said(humans[exchange === 0 ? 0 : random(humans.length)] ?? '', `#${exchange}# ${words(2 + random(30))}`);
    turns.push(question);
    const { engine, calls } = fakeEngine();
    const from = turns.filter((turn) => startId === undefined || turn.id >= startId);
    const composed = await composePrompt(
      {
        persona,
        template,
        turns: from,
        contextTokens,
        outputTokensMax: 300,
        questionId: question.id,
        ...(startId !== undefined && { promptStartId: startId }),
      },
      engine,
    );
    assert.ok(composed.promptTokens + composed.outputTokensMax <= contextTokens);
    assert.ok(composed.outputTokensMax === 300);
    const text = promptText(composed.prompt);
    assert.equal(text.split(`#${exchange}#`).length, 2, 'the question stands once');
    callsMax = Math.max(callsMax, calls.countTokens);
    startId = composed.promptStartId;
    steps.push({ text, opening: composed.opening, startId, hasExamples: !composed.dropped.exampleDialogue });
    turns.push(answered(persona, words(2 + random(40)), { replyTo: question.id }));
  }
  return { steps, callsMax };
};

describe('a conversation of 1,000 turns', () => {
  // What humans do to the names is the same in every form.
  for (const [persona, humans] of [
    [helper, ['Ada']],
    [helper, ['Ada', 'Bo']],
    [character, ['Ada', 'Bo', 'Kim']],
  ] as const)
    for (const template of humans.length === 2 ? [shipped('zephyr')] : templates.values())
      test(`${template.id}, ${persona.name} and ${humans.length} humans`, async () => {
        const { steps, callsMax } = await simulate(template, persona, humans);
        let [cached, all, drops, rewrites] = [0, 0, 0, 0];
        for (const [index, step] of steps.entries()) {
          const before = steps[index - 1];
          if (!before) continue;
          if (before.startId !== step.startId || before.hasExamples !== step.hasExamples) {
            drops += 1;
            continue;
          }
          // All of the former prompt but what opened the answer stands at the beginning of this one.
          const kept = commonLength(before.text, step.text);
          if (kept < before.text.length - before.opening.length - 30) rewrites += 1;
          cached += kept;
          all += step.text.length;
        }
        // Only when the second human came, the names began to be shown.
        assert.ok(rewrites <= (humans.length > 1 ? 1 : 0), `${rewrites} rewrites`);
        assert.ok(drops >= 3 && drops <= 30, `${drops} drops`);
        assert.ok(cached / all >= 0.95, `${cached / all}`);
        assert.ok(callsMax <= 6, `${callsMax} calls`);
      });
});

describe('the budget', () => {
  const counters: readonly ((prompt: Prompt) => number)[] = [
    (prompt) => Math.ceil(promptText(prompt).length / 4),
    // Bytes: dense where letters are not ASCII.
    (prompt) => Buffer.byteLength(promptText(prompt)),
    // Each segment costs more by itself than within a prompt.
    (prompt) => 3 + promptText(prompt).split(/\s+/).length,
  ];

  test('holds for any history, and the question is always in', async () => {
    const sentence = fc
      .array(fc.constantFrom('word', '🦘', 'é'.repeat(20), '\n', 'USER:', 'x'.repeat(300)), { maxLength: 30 })
      .map((list) => list.join(' '));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...templates.values()),
        fc.constantFrom(...counters),
        fc.array(fc.record({ isHuman: fc.boolean(), who: fc.constantFrom('Ada', 'Bo'), text: sentence }), { maxLength: 25 }),
        sentence,
        fc.integer({ min: 500, max: 2500 }),
        fc.integer({ min: 1, max: 3000 }),
        async (template, count, list, question, contextTokens, outputTokensMax) => {
          const turns = list.map(({ isHuman, who, text }) => (isHuman ? said(who, text) : answered(helper, text)));
          const { engine, calls } = fakeEngine(count);
          const composed = await composePrompt(
            {
              persona: helper,
              template,
              turns: [...turns, said('Ada', `BEGIN ${question} END`)],
              contextTokens,
              outputTokensMax,
            },
            engine,
          );
          assert.equal(composed.promptTokens, count(composed.prompt));
          assert.ok(composed.promptTokens + composed.outputTokensMax <= contextTokens);
          assert.ok(composed.outputTokensMax <= outputTokensMax);
          assert.ok(calls.countTokens <= 12 && calls.renderChat <= 16);
          const text = promptText(composed.prompt);
          const asked =
            composed.dropped.questionCharacters > 0 ? text.includes(cutMark) : text.includes('BEGIN') && text.includes('END');
          assert.ok(asked, text);
          assert.ok(text.includes('You are Pad.'));
        },
      ),
      { numRuns: 300 },
    );
  });
});
