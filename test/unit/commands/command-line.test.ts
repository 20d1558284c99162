import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../../src/commands/command-line.ts';
import { completions } from '../../../src/commands/completions.ts';
import { durationText } from '../../../src/commands/words.ts';
import type { Command } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { closest } from '../../../src/text/closest.ts';

const command = (name: string, ...options: readonly string[]): Command => ({
  name,
  description: 'A test',
  options: options.map((option) => ({ name: option, description: 'An option' })),
  rank: 'everyone',
  run: async () => ({ text: '', isPrivate: false }),
});
const commands = [command('stop'), command('persona', 'name'), command('config', 'key', 'value')];

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
  ['/nothing at all', 'nothing', {}],
  ['/', '', {}],
];

for (const [line, name, options] of parsed) {
  test(`${line} is read`, () => assert.deepEqual(parseCommandLine(line, commands), { name, options }));
}

const refused: readonly (readonly [string, RegExp])[] = [
  ['/stop now', /takes nothing/],
  ['/config a', /with its name.*\/config key:"…" value:"…"/],
  ['/config key:a b', /with its name/],
  ['/config kye:a', /Did you mean key\?/],
  ['/config key:a key:b', /twice/],
  ['/config key:"a', /with its name/],
  ['/config key:"a"b', /with its name/],
  ['/config __proto__:a', /has no __proto__/],
];

for (const [line, userText] of refused) {
  test(`${line} is refused with a sentence that helps`, () => {
    assert.throws(
      () => parseCommandLine(line, commands),
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
