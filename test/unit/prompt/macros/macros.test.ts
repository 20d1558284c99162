import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../../src/core/bounds.ts';
import {
  createMacroExpander,
  expandMacros,
  isVolatile,
  type MacroValues,
  noVariables,
  unknownMacros,
  volatileMacros,
} from '../../../../src/prompt/macros.ts';

const names: MacroValues = { char: 'Vex', user: 'Ada' };

/** 15:45:07 UTC on a Saturday. */
const now = Date.UTC(2026, 10, 21, 15, 45, 7);

const inTurn = (...numbers: readonly number[]): (() => number) => {
  let at = 0;
  return () => {
    const next = numbers[at];
    at += 1;
    if (next === undefined) throw new Error('more randomness was asked for than the test expects');
    return next;
  };
};

type Case = readonly [rule: string, text: string, expected: string, values?: Partial<MacroValues>];

const cases: readonly Case[] = [
  // Names
  ['the persona', '{{char}}', 'Vex'],
  ['the human', 'Hi {{user}}!', 'Hi Ada!'],
  ['case does not matter', '{{CHAR}} {{UsEr}}', 'Vex Ada'],
  ['spaces inside do not matter', '{{ char }}', 'Vex'],
  ['the older spelling', '<BOT>, <bot>, <char> and <USER>', 'Vex, Vex, Vex and Ada'],
  ['an unknown macro stays', '{{weather}}', '{{weather}}'],
  ['… and what stands in it is expanded', '{{weather::{{char}}}}', '{{weather::Vex}}'],
  [
    'a macro whose value is not given stays',
    '{{persona}} {{time}} {{random:a,b}} {{getvar::x}}',
    '{{persona}} {{time}} {{random:a,b}} {{getvar::x}}',
  ],
  ['what a macro stands for is never expanded', '{{char}} {{user}}', '{{user}} {{char}}', { char: '{{user}}', user: '{{char}}' }],
  ['… not in arguments either', '{{random::{{user}}::x}}', '{{roll:6}}', { user: '{{roll:6}}', random: inTurn(0) }],
  ['… nor can it split them', '{{random::{{user}}::x}}', 'a::b', { user: 'a::b', random: inTurn(0.4) }],
  ['… nor close or open braces', '{{user}}char}}', '{{char}}', { user: '{{' }],
  ['an argument where none belongs makes it unknown', '{{char::x}}', '{{char::x}}'],
  // Texts
  ['the human’s own persona', '{{persona}}', 'a baker', { persona: 'a baker' }],
  [
    'the persona’s fields',
    '{{description}}/{{personality}}/{{scenario}}',
    'd/p/s',
    { description: 'd', personality: 'p', scenario: 's' },
  ],
  [
    'the last messages',
    '{{lastMessage}}/{{lastUserMessage}}/{{lastCharMessage}}',
    '{{char}}/u/c',
    { lastMessage: '{{char}}', lastUserMessage: 'u', lastCharMessage: 'c' },
  ],
  ['the group', '{{group}} {{charIfNotGroup}}', 'Vex, Mira Vex, Mira', { group: ['Vex', 'Mira'] }],
  ['the group of one', '{{group}} {{charIfNotGroup}} <group>', 'Vex Vex Vex', { group: ['Vex'] }],
  ['the group without the muted', '{{groupNotMuted}}', 'Mira', { group: ['Vex', 'Mira'], groupNotMuted: ['Mira'] }],
  ['original, once', '{{original}}+{{original}}', 'ours+', { original: 'ours' }],
  ['original where nothing is replaced', 'a{{original}}b', 'ab'],
  ['an outlet', '{{outlet::map}}|{{outlet::none}}', 'north|', { outlets: new Map([['map', 'north']]) }],
  ['further macros', '{{Model}}', 'x', { more: { model: 'x' } }],
  // Form
  ['a comment is nothing', 'a{{// not {{user}} shown }}b', 'ab'],
  ['a V3 comment is nothing', 'a{{comment: x}}b{{hidden_key:y}}', 'ab'],
  ['a new line', 'a{{newline}}b', 'a\nb'],
  ['several', 'a{{newline::2}}b', 'a\n\nb'],
  ['trim takes the line ends around it', 'a\n\r\n{{trim}}\n\nb', 'ab'],
  ['… and those that macros made', 'a{{newline}}{{trim}}{{newline}}b', 'ab'],
  ['… but no spaces', 'a \n{{trim}}\n b', 'a  b'],
  ['… across an empty macro', 'a\n{{noop}}{{trim}}{{noop}}\nb', 'ab'],
  ['reverse, by characters', '{{reverse:ab🌙}}', '🌙ba'],
  ['three braces: the inner two count', '{{{char}}}', '{Vex}'],
  ['what nobody closes is text', '{{char', '{{char'],
  ['… and what is inside still counts', '{{if {{char}} sings', '{{if Vex sings'],
  ['what nobody opened is text', 'char}} {{char}}', 'char}} Vex'],
  // Time
  ['time', '{{time}}', '3:45 PM', { now }],
  ['time in a zone', '{{time}}', '4:45 PM', { now, timeZone: 'Europe/Vienna' }],
  ['time at an offset', '{{time_UTC+2}} {{time_utc-3}}', '5:45 PM 12:45 PM', { now }],
  ['an offset that is nowhere', '{{time_UTC+99}}', '{{time_UTC+99}}', { now }],
  ['date', '{{date}}', 'November 21, 2026', { now }],
  ['the date is that of the zone', '{{isodate}}', '2026-11-22', { now, timeZone: 'Asia/Tokyo' }],
  ['weekday', '{{weekday}}', 'Saturday', { now }],
  ['isotime', '{{isotime}}', '15:45', { now }],
  ['isodate', '{{isodate}}', '2026-11-21', { now }],
  ['midnight is 00', '{{isotime}}', '00:05', { now: Date.UTC(2026, 0, 1, 0, 5) }],
  ['a pattern', '{{datetimeformat dddd, DD.MM.YYYY [at] h:mm a}}', 'Saturday, 21.11.2026 at 3:45 pm', { now }],
  ['idle: never', '{{idle_duration}}', 'just now', { now }],
  ['idle: seconds', '{{idle_duration}}', 'a few seconds', { now, lastUserAt: now - 40_000 }],
  ['idle: a minute', '{{idle_duration}}', '1 minute', { now, lastUserAt: now - 60_000 }],
  ['idle: hours', '{{idle_duration}}', '4 hours', { now, lastUserAt: now - 4 * 3_600_000 }],
  ['idle: days', '{{idle_duration}}', '3 days', { now, lastUserAt: now - 3 * 86_400_000 }],
  ['idle: a clock that went back', '{{idle_duration}}', 'a few seconds', { now, lastUserAt: now + 5 }],
  // Chance
  ['random with commas', '{{random: a, b ,c}}', 'b', { random: inTurn(0.5) }],
  ['random with colons', '{{random::a, b::c}}', 'a, b', { random: inTurn(0.1) }],
  ['random: two colons and commas', '{{random::a,b}}', 'b', { random: inTurn(0.9) }],
  ['a comma can be escaped', '{{random:a\\,b,c}}', 'a,b', { random: inTurn(0) }],
  ['macros in choices', '{{random::{{char}}::{{user}}}}', 'Ada', { random: inTurn(0.6) }],
  ['each macro draws for itself', '{{random:a,b}}{{random:a,b}}', 'ab', { random: inTurn(0, 0.9) }],
  ['a draw among draws', '{{random::{{random::a::b}}::c}}', 'b', { random: inTurn(0, 0.5) }],
  ['dice', '{{roll:2d6}}', '7', { random: inTurn(0, 0.99) }],
  ['one die', '{{roll:d6}} {{roll 6}} {{roll::6}}', '1 6 4', { random: inTurn(0, 0.99, 0.5) }],
  ['dice with a change', '{{roll:1d6+10}} {{roll:1d6 - 3}}', '11 -2', { random: inTurn(0, 0) }],
  ['dice that make no sense', '[{{roll:banana}}{{roll:0d6}}{{roll:2d0}}{{roll:}}]', '[]', { random: inTurn() }],
  ['too many dice', '[{{roll:101d6}}{{roll:1d1000001}}{{roll:999999999d1}}]', '[]', { random: inTurn() }],
];

for (const [rule, text, expected, values] of cases) {
  test(`${rule}: ${text.slice(0, 60)}`, () => assert.equal(expandMacros(text, { ...names, ...values }), expected));
}

test('pick: the same for a conversation and a text, another elsewhere', () => {
  const list = Array.from({ length: 1000 }, (_, n) => `n${n}`).join(',');
  const picked = (pickSeed: string, text = `{{pick:${list}}}`) => expandMacros(text, { ...names, pickSeed });
  assert.equal(picked('discord:1'), picked('discord:1'));
  assert.notEqual(picked('discord:1'), picked('discord:2'));
  const [one, other] = picked('discord:1', `{{pick:${list}}} {{pick:${list}}}`).split(' ');
  assert.notEqual(one, other, 'two places pick for themselves');
  assert.match(one ?? '', /^n\d+$/);
});

test('choices are split at double colons behind a single one as well', () => {
  const choose = (text: string): string => expandMacros(text, { ...names, random: () => 0.99, pickSeed: 'terminal:local' });
  assert.equal(choose('{{random:a, b::c, d}}'), 'c, d');
  assert.equal(choose('{{random a::b}}'), 'b');
  assert.equal(choose('{{random:a,b}}'), 'b');
  assert.match(choose('{{pick:one, two::one, two}}'), /^one, two$/);
});

test('pick does not change from version to version', () => {
  assert.equal(expandMacros('{{pick::red::green::blue::white}}', { ...names, pickSeed: 'terminal:local' }), 'blue');
});

const variableCases: readonly (readonly [string, string, string, Readonly<Record<string, string>>])[] = [
  ['set and get', '{{setvar::mood::merry}}{{getvar::mood}}', 'merry', { mood: 'merry' }],
  ['stored ones', '{{getvar::old}}', 'stored', {}],
  ['an unknown one is empty', '[{{getvar::none}}]', '[]', {}],
  ['an empty value', '{{setvar::old::}}[{{getvar::old}}]', '[]', { old: '' }],
  ['a value with colons', '{{setvar::x::a::b}}{{getvar::x}}', 'a::b', { x: 'a::b' }],
  ['a value with macros', '{{setvar::x::{{char}}!}}{{getvar::x}}', 'Vex!', { x: 'Vex!' }],
  ['add numbers', '{{addvar::n::2.5}}{{getvar::n}}', '9.5', { n: '9.5' }],
  ['add tenths', '{{setvar::n::0.1}}{{addvar::n::0.2}}{{getvar::n}}', '0.3', { n: '0.3' }],
  ['add texts', '{{addvar::old:: more}}{{getvar::old}}', 'stored more', { old: 'stored more' }],
  ['count up and down', '{{incvar::n}} {{incvar::n}} {{decvar::n}} {{decvar::new}}', '8 9 8 -1', { n: '8', new: '-1' }],
  ['set to what it was is no change', '{{setvar::old::stored}}', '', {}],
  ['only what is chosen is done', '{{random::{{setvar::x::1}}::{{setvar::y::2}}}}', '', { y: '2' }],
  ['a comment does nothing', '{{// {{setvar::x::1}} }}', '', {}],
  ['names of every object', '[{{getvar::constructor}}{{setvar::__proto__::x}}{{getvar::__proto__}}]', '[]', {}],
];

for (const [rule, text, expected, local] of variableCases) {
  test(`variables: ${rule}`, () => {
    const variables = { local: { old: 'stored', n: '7' }, global: {} };
    const expander = createMacroExpander({ ...names, variables, random: inTurn(0.9) });
    assert.equal(expander.expand(text), expected);
    assert.deepEqual(expander.changes(), { local, global: {} });
    assert.deepEqual(variables, { local: { old: 'stored', n: '7' }, global: {} }, 'what is stored stays');
  });
}

test('global variables are apart, and the texts of one prompt share theirs', () => {
  const expander = createMacroExpander({ ...names, variables: { local: { x: 'l' }, global: { x: 'g' } } });
  assert.equal(expander.expand('{{getvar::x}} {{getglobalvar::x}} {{setglobalvar::x::new}}{{incglobalvar::n}}'), 'l g 1');
  assert.equal(expander.expand('{{getglobalvar::x}}'), 'new');
  assert.deepEqual(expander.changes(), { local: {}, global: { x: 'new', n: '1' } });
});

test('variables are bounded', () => {
  const { variablesMax, variableCharactersMax, variableNameCharactersMax } = bounds.macros;
  const expander = createMacroExpander({ ...names, variables: noVariables });
  for (let n = 0; n < variablesMax + 5; n += 1) expander.expand(`{{setvar::v${n}::${'x'.repeat(variableCharactersMax + 5)}}}`);
  expander.expand(`{{setvar::${'n'.repeat(variableNameCharactersMax + 1)}::x}}`);
  const { local } = expander.changes();
  assert.equal(Object.keys(local).length, variablesMax);
  assert.equal(local.v0?.length, variableCharactersMax);
});

test('original is once for each text', () => {
  const expander = createMacroExpander(names);
  assert.equal(expander.expand('a {{original}} {{original}}', 'ours'), 'a ours ');
  assert.equal(expander.expand('{{original}}', 'ours'), 'ours');
  assert.equal(expander.expand('[{{original}}]'), '[]');
});

test('the output is bounded, however often a long text is asked for', () => {
  const text = '{{persona}}'.repeat(4000);
  const { length } = expandMacros(text, { ...names, persona: 'x'.repeat(10_000) });
  assert.ok(length <= bounds.macros.outputCharactersMax, `${length}`);
  const nested = `${'{{reverse:'.repeat(15)}{{persona}}${'}}'.repeat(15)}`;
  assert.ok(
    expandMacros(nested.repeat(100), { ...names, persona: 'x'.repeat(10_000) }).length <= bounds.macros.outputCharactersMax,
  );
});

test('hostile braces are answered in the order of their length', () => {
  for (const text of [
    '{{'.repeat(50_000),
    '}}'.repeat(50_000),
    '{{a'.repeat(20_000) + '}}'.repeat(20_000),
    '{'.repeat(100_001),
    '{{trim}}\n'.repeat(20_000),
  ]) {
    assert.ok(expandMacros(text, names).length <= text.length);
  }
  const many = '{{char}}'.repeat(bounds.macros.countMax + 10);
  assert.equal(expandMacros(many, { ...names, char: '' }), '{{char}}'.repeat(10));
});

test('which texts change from answer to answer', () => {
  for (const text of [
    '{{time}}',
    '{{Date}}',
    '{{random:a,b}}',
    '{{roll:6}}',
    '{{idle_duration}}',
    '{{lastMessage}}',
    '{{setvar::x::{{isotime}}}}',
    '{{time_UTC+2}}',
    '{{getvar::x}}',
  ]) {
    assert.equal(isVolatile(text), true, text);
  }
  for (const text of [
    '',
    'time',
    '{{char}} {{user}}',
    '{{pick:a,b}}',
    '{{// {{time}} }}',
    '{{time',
    '{{setvar::x::1}}',
    '{{weather}}',
  ]) {
    assert.equal(isVolatile(text), false, text);
  }
  assert.deepEqual(volatileMacros('{{char}} {{TIME}} {{random::{{weekday}}::x}}'), ['time', 'random', 'weekday']);
});

test('which macros nobody knows', () => {
  assert.deepEqual(unknownMacros('{{char}} {{Weather}} {{trim}} {{random::{{mood}}::x}} {{5}}'), ['weather', 'mood']);
});
