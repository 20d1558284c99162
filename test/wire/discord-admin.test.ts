// How a server's bot is run on Discord without touching a file: settings, access, memory, answers, with the real client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../src/commands/index.ts';
import type { FakeDiscord, FakeInteraction, FakeMessage } from '../fakes/discord/index.ts';
import { createTestMemory, createTestServices } from '../unit/commands/services.ts';
import { openInGuild } from './discord-kit.ts';

type Component = { readonly type: number; readonly custom_id: string; readonly label?: string; readonly disabled?: boolean };
const componentsOf = (message: FakeMessage): readonly Component[] =>
  (message.payload().components ?? []).flatMap((row): unknown[] => ('components' in row ? row.components : [])) as never;
const idOf = (message: FakeMessage, label?: string): string => {
  const found = componentsOf(message).find((each) => (label === undefined ? each.type === 3 : each.label === label));
  assert.ok(found, `a component ${label ?? ''} in ${JSON.stringify(componentsOf(message))}`);
  return found.custom_id;
};
const settled = (discord: FakeDiscord, call: FakeInteraction): Promise<unknown> =>
  discord.waitFor(() => call.isAcknowledged, 'an acknowledgement');

/** Ada asks and is answered; Mo moderates messages, Max manages the server, Eve is somebody. */
const openServer = async () => {
  const kept = createTestMemory(Date.now);
  const services = createTestServices({ kept });
  const all = await openInGuild({ platform: { commands: createCommands(services) } });
  const { discord, guild, channel, ada } = all;
  const mo = discord.addUser({ name: 'mo' });
  const max = discord.addUser({ name: 'max' });
  const eve = discord.addUser({ name: 'eve' });
  const bards = guild.addRole({ name: 'bards' });
  guild.addMember(mo, { roles: [guild.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  guild.addMember(max, { roles: [guild.addRole({ name: 'admins', permissions: ['ManageGuild'] })] });
  guild.addMember(eve, { roles: [bards] });
  const question = channel.say(ada, 'A question?');
  const conversation = `discord:${channel.id}`;
  const speaker = { id: `discord:${ada.id}`, name: 'Ada' };
  const { turn } = await kept.memory.append(conversation, {
    role: 'user',
    speaker,
    text: 'A question?',
    at: 1,
    messageIds: [question.id],
  });
  const remember = (message: FakeMessage) =>
    kept.memory.append(conversation, {
      ...{ role: 'assistant', text: 'An answer.', at: 2, messageIds: [message.id], replyTo: turn.id },
      speaker: { id: 'persona:robin', name: 'Robin' },
    });
  return { ...all, ...kept, services, mo, max, eve, bards, question, conversation, remember };
};

test('commands and menus are registered, and what only buttons call is not', async () => {
  const { discord } = await openServer();
  const names = new Set(discord.commands().map(({ name }) => name));
  for (const name of [
    'config',
    'access',
    'memory',
    'privacy',
    'admin',
    'Edit reply',
    'Branch to thread',
    'Block',
    'Forget this user',
  ])
    assert.ok(names.has(name), name);
  assert.ok(!names.has('edit answer') && !names.has('reply as'), 'what buttons call is not shown');
});

test('a moderator sets a channel, who manages the server sets the server, nobody else anything', async () => {
  const { discord, channel, mo, max, eve, guild, services } = await openServer();
  const set = { name: 'sampling.temperature', value: '0.3' };
  const denied = await discord.callCommand(eve, channel, 'config set', set).answered();
  assert.deepEqual([denied.isEphemeral, /moderators only/.test(denied.content)], [true, true]);
  const here = await discord.callCommand(mo, channel, 'config set', set).answered();
  assert.match(here.content, /temperature is 0\.3 now, for: here/);
  const wide = { ...set, value: '0.6', scope: 'server' };
  assert.match((await discord.callCommand(mo, channel, 'config set', wide).answered()).content, /may manage the server/);
  assert.match((await discord.callCommand(max, channel, 'config set', wide).answered()).content, /for: this server/);
  const everywhere = { ...set, scope: 'everywhere' };
  assert.match(
    (await discord.callCommand(max, channel, 'config set', everywhere).answered()).content,
    /Only the owner of the bot/,
  );
  assert.equal((await discord.callCommand(discord.owner, channel, 'config set', everywhere).answered()).isEphemeral, false);

  const other = guild.addChannel({ name: 'other' });
  assert.equal((await services.settings.at({ channelIds: [channel.id], serverId: guild.id })).sampling.temperature, 0.3);
  assert.equal((await services.settings.at({ channelIds: [other.id], serverId: guild.id })).sampling.temperature, 0.6);
  const shown = await discord.callCommand(mo, other, 'config show', { filter: 'temperature' }).answered();
  assert.match(shown.content, /temperature: 0\.6 \(this server, by command\)/);
  const thread = channel.addThread(mo, { name: 'a thread' });
  const inThread = await discord.callCommand(mo, thread, 'config show', { filter: 'temperature' }).answered();
  assert.ok(inThread.content.includes(`temperature: 0.3 (<#${channel.id}>, by command)`), inThread.content);

  const values = await discord.autocomplete(mo, channel, 'config set', { name: 'reply.style', value: 'p' }, 'value').offered();
  assert.deepEqual(
    values.map(({ value }) => value),
    ['reply', 'plain'].filter((value) => value.includes('p')).sort(),
  );
  assert.deepEqual(
    await discord.autocomplete(eve, channel, 'config set', { name: 'reply.style', value: '' }, 'value').offered(),
    [],
  );
});

test('whoever is blocked, by name or by role, can use no command, menu or button, but can see and delete their data', async () => {
  const { discord, channel, max, mo, eve, bards, ada } = await openServer();
  assert.match(
    (await discord.callCommand(mo, channel, 'access block', { role: bards }).answered()).content,
    /may manage the server/,
  );
  const page = await discord.callCommand(eve, channel, 'privacy delete').answered();
  const blocked = await discord.callCommand(max, channel, 'access block', { role: bards }).answered();
  assert.deepEqual([blocked.isEphemeral, blocked.pings], [true, []]);
  for (const command of ['status', 'persona list', 'queue show'])
    assert.match((await discord.callCommand(eve, channel, command).answered()).content, /You can’t use me here/);
  const said = channel.say(eve, 'hm');
  assert.match((await discord.callMessageCommand(eve, said, 'Reply as persona').answered()).content, /You can’t use me here/);
  assert.equal((await discord.callCommand(eve, channel, 'privacy export').answered()).attachments[0]?.name, 'my-data.json');
  await settled(discord, discord.pressButton(eve, page, idOf(page, 'Delete everything')));
  await discord.waitFor(() => page.content.startsWith('Deleted.'), 'the deletion');

  await discord.callUserCommand(max, channel, ada, 'Block').answered();
  assert.match((await discord.callCommand(ada, channel, 'status').answered()).content, /You can’t use me here/);
  await discord.callCommand(max, channel, 'access remove', { user: ada }).answered();
  assert.doesNotMatch((await discord.callCommand(ada, channel, 'status').answered()).content, /You can’t use me here/);
});

test('memory is shown in pages, and edited in a form, by moderators only, whatever button they press', async () => {
  const { discord, channel, mo, eve, memory, conversation } = await openServer();
  for (let number = 2; number <= 12; number += 1)
    await memory.append(conversation, {
      role: 'user',
      speaker: { id: 'discord:9', name: 'Bo' },
      text: `word ${number}`,
      at: number,
      messageIds: [],
    });
  assert.match((await discord.callCommand(eve, channel, 'memory show').answered()).content, /moderators only/);
  const list = await discord.callCommand(mo, channel, 'memory show').answered();
  assert.match(list.content, /Page 1 of 2[\s\S]*\n1\. Bo: word 12/);
  await settled(discord, discord.pressButton(mo, list, idOf(list, '▶')));
  await discord.waitFor(() => /Page 2 of 2/.test(list.content), 'the second page');
  assert.match(list.content, /12\. Ada: A question\?$/);

  const opening = discord.callCommand(mo, channel, 'memory edit', { which: '12' });
  await discord.waitFor(() => opening.modal !== undefined, 'the form');
  const saved = await discord.submitModal(mo, opening, { text: 'Another question?' }).answered();
  assert.equal(saved.content, 'Done.');
  assert.deepEqual((await memory.turns(conversation))[0]?.alternatives, ['Another question?']);
  // A form that somebody opened before they lost their rank, or that was forged.
  const stolen = await discord.submitModal(eve, opening, { text: 'forged' }).answered();
  assert.match(stolen.content, /Only whoever asked|moderators only/);
  assert.deepEqual((await memory.turns(conversation))[0]?.alternatives, ['Another question?']);
});

test('an answer is changed from its menu and in its form by whoever asked, and by moderators', async () => {
  const { discord, channel, ada, eve, mo, memory, conversation, remember, services } = await openServer();
  const answer = await discord.callCommand(mo, channel, 'say', { text: 'An answer.' }).answered();
  const { turn } = await remember(answer);
  for (const menu of ['Regenerate', 'Continue', 'Edit reply', 'Delete from memory', 'Branch to thread'])
    assert.match((await discord.callMessageCommand(eve, answer, menu).answered()).content, /Only whoever asked/, menu);
  for (const menu of ['Rewind here', 'Show prompt'])
    assert.match((await discord.callMessageCommand(ada, answer, menu).answered()).content, /moderators only/, menu);
  assert.equal(services.log.length, 0);

  assert.equal((await discord.callMessageCommand(ada, answer, 'Regenerate').answered()).content, 'Done.');
  assert.equal((await discord.callCommand(ada, channel, 'swipe', { to: 'previous' }).answered()).isEphemeral, true);
  assert.deepEqual((await memory.turn(conversation, turn.id))?.shown, 0);
  const opening = discord.callMessageCommand(ada, answer, 'Edit reply');
  await discord.waitFor(() => opening.modal !== undefined, 'the form');
  assert.match((await discord.submitModal(eve, opening, { text: 'forged' }).answered()).content, /Only whoever asked/);
  await discord.submitModal(ada, opening, { text: 'My own words' }).answered();
  assert.equal((await memory.turn(conversation, turn.id))?.alternatives[0], 'My own words');

  const choosing = await discord.callMessageCommand(eve, answer, 'Reply as persona').answered();
  await settled(discord, discord.chooseInMenu(eve, choosing, idOf(choosing), ['old-mara']));
  await discord.waitFor(() => choosing.content === 'Old Mara has answered.', 'the choice');
  assert.equal(
    (await discord.callMessageCommand(mo, answer, 'Rewind here').answered()).content,
    'Messages that I have forgotten: 0.',
  );
  assert.ok(services.log.includes(`old-mara replies to ${turn.id} in ${answer.id}`));
});

test('/chat is private on demand, notices are in the caller’s language, and the owner alone runs the bot', async () => {
  const { discord, channel, ada, max, services } = await openServer();
  const open = discord.callCommand(ada, channel, 'chat', { text: '@everyone hi' });
  await discord.waitFor(() => open.responses().length === 2, 'the question and the answer');
  assert.deepEqual(
    open.responses().map(({ content, isEphemeral, pings }) => [content, isEphemeral, pings]),
    [
      ['> Ada: @everyone hi', false, []],
      ['The answer.', false, []],
    ],
  );
  const alone = await discord.callCommand(ada, channel, 'chat', { text: 'psst', private: true }).answered();
  assert.deepEqual([alone.content, alone.isEphemeral], ['The answer.', true]);

  const hans = discord.addUser({ name: 'hans', locale: 'de' });
  assert.match((await discord.callCommand(hans, channel, 'config show').answered()).content, /nur für Moderatoren/);
  assert.match((await discord.callCommand(hans, channel, 'stats').answered()).content, /Antworten seit dem Start: 4/);

  assert.match((await discord.callCommand(max, channel, 'admin shutdown').answered()).content, /owner of the bot/);
  const asked = await discord.callCommand(discord.owner, channel, 'admin shutdown').answered();
  await settled(discord, discord.pressButton(discord.owner, asked, idOf(asked, 'Shut down')));
  await discord.waitFor(() => services.log.includes('shutdown'), 'the end');
});

test('messages tell what their authors may do, and their roles', async () => {
  const { discord, guild, channel, mo, eve, bards, received } = await openServer();
  const direct = discord.openDirectMessage(eve);
  for (const user of [mo, eve, discord.owner]) channel.say(user, 'hello');
  direct.say(eve, 'hello');
  await discord.waitFor(() => received.messages.length >= 5, 'all messages');
  const seen = received.messages.map(({ author, place }) => [author.id, place?.serverId, author.rank] as const);
  const rankOf = (id: string, serverId: string | undefined) =>
    seen.find((each) => each[0] === `discord:${id}` && each[1] === serverId)?.[2];
  assert.equal(rankOf(mo.id, guild.id), 'moderator');
  assert.equal(rankOf(eve.id, guild.id), 'everyone');
  assert.equal(rankOf(discord.owner.id, guild.id), 'owner');
  assert.equal(rankOf(eve.id, undefined), 'moderator');
  const hers = received.messages.find(({ author, place }) => author.id === `discord:${eve.id}` && place?.serverId === guild.id);
  assert.deepEqual([...(hers?.author.roleIds ?? [])].sort(), [guild.id, bards.id].sort());
});
