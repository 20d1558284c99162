// Who may choose the persona of a shared channel, and who sees what a persona or a lorebook holds in store.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { alone, member, setUp } from './persona-commands-kit.ts';
import { createTestMemory, createTestServices } from './services.ts';

const closed = /Here the moderators choose who answers/;
const onMessage: CommandContext = {
  ...member,
  target: { kind: 'message', messageId: 'm', authorId: 'discord:9', isOwn: true, text: 'x' },
};

describe('personaChoice', () => {
  it('leaves the choice to everybody, until it is set to moderators: by command, menu, button and in completion', async () => {
    const { call, choices } = await setUp();
    assert.equal((await call('persona use', { name: 'ember' }, member)).isFailure, false);
    assert.deepEqual(await choices('persona use', 'name', 'em', member), ['Ember']);
    assert.match(
      (await call('config set', { name: 'personaChoice', value: 'moderators' })).text,
      /personaChoice is moderators now/,
    );
    const calls: readonly (readonly [string, Record<string, string>, CommandContext])[] = [
      ['persona use', { name: 'robin' }, member],
      ['persona clear', {}, member],
      ['chat', { text: 'Hi', persona: 'robin' }, member],
      ['Reply as persona', {}, onMessage],
      ['reply as', { message: 'm', persona: 'robin' }, onMessage],
    ];
    for (const [path, options, context] of calls) {
      const { text, isPrivate } = await call(path, options, context);
      assert.match(text, closed, path);
      assert.equal(isPrivate, true);
    }
    for (const [path, option] of [
      ['persona use', 'name'],
      ['chat', 'persona'],
    ] as const)
      assert.deepEqual(await choices(path, option, '', member), [], path);
    // Moderators, threads that the bot opened, and direct messages.
    const own: CommandContext = {
      ...member,
      where: 'thread',
      place: { ...member.place, channelIds: ['31', '30'], isOwnThread: true },
    };
    assert.deepEqual(await choices('persona use', 'name', 'ro'), ['Robin']);
    assert.equal((await call('persona clear')).isFailure, false);
    for (const context of [own, alone]) assert.doesNotMatch((await call('persona use', { name: 'robin' }, context)).text, closed);
  });

  it('is not lifted by the moderators of a channel where those of the server have set it', async () => {
    const services = createTestServices({ kept: createTestMemory() });
    const call = (options: Record<string, string>, context: CommandContext) =>
      runCommand(createCommands(services), context, 'config set', { name: 'personaChoice', ...options }, silentLogger);
    const moderator: CommandContext = { ...member, rank: 'moderator' };
    assert.equal((await call({ value: 'moderators', scope: 'server' }, { ...moderator, managesServer: true })).isFailure, false);
    assert.match((await call({ value: 'everyone' }, moderator)).text, /is moderators, set by those who manage the server/);
  });
});

describe('what a persona or a lorebook holds in store', () => {
  it('is for moderators: no member of a server exports it', async () => {
    const { call } = await setUp();
    for (const [path, options] of [
      ['persona export', { name: 'ember' }],
      ['lore export', { book: 'x' }],
      ['lore show', { book: 'x' }],
      ['lore test', { text: 'x' }],
    ] as const) {
      const { text, files = [] } = await call(path, options, member);
      assert.match(text, /is for moderators only/, path);
      assert.deepEqual(files, []);
    }
    assert.equal((await call('persona export', { name: 'ember' })).files?.length, 1);
    assert.equal((await call('persona export', { name: 'ember' }, alone)).files?.length, 1);
  });
});
