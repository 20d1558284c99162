// Settings of places by command: /config, /sampling, /template, /limit, /persona default.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandAt } from '../../../src/commands/command-tree.ts';
import { createCommands } from '../../../src/commands/index.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestServices, owner, type TestServices } from './services.ts';

const place = { channelIds: ['30', '10'], serverId: '40' };
const moderator: CommandContext = {
  ...{ conversation: 'discord:30', where: 'server', rank: 'moderator', locale: 'en', place },
  user: { id: 'discord:2', name: 'Mo' },
};
const manager: CommandContext = { ...moderator, managesServer: true };
const inThread: CommandContext = { ...manager, where: 'thread', place: { channelIds: ['50', '30', '10'], serverId: '40' } };

const call = (services: TestServices, path: string, options: Record<string, string | number> = {}, context = moderator) =>
  runCommand(createCommands(services), context, path, options, silentLogger);

const completionsOf = async (services: TestServices, path: string, name: string, typed: string, given = {}) =>
  commandAt(createCommands(services), path)
    ?.command.options.find((option) => option.name === name)
    ?.choices?.(moderator, typed, given);

test('a setting counts at once where it was set, and further in, and is shown with where it comes from', async () => {
  const services = createTestServices();
  const set = await call(services, 'config set', { name: 'sampling.temperature', value: '0.4' });
  assert.deepEqual(
    [set.text, set.isPrivate],
    ['sampling.temperature is 0.4 now, for: here. It counts from the next message on.', false],
  );
  assert.equal((await services.settings.at(place)).sampling.temperature, 0.4);
  assert.equal((await services.settings.at(inThread.place)).sampling.temperature, 0.4);
  assert.equal((await services.settings.at({ ...place, channelIds: ['31', '10'] })).sampling.temperature, 0.8);
  const shown = await call(services, 'config show', { filter: 'TEMP' });
  assert.deepEqual(
    [shown.text, shown.isPrivate],
    ['- template: auto (built in)\n**sampling**\n- temperature: 0.4 (here, by command)', true],
  );
  const fromThread = await call(services, 'config show', { filter: 'temperature' }, inThread);
  assert.match(fromThread.text, /temperature: 0\.4 \(<#30>, by command\)/);
  const all = await call(services, 'config show');
  for (const part of [
    '**trigger**',
    '- mention: true (built in)',
    '- words: none (built in)',
    '- perUserPerHour: 20 (configuration file)',
  ])
    assert.ok(all.text.includes(part), `${part} in ${all.text}`);
  assert.match((await call(services, 'config show', { filter: 'zzz' })).text, /No setting/);
});

test('every scope has its place: thread, channel, category, server, everywhere', async () => {
  const services = createTestServices();
  for (const [scope, value, context] of [
    ['everywhere', '0.1', { ...inThread, rank: 'owner' }],
    ['server', '0.2', inThread],
    ['category', '0.3', inThread],
    ['channel', '0.4', inThread],
    ['here', '0.5', inThread],
  ] as const) {
    const outcome = await call(services, 'config set', { name: 'temperature', value, scope }, context);
    assert.equal(outcome.isFailure, false, outcome.text);
  }
  const at = async (channelIds: readonly string[], serverId?: string) =>
    (await services.settings.at({ channelIds, ...(serverId && { serverId }) })).sampling.temperature;
  assert.deepEqual(
    await Promise.all([
      at(['50', '30', '10'], '40'),
      at(['51', '30', '10'], '40'),
      at(['31', '10'], '40'),
      at(['9'], '40'),
      at(['8']),
    ]),
    [0.5, 0.4, 0.3, 0.2, 0.1],
  );
});

test('a scope needs its place and its rights: a channel’s moderator does not change the server', async () => {
  const services = createTestServices();
  const set = (scope: string, context: CommandContext) =>
    call(services, 'config set', { name: 'temperature', value: '1', scope }, context);
  assert.match((await set('server', moderator)).text, /may manage the server/);
  assert.match((await set('category', moderator)).text, /may manage the server/);
  assert.match((await set('everywhere', { ...manager, rank: 'server-owner' })).text, /Only the owner of the bot/);
  assert.equal((await set('server', { ...moderator, rank: 'server-owner' })).isFailure, false);
  const direct: CommandContext = { ...moderator, where: 'direct', place: { channelIds: ['99'] } };
  assert.match((await set('server', direct)).text, /no server around this place/);
  assert.equal((await set('here', direct)).isFailure, false);
  // In the terminal there is nothing but everywhere.
  assert.match((await call(services, 'config set', { name: 'temperature', value: '0.6' }, owner)).text, /for: everywhere/);
  assert.equal((await services.settings.at(undefined)).sampling.temperature, 0.6);
});

test('what can’t be is refused with a sentence, and nothing changes', async () => {
  const services = createTestServices();
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['sampling.temprature', '1', /Did you mean sampling\.temperature/],
    ['sampling.temperature', 'hot', /can't be .*hot/],
    ['sampling.temperature', '99', /can't be/],
    ['persona', 'robn', /Did you mean Robin/],
    ['preset', 'clam', /Did you mean calm/],
    ['preset', 'zzzzzz', /There are: auto, none, calm/],
    ['template', 'chatlm', /Did you mean chatml/],
    ['template', '/etc/secret.jinja', /no such template|Did you mean/],
    ['adultPersonas', 'everywhere', /Only the owner/],
    ['trigger.always', 'perhaps', /can't be/],
  ];
  for (const [name, value, expected] of cases) {
    const outcome = await call(services, 'config set', { name, value });
    assert.deepEqual([outcome.isFailure, outcome.isPrivate], [true, true], name);
    assert.match(outcome.text, expected);
  }
  assert.deepEqual(await services.settings.overrides.names('30'), []);
  const asOwner = await call(
    services,
    'config set',
    { name: 'adultPersonas', value: 'everywhere' },
    { ...moderator, rank: 'owner' },
  );
  assert.equal(asOwner.isFailure, false);
});

test('moderators may give fewer answers an hour than the owner does, not more', async () => {
  const services = createTestServices();
  const limit = (options: Record<string, number>, context = moderator) => call(services, 'limit', options, context);
  assert.match((await limit({})).text, /perUserPerHour: 20 \(configuration file\)/);
  assert.match(
    (await limit({ user: 21 })).text,
    /quota\.perUserPerHour is 20, set by the owner of the bot\. You can make it stricter/,
  );
  assert.match(
    (await limit({ user: 0 })).text,
    /quota\.perUserPerHour is 20, set by the owner of the bot\. You can make it stricter/,
  );
  assert.equal((await limit({ user: 5, server: 30 })).isFailure, false);
  // Against the owner's limit, not against their own.
  assert.equal((await limit({ user: 15 })).isFailure, false);
  assert.deepEqual((await services.settings.at(place)).quota, { perUserPerHour: 15, perServerPerHour: 30 });
  const asOwner = { ...moderator, rank: 'owner' } as const;
  const everywhere = runCommand(createCommands(services), asOwner, 'limit', { user: 0, scope: 'everywhere' }, silentLogger);
  assert.equal((await everywhere).isFailure, false);
  assert.equal((await limit({ user: 500 })).isFailure, false);
});

test('nobody lifts or takes back a limit from higher up, where it was set or nearer', async () => {
  const services = createTestServices();
  const as = (rank: CommandContext['rank'], managesServer = true): CommandContext => ({ ...inThread, rank, managesServer });
  const [bot, server, manager, channel] = [as('owner'), as('server-owner'), as('moderator'), as('moderator', false)];
  const limit = async (context: CommandContext, count: number, scope: string) =>
    (await call(services, 'limit', { user: count, scope }, context)).text;
  const counting = async () => (await services.settings.at(inThread.place)).quota.perUserPerHour;

  assert.match(await limit(bot, 10, 'server'), /is 10 now/);
  for (const context of [server, manager])
    for (const scope of ['here', 'channel', 'category', 'server'])
      for (const count of [0, 11]) assert.match(await limit(context, count, scope), /is 10, set by the owner of the bot/);
  assert.match(
    (await call(services, 'config reset', { name: 'perUserPerHour', scope: 'server' }, manager)).text,
    /set by the owner of/,
  );
  assert.match((await call(services, 'config reset', { scope: 'server' }, server)).text, /set by the owner of the bot/);
  assert.equal(await counting(), 10);

  // Stricter is possible, and can be taken back as far as the owner has it.
  assert.match(await limit(server, 8, 'server'), /is 8 now/);
  assert.match(await limit(manager, 9, 'here'), /is 8, set by the owner of the server/);
  assert.match(await limit(manager, 6, 'channel'), /is 6 now/);
  assert.match(await limit(channel, 7, 'here'), /is 6, set by those who manage the server/);
  assert.match((await call(services, 'config reset', { scope: 'channel' }, channel)).text, /is 6, set by those who manage/);
  assert.match(await limit(channel, 3, 'channel'), /is 3 now/);
  assert.equal(await counting(), 3);
  assert.match((await call(services, 'config reset', { scope: 'channel' }, channel)).text, /Taken back.*\n.*is 6, set by those/);
  assert.equal(await counting(), 6);
  assert.match((await call(services, 'config reset', { scope: 'channel' }, manager)).text, /^Taken back[^\n]*$/);
  assert.equal(await counting(), 8);
  assert.match(
    (await call(services, 'config reset', { scope: 'server' }, server)).text,
    /Taken back.*\n.*is 10, set by the owner of/,
  );
  assert.equal(await counting(), 10);
  assert.match((await call(services, 'config reset', { scope: 'server' }, bot)).text, /^Taken back[^\n]*$/);
  assert.equal(await counting(), 20);
});

test('a limit from higher up also counts where a looser one was set before it', async () => {
  const services = createTestServices();
  const manager = { ...inThread, managesServer: true };
  const bot: CommandContext = { ...manager, rank: 'owner' };
  const set = (name: string, value: string, scope: string, context: CommandContext) =>
    call(services, 'config set', { name, value, scope }, context);
  assert.equal((await set('perServerPerHour', '1000', 'here', manager)).isFailure, false);
  assert.equal((await set('perServerPerHour', '10', 'server', bot)).isFailure, false);
  const { quota } = await services.settings.at(inThread.place);
  assert.equal(quota.perServerPerHour, 10);
  assert.match((await call(services, 'config show', { filter: 'perServer' }, manager)).text, /10 \(this server, by command\)/);

  assert.equal((await set('adultPersonas', 'never', 'server', bot)).isFailure, false);
  for (const scope of ['here', 'server'])
    assert.match(
      (await set('adultPersonas', 'age-restricted', scope, manager)).text,
      /adultPersonas is never, set by the owner of/,
    );
  assert.equal((await services.settings.at(inThread.place)).adultPersonas, 'never');
  // Nobody else's servers are concerned.
  assert.equal((await services.settings.at({ serverId: '41', channelIds: [] })).quota.perServerPerHour, 0);
});

test('resetting takes one setting back, or all, and says when there was nothing', async () => {
  const services = createTestServices();
  await call(services, 'config set', { name: 'temperature', value: '0.4' });
  await call(services, 'config set', { name: 'trigger.always', value: 'true' });
  assert.match((await call(services, 'config reset', { name: 'topK' })).text, /Nothing of that was set/);
  assert.equal(
    (await call(services, 'config reset', { name: 'temperature' })).text,
    'Taken back for here: sampling.temperature. What is set further out counts again.',
  );
  assert.equal((await services.settings.at(place)).sampling.temperature, 0.8);
  assert.match((await call(services, 'config reset')).text, /trigger\.always/);
  assert.equal((await services.settings.at(place)).trigger.always, false);
});

test('the short ways do the same', async () => {
  const services = createTestServices();
  assert.match((await call(services, 'sampling')).text, /^\*\*sampling\*\*\n- temperature: 0\.8 \(built in\)/);
  assert.match(
    (await call(services, 'sampling', { name: 'temperature' })).text,
    /^\*\*sampling\*\*\n- temperature: 0\.8 \(built in\)$/,
  );
  assert.match(
    (await call(services, 'sampling', { name: 'temperature', value: '0.2' })).text,
    /sampling\.temperature is 0\.2 now/,
  );
  assert.match(
    (await call(services, 'sampling', { name: 'dry.strength', value: '0.8' })).text,
    /sampling\.dry\.strength is 0\.8 now/,
  );
  assert.match((await call(services, 'sampling', { name: 'persona', value: 'robin' })).text, /no setting of sampling/);
  assert.match((await call(services, 'template')).text, /^- template: auto/);
  assert.match((await call(services, 'template', { name: 'alpaca' })).text, /template is alpaca now/);
  assert.equal((await services.settings.at(place)).template, 'alpaca');
  assert.match((await call(services, 'config preset', { name: 'calm' })).text, /preset is calm now/);
  assert.match(
    (await call(services, 'persona default', { name: 'Old Mara', scope: 'server' }, manager)).text,
    /persona is old-mara now, for: this server/,
  );
  assert.equal((await services.settings.at(place)).personaId, 'old-mara');
});

test('names and values are completed, also those of personas, presets and templates', async () => {
  const services = createTestServices();
  assert.deepEqual(await completionsOf(services, 'config set', 'name', 'temper'), ['sampling.temperature']);
  assert.deepEqual(await completionsOf(services, 'config set', 'value', '', { name: 'persona' }), ['Robin', 'Old Mara']);
  assert.deepEqual(await completionsOf(services, 'config set', 'value', '', { name: 'preset' }), ['auto', 'none', 'calm']);
  assert.deepEqual(await completionsOf(services, 'config set', 'value', 'ch', { name: 'template' }), ['chatml']);
  assert.deepEqual(await completionsOf(services, 'config set', 'value', '', { name: 'reply.style' }), [
    'reply',
    'plain',
    'thread',
  ]);
  assert.deepEqual(await completionsOf(services, 'config set', 'value', '', { name: 'trigger.always' }), ['true', 'false']);
  assert.deepEqual(await completionsOf(services, 'config set', 'value', '', {}), []);
  assert.deepEqual(await completionsOf(services, 'sampling', 'name', 'top'), ['topK', 'topP']);
});

test('a value that people wrote can not look like a part of the list', async () => {
  const services = createTestServices();
  await call(services, 'config set', { name: 'trigger.words', value: '["a\\n- temperature: 9 (built in)", "`x`"]' });
  const { text } = await call(services, 'config show', { filter: 'words' });
  assert.equal(text.split('\n').length, 2, text);
});
