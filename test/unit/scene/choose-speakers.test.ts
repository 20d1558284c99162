import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Candidate, chooseSpeakers } from '../../../src/scene/choose-speakers.ts';

const candidate = (name: string, talkativeness = 0.5, isMuted = false): Candidate => ({
  personaId: name.toLowerCase().replaceAll(' ', '-'),
  name,
  talkativeness,
  isMuted,
});
/** Gives the numbers in turn, and the last for ever. */
const numbers = (...given: readonly number[]) => {
  let next = 0;
  return (): number => {
    const number = given[Math.min(next, given.length - 1)] ?? 0;
    next += 1;
    return number;
  };
};
const silent = numbers(0.999);
const [mira, tom, rex] = [candidate('Mira Vale'), candidate('Tom'), candidate('T Rex')];
const all = [mira, tom, rex];

describe('natural order', () => {
  const cases: readonly [rule: string, candidates: readonly Candidate[], text: string, speakers: readonly string[]][] = [
    ['who is named speaks', all, 'Hello Tom!', ['tom']],
    ['several in the order of the mention', all, 'tom and MIRA?', ['tom', 'mira-vale']],
    ['any word of a name counts', all, 'The vale is deep', ['mira-vale']],
    ['no part of a word counts', [mira, { ...tom, talkativeness: 1 }], 'a miracle, tomorrow', ['tom']],
    ['a single letter is no mention', [{ ...mira, talkativeness: 1 }, rex], 'shirt size T', ['mira-vale']],
    ['a name of one letter is one', [{ ...mira, talkativeness: 1 }, candidate('L')], 'L, what do you think?', ['l', 'mira-vale']],
    ['of initials only, each', [candidate('J. K.'), tom], 'ask k!', ['j.-k.']],
    [
      'a nickname of one letter',
      [
        { ...rex, nickname: 'T' },
        { ...mira, talkativeness: 1 },
      ],
      'T?',
      ['t-rex', 'mira-vale'],
    ],
    ['a letter outside the plane of the others', [candidate('𝕏 Ray'), { ...mira, talkativeness: 1 }], 'x', ['mira-vale']],
    ['nobody twice, however often named', all, 'Tom, Tom, tom', ['tom']],
    ['accents and width are letters', [candidate('Zoë'), tom], 'ｚｏë?', ['zoë']],
    ['names in scripts without spaces', [candidate('さくら'), tom], 'ねえさくらちゃん', ['さくら']],
    ['the muted stay silent even when named', [{ ...tom, isMuted: true }, mira], 'Tom!', ['mira-vale']],
    ['talkativeness 1 always speaks', [{ ...tom, talkativeness: 1 }, mira], 'hm', ['tom']],
    ['named first, then the talkative', [{ ...tom, talkativeness: 1 }, mira], 'Mira', ['mira-vale', 'tom']],
    ['nobody moved: one with talkativeness', [{ ...tom, talkativeness: 0 }, mira], 'hm', ['mira-vale']],
    ['nobody has any: one of all', [{ ...tom, talkativeness: 0 }], 'hm', ['tom']],
    ['all muted: nobody', [{ ...tom, isMuted: true }], 'Tom', []],
  ];
  for (const [rule, candidates, text, speakers] of cases)
    test(rule, () => assert.deepEqual(chooseSpeakers('natural', candidates, { text }, silent), speakers));

  test('who spoke last is barred until a human speaks', () => {
    assert.deepEqual(chooseSpeakers('natural', [tom, mira], { text: 'I, Tom, say', personaId: 'tom' }, silent), ['mira-vale']);
    assert.deepEqual(chooseSpeakers('natural', [tom, mira], { text: 'Tom?' }, silent), ['tom']);
  });
  test('but not when it is alone', () => {
    assert.deepEqual(chooseSpeakers('natural', [tom], { text: 'Hm.', personaId: 'tom' }, silent), ['tom']);
  });
  test('the order of those who roll in is shuffled', () => {
    const eager = all.map((each) => ({ ...each, talkativeness: 1 }));
    const orders = new Set(
      Array.from({ length: 6 }, (_, index) => chooseSpeakers('natural', eager, { text: 'hm' }, numbers(index / 6)).join()),
    );
    assert.ok(orders.size > 1, [...orders].join(' | '));
  });
});

test('list: all who are not muted, in order', () => {
  assert.deepEqual(chooseSpeakers('list', [rex, { ...tom, isMuted: true }, mira], { text: 'Tom' }, silent), [
    't-rex',
    'mira-vale',
  ]);
});
test('manual: nobody by itself', () => {
  assert.deepEqual(chooseSpeakers('manual', all, { text: 'Tom' }, silent), []);
});
test('whatever is said: at most each once, none muted, somebody where somebody can', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(
        fc.record({ name: fc.string(), talkativeness: fc.double({ min: 0, max: 1, noNaN: true }), isMuted: fc.boolean() }),
        {
          maxLength: 8,
        },
      ),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 }),
      (text, given, rolls) => {
        const candidates = given.map((each, index) => ({ ...each, personaId: String(index) }));
        const speakers = chooseSpeakers('natural', candidates, { text }, numbers(...rolls));
        assert.equal(new Set(speakers).size, speakers.length);
        const free = candidates.filter(({ isMuted }) => !isMuted).map(({ personaId }) => personaId);
        assert.ok(speakers.every((id) => free.includes(id)));
        assert.equal(speakers.length > 0, free.length > 0);
      },
    ),
  );
});
