import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../../src/commands/command-line.ts';
import { completions } from '../../../src/commands/completions.ts';
import { durationText } from '../../../src/commands/words.ts';
import type { Command, RunnableCommand } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { closest } from '../../../src/text/closest.ts';

const command = (name: string, ...options: readonly string[]): RunnableCommand => ({
  name,
  description: 'A test',
  options: options.map((option) => ({ name: option, description: 'An option' })),
  rank: 'everyone',
  run: async () => ({ text: '', isPrivate: false }),
});
const caller = { locale: 'en', where: 'terminal' } as const;
const commands: readonly Command[] = [
  command('stop'),
  {
    ...command('ask'),
    options: [
      { name: 'text', description: 'What', isRequired: true, takesLine: true },
      { name: 'who', description: 'Who' },
      { name: 'private', description: 'Whether', kind: 'boolean' },
    ],
  },
  command('persona', 'name'),
  command('config', 'key', 'value'),
  {
    name: 'memory',
    description: 'A group',
    short: { alone: 'show', rest: 'find' },
    subcommands: [
      command('show'),
      command('find', 'text'),
      {
        ...command('flag'),
        options: [
          { name: 'text', description: 'Which' },
          { name: 'is_on', description: 'On?', kind: 'boolean' },
        ],
      },
      { name: 'deep', description: 'A group in it', subcommands: [command('edit', 'id', 'text')] },
    ],
  },
  { name: 'bare', description: 'A group without short forms', subcommands: [command('list')] },
];

const parsed: readonly (readonly [string, string, Record<string, string>])[] = [
  ['/stop', 'stop', {}],
  ['/STOP  ', 'stop', {}],
  ['/persona', 'persona', {}],
  ['/persona Old  Robin ', 'persona', { name: 'Old  Robin' }],
  ['/persona "Old Robin"', 'persona', { name: 'Old Robin' }],
  ['/persona name:Old Robin', 'persona', { name: 'Old Robin' }],
  ['/persona Robin "the" Brave', 'persona', { name: 'Robin "the" Brave' }],
  ['/persona key:value', 'persona', { name: 'key:value' }],
  ['/config key:a value=b', 'config', { key: 'a', value: 'b' }],
  ['/config Value="b \\"c\\" \\\\ d" key:a:b', 'config', { key: 'a:b', value: 'b "c" \\ d' }],
  ['/config value:""', 'config', { value: '' }],
  ['/config a', 'config', { key: 'a' }],
  ['/config a b  c', 'config', { key: 'a', value: 'b  c' }],
  ['/config "a b" "c \\"d\\""', 'config', { key: 'a b', value: 'c "d"' }],
  ['/config a "b" c', 'config', { key: 'a', value: '"b" c' }],
  ['/config value:x a', 'config', { key: 'a', value: 'x' }],
  ['/config key:a b', 'config', { key: 'a', value: 'b' }],
  ['/config key:a value:b more', 'config', { key: 'a', value: 'b more' }],
  ['/config https://a.example b', 'config', { key: 'https://a.example', value: 'b' }],
  ['/config __proto__:a b', 'config', { key: '__proto__:a', value: 'b' }],
  ['/memory', 'memory show', {}],
  ['/memory SHOW', 'memory show', {}],
  ['/memory find a b', 'memory find', { text: 'a b' }],
  ['/memory the lantern', 'memory find', { text: 'the lantern' }],
  ['/memory flag "a b" yes', 'memory flag', { text: 'a b', is_on: 'yes' }],
  ['/memory deep edit 5 new text', 'memory deep edit', { id: '5', text: 'new text' }],
  ['/ask', 'ask', {}],
  ['/ask what is up', 'ask', { text: 'what is up' }],
  ['/ask "what is up"', 'ask', { text: 'what is up' }],
  ['/ask "Up" she  said \nthen: no', 'ask', { text: '"Up" she  said \nthen: no' }],
  ['/ask what "is', 'ask', { text: 'what "is' }],
  ['/ask who:Robin private=yes what is up', 'ask', { who: 'Robin', private: 'yes', text: 'what is up' }],
  ['/ask what is up who:"Old Robin" private:yes', 'ask', { who: 'Old Robin', private: 'yes', text: 'what is up' }],
  ['/ask who:Robin text:what is up private:yes', 'ask', { who: 'Robin', private: 'yes', text: 'what is up' }],
  ['/ask is private:yes better than "no', 'ask', { text: 'is private:yes better than "no' }],
  ['/ask private:yes', 'ask', { private: 'yes' }],
  ['/nothing at all', 'nothing', {}],
  ['/', '', {}],
];

for (const [line, name, options] of parsed) {
  test(`${line} is read`, () => assert.deepEqual(parseCommandLine(line, commands, caller), { name, options }));
}

const refused: readonly (readonly [string, RegExp])[] = [
  ['/stop now', /takes nothing/],
  ['/config kye:a', /Did you mean key\?/],
  ['/config key:a key:b', /twice/],
  ['/config key:"a', /Call it as \/config/],
  ['/config key:"a"b', /Call it as \/config/],
  ['/memory flag a yes no', /Call it as \/memory flag/],
  ['/bare', /needs one of these words after it: list/],
  ['/bare lits', /Did you mean list\?/],
];

for (const [line, userText] of refused) {
  test(`${line} is refused with a sentence that helps`, () => {
    assert.throws(
      () => parseCommandLine(line, commands, caller),
      (error) => error instanceof PaddockError && error.code === 'bad-input' && userText.test(error.userText),
    );
  });
}

test('the nearest name is suggested only when it is near', () => {
  const names = ['persona', 'reset', 'status', 'stop'];
  assert.equal(closest('stpo', names), 'stop');
  assert.equal(closest('pers', names), 'persona');
  assert.equal(closest('sta', names), 'status');
  assert.equal(closest('weather', names), undefined);
  assert.equal(closest('', names), undefined);
  assert.equal(closest('x'.repeat(100_000), names), undefined);
});

test('completions put what begins with the typed text first, and stop at 25', () => {
  assert.deepEqual(completions('ro', ['Old Robin', 'Robin', 'Mara']), ['Robin', 'Old Robin']);
  assert.equal(
    completions(
      '',
      Array.from({ length: 40 }, (_, index) => `p${index}`),
    ).length,
    25,
  );
});

test('spans of time are told in their two largest units', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 s'],
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_661_000, '1 h 1 min'],
    [86_400_000 * 3 + 60_000, '3 d'],
  ];
  for (const [ms, text] of cases) assert.equal(durationText(ms), text);
});
