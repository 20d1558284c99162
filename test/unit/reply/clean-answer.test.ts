import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanAnswer } from '../../../src/reply/clean-answer.ts';

const whole = (text: string, name = 'Mira'): string => cleanAnswer(text, { name, isComplete: true });
const soFar = (text: string, name = 'Mira'): string => cleanAnswer(text, { name, isComplete: false });

test('hides control markers that leaked as text', () => {
  assert.equal(whole('Hello.</s>'), 'Hello.');
  assert.equal(whole(' Hello.<|im_end|>\n'), 'Hello.');
  assert.equal(whole('<s>[INST] Hello <<SYS>>there<</SYS>> [/INST]'), 'Hello there');
  assert.equal(whole('Hello<｜end▁of▁sentence｜>'), 'Hello');
  assert.equal(whole('a<|end|>b<|user|>c</s>'), 'abc');
});

test('leaves alone what only looks similar', () => {
  for (const text of [
    'a < b and b > c',
    '<p><s>old</s> new</p>',
    'array[0] || array[1]',
    '<a|b>',
    'Use `<div>`.',
    'what does <think> do?',
  ]) {
    assert.equal(whole(text), text);
  }
});

test('hides thoughts, closed or not', () => {
  assert.equal(whole('<think>\nLet me see > maybe.\n</think>\n\nThe answer is 4.'), 'The answer is 4.');
  assert.equal(whole('<think>hm'), '');
  assert.equal(soFar('<think>hm</thin'), '');
  assert.equal(whole('One.\n<thinking>more?</thinking>\nTwo.'), 'One.\n\nTwo.');
  assert.equal(whole('thoughts whose beginning was in the prompt</think>Yes.'), 'thoughts whose beginning was in the promptYes.');
  assert.equal(whole('<think>a</think>Mira: hi'), 'hi');
});

test('keeps thoughts where they are wanted', () => {
  const text = '<think>\nHm.\n</think>\nYes.';
  assert.equal(cleanAnswer(`${text}</s>`, { isComplete: true, showsThoughts: true }), text);
  assert.equal(cleanAnswer('<think>Hm', { isComplete: false, showsThoughts: true }), '<think>Hm');
});

test('takes the persona’s own name away, once and only in front', () => {
  assert.equal(whole('Mira: Hi!'), 'Hi!');
  assert.equal(whole(' **Mira:** Hi, Mira: hi'), 'Hi, Mira: hi');
  assert.equal(whole('mira:\nHi!'), 'Hi!');
  assert.equal(whole('Mira'), 'Mira');
  assert.equal(whole('Miranda: Hi!'), 'Miranda: Hi!');
  assert.equal(cleanAnswer('Mira: Hi!', { isComplete: true }), 'Mira: Hi!');
});

test('holds back what may be hidden later', () => {
  assert.equal(soFar('Mir'), '');
  assert.equal(soFar('**Mira'), '');
  assert.equal(soFar('Mirac'), 'Mirac');
  assert.equal(soFar('Hello.<|im_e'), 'Hello.');
  assert.equal(soFar('Hello.<'), 'Hello.');
  assert.equal(soFar('1 < 2'), '1 < 2');
  assert.equal(whole('Hello.<'), 'Hello.<');
});

test('what is shown is never taken back', () => {
  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      '|',
      '/',
      '[',
      ']',
      '</s>',
      '<s>',
      '<|im_end|>',
      '<|',
      'im_end',
      '<think>',
      '</think>',
      '<thought>',
      '[INST]',
      '<<SYS>>',
    ],
    ...['Mira', 'Mira:', '**', ':', ' ', '\n', 'hello', 'a', '```', '<start_of_turn>', '｜'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      const end = whole(text);
      let before = '';
      for (let length = 0; length <= text.length; length += 1) {
        const shown = soFar(text.slice(0, length));
        assert.ok(shown.startsWith(before), `${JSON.stringify(before)} became ${JSON.stringify(shown)}`);
        before = shown;
      }
      assert.ok(end.startsWith(before), `${JSON.stringify(before)} became ${JSON.stringify(end)}`);
    }),
    { numRuns: 3000 },
  );
});

test('a hostile answer is cleaned in reasonable time', () => {
  for (const unit of ['<', '>', ']', '<s>', '</s>', '<think>', '<|', '<|a|>', '[INST]', '\n ']) {
    const text = unit.repeat(Math.ceil(20_000 / unit.length));
    assert.ok(whole(text).length <= text.length);
  }
});
