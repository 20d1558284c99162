// Who may let the bot forget: in a server not everybody, as it is everybody's memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestServices, everyone } from './services.ts';

const conversation = 'discord:1';
const reset = async (change: Partial<CommandContext>) => {
  const services = createTestServices({ counts: { [conversation]: 3 } });
  const context = { ...everyone, conversation, ...change };
  const outcome = await runCommand(createCommands(services), context, 'reset', {}, silentLogger);
  return { outcome, services };
};

for (const where of ['server', 'thread'] as const)
  test(`/reset in a ${where} is for moderators`, async () => {
    const { outcome, services } = await reset({ where, rank: 'everyone' });
    assert.equal(outcome.isFailure, true);
    assert.match(outcome.text, /\/reset.*moderators/);
    assert.deepEqual(services.log, [], 'not even an answer is stopped');
    assert.equal(await services.memory.count(conversation), 3);
    for (const rank of ['moderator', 'server-owner', 'owner'] as const)
      assert.match((await reset({ where, rank })).outcome.text, /forgotten 3 messages/);
  });

for (const where of ['direct', 'terminal'] as const)
  test(`/reset in a ${where} conversation is the caller’s own affair`, async () => {
    assert.match((await reset({ where, rank: 'everyone' })).outcome.text, /forgotten 3 messages/);
  });
