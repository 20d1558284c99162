import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CardWarning, type LintOptions, lintCard } from '../../../src/persona/card/lint-card.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { knownMacroNames, unknownMacros } from '../../../src/prompt/index.ts';
import { bytesOf, fullCard } from './card-kit.ts';

const good = { name: 'Rook', description: 'A bird.', first_mes: 'Hm.' };
const lint = async (card: object, options?: LintOptions): Promise<readonly CardWarning[]> =>
  await lintCard(readCard(bytesOf(card)).card, {
    macros: { unknownIn: unknownMacros, names: knownMacroNames },
    hasLorebook: (name) => name === 'The Pass',
    ...options,
  });

describe('lintCard', () => {
  it('has nothing to say about a good card', async () => {
    assert.deepEqual(await lint(good), []);
    assert.deepEqual(
      await lint({ ...good, description: 'A {{Char}} {{random:a,b}} {{ roll:2d6 }} {{// note }} {{getvar::x}} <BOT> {{TRIM}}' }),
      [],
    );
    assert.deepEqual(await lint(fullCard), []);
  });

  it('knows every macro that works, also the rare ones and those inside others', async () => {
    const rare = ['{{incvar::a}} {{addvar::a::1}} {{noop}} {{time_UTC+2}} {{outlet::x}} {{reverse:abc}} {{comment a {{b}} }}'];
    rare.push('{{lastUserMessage}} {{setglobalvar::a::b}} {{addglobalvar::a::1}} {{getglobalvar::a}} {{incglobalvar::a}}');
    assert.deepEqual(await lint({ ...good, description: rare.join(' ') }), []);
    for (const name of knownMacroNames.filter((each) => each !== 'original'))
      assert.deepEqual(await lint({ ...good, description: `{{${name}}} {{random::{{${name}}}::x}}` }), [], name);
  });

  it('says nothing of {{user}} in early texts, where it does not change with the speaker, or of a lorebook that is there', async () => {
    assert.deepEqual(await lint({ ...good, scenario: '{{user}} comes in.', personality: 'Likes <USER>.' }), []);
    assert.deepEqual(await lint({ ...good, extensions: { world: 'The Pass' } }), []);
  });

  const cases: readonly (readonly [name: string, card: object, field: string | undefined, text: RegExp])[] = [
    ['an empty character', { name: 'x', first_mes: 'y', scenario: 'z' }, 'description', /Nothing is said/],
    ['a missing greeting', { name: 'x', description: 'y' }, 'first_mes', /no greeting/],
    ['examples without the character', { ...good, mes_example: 'Rook: Hi' }, 'mes_example', /No line begins/],
    ['the same greeting twice', { ...good, alternate_greetings: ['Hm.'] }, 'alternate_greetings', /same as the greeting/],
    ['a lorebook that is elsewhere', { ...good, extensions: { world: 'Towers' } }, 'extensions.world', /"Towers" is named/],
    [
      'an unknown macro',
      { ...good, description: 'A {{usr}}.' },
      'description',
      /\{\{usr\}\} is no macro I know; did you mean \{\{user\}\}/,
    ],
    [
      'an unknown macro in an alternate',
      { ...good, alternate_greetings: ['a', '{{zzzzzz::1}}'] },
      'alternate_greetings[1]',
      /\{\{zzzzzz\}\} is no macro I know$/,
    ],
    ['an open macro', { ...good, personality: 'A {{char bird.' }, 'personality', /not closed/],
    ['a macro where it means nothing', { ...good, scenario: '{{original}}' }, 'scenario', /system_prompt and post_history/],
    ['speaking for the human', { ...good, first_mes: 'Hm.\n{{user}}: Hello!' }, 'first_mes', /speaks for \{\{user\}\}/],
    ['telling what the human does', { ...good, alternate_greetings: ['{{user}} nods.'] }, 'alternate_greetings[0]', /speaks for/],
    ['a picture in the net', { ...good, assets: [{ type: 'icon', uri: 'https://example.com/a.png' }] }, 'assets', /do not fetch/],
    ['a newer specification', { spec: 'chara_card_v3', spec_version: '9', data: good }, undefined, /newer/],
    ['long texts', { ...good, description: 'word '.repeat(1300) }, undefined, /take about 1625 tokens/],
    ['a long greeting', { ...good, first_mes: 'word '.repeat(700) }, 'first_mes', /about 875 tokens/],
  ];
  for (const [name, card, field, text] of cases) {
    it(`warns of ${name}`, async () => {
      const warnings = await lint(card);
      assert.equal(warnings.length, 1, JSON.stringify(warnings));
      assert.equal(warnings[0]?.field, field);
      assert.match(warnings[0]?.text ?? '', text);
    });
  }

  it('counts with the model where it can', async () => {
    const counted: string[] = [];
    const countTokens = async (texts: readonly string[]) => {
      counted.push(...texts);
      return texts.map(() => 800);
    };
    const warnings = await lint({ ...good, personality: 'Dry.', creator_notes: 'not counted' }, { countTokens });
    assert.deepEqual(counted, ['A bird.', 'Dry.', 'Hm.']);
    assert.match(warnings.map(({ text }) => text).join('\n'), /take 1600 tokens.*greeting has 800 tokens/s);
  });

  it('says a few things about a text full of mistakes, in linear time', async () => {
    const warnings = await lint({
      ...good,
      description: Array.from({ length: 5000 }, (_, index) => `{{qq${index}}}`).join('{{'.repeat(50)),
    });
    assert.ok(warnings.length < 20);
  });
});
