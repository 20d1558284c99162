// What the parts of the cleaner hold back is bounded, so that the work for each piece is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerScanner } from '../../../src/reply/answer-scanner.ts';
import { createCodeTracker } from '../../../src/reply/code-tracker.ts';
import { createSpeakerFilter } from '../../../src/reply/speaker-label.ts';

const pieces = fc.array(
  fc.constantFrom(
    '<',
    '<|',
    '<|a',
    '[',
    '◁',
    '<thin',
    'a',
    ' ',
    '\n',
    '*',
    'Ada',
    '`',
    '<|channel|>',
    '<|start|>',
    '<think>',
    '｜',
    'x'.repeat(60),
  ),
  { minLength: 100, maxLength: 300 },
);

test('the scanner holds back a marker’s beginning or a message’s head, and passes all else on', () => {
  fc.assert(
    fc.property(pieces, (all) => {
      const scanner = createAnswerScanner(
        { answer: () => {}, thought: () => {}, thoughtEnd: () => {}, disown: () => {}, over: () => {} },
        false,
      );
      for (const piece of all) {
        scanner.push(piece);
        assert.ok(scanner.held <= 48 + 64, `${scanner.held} characters`);
      }
    }),
    { numRuns: 200 },
  );
});

test('the speaker filter holds back no more than a name with its emphasis', () => {
  fc.assert(
    fc.property(pieces, (all) => {
      const filter = createSpeakerFilter({ name: 'Mira', otherNames: ['Ada', 'A longer name'] });
      for (const piece of all) {
        filter.push(piece);
        assert.ok(filter.held <= 'A longer name'.length + 8, `${filter.held} characters`);
      }
    }),
    { numRuns: 200 },
  );
});

test('code is told from text, however it comes', () => {
  const isCode = (text: string): boolean => {
    const tracker = createCodeTracker();
    for (const unit of text) tracker.push(unit);
    const whole = createCodeTracker();
    whole.push(text);
    assert.equal(tracker.isCode, whole.isCode);
    return whole.isCode;
  };
  assert.equal(isCode('a ```js\nb'), true);
  assert.equal(isCode('```\n`` ` \n'), true);
  assert.equal(isCode('```\nb\n``` c'), false);
  assert.equal(isCode('````\n```\n'), true);
  assert.equal(isCode('a `b'), true);
  assert.equal(isCode('a `b` c'), false);
  assert.equal(isCode('a ``b` c'), true);
  assert.equal(isCode('a stray ` and\nb'), false);
});
