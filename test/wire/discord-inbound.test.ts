// What reaches the bot from Discord, and in which form.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finished, openInGuild, textOf } from './discord-kit.ts';

test('a direct message, a mention and a reply are answered; the rest is only heard', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const direct = discord.openDirectMessage(ada);
  const first = direct.say(ada, 'Hello there');
  const second = channel.say(ada, `${discord.bot.mention}, what is up?`);
  await finished(discord, received, first, second);
  assert.equal(textOf(direct.botMessages()), 'You said: Hello there');
  assert.equal(textOf(channel.botMessages()), 'You said: what is up?');
  const [answer] = channel.botMessages();
  assert.equal(answer?.replyToId, second.id);

  const third = channel.say(ada, 'And why?', { ...(answer ? { replyTo: answer } : {}), pingsRepliedUser: false });
  const unheard = channel.say(ada, 'talking to others');
  await finished(discord, received, third);
  await discord.waitFor(() => received.messages.some((message) => message.id === unheard.id), 'the unaddressed message');
  assert.deepEqual(
    received.messages.map(({ addressed, conversation, replyToMessageId }) => ({ addressed, conversation, replyToMessageId })),
    [
      { addressed: 'direct', conversation: `discord:${direct.id}`, replyToMessageId: undefined },
      { addressed: 'mention', conversation: `discord:${channel.id}`, replyToMessageId: undefined },
      { addressed: 'reply', conversation: `discord:${channel.id}`, replyToMessageId: answer?.id },
      { addressed: 'none', conversation: `discord:${channel.id}`, replyToMessageId: undefined },
    ],
  );
  assert.deepEqual(received.messages[0]?.author, {
    id: `discord:${ada.id}`,
    name: 'Ada',
    isBot: false,
    rank: 'moderator',
    roleIds: [],
  });
});

test('the model reads what people read', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild();
  const bob = discord.addUser({ name: 'bob', displayName: 'Bob' });
  guild.addMember(bob, { nickname: 'Bobby: the\nbuilder' });
  const role = guild.addRole({ name: 'farmers' });
  channel.say(bob, 'hi');
  channel.say(
    ada,
    `${discord.bot.mention} ask ${bob.mention}, ${role.mention} in ${channel.mention} <a:wave:123456789012345678> at <t:1700000000:f> with </help:123456789012345678> \`${bob.mention}\``,
    { attachments: [{ name: 'cow.png', contentType: 'image/png', description: 'a cow' }], stickers: ['Moo'] },
  );
  await discord.waitFor(() => received.messages.length === 2, 'both messages');
  assert.equal(received.messages[0]?.author.name, 'Bobby the builder');
  assert.equal(
    received.messages[1]?.text,
    `ask @Bobby the builder, @farmers in #general :wave: at 2023-11-14 22:13 UTC with /help \`${bob.mention}\`\n[image: cow.png — a cow]\n[sticker: Moo]`,
  );
});

test('two people with one name are told apart, and nobody takes the bot’s', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const twin = discord.addUser({ name: 'ada.lovelace', displayName: 'ＡDA' });
  const impostor = discord.addUser({ name: 'mallory', displayName: discord.bot.displayName });
  const system = discord.addUser({ name: 'eve', displayName: 'System:' });
  for (const user of [ada, twin, impostor, system, ada]) channel.say(user, 'hello');
  await discord.waitFor(() => received.messages.length === 5, 'all messages');
  assert.deepEqual(
    received.messages.map((message) => message.author.name),
    ['Ada', 'ＡDA (ada.lovelace)', `${discord.bot.displayName} (mallory)`, 'System (eve)', 'Ada'],
  );
});

test('edits and deletions are passed on; previews and the bot’s own edits are not', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const one = channel.say(ada, `${discord.bot.mention} one`);
  const two = channel.say(ada, 'two');
  const three = channel.say(ada, 'three');
  await finished(discord, received, one);
  one.edit(`${discord.bot.mention} one, corrected`);
  two.delete();
  channel.deleteMessages([three]);
  await discord.waitFor(() => received.edits.length === 1 && received.deletions.length === 2, 'an edit and two deletions');
  const conversation = `discord:${channel.id}`;
  assert.deepEqual(received.edits, [{ conversation, id: one.id, text: 'one, corrected' }]);
  assert.deepEqual(received.deletions, [
    { conversation, ids: [two.id] },
    { conversation, ids: [three.id] },
  ]);
});

test('other bots are passed on as such; the bot never hears itself, nor a webhook of its own', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const robot = discord.addUser({ name: 'robot', isBot: true });
  const persona = discord.addUser({ name: 'Quill', isBot: true });
  const own = channel.say(persona, 'I speak for the bot.', {
    raw: { webhook_id: '123456789012345678', application_id: discord.applicationId },
  });
  const foreign = channel.say(persona, 'I do not.', { raw: { webhook_id: '123456789012345679', application_id: '1234' } });
  const fromBot = channel.say(robot, `${discord.bot.mention} hello`);
  const reply = channel.say(ada, 'What do you mean?', { replyTo: own });
  await finished(discord, received, fromBot, reply);
  assert.deepEqual(
    received.messages.map(({ id, author: { isBot }, addressed }) => ({ id, isBot, addressed })),
    [
      { id: foreign.id, isBot: true, addressed: 'none' },
      { id: fromBot.id, isBot: true, addressed: 'mention' },
      { id: reply.id, isBot: false, addressed: 'reply' },
    ],
  );
});
