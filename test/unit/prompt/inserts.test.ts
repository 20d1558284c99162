import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promptText } from '../../../src/core/prompt.ts';
import { composePrompt } from '../../../src/prompt/compose.ts';
import type { ComposeInput } from '../../../src/prompt/draft.ts';
import { type InsertPosition, type PromptInsert, weave } from '../../../src/prompt/inserts.ts';
import { answered, character, fakeEngine, helper, said } from './compose-fakes.ts';
import { shipped } from './templates.ts';

const insert = (text: string, position: InsertPosition, source: PromptInsert['source'] = 'lore'): PromptInsert => ({
  source,
  text,
  position,
});
const atDepth = (depth: number, role: 'system' | 'user' | 'assistant' = 'system'): PromptInsert =>
  insert(`${role} ${depth}`, { at: 'depth', depth, role });
const woven = (entries: readonly string[], inserts: readonly PromptInsert[], isContinued = false): readonly string[] =>
  weave(entries, inserts, isContinued).map((piece) => ('entry' in piece ? piece.entry : piece.insert.text));
const textOf = async (input: Partial<ComposeInput> & Pick<ComposeInput, 'turns'>): Promise<string> => {
  const { prompt } = await composePrompt(
    { persona: helper, template: shipped('chatml'), contextTokens: 2000, outputTokensMax: 200, ...input },
    fakeEngine().engine,
  );
  return promptText(prompt);
};

describe('what stands among the turns', () => {
  test('a depth counts messages from the end', () => {
    assert.deepEqual(woven(['a', 'b', 'c'], [atDepth(0), atDepth(1), atDepth(3)]), [
      'system 3',
      'a',
      'b',
      'system 1',
      'c',
      'system 0',
    ]);
  });
  test('what is deeper than the chat stands before it, the deeper first', () => {
    assert.deepEqual(woven(['a'], [atDepth(4), atDepth(9)]), ['system 9', 'system 4', 'a']);
  });
  test('at one depth: assistant, user, system; then as given', () => {
    const given = [
      atDepth(1),
      insert('second', { at: 'depth', depth: 1, role: 'system' }),
      atDepth(1, 'user'),
      atDepth(1, 'assistant'),
    ];
    assert.deepEqual(woven(['a', 'b'], given), ['a', 'assistant 1', 'user 1', 'system 1', 'second', 'b']);
  });
  test('the end is behind depth 0', () => {
    assert.deepEqual(woven(['a'], [insert('end', { at: 'end' }), atDepth(0)]), ['a', 'system 0', 'end']);
  });
  test('an answer that is continued counts as the last message', () => {
    assert.deepEqual(woven(['a', 'b'], [atDepth(0), atDepth(1), atDepth(2)], true), [
      'a',
      'system 2',
      'b',
      'system 0',
      'system 1',
    ]);
  });
  test('without any message', () => {
    assert.deepEqual(woven([], [atDepth(2), insert('end', { at: 'end' })]), ['system 2', 'end']);
  });
});

describe('in a prompt', () => {
  const turns = [said('Ada', 'One.'), answered(helper, 'Two.'), said('Ada', 'Three.')];
  const noted = [atDepth(1), insert('Now answer.', { at: 'end' }, 'post-history instructions')];

  test('a form that can have system parts anywhere has them there', async () => {
    assert.equal(
      await textOf({ turns, inserts: noted }),
      '<|im_start|>system\nYou are Pad. You help Ada.<|im_end|>\n<|im_start|>user\nOne.<|im_end|>\n<|im_start|>assistant\nTwo.<|im_end|>\n' +
        '<|im_start|>system\nsystem 1<|im_end|>\n<|im_start|>user\nThree.<|im_end|>\n<|im_start|>system\nNow answer.<|im_end|>\n<|im_start|>assistant\n',
    );
  });
  test('a form that alternates has them in the user’s messages', async () => {
    assert.equal(
      await textOf({ turns, inserts: noted, template: shipped('alpaca') }),
      '### Instruction:\nYou are Pad. You help Ada.\nOne.\n\n### Response:\nTwo.\n\n### Instruction:\nsystem 1\nThree.\nNow answer.\n\n### Response:\n',
    );
  });
  test('a form that alternates and has system parts anywhere keeps both', async () => {
    assert.equal(
      await textOf({ turns, inserts: noted, template: shipped('zephyr') }),
      '<|system|>\nYou are Pad. You help Ada.</s>\n<|user|>\nOne.</s>\n<|assistant|>\nTwo.</s>\n' +
        '<|system|>\nsystem 1</s>\n<|user|>\nThree.</s>\n<|system|>\nNow answer.</s>\n<|assistant|>\n',
    );
  });
  test('the system prompt’s places, in order', async () => {
    const places = ['examples-bottom', 'examples-top', 'note', 'summary', 'human', 'after', 'before'] as const;
    const text = await textOf({
      persona: character,
      turns: [said('Ada', 'Hi.')],
      inserts: places.map((at) => insert(`[${at}]`, { at })),
      conversationNote: '[conversation]',
    });
    const marks = [...text.matchAll(/\[[a-z-]+\]|is an old poet|personality:|Scenario:|How Quill talks/g)].map(([mark]) => mark);
    assert.deepEqual(marks, [
      '[before]',
      'is an old poet',
      'personality:',
      'Scenario:',
      '[after]',
      '[human]',
      '[summary]',
      '[conversation]',
      '[note]',
      '[examples-top]',
      'How Quill talks',
      '[examples-bottom]',
    ]);
  });
  test('a layout has them in its note, or before its instruction', async () => {
    const slot = (name: 'note' | 'question') => ({ kind: 'slot', slot: name }) as const;
    const message = [{ kind: 'slot', slot: 'text' }] as const;
    const base = { message, opensWithName: false };
    const template = shipped('raw');
    const written = async (
      instruction: readonly ({ readonly kind: 'text'; readonly text: string } | ReturnType<typeof slot>)[],
    ) => await textOf({ turns: [said('Ada', 'Why?')], inserts: noted, template, layout: { ...base, instruction } });
    assert.match(
      await written([slot('question'), { kind: 'text', text: ' — ' }, slot('note')]),
      /Why\? — system 1\n\nNow answer\./,
    );
    assert.match(await written([slot('question')]), /system 1\n\nNow answer\.\n\nWhy\?/);
  });
  test('each is named with its source, and what surrounds examples goes with them', async () => {
    const { parts, prompt } = await composePrompt(
      {
        persona: character,
        template: shipped('chatml'),
        contextTokens: 620,
        outputTokensMax: 100,
        turns: [said('Ada', 'x'.repeat(600)), said('Ada', 'Hi.')],
        inserts: [
          { ...insert('Around.', { at: 'examples-top' }), label: 'inn' },
          { ...atDepth(0), label: 'rain' },
        ],
      },
      fakeEngine((given) => Math.ceil(promptText(given).length / 2.5)).engine,
    );
    const lore = parts.filter((part) => part.source === 'lore').map(({ label, state }) => ({ label, state }));
    assert.deepEqual(lore, [
      { label: 'inn', state: 'dropped' },
      { label: 'rain', state: 'kept' },
    ]);
    assert.doesNotMatch(promptText(prompt), /Around\./);
  });
});
