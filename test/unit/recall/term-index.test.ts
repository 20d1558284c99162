// How older turns are ranked by what is being said.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTermIndex, type TermIndex } from '../../../src/recall/term-index.ts';
import { termsOf } from '../../../src/recall/terms.ts';

/** Small talk around what is to be found. */
const chatter = [
  'What do you think about the weather today?',
  'I think it is going to be a nice day.',
  'Did you have something to eat?',
  'Yes, I had some bread and a cup of tea.',
  'That sounds good to me.',
  'What are we going to do now?',
  'I do not know. What do you want to do?',
  'Let us go for a walk in the park.',
];
const said: readonly string[] = [
  'My dog is called Biscuit and he is afraid of thunder.',
  'The lighthouse keeper hid the brass key under the third stair.',
  'My sister Mia lives in Lisbon and paints boats.',
  ...Array.from({ length: 120 }, (_, index) => `${chatter[index % chatter.length]} (${index})`),
];

const indexOf = (texts: readonly string[]): TermIndex => {
  const index = createTermIndex();
  for (const [number, text] of texts.entries()) index.add(String(number).padStart(4, '0'), termsOf(text));
  return index;
};

const search = (index: TermIndex, texts: readonly string[], messages: readonly string[]) => {
  const question = index.weigh(messages.map(termsOf));
  return index
    .candidates(question, () => true, 8)
    .map((id) => ({ text: texts[Number(id)] ?? '', score: index.score(question, termsOf(texts[Number(id)] ?? '')) }));
};

describe('recall by words', () => {
  const index = indexOf(said);
  const cases: readonly (readonly [question: string, finds: RegExp])[] = [
    ['Do you remember what my dog is called?', /Biscuit/],
    ['Is Biscuit afraid of thunderstorms?', /Biscuit/],
    ['Where did the keeper hide the key?', /lighthouse/],
    ['Which stairs in the lighthouse creak?', /lighthouse/],
    ['Who paints the boats in Lisbon?', /Mia/],
    ['What does my sister like painting?', /Mia/],
  ];
  for (const [question, finds] of cases)
    it(`finds what was said for "${question}"`, () => {
      const [best, second] = search(index, said, [question]);
      assert.match(best?.text ?? '', finds);
      assert.ok((best?.score ?? 0) >= 0.25, `${best?.score}`);
      assert.ok((second?.score ?? 0) < 0.25, `${second?.text}: ${second?.score}`);
    });

  for (const question of ['What do you think?', 'And what are we going to do?', 'Tell me a story about a dragon.', 'Hm.', ''])
    it(`finds nothing worth it for "${question}"`, () => {
      const best = search(index, said, [question])[0];
      const isTalk = best !== undefined && chatter.some((text) => best.text.startsWith(text));
      assert.ok(best === undefined || best.score < 0.25 || isTalk, `${best?.text}: ${best?.score}`);
      assert.ok(!/Biscuit|lighthouse|Mia/.test(best?.text ?? '') || (best?.score ?? 0) < 0.25);
    });

  it('counts the message before half as much as the newest', () => {
    const before = 'We were talking about the lighthouse and its key.';
    const found = search(index, said, ['What is my dog afraid of?', before]).filter(({ score }) => score >= 0.25);
    assert.match(found[0]?.text ?? '', /Biscuit/);
    const alone = search(index, said, ['And then?', before])[0];
    assert.match(alone?.text ?? '', /lighthouse/);
    assert.ok((alone?.score ?? 0) >= 0.25, 'a question that says nothing by itself is about what was said before');
  });

  it('finds what two languages without spaces or with endings say', () => {
    const texts = [
      '犬の名前はビスケットです。',
      '昨日は雨でした。',
      'Мою собаку зовут Бублик.',
      'Вчера шёл дождь.',
      'Mein Hund heißt Keks.',
    ];
    const other = indexOf([...texts, ...said]);
    const all = [...texts, ...said];
    assert.match(search(other, all, ['私の犬の名前は？'])[0]?.text ?? '', /ビスケット/);
    assert.match(search(other, all, ['Как зовут собак?'])[0]?.text ?? '', /Бублик/);
    assert.match(search(other, all, ['Wie heisst mein Hund?'])[0]?.text ?? '', /Keks/);
  });

  it('forgets what is removed, and finds by what a turn says now', () => {
    const changing = indexOf(said);
    changing.remove('0000');
    changing.remove('0000');
    changing.remove('unknown');
    changing.add('0001', termsOf('The ferryman kept a parrot.'));
    const { length } = said;
    assert.deepEqual([changing.turns, changing.slots], [length - 1, length + 1]);
    assert.ok(!search(changing, said, ['What is my dog Biscuit afraid of?']).some(({ text }) => /Biscuit/.test(text)));
    const question = changing.weigh([termsOf('Who kept a parrot?')]);
    assert.deepEqual(
      changing.candidates(question, () => true, 1),
      ['0001'],
    );
    assert.deepEqual(
      changing.candidates(question, (id) => id !== '0001', 1).filter((id) => id === '0001'),
      [],
    );
  });

  it('prefers the shorter of two texts that say the same, and the newer of two that are the same', () => {
    const texts = [
      'The ferryman kept a parrot.',
      `The ferryman kept a parrot. ${'He also kept sheep, goats, hens and bees. '.repeat(6)}`,
      'The ferryman kept a parrot.',
    ];
    const found = search(indexOf([...texts, ...said]), [...texts, ...said], ['Who kept the parrot?']);
    assert.equal(found[2]?.text, texts[1]);
    const index = indexOf([...texts, ...said]);
    assert.equal(index.candidates(index.weigh([termsOf('Who kept the parrot?')]), () => true, 1)[0], '0002');
  });
});
