// The forms in which reasoning models mark their thoughts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AnswerCleanerOptions, type CleanedAnswer, createAnswerCleaner } from '../../../src/reply/clean-answer.ts';
import { endsInThought } from '../../../src/reply/reasoning.ts';

const clean = (text: string, options: AnswerCleanerOptions = {}): CleanedAnswer => {
  const cleaner = createAnswerCleaner({ name: 'Mira', ...options });
  cleaner.push(text);
  return cleaner.end();
};
const hidden = (text: string, options: AnswerCleanerOptions = {}): string => {
  const { shown, remembered } = clean(text, options);
  assert.equal(remembered, shown);
  return shown;
};

/** One answer in the form of each family: the thought `{T}`, the answer `{A}`. */
const forms = [
  '<think>{T}</think>{A}',
  '<think>\n{T}\n</think>\n\n{A}',
  '<Think>{T}</THINK>{A}',
  '<thinking>{T}</thinking>{A}',
  '<thought>\n{T}\n</thought>\n\n{A}',
  '<reasoning>{T}</reasoning>{A}',
  '<seed:think>{T}</seed:think>{A}',
  '[THINK]{T}[/THINK]{A}',
  '◁think▷{T}◁/think▷{A}',
  '<|START_THINKING|>{T}<|END_THINKING|><|START_RESPONSE|>{A}<|END_RESPONSE|>',
  '<|begin_of_thought|>\n{T}\n<|end_of_thought|>\n<|begin_of_solution|>\n{A}\n<|end_of_solution|>',
  '<|channel>thought\n{T}\n<channel|>{A}<turn|>',
  '<think>\n{T}\n</think>\n<answer>\n{A}\n</answer>',
  '<think>{T}</think><response>{A}</response>',
  '<|channel|>analysis<|message|>{T}<|end|><|start|>assistant<|channel|>final<|message|>{A}<|return|>',
  '<|channel|>analysis<|message|>{T}<|start|>assistant<|channel|>final<|message|>{A}', // an engine that shows no <|end|>
  '<|start|>assistant<|channel|>analysis<|message|>{T}<|end|><|channel|>final<|message|>{A}',
  '<think>{T}</thinking>{A}',
] as const;

test('thoughts are hidden, in every form, and the answer stays', () => {
  for (const form of forms) {
    assert.equal(
      hidden(form.replace('{A}', 'Mira: The answer is 4.').replace('{T}', 'Let me see > maybe.')),
      'The answer is 4.',
      form,
    );
    assert.equal(hidden(form.slice(0, form.indexOf('{T}') + 3)), '', `${form}, cut off within the thought`);
  }
});

test('thoughts are shown as a spoiler or a quotation, and never remembered', () => {
  for (const form of forms) {
    const text = form.replace('{A}', 'Four.').replace('{T}', 'Hm.\nTwo and two.');
    assert.deepEqual(
      clean(text, { reasoning: 'spoiler' }),
      { shown: '||Hm.\nTwo and two.||\n\nFour.', remembered: 'Four.' },
      form,
    );
    assert.deepEqual(clean(text, { reasoning: 'show' }), { shown: '> Hm.\n> Two and two.\n\nFour.', remembered: 'Four.' }, form);
    const cut = text.slice(0, text.indexOf('Hm.') + 3);
    assert.deepEqual(clean(cut, { reasoning: 'spoiler' }), { shown: '||Hm.||', remembered: '' }, form);
  }
});

test('a spoiler opens at once and closes with the thought', () => {
  const cleaner = createAnswerCleaner({ reasoning: 'spoiler' });
  assert.equal(cleaner.push('<think>\n'), '');
  assert.equal(cleaner.push('Hm'), '||Hm');
  assert.equal(cleaner.push('.\n</th'), '||Hm.');
  assert.equal(cleaner.push('ink>'), '||Hm.||');
  assert.equal(cleaner.push('\n\nF'), '||Hm.||\n\nF');
});

test('what stands in a thought can’t break out of its spoiler or quotation', () => {
  assert.equal(clean('<think>a || b |</think>A', { reasoning: 'spoiler' }).shown, '||a \\|\\| b \\| ||\n\nA');
  assert.equal(clean('<think>```\nx</think>A', { reasoning: 'spoiler' }).shown, '||\\`\\`\\`\nx||\n\nA');
  assert.equal(clean('<think>```\nx</think>A', { reasoning: 'show' }).shown, '> ```\n> x\n> ```\n\nA');
  assert.equal(clean('<think>a\n\nb</think>A', { reasoning: 'show' }).shown, '> a\n> \n> b\n\nA');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('|', '\\', '`', 'a', '\n', ' '), maxLength: 30 }), (thought) => {
      const { shown } = clean(`<think>${thought}</think>A`, { reasoning: 'spoiler' });
      if (thought.trim() === '') assert.equal(shown, 'A');
      else {
        assert.equal(shown.indexOf('||'), 0);
        assert.equal(shown.indexOf('||', 2), shown.length - '||\n\nA'.length);
      }
    }),
    { numRuns: 1000 },
  );
});

test('thoughts in the middle, several, nested, empty', () => {
  assert.equal(hidden('One.\n<thinking>more?</thinking>\nTwo.'), 'One.\n\nTwo.');
  assert.equal(hidden('One. <think>more?</think>Two.'), 'One. Two.');
  assert.equal(hidden('I see<think>more?</think> it.'), 'I see it.');
  assert.equal(clean('One.\n<think>x</think>\nTwo.', { reasoning: 'spoiler' }).shown, 'One.\n\n||x||\n\nTwo.');
  assert.equal(hidden('<think>a</think><think>b</think>Yes.'), 'Yes.');
  assert.equal(hidden('<think>a\n<think>b</think>\nc</think>Yes.'), 'Yes.');
  assert.equal(hidden('<think>\n\n</think>\n\nYes.'), 'Yes.');
  assert.equal(clean('<think>\n</think>Yes.', { reasoning: 'spoiler' }).shown, 'Yes.');
  assert.equal(hidden('</think>\n\nYes.'), 'Yes.', 'a switched-off thought of which only the end came');
  assert.equal(hidden('One.<think>never closed'), 'One.');
});

test('a thought that talks about its own markers goes on until its end', () => {
  assert.equal(hidden('<think>They ask what the <think> tag does.</think>It opens a thought.'), 'It opens a thought.');
  assert.equal(hidden('<think>I should mention `</think>` too.</think>Done.'), 'Done.');
  assert.equal(hidden('<think>What does [THINK] do?</think>Done.'), 'Done.');
});

test('a thought that the prompt has opened', () => {
  const options = { startsInThought: true };
  for (const text of [
    'T</think>\n\nA',
    '<think>\nT</think>A',
    'T[/THINK]A',
    'T<channel|>A',
    'T<|end|><|start|>assistant<|channel|>final<|message|>A',
  ])
    assert.equal(hidden(text, options), 'A', text);
  assert.deepEqual(clean('T\n</think>\nA', { ...options, reasoning: 'spoiler' }), { shown: '||T||\n\nA', remembered: 'A' });
  assert.equal(hidden('cut off', options), '');
});

test('a thought whose opening never came is hidden once its end shows what it was', () => {
  for (const end of ['</think>', '</Thinking>', '[/THINK]', '◁/think▷', '<|END_THINKING|>', '<channel|>']) {
    assert.equal(hidden(`abc${end}def`), 'def', end);
    assert.equal(hidden(`Mira: Thoughts.\n\nMore${end}\n\nMira: Yes.`), 'Yes.', end);
    assert.equal(hidden(`only thoughts${end}`), '', end);
  }
  assert.equal(hidden('a</think>b</think>c'), 'c');
  assert.equal(hidden('a <s>b</think><answer>c</answer>'), 'c');
  assert.equal(hidden('Write `</think>` there.'), 'Write `</think>` there.');
  const cleaner = createAnswerCleaner({});
  assert.equal(cleaner.push('Thoughts.'), 'Thoughts.', 'nobody can know');
  assert.equal(cleaner.push(' More</th'), 'Thoughts. More');
  assert.equal(cleaner.push('ink>'), '');
  assert.equal(cleaner.push('\n\nYes.'), 'Yes.');
  assert.deepEqual(cleaner.end(), { shown: 'Yes.', remembered: 'Yes.' });
  // Where people see thoughts, it stays where it is; it is not remembered all the same.
  for (const reasoning of ['spoiler', 'show'] as const)
    assert.deepEqual(clean('Thoughts.</think>Mira: Yes.', { reasoning }), { shown: 'Thoughts.\n\nYes.', remembered: 'Yes.' });
});

test('gpt-oss: preambles are shown, tool calls are not, and a forged user turn ends the answer', () => {
  assert.equal(hidden('<|channel|>commentary<|message|>I look it up.<|end|>'), 'I look it up.');
  assert.equal(hidden('Hm.<|channel|>commentary to=functions.find <|constrain|>json<|message|>{"a":1}<|call|>'), 'Hm.');
  assert.equal(hidden('A.<|end|><|start|>user<|message|>And now?'), 'A.');
  assert.equal(hidden('<|start|>Hello there.'), 'Hello there.', 'no head of a message');
  assert.equal(hidden(`<|channel|>${'word '.repeat(30)}`), 'word '.repeat(30).trim());
});

test('lines of others in thoughts do not end the answer', () => {
  assert.equal(hidden('<think>The chat was:\nAda: hi\n</think>Hello!', { otherNames: ['Ada'] }), 'Hello!');
});

test('a prompt that ends in a thought is recognised, where the template wrote it', () => {
  const control = (text: string) => [{ kind: 'text', text: 'hi' } as const, { kind: 'control', text } as const];
  for (const end of [
    '<think>',
    '<think>\n',
    '<|im_start|>assistant\n<think>\n',
    '[THINK]',
    '◁think▷',
    '<|channel>thought\n',
    '<seed:think>',
  ])
    assert.equal(endsInThought(control(end)), true, end);
  assert.equal(endsInThought(control('<|channel|>analysis<|message|>')), true);
  assert.equal(endsInThought([...control('<think>'), { kind: 'text', text: '\n' }]), true);
  for (const end of ['', '<think>\n\n</think>\n\n', '<|channel>thought\n<channel|>', '<|im_start|>assistant\n'])
    assert.equal(endsInThought(control(end)), false, end);
  assert.equal(
    endsInThought([
      { kind: 'control', text: 'USER: ' },
      { kind: 'text', text: 'say <think>' },
    ]),
    false,
  );
  assert.equal(endsInThought([]), false);
});
