// Who may use the bot, by command: /access and the menu Block.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestServices, type TestServices } from './services.ts';

const manager: CommandContext = {
  ...{ conversation: 'discord:30', where: 'server', rank: 'moderator', locale: 'en', managesServer: true },
  place: { channelIds: ['30', '10'], serverId: '40' },
  user: { id: 'discord:2', name: 'Mo' },
};
const owner: CommandContext = { ...manager, rank: 'owner' };
const ada = { id: 'discord:1', name: 'Ada', isBot: false };
const member: CommandContext = { ...manager, rank: 'everyone', managesServer: false, user: ada, roleIds: ['60'] };

const call = (services: TestServices, path: string, options: GivenOptions = {}, context = manager) =>
  runCommand(createCommands(services), context, path, options, silentLogger);
const mayCall = async (services: TestServices, context: CommandContext): Promise<boolean> =>
  !(await call(services, 'status', {}, context)).isFailure;

test('users, roles and channels are blocked and let in again; the bot says so, and who is on the lists', async () => {
  const services = createTestServices();
  assert.equal((await call(services, 'access show')).text, 'Everybody who is not blocked may use me.');
  for (const subject of [{ user: ada }, { role: { id: '60', name: 'bards' } }, { channel: { id: '10', name: 'category' } }]) {
    assert.equal(await mayCall(services, member), true);
    const blocked = await call(services, 'access block', subject);
    assert.match(blocked.text, /^<[@#]&?\d+> can’t use me any more\.$/);
    assert.equal(await mayCall(services, member), false);
    assert.match((await call(services, 'access block', subject)).text, /already/);
    assert.match((await call(services, 'access remove', subject)).text, /on no list any more/);
  }
  await call(services, 'access allow', { role: { id: '61', name: 'mods' } });
  assert.equal(await mayCall(services, member), false);
  assert.equal(await mayCall(services, { ...member, roleIds: ['61'] }), true);
  await call(services, 'access block', { user: ada });
  assert.equal((await call(services, 'access show')).text, 'Only these may use me: <@&61>\nBlocked: <@1>');
});

test('a server’s lists belong to those who manage it, the bot’s to its owner', async () => {
  const services = createTestServices();
  assert.match(
    (await call(services, 'access block', { user: ada }, { ...manager, managesServer: false })).text,
    /may manage the server/,
  );
  assert.match((await call(services, 'access block', { user: ada, scope: 'everywhere' })).text, /Only the owner/);
  const direct: CommandContext = { ...manager, where: 'direct', managesServer: false, place: { channelIds: ['99'] } };
  assert.match((await call(services, 'access block', { user: ada }, direct)).text, /Only the owner/);
  assert.match((await call(services, 'access block', { user: ada, scope: 'server' }, direct)).text, /no server around/);
  assert.equal((await call(services, 'access block', { server: '41', scope: 'everywhere' }, owner)).isFailure, false);
  assert.equal(await mayCall(services, { ...member, place: { channelIds: [], serverId: '41' } }), false);
  assert.equal(await mayCall(services, member), true);
  assert.match((await call(services, 'access block', { server: '41' })).text, /by its id, with the scope everywhere/);
});

test('whoever manages a server can mend its lists whatever stands in them, but not the lists of the bot', async () => {
  const services = createTestServices();
  await call(services, 'access block', { channel: { id: '30', name: 'here' } });
  assert.equal(await mayCall(services, manager), false);
  assert.equal(await mayCall(services, owner), true);
  assert.match((await call(services, 'access show', {}, { ...manager, managesServer: false })).text, /You can’t use me here/);
  assert.equal((await call(services, 'access remove', { channel: { id: '30', name: 'here' } })).isFailure, false);
  assert.equal(await mayCall(services, manager), true);
  await call(services, 'access block', { user: { ...manager.user, isBot: false }, scope: 'everywhere' }, owner);
  assert.match((await call(services, 'access show')).text, /You can’t use me here/);
});

test('one thing is listed at a time', async () => {
  const services = createTestServices();
  assert.match((await call(services, 'access allow')).text, /Name one/);
  assert.match((await call(services, 'access allow', { user: ada, role: { id: '60', name: 'x' } })).text, /Name one/);
});

test('the menu Block is the same for a user', async () => {
  const services = createTestServices();
  const blocked = await call(services, 'Block', {}, { ...manager, target: { kind: 'user', user: ada } });
  assert.deepEqual([blocked.text, blocked.isPrivate], ['<@1> can’t use me any more.', true]);
  assert.equal(await mayCall(services, member), false);
});
