import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeText, fileForm } from '../../../../src/platform/discord/file-text.ts';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)))));

test('what is text is decided by what is in it', () => {
  assert.equal(decodeText(bytes('plain'), false), 'plain');
  assert.equal(decodeText(bytes(0xef, 0xbb, 0xbf, 'Grüße'), false), 'Grüße');
  assert.equal(decodeText(new Uint8Array(Buffer.from('\ufeffGrüße', 'utf16le')), false), 'Grüße');
  assert.equal(decodeText(new Uint8Array(Buffer.from('\ufeffGrüße', 'utf16le').swap16()), false), 'Grüße');
  assert.equal(decodeText(bytes('one\r\ntwo\rthree'), false), 'one\ntwo\nthree');
  assert.equal(
    decodeText(bytes('\u001b[31mred\u001b[0m and bell\u0007', ' '.repeat(200)), false),
    `red and bell${' '.repeat(200)}`,
  );
  assert.equal(decodeText(bytes('PK', 3, 4, 'x'.repeat(100)), false), undefined);
  assert.equal(decodeText(bytes('nul', 0, ' '.repeat(1000)), false), undefined);
  assert.equal(decodeText(bytes('latin ', 0xe9), false), undefined);
});

test('a text that was cut within a character is text still', () => {
  const whole = bytes('Grüße 🐄');
  for (let length = 0; length < whole.length; length += 1) {
    const text = decodeText(whole.subarray(0, length), true);
    assert.ok(text !== undefined && 'Grüße 🐄'.startsWith(text), `${length}`);
  }
  assert.equal(decodeText(whole.subarray(0, -1), false), undefined);
});

test('nothing in a file ends its fence, and no form is longer than it may be', () => {
  const parts = fc.constantFrom('`', '```', '````````````````````', '\n', 'text', '🐄', '[file: x]', '~~~');
  const texts = fc.array(parts, { maxLength: 60 }).map((list) => list.join(''));
  const names = fc.oneof(fc.string({ maxLength: 300 }), fc.constantFrom('a.ts', 'b`.md', 'c]\n.py', 'd.txt'));
  fc.assert(
    fc.property(names, texts, fc.boolean(), fc.integer({ min: 400, max: 800 }), (name, text, isCut, charactersMax) => {
      const form = fileForm(name, text, isCut, charactersMax);
      assert.ok(form.length <= charactersMax);
      assert.ok(form.isWellFormed());
      const [label = '', opening = '', ...rest] = form.split('\n');
      assert.match(label, /^\[file: [^\]\n]+\]$/);
      const fence = /^`{3,}/.exec(opening)?.[0] ?? '';
      const end = rest.lastIndexOf(fence);
      assert.ok(end >= 0);
      assert.ok(!rest.slice(0, end).some((line) => line.includes(fence)));
      assert.ok(rest.length - end <= 2, 'at most the mark comes after it');
      if (isCut) assert.match(rest.at(-1) ?? '', / goes on; the rest is left out\]$/);
    }),
  );
});
