// Pinned turns and recalled messages in the budget, in every template.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Prompt, promptText } from '../../../src/core/prompt.ts';
import { composePrompt } from '../../../src/prompt/compose.ts';
import { cutMark } from '../../../src/prompt/cut.ts';
import { createMacroExpander } from '../../../src/prompt/index.ts';
import type { PromptInsert } from '../../../src/prompt/inserts.ts';
import { oldestShown } from '../../../src/prompt/oldest-shown.ts';
import { answered, character, fakeEngine, helper, said } from './compose-fakes.ts';
import { shipped, templates } from './templates.ts';

const counters: readonly ((prompt: Prompt) => number)[] = [
  (prompt) => Math.ceil(promptText(prompt).length / 4),
  (prompt) => Buffer.byteLength(promptText(prompt)),
  (prompt) => 3 + promptText(prompt).split(/\s+/).length,
];

const recalled: PromptInsert = {
  source: 'recalled',
  label: '#1',
  text: 'Past events: RECALLED',
  position: { at: 'depth', depth: 1, role: 'user' },
};

describe('pinned and recalled messages', () => {
  test('keep to the budget with any history, stand there once, and never cost the question a word', async () => {
    const sentence = fc
      .array(fc.constantFrom('word', '🦘', 'é'.repeat(20), '\n', 'USER:', 'x'.repeat(200)), { maxLength: 20 })
      .map((list) => list.join(' '));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...templates.values()),
        fc.constantFrom(...counters),
        fc.array(fc.record({ isHuman: fc.boolean(), who: fc.constantFrom('Ada', 'Bo'), text: sentence }), {
          minLength: 1,
          maxLength: 25,
        }),
        fc.array(fc.nat({ max: 24 }), { maxLength: 6 }),
        fc.nat({ max: 20 }),
        sentence,
        fc.integer({ min: 500, max: 2500 }),
        fc.boolean(),
        async (template, count, list, pinnedAt, startAt, question, contextTokens, hasRecalled) => {
          const turns = list.map(({ isHuman, who, text }, index) => {
            const marked = `@${index}@ ${text}`;
            return isHuman ? said(who, marked) : answered(helper, marked);
          });
          const pins = [...new Set(pinnedAt)].flatMap((at) => turns[at] ?? []);
          const start = turns[startAt]?.id;
          const { engine, calls } = fakeEngine(count);
          const composed = await composePrompt(
            {
              persona: helper,
              template,
              // As they are read: from the prompt's start on.
              turns: [...turns.filter(({ id }) => start === undefined || id >= start), said('Ada', `BEGIN ${question} END`)],
              ...(start !== undefined && { promptStartId: start }),
              pins,
              ...(hasRecalled && { inserts: [recalled] }),
              contextTokens,
              outputTokensMax: 200,
            },
            engine,
          );
          const text = promptText(composed.prompt);
          assert.equal(composed.promptTokens, count(composed.prompt));
          assert.ok(composed.promptTokens + composed.outputTokensMax <= contextTokens);
          assert.ok(calls.countTokens <= 25, `${calls.countTokens} calls`);
          const isCut = composed.dropped.questionCharacters > 0;
          assert.ok(isCut ? text.includes(cutMark) : text.includes('BEGIN') && text.includes('END'), text);
          if (isCut) assert.ok(!text.includes('RECALLED') && !/@\d+@/.test(text));
          for (const [index, turn] of turns.entries()) {
            const times = text.split(`@${index}@`).length - 1;
            assert.ok(times <= 1, `${index} stands there ${times} times`);
            const parts = composed.parts.filter(({ turnId }) => turnId === turn.id);
            assert.ok(parts.length <= 1, `${index} is listed ${parts.length} times`);
            assert.equal(
              times === 1,
              parts.some(({ state }) => state === 'kept'),
              `${index}`,
            );
            // What is pinned is there or said to be missing.
            if (pins.includes(turn)) assert.equal(parts.length, 1, `${index}`);
          }
          const { promptStartId } = composed;
          assert.ok(
            promptStartId === undefined || start === undefined || promptStartId >= start,
            'the start only moves forwards',
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('are counted only where there are any', async () => {
    const { engine, calls } = fakeEngine();
    const turns = [said('Ada', 'Hello'), answered(helper, 'Hm'), said('Ada', 'Well?')];
    const input = { persona: helper, template: shipped('chatml'), turns, contextTokens: 4096, outputTokensMax: 100 };
    await composePrompt(input, engine);
    assert.equal(calls.countTokens, 1);
    await composePrompt({ ...input, pins: turns.slice(0, 1) }, engine);
    assert.equal(calls.countTokens, 3);
  });

  test('what a persona’s texts set counts once, however often a prompt is composed', async () => {
    const persona = { ...character, postHistoryInstructions: '{{incvar::count}}Answer number {{getvar::count}}.' };
    const macros = createMacroExpander({ char: 'Quill', user: 'Ada', variables: { local: { count: '4' }, global: {} } });
    const { engine } = fakeEngine();
    const composed = await composePrompt(
      {
        persona,
        template: shipped('chatml'),
        turns: [said('Ada', 'Hello'), answered(persona, 'Hm'), said('Ada', `Well ${'so '.repeat(700)}?`)],
        inserts: [recalled],
        macros,
        contextTokens: 700,
        outputTokensMax: 100,
      },
      engine,
    );
    assert.ok(composed.dropped.questionCharacters > 0);
    assert.match(promptText(composed.prompt), /Answer number 5\./);
    assert.deepEqual(composed.variables.local, { count: '5' });
  });
});

test('the oldest turn that can stand in a prompt', () => {
  const turns = [
    said('Ada', 'One'),
    answered(helper, 'Two'),
    said('Ada', 'Three'),
    answered(helper, 'Four'),
    said('Ada', 'Five'),
  ];
  const input = { persona: helper, template: shipped('chatml'), turns, contextTokens: 4096, outputTokensMax: 100 };
  const ids = turns.map(({ id }) => id);
  assert.equal(oldestShown(input), ids[0]);
  assert.equal(oldestShown({ ...input, promptStartId: ids[2] ?? '' }), ids[2]);
  assert.equal(oldestShown({ ...input, turns: [] }), undefined);
  const layout = {
    message: [],
    history: { turnsMax: 2, tokensMax: 100, line: [], none: '' },
    instruction: [],
    opensWithName: false,
  };
  assert.equal(oldestShown({ ...input, layout }), ids[2]);
  const { history: _none, ...bare } = layout;
  assert.equal(oldestShown({ ...input, layout: bare }), ids[4]);
});
