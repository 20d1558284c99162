import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, CommandContext, CommandOption, RunnableCommand } from '../../../src/core/command.ts';
import { completeLine } from '../../../src/platform/terminal/complete.ts';

const context: CommandContext = {
  conversation: 'terminal:local',
  where: 'terminal',
  user: { id: 'terminal:ash', name: 'ash' },
  rank: 'owner',
  locale: 'en',
};
const command = (name: string, options: readonly CommandOption[]): RunnableCommand => ({
  name,
  description: 'A test',
  options,
  rank: 'everyone',
  run: async () => ({ text: '', isPrivate: false }),
});
const choosing = (name: string, ...choices: readonly string[]): CommandOption => ({
  name,
  description: 'An option',
  choices: async (_context, typed) => choices.filter((choice) => choice.toLowerCase().includes(typed.toLowerCase())),
});
const commands: readonly Command[] = [
  command('status', []),
  command('persona', [choosing('name', 'Robin', 'Old Robin', 'Old\u001b[2J Mara')]),
  command('config', [choosing('key', 'queue', 'model file'), { name: 'value', description: 'Free text' }]),
  command('mode', [
    { name: 'streaming', description: 'On or off', kind: 'boolean' },
    { name: 'style', description: 'How', kind: 'choice', values: ['reply', 'thread'] },
  ]),
  {
    name: 'memory',
    description: 'A group',
    short: { rest: 'find' },
    subcommands: [
      command('show', []),
      command('find', [choosing('text', 'lantern', 'lane')]),
      { ...command('wipe', []), places: ['server'] },
    ],
  },
];

const cases: readonly (readonly [string, readonly string[], string])[] = [
  ['hello', [], 'hello'],
  ['/', ['/status', '/persona ', '/config ', '/mode ', '/memory ', '/exit'], '/'],
  ['/Per', ['/persona '], '/Per'],
  ['/nothing x', [], '/nothing x'],
  ['/status x', [], '/status x'],
  ['/persona ', ['Robin', 'Old Robin', 'Old Mara'], ''],
  ['/persona old r', ['Old Robin'], 'old r'],
  ['/persona ro', ['Robin'], 'ro'],
  ['/persona mar', ['Old Mara'], 'mar'],
  // Two that only contain it: their common beginning would replace what is typed.
  ['/persona ld', [], 'ld'],
  // What comes next can be given without its name.
  ['/config ', ['queue', '"model file"'], ''],
  ['/config k', ['key:'], 'k'],
  ['/config qu', ['queue'], 'qu'],
  ['/config queue ', ['value:'], ''],
  ['/config key:q', ['queue'], 'q'],
  ['/config value:x key:"mod', ['"model file"'], '"mod'],
  ['/config value:x', [], 'x'],
  ['/config other:x', [], 'other:x'],
  ['/mode ', ['yes', 'no'], ''],
  ['/mode yes ', ['reply', 'thread'], ''],
  ['/mode style:t', ['thread'], 't'],
  ['/memory ', ['show', 'find '], ''],
  ['/memory f', ['find '], 'f'],
  ['/memory find la', ['lantern', 'lane'], 'la'],
  ['/memory lant', ['lantern'], 'lant'],
  ['/memory w', [], 'w'],
  ['/memory show ', [], '/memory show '],
];

for (const [line, candidates, replaced] of cases) {
  test(`completing ${line}`, async () => assert.deepEqual(await completeLine(line, commands, context), [candidates, replaced]));
}
