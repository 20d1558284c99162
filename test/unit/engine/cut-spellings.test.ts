import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cutSpellings } from '../../../src/engine/llama/child/cut-spellings.ts';

describe('cutting spellings', () => {
  const cases: readonly (readonly [text: string, spellings: readonly string[], parts: readonly string[]])[] = [
    ['a<t>b<t>', ['<t>'], ['a<', 't>b<', 't>']],
    ['<a<b>', ['<a<b>', '<b>'], ['<', 'a<', 'b>']],
    ['<<<t>', ['<t>'], ['<<<', 't>']],
    ['🎉!🎉', ['🎉!'], ['🎉', '!🎉']],
    ['a🎉b', ['🎉', 'a', ''], ['a🎉b']],
    ['<t', ['<t>', '<tt'], ['<t']],
    ['', ['<t>'], ['']],
  ];
  for (const [text, spellings, parts] of cases)
    it(`${JSON.stringify(text)} at ${spellings.join(' ')}`, () => assert.deepEqual(cutSpellings(text, spellings), parts));

  it('leaves none in any part, and all of the text', () => {
    const string = (minLength: number) =>
      fc.string({ unit: fc.constantFrom('<', 'a', '>'), minLength, maxLength: minLength + 20 });
    fc.assert(
      fc.property(string(0), fc.array(string(2).map((one) => one.slice(0, 4))), (text, spellings) => {
        const parts = cutSpellings(text, spellings);
        assert.equal(parts.join(''), text);
        for (const one of spellings) assert.ok(parts.every((part) => !part.includes(one)));
      }),
    );
  });
});
