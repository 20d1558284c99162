import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanLine, cleanText, createTextCleaner } from '../../../src/platform/terminal/clean-text.ts';
import { createShownText } from '../../../src/platform/terminal/shown-text.ts';

const cases: readonly (readonly [string, string, string])[] = [
  ['text with newlines and tabs', 'a\tb\nc é 你 👩‍👩‍👧', 'a\tb\nc é 你 👩‍👩‍👧'],
  ['colours', 'a\u001b[31mb\u001b[0;1;4mc', 'abc'],
  ['cursor movement and erasing', '\u001b[2J\u001b[1;1H\u001b[?25lx', 'x'],
  ['a window title, ended by BEL', 'a\u001b]0;title\u0007b', 'ab'],
  ['a clipboard write, ended by ST', 'a\u001b]52;c;ZWNobw==\u001b\\b', 'ab'],
  ['a device control string', 'a\u001bP1$r0m\u001b\\b', 'ab'],
  ['a string that is never closed loses its line only', 'a\u001b]0;title\nb', 'a\nb'],
  ['a reset of the terminal', 'a\u001bcb', 'ab'],
  ['a change of character set', 'a\u001b(0b', 'ab'],
  ['8-bit sequences', 'a\u009b31mb\u009d0;t\u009cc\u0085d', 'abcd'],
  ['carriage returns, backspaces, bells, delete', 'a\r\b\u0007\u007f\u0000b\r\nc', 'ab\nc'],
  ['a sequence broken off by text', 'a\u001b[31é', 'aé'],
  ['escape after escape', 'a\u001b\u001b[31mb', 'ab'],
  ['bidi overrides and isolates', 'a\u202eb\u2066c\u2069\u202c', 'abc'],
  ['direction marks stay, as Arabic and Hebrew need them', 'a\u200fb', 'a\u200fb'],
  ['line and paragraph separators', 'a\u2028b\u2029c', 'a\nb\nc'],
  ['half characters', 'a\ud83db\udc4dc\ud83d', 'a\ufffdb\ufffdc\ufffd'],
];

for (const [name, text, clean] of cases) {
  test(`cleaning: ${name}`, () => {
    assert.equal(cleanText(text), clean);
    const cleaner = createTextCleaner();
    let pieces = '';
    for (let index = 0; index < text.length; index += 1) pieces += cleaner.push(text.charAt(index));
    assert.equal(pieces + cleaner.flush(), clean, 'the same when it comes character by character');
  });
}

/** Texts rich in what matters here. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b',
        '[',
        ']',
        'P',
        '\\',
        '\u009b',
        '\u009c',
        '\u009d',
        '31m',
        ';',
        '\u0007',
        '\n',
        '\r',
        '\u202e',
        '👍',
        'a',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

test('whatever comes in whatever chunks, nothing that steers a terminal is left, and chunks make no difference', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 6 }), (chunks) => {
      const cleaner = createTextCleaner();
      const clean = chunks.map((chunk) => cleaner.push(chunk)).join('') + cleaner.flush();
      assert.doesNotMatch(clean, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      assert.ok(clean.isWellFormed());
      assert.equal(clean, cleanText(chunks.join('')));
      assert.equal(cleanText(clean), clean);
    }),
    { numRuns: 2000 },
  );
});

test('a name is one line', () => assert.equal(cleanLine(' Robin\nsays\t\u001b[1m hi '), 'Robin says hi'));

test('what is shown grows, and only the new part is printed', () => {
  const shown = createShownText();
  assert.equal(shown.show(' Hel'), 'Hel');
  assert.equal(shown.show(' Hel'), '');
  assert.equal(shown.show(' Hello \n'), 'lo');
  assert.equal(shown.show(' Hello \nyou\u001b[3'), ' \nyou');
  assert.equal(shown.show(' Hello \nyou\u001b[31m!'), '!');
  assert.deepEqual(shown.finish('Hello \nyou!'), { text: '', isCorrection: false });
});

test('a changed beginning pauses the printing until the answer goes on from what is printed', () => {
  const shown = createShownText();
  assert.equal(shown.show('one two'), 'one two');
  assert.equal(shown.show('one'), '');
  assert.equal(shown.show('one two three'), ' three');
  assert.deepEqual(shown.finish('one two three four'), { text: ' four', isCorrection: false });
});

test('a final answer that differs from what is printed is printed whole', () => {
  const shown = createShownText();
  shown.show('one two USER:');
  assert.deepEqual(shown.finish('one two'), { text: 'one two', isCorrection: true });
});

test('what is printed of a growing answer is the final answer, whatever it holds', () => {
  fc.assert(
    fc.property(hostile, fc.array(fc.nat(60)), (text, cuts) => {
      const shown = createShownText();
      const steps = [...cuts].sort((a, b) => a - b).map((cut) => text.slice(0, cut));
      const printed = steps.map((step) => shown.show(step)).join('');
      const final = shown.finish(text);
      assert.equal(final.isCorrection, false);
      assert.equal(printed + final.text, cleanText(text).trim());
    }),
  );
});
