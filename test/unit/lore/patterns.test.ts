import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, slashed } from '../../../src/lore/key-pattern.ts';

/** Patterns in JavaScript's syntax with texts; what JavaScript says is what has to be said here. */
const patterns: readonly (readonly [string, string, readonly string[]])[] = [
  ['a.c', '', ['abc', 'a\nc', 'a\u2028c', 'a\rc']],
  ['a.c', 's', ['abc', 'a\nc']],
  ['^b$', '', ['b', 'a\nb']],
  ['^b$', 'm', ['a\nb', 'ab']],
  ['\\bfoo\\b', 'i', ['a FOO b', 'food']],
  ['\\u0041\\x42', '', ['AB', 'ab']],
  ['\\u{1F600}', 'u', ['\u{1F600}', 'x']],
  ['\\ud83d\\ude00', '', ['\u{1F600}', 'x']],
  ['[^]', '', ['\n', '']],
  ['[]', '', ['a', '']],
  ['[\\b]', '', ['\b', 'b']],
  ['[[]', '', ['[', ']']],
  ['[[:alpha:]]', '', ['a]', 'x]', 'x']],
  ['\\s', '', ['\u00a0', '\u3000', '\ufeff', '\v', 'x']],
  ['^\\S+$', '', ['a\u00a0b', 'ab']],
  ['[\\s,]x', '', ['\u00a0x', ',x', 'x']],
  ['\\/', '', ['/', 'x']],
  ['\\cJ', '', ['\n', 'J']],
  ['\\0', '', ['\0', '0']],
  ['(?<year>\\d{4})-(?:\\d\\d)', '', ['2024-05', '2024']],
  ['\\p{L}+', 'u', ['ж', '1']],
  ['\\p{Script=Greek}', 'u', ['α', 'a']],
  ['\\p{Letter}', 'u', ['ж', '1']],
  ['\\P{Lu}', 'u', ['a', 'A']],
  ['a{2,3}', '', ['aa', 'a']],
  ['x|y(z|w)*', '', ['yzw', 'q']],
  ['\\-\\.\\!', '', ['-.!', '-x!']],
  ['\\A\\z', '', ['Az', '']],
  ['\\Q.\\E', '', ['QxE', '.']],
  ['(?i:a)b', '', ['Ab', 'AB']],
  ['straße', 'i', ['STRAßE', 'strasse']],
  ['é', '', ['caf\u00e9', 'e']],
];

for (const [body, flags, texts] of patterns) {
  test(`/${body}/${flags} finds what JavaScript's own finds`, () => {
    const { pattern, problem } = compilePattern(body, flags);
    assert.ok(pattern, problem);
    for (const text of texts) assert.equal(pattern.test(text), new RegExp(body, flags).test(text), JSON.stringify(text));
  });
}

const refused: readonly (readonly [string, RegExp])[] = [
  ['a(?=b)', /looks ahead or behind/],
  ['a(?!b)', /looks ahead or behind/],
  ['(?<=a)b', /looks ahead or behind/],
  ['(?<!a)b', /looks ahead or behind/],
  ['(a)\\1', /refers back/],
  ['(?<n>a)\\k<n>', /refers back/],
  ['(?>a)', /kind of group/],
  ['(a', /no regular expression/],
  ['a\\', /lone/],
  ['a{2000}', /no regular expression|repeats too much/],
  ['(?:a{1,30}){1,40}', /repeats too much/],
  [`${'x'.repeat(257)}`, /longer than 256/],
  ['\\u{110000}', /does not exist/],
];

for (const [body, sentence] of refused) {
  test(`/${body.slice(0, 30)}/ is refused with a sentence`, () => {
    const { problem } = compilePattern(body, '');
    assert.match(problem ?? '', sentence);
  });
}

test('what is a regular expression, and what a plain key', () => {
  assert.deepEqual(slashed('/a+/gi'), { body: 'a+', flags: 'gi' });
  assert.deepEqual(slashed('/a\\/b/'), { body: 'a\\/b', flags: '' });
  for (const key of ['/', '//', '/a', 'a/', '/a/b/', '/usr/local', '/a/x', 'a/b/i', '/a/ i'])
    assert.equal(slashed(key), undefined, key);
});
