import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bounds } from '../../../src/core/bounds.ts';
import { termsOf } from '../../../src/recall/terms.ts';

const keys = (text: string): readonly string[] => [...termsOf(text).keys()];

const cases: readonly (readonly [rule: string, text: string, terms: readonly string[]])[] = [
  ['words without capitals and punctuation', 'The DOG, barks!', ['the', 'dog', 'bark']],
  ['a word is its beginning', 'painting painted paint', ['paint']],
  ['plurals of short words', 'dogs boss news', ['dog', 'boss', 'new']],
  ['accents make no difference', 'Café cafe\u0301 ÉCOLE', ['cafe', 'ecole']],
  ['ß is ss', 'Straße STRASSE', ['stras']],
  ['single letters say nothing, digits do', "Ada's 7 years x", ['ada', '7', 'year']],
  ['numbers are whole', '1234567 1234568', ['1234567', '1234568']],
  ['full-width forms are the plain ones', 'ＡＢＣ１２', ['abc12']],
  ['Cyrillic and Greek', 'Собаками собака σκύλος', ['собак', 'σκυλο']],
  ['scripts without spaces are pairs', '犬が好き', ['犬が', 'が好', '好き']],
  ['a single character is itself', '犬 a 海', ['犬', '海']],
  ['both in one text', '私のPaddock犬小屋', ['私の', 'paddo', '犬小', '小屋']],
  ['vowels of other scripts stay', 'की का', ['की', 'का']],
  ['nothing is found in what says nothing', '… — !? 🦊 \u200b', []],
];
for (const [rule, text, terms] of cases) test(`terms: ${rule}`, () => assert.deepEqual(keys(text), terms));

test('how often each is said counts', () => {
  assert.deepEqual(
    [...termsOf('dog Dogs cat dog')],
    [
      ['dog', 3],
      ['cat', 1],
    ],
  );
});

test('a text has no more of them than the bounds say, whatever it is', () => {
  const { turnTermsMax, turnCharactersMax } = bounds.recall;
  const words = Array.from({ length: 5000 }, (_, index) => `w${index}q`).join(' ');
  assert.equal(termsOf(words).size, turnTermsMax);
  assert.equal(termsOf(`${' '.repeat(turnCharactersMax)}late`).size, 0);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (text) => {
      const terms = termsOf(text);
      assert.ok(terms.size <= turnTermsMax);
      for (const [term, times] of terms) assert.ok(term !== '' && [...term].length <= 32 && times >= 1, term);
    }),
    { numRuns: 300 },
  );
});
