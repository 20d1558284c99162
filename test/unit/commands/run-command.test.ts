import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand, runCommandLine } from '../../../src/commands/run-command.ts';
import { bounds } from '../../../src/core/bounds.ts';
import type { CommandContext, OptionValue, RunnableCommand } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import { everyone } from './services.ts';

const command = (given: Partial<RunnableCommand>): RunnableCommand => ({
  name: 'test',
  description: 'A test',
  options: [],
  rank: 'everyone',
  run: async () => ({ text: 'done', isPrivate: false }),
  ...given,
});

test('every rank may call what is for it or for lower ranks, and nothing above', async () => {
  const ranks = ['everyone', 'moderator', 'server-owner', 'owner'] as const;
  for (const [height, rank] of ranks.entries()) {
    for (const [needed, commandRank] of ranks.entries()) {
      let runs = 0;
      const run: RunnableCommand['run'] = async () => {
        runs += 1;
        return { text: 'done', isPrivate: false };
      };
      const outcome = await runCommand([command({ rank: commandRank, run })], { ...everyone, rank }, 'test', {}, silentLogger);
      const isAllowed = height >= needed;
      assert.equal(runs, isAllowed ? 1 : 0, `${rank} calls a command for ${commandRank}`);
      assert.equal(outcome.isFailure, !isAllowed);
      if (!isAllowed) assert.equal(outcome.isPrivate, true);
    }
  }
});

test('an unknown command is answered with the nearest one', async () => {
  const commands = [command({ name: 'persona' }), command({ name: 'reset' })];
  assert.match((await runCommand(commands, everyone, 'presona', {}, silentLogger)).text, /Did you mean \/persona\?/);
  assert.match((await runCommand(commands, everyone, 'xyzzy', {}, silentLogger)).text, /\/help lists/);
});

test('a failure becomes its sentence; an unexpected one a general sentence and a line in the log', async () => {
  const logged: { readonly level: string; readonly fields: object }[] = [];
  const at =
    (level: string) =>
    (fields: object): void => {
      logged.push({ level, fields });
    };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const failing = (error: Error): readonly RunnableCommand[] => [
    command({
      run: async () => {
        throw error;
      },
    }),
  ];
  const expected = new PaddockError('not-found', 'for the log', { userText: 'Try another one.' });
  assert.equal((await runCommand(failing(expected), everyone, 'test', {}, logger)).text, 'Try another one.');
  assert.ok(logged.every(({ level }) => level === 'debug'));

  const unexpected = new Error('secret detail');
  const outcome = await runCommand(failing(unexpected), everyone, 'test', {}, logger);
  assert.ok(!outcome.text.includes('secret'));
  assert.equal(outcome.isPrivate, true);
  assert.deepEqual(
    logged.filter(({ level }) => level === 'error').map(({ fields }) => (fields as { error: unknown }).error),
    [unexpected],
  );
});

test('options are trimmed, blank ones left out, unknown ones dropped, required ones asked for, long ones refused', async () => {
  const seen: unknown[] = [];
  const options = [{ name: 'text', description: 'What to say' }];
  const run = async (_context: CommandContext, given: Readonly<Record<string, OptionValue | undefined>>) => {
    seen.push({ ...given });
    return { text: 'done', isPrivate: false };
  };
  const call = (given: Record<string, string>, isRequired = false) =>
    runCommand(
      [command({ options: options.map((option) => ({ ...option, isRequired })), run })],
      everyone,
      'test',
      given,
      silentLogger,
    );
  await call({ text: ' a ', other: 'b' });
  await call({ text: '  ' });
  assert.deepEqual(seen, [{ text: 'a' }, {}]);
  assert.match((await call({}, true)).text, /needs text: What to say\. Call it as \/test <text>\./);
  assert.match((await call({ text: 'x'.repeat(bounds.commandOptionCharactersMax + 1) })).text, /too long/);
  assert.equal(seen.length, 2);
});

test('a typed line that cannot be read becomes a reply', async () => {
  const outcome = await runCommandLine([command({})], everyone, '/test something', silentLogger);
  assert.deepEqual(outcome, { text: '/test takes nothing after its name. Call it alone.', isPrivate: true, isFailure: true });
});
