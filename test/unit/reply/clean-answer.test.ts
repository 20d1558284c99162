import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AnswerCleanerOptions, cleanAnswer, createAnswerCleaner } from '../../../src/reply/clean-answer.ts';

const whole = (text: string, name = 'Mira'): string => cleanAnswer(text, { name, isComplete: true });
const soFar = (text: string, name = 'Mira'): string => cleanAnswer(text, { name, isComplete: false });
const among = (text: string): string => cleanAnswer(text, { name: 'Mira', otherNames: ['Ada', 'Bob (2)'], isComplete: true });

test('hides control markers that leaked as text', () => {
  assert.equal(whole('Hello.</s>'), 'Hello.');
  assert.equal(whole(' Hello.<|im_end|>\n'), 'Hello.');
  assert.equal(whole('<s>[INST] Hello <<SYS>>there<</SYS>> [/INST]'), 'Hello there');
  assert.equal(whole('Hello<｜end▁of▁sentence｜>'), 'Hello');
  assert.equal(whole('a<|end|>b<|user|>c</s>'), 'abc');
  assert.equal(whole('Hi<end_of_turn>\n<unused42><pad>'), 'Hi');
  assert.equal(whole('Hi.<turn|>'), 'Hi.');
  assert.equal(whole('```\ncode\n```<|eot_id|>'), '```\ncode\n```');
  assert.equal(whole('```\ncode<|im_end|>'), '```\ncode');
});

test('leaves alone what only looks similar', () => {
  for (const text of [
    'a < b and b > c',
    '<p><s>old</s> new</p>',
    'array[0] || array[1]',
    '<a|b>',
    'Use `<div>`.',
    'what does <think> do?',
    'The tags <think> and </think> mark thoughts.',
    'Models write "<think>" first.',
    'Write `<think>` and `</think>` around it.',
    '```xml\n<think>\nhm\n</think>\n```\nThat is how.',
    '<answer>42</answer>',
    '<table><tr><td>1</td></tr></table>',
    'thinking > doing',
    '[THINKING]',
  ]) {
    assert.equal(whole(text), text);
  }
});

test('takes the persona’s own name away, once and only in front', () => {
  assert.equal(whole('Mira: Hi!'), 'Hi!');
  assert.equal(whole(' **Mira:** Hi, Mira: hi'), 'Hi, Mira: hi');
  assert.equal(whole('**Mira**: Hi'), 'Hi');
  assert.equal(whole('*Mira: hi there*'), '*hi there*');
  assert.equal(whole('[Mira]: Hi'), 'Hi');
  assert.equal(whole('Mira：你好'), '你好');
  assert.equal(whole('mira:\nHi!'), 'Hi!');
  assert.equal(whole('Mira: Mira: Hi!'), 'Mira: Hi!');
  assert.equal(whole('Hi.\nMira: Hi again.'), 'Hi.\nMira: Hi again.');
  assert.equal(whole('Mira'), 'Mira');
  assert.equal(whole('Miranda: Hi!'), 'Miranda: Hi!');
  assert.equal(cleanAnswer('Mira: Hi!', { isComplete: true }), 'Mira: Hi!');
  assert.equal(whole('[GM] Zoë: Roll!', '[GM] Zoë'), 'Roll!');
});

test('ends before a line that somebody else opens', () => {
  assert.equal(among('Hello!\nAda: hello'), 'Hello!');
  assert.equal(among('Hello!\n\n**Bob (2):** hello\nMira: no'), 'Hello!');
  assert.equal(among('Hello!\n  Ada : hello'), 'Hello!');
  assert.equal(among('Hello!\nA\u200bda: hello'), 'Hello!');
  assert.equal(among('x\nADA: hi'), 'x');
  assert.equal(among('x\n**bob (2)**: hi'), 'x');
  assert.equal(cleanAnswer('x\nİNCi: hi', { otherNames: ['İnci'], isComplete: true }), 'x');
  assert.equal(among('Mira: Ada: hello'), '');
  assert.equal(among('Ada: hello'), '');
  for (const text of [
    'Hello Ada: sit down.',
    'One.\nADAM: two',
    'One.\nto ada: two',
    'One.\nADA is here: look.',
    'One.\nAdam: two',
    'One.\n- Ada: two',
    'One.\nAda is here.',
    'One.\nAda',
    'One.\n```yaml\nAda: 2\n```\nDone.',
    'One.\nBob: two',
  ]) {
    assert.equal(among(text), text);
  }
  const careless = createAnswerCleaner({ name: 'Mira', otherNames: ['Ada'] });
  assert.equal(careless.push('Hi\naD'), 'Hi', 'nothing of the label is seen while it comes');
  assert.equal(careless.push('A: what'), 'Hi');
  assert.equal(careless.isOver, true);
  const cleaner = createAnswerCleaner({ name: 'Mira', otherNames: ['Ada'] });
  assert.equal(cleaner.push('Hi\nAd'), 'Hi');
  assert.equal(cleaner.isOver, false);
  assert.equal(cleaner.push('a: what'), 'Hi');
  assert.equal(cleaner.isOver, true);
  assert.equal(cleaner.push('\nMira: more'), 'Hi');
  assert.deepEqual(cleaner.end(), { shown: 'Hi', remembered: 'Hi' });
});

test('holds back what may be hidden later', () => {
  assert.equal(soFar('Mir'), '');
  assert.equal(soFar('**Mira'), '');
  assert.equal(soFar('Mirac'), 'Mirac');
  assert.equal(soFar('Hello.<|im_e'), 'Hello.');
  assert.equal(soFar('Hello.<'), 'Hello.');
  assert.equal(soFar('1 < 2'), '1 < 2');
  assert.equal(whole('Hello.<'), 'Hello.<');
  assert.equal(whole('Hello.<|im_e'), 'Hello.', 'the beginning of a control marker is of no use either');
});

/** Pieces of answers as hostile as they come. */
const piece = fc.constantFrom(
  ...['<', '>', '|', '||', '/', '[', ']', '</s>', '<s>', '<|im_end|>', '<|', 'im_end', '｜', '\\', '◁', '◁think▷', '◁/think▷'],
  ...[
    '<think>',
    '</think>',
    '<thought>',
    '</thought>',
    '<Think>',
    '[THINK]',
    '[/THINK]',
    '[INST]',
    '<<SYS>>',
    '<answer>',
    '</answer>',
  ],
  ...[
    '<|channel|>',
    'analysis',
    'final',
    '<|message|>',
    '<|end|>',
    '<|start|>',
    'assistant',
    '<|channel>',
    'thought\n',
    '<channel|>',
  ],
  ...[
    'Mira',
    'Mira:',
    'Ada',
    'Ada:',
    'ADA:',
    '**',
    ':',
    ' ',
    '\n',
    '. ',
    'hello',
    'a',
    '`',
    '```',
    '\n```\n',
    '<start_of_turn>',
    '<unused7>',
  ],
);
const answers = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
const settings = fc.record({
  name: fc.constant('Mira'),
  otherNames: fc.constantFrom([], ['Ada', 'Bob']),
  reasoning: fc.constantFrom('hide', 'spoiler', 'show'),
  startsInThought: fc.boolean(),
});

/** The ends of thoughts among the pieces. */
const thoughtEnds = (text: string): number =>
  [...text.matchAll(/<\/think>|<\/thought>|\[\/THINK\]|◁\/think▷|<channel\|>/g)].length;

test('only a hidden thought without its opening is taken back, and how the answer is cut into pieces makes no difference', () => {
  fc.assert(
    fc.property(answers, settings, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (text, options, lengths) => {
      const single = createAnswerCleaner(options);
      single.push(text);
      const expected = single.end();
      const cleaner = createAnswerCleaner(options);
      let before = '';
      for (let at = 0; at < text.length; ) {
        const length = lengths.next().value ?? 1;
        const shown = cleaner.push(text.slice(at, at + length));
        const isThoughtEnd = thoughtEnds(text.slice(0, at + length)) > thoughtEnds(text.slice(0, at));
        at += length;
        assert.ok(
          shown.startsWith(before) || (options.reasoning === 'hide' && isThoughtEnd),
          `${JSON.stringify(before)} became ${JSON.stringify(shown)}`,
        );
        assert.equal(shown, shown.trim());
        before = shown;
      }
      assert.deepEqual(cleaner.end(), expected);
      assert.ok(expected.shown.startsWith(before), `${JSON.stringify(before)} became ${JSON.stringify(expected.shown)}`);
      assert.equal(single.isOver, cleaner.isOver);
    }),
    { numRuns: 4000 },
  );
});

test('what is remembered is the same however thoughts are shown', () => {
  fc.assert(
    fc.property(answers, settings, (text, options) => {
      const remembered = (['hide', 'spoiler', 'show'] as const).map((reasoning) => {
        const cleaner = createAnswerCleaner({ ...options, reasoning });
        cleaner.push(text);
        return cleaner.end().remembered;
      });
      assert.equal(new Set(remembered).size, 1);
    }),
    { numRuns: 1000 },
  );
});

test('no control marker is shown, and what is ordinary text stays as it is', () => {
  const apart = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(' x '));
  fc.assert(
    fc.property(apart, settings, (text, options) => {
      const cleaner = createAnswerCleaner(options);
      cleaner.push(text);
      const { shown } = cleaner.end();
      assert.doesNotMatch(shown, /<\|im_end\|>|\[INST\]|<<SYS>>|<start_of_turn>|<unused7>|<\|end\|>/);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', 'B', ' ', '\n', '.', ':', ',', '*', '`', '(', ')', '|', '-', '1', '😀', 'é'),
        maxLength: 200,
      }),
      (text) => {
        assert.equal(cleanAnswer(text, { isComplete: true }), text.trim());
      },
    ),
    { numRuns: 1000 },
  );
});

/** The whole answer as a sequence of pushes; gives the most characters that the cleaner had to look at again. */
const cleanInPieces = (text: string, pieces: number, options: AnswerCleanerOptions): string => {
  const cleaner = createAnswerCleaner(options);
  const length = Math.ceil(text.length / pieces);
  for (let at = 0; at < text.length; at += length) cleaner.push(text.slice(at, at + length));
  return cleaner.end().shown;
};

test('a long or hostile answer is cleaned in one go, whatever it is made of', () => {
  const units = [
    '<',
    '>',
    ']',
    '<s>',
    '</s>',
    '<think>',
    '<think>a',
    '</think>',
    '<|',
    '<|a|>',
    '[INST]',
    '\n ',
    '`',
    'Ada',
    '\n',
    '*',
    '|',
  ];
  for (const unit of [...units, '<|start|>', '<|channel|>x', '\nAda', 'word ', 'a<think>']) {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    for (const reasoning of ['hide', 'spoiler'] as const)
      assert.ok(cleanInPieces(text, 10_000, { name: 'Mira', otherNames: ['Ada'], reasoning }).length <= text.length * 2 + 10);
  }
});
