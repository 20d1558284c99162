import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, CommandContext } from '../../../src/core/command.ts';
import { completeLine } from '../../../src/platform/terminal/complete.ts';

const context: CommandContext = { conversation: 'terminal:local', user: { id: 'terminal:ash', name: 'ash' }, rank: 'owner' };
const command = (name: string, options: Command['options']): Command => ({
  name,
  description: 'A test',
  options,
  rank: 'everyone',
  run: async () => ({ text: '', isPrivate: false }),
});
const choosing = (name: string, ...choices: readonly string[]): Command['options'][number] => ({
  name,
  description: 'An option',
  choices: async (_context, typed) => choices.filter((choice) => choice.toLowerCase().includes(typed.toLowerCase())),
});
const commands = [
  command('status', []),
  command('persona', [choosing('name', 'Robin', 'Old Robin', 'Old\u001b[2J Mara')]),
  command('config', [choosing('key', 'queue', 'model file'), { name: 'value', description: 'Free text' }]),
];

const cases: readonly (readonly [string, readonly string[], string])[] = [
  ['hello', [], 'hello'],
  ['/', ['/status', '/persona ', '/config ', '/exit'], '/'],
  ['/Per', ['/persona '], '/Per'],
  ['/nothing x', [], '/nothing x'],
  ['/status x', [], '/status x'],
  ['/persona ', ['Robin', 'Old Robin', 'Old Mara'], ''],
  ['/persona old r', ['Old Robin'], 'old r'],
  ['/persona ro', ['Robin'], 'ro'],
  ['/persona mar', ['Old Mara'], 'mar'],
  // Two that only contain it: their common beginning would replace what is typed.
  ['/persona ld', [], 'ld'],
  ['/config ', ['key:', 'value:'], ''],
  ['/config k', ['key:'], 'k'],
  ['/config key:q', ['queue'], 'q'],
  ['/config value:x key:"mod', ['"model file"'], '"mod'],
  ['/config value:x', [], 'x'],
  ['/config other:x', [], 'other:x'],
];

for (const [line, candidates, replaced] of cases) {
  test(`completing ${line}`, async () => assert.deepEqual(await completeLine(line, commands, context), [candidates, replaced]));
}
