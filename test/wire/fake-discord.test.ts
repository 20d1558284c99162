// The loopback Discord, seen through an ordinary discord.js client: login, messages, history, webhooks.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelType, Events, SnowflakeUtil } from 'discord.js';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { clientOf, discordFor, hasCode, scene } from './fake-discord-client.ts';

describe('login', () => {
  it('gives the client its user, guilds, channels, roles and own member', async (test) => {
    const { client, guild, channel, discord, place } = await scene(test);
    assert.equal(client.user.id, discord.bot.id);
    assert.equal(client.guilds.cache.get(guild.id)?.name, 'Camp');
    assert.equal(place.name, 'general');
    assert.equal(place.topic, 'Anything');
    assert.equal(place.type, ChannelType.GuildText);
    assert.equal(place.permissionsFor(client.user)?.has('SendMessages'), true);
    assert.equal(discord.identifies, 1);
    assert.equal(discord.channel(channel.id), channel);
    assert.equal((await client.application.fetch()).owner?.id, discord.owner.id);
  });

  it('refuses a wrong token over REST with 401', async (test) => {
    const discord = await discordFor(test);
    await assert.rejects(clientOf(discord).login('wrong.token.entirely'), { code: 'TokenInvalid' });
    assert.equal(discord.requests().at(-1)?.status, 401);
  });

  it('tells how many logins are left', async (test) => {
    const discord = await discordFor(test, { sessionStartLimit: { remaining: 3, maxConcurrency: 16 } });
    const client = clientOf(discord);
    client.rest.setToken(discord.token);
    const answer = (await client.rest.get('/gateway/bot')) as { session_start_limit: object };
    assert.deepEqual(answer.session_start_limit, { total: 1000, remaining: 3, reset_after: 86_400_000, max_concurrency: 16 });
  });
});

describe('messages', () => {
  it('carry author, nickname, mentions and reply, and come back to their sender', async (test) => {
    const { discord, channel, ann, seen, place, client } = await scene(test);
    const asked = channel.say(ann, `  hey ${discord.bot.mention}  `);
    await discord.waitFor(() => seen.length === 1, 'the message');
    assert.equal(seen[0]?.content, `hey ${discord.bot.mention}`);
    assert.equal(seen[0]?.member?.displayName, 'Annie');
    assert.equal(seen[0]?.mentions.has(client.user), true);
    assert.deepEqual(asked.pings, [`user:${discord.bot.id}`]);

    const sent = await seen[0]?.reply({ content: `${ann.mention} hi`, allowedMentions: { parse: [], repliedUser: false } });
    const [answer] = channel.botMessages();
    assert.equal(answer?.id, sent?.id);
    assert.equal(answer?.replyToId, asked.id);
    assert.deepEqual(answer?.pings, []);
    await discord.waitFor(() => seen.length === 2, 'its own message');
    assert.equal(seen[1]?.author.id, client.user.id);
    assert.equal((await seen[1]?.fetchReference())?.id, asked.id);

    const loud = await place.send({ content: `@everyone ${ann.mention}`, reply: { messageReference: asked.id } });
    assert.deepEqual(discord.message(loud.id).pings, [`user:${ann.id}`, 'everyone']);
    const some = await place.send({ content: `@here ${ann.mention}`, allowedMentions: { users: [ann.id] } });
    assert.deepEqual(discord.message(some.id).pings, [`user:${ann.id}`]);
    const code = await place.send(`\`${ann.mention}\` and \`\`\`\n@everyone\n\`\`\``);
    assert.deepEqual(discord.message(code.id).pings, []);
  });

  it('keep the history of their texts in the order of all that happened', async (test) => {
    const { discord, channel, ann, place, client } = await scene(test);
    const sent = await place.send('one');
    const between = channel.say(ann, 'between');
    await sent.edit('two');
    const [message] = channel.botMessages();
    assert.deepEqual(
      message?.versions.map((each) => each.content),
      ['one', 'two'],
    );
    const [first, second] = message?.versions ?? [];
    assert.ok((first?.step ?? 0) < (between.versions[0]?.step ?? 0) && (between.versions[0]?.step ?? 0) < (second?.step ?? 0));
    assert.equal(discord.message(sent.id).payload().edited_timestamp === null, false);

    const changes: string[] = [];
    client.on(Events.MessageUpdate, (_, after) => changes.push(after.content ?? ''));
    client.on(Events.MessageDelete, (gone) => changes.push(`-${gone.id}`));
    client.on(Events.MessageBulkDelete, (gone) => changes.push(...gone.map((each) => `--${each.id}`)));
    discord.edit(between, 'changed');
    discord.delete(between);
    channel.deleteMessages([channel.say(ann, 'x'), channel.say(ann, 'y')]);
    await discord.waitFor(() => changes.length === 4, 'four changes');
    assert.deepEqual(changes.slice(0, 2), ['changed', `-${between.id}`]);
    assert.equal(between.isDeleted, true);
    await assert.rejects(place.messages.fetch({ message: between.id, force: true }), hasCode(10008));
    assert.deepEqual(
      channel.messages().map((each) => each.id),
      [sent.id],
    );
  });

  it('are refused when Discord would refuse them', async (test) => {
    const { discord, guild, channel, ann, place } = await scene(test);
    const theirs = channel.say(ann, 'mine');
    await assert.rejects(
      place.send('x'.repeat(2001)),
      (error: unknown) => hasCode(50035)(error) && /2000 or fewer/.test(String(error)),
    );
    await assert.rejects(place.send('   '), hasCode(50006));
    await assert.rejects((await place.messages.fetch(theirs.id)).edit('stolen'), hasCode(50005));
    const missing = { messageReference: '1000000000000000000' };
    await assert.rejects(place.send({ content: 'a', reply: { ...missing, failIfNotExists: true } }), hasCode(50035));
    const orphan = await place.send({ content: 'a', reply: { ...missing, failIfNotExists: false } });
    assert.equal(discord.message(orphan.id).replyToId, undefined);
    await assert.rejects(place.send({ content: 'a', allowedMentions: { parse: ['users'], users: [ann.id] } }), hasCode(50035));

    channel.deny('SendMessages');
    await assert.rejects(place.send('a'), hasCode(50013));
    channel.allow('SendMessages');
    channel.deny('ViewChannel');
    await assert.rejects(place.send('a'), hasCode(50001));
    channel.delete();
    await assert.rejects(place.send('a'), hasCode(10003));
    assert.deepEqual(guild.channels, []);
  });

  it('with the same enforced nonce are one message', async (test) => {
    const { channel, place, seen, discord } = await scene(test);
    const [a, b] = [
      await place.send({ content: 'once', nonce: '77', enforceNonce: true }),
      await place.send({ content: 'once', nonce: '77', enforceNonce: true }),
    ];
    const c = await place.send({ content: 'once', nonce: '77' });
    assert.equal(a.id, b.id);
    assert.notEqual(a.id, c.id);
    assert.equal(channel.botMessages().length, 2);
    await discord.waitFor(() => seen.length === 2, 'two events');
    assert.equal(seen[0]?.nonce, '77');
  });

  it('take files, which can be downloaded', async (test) => {
    const { channel, place, seen, discord, ann } = await scene(test);
    const bytes = Buffer.from([0, 1, 2, 13, 10, 45, 45, 255]);
    await place.send({ content: 'see', files: [{ attachment: bytes, name: 'a b.bin', description: 'odd bytes' }] });
    const [file] = channel.botMessages()[0]?.attachments ?? [];
    assert.deepEqual([file?.name, file?.description], ['a_b.bin', 'odd bytes']);
    assert.deepEqual(Buffer.from(file?.bytes ?? []), bytes);
    assert.deepEqual(discord.requests({ method: 'POST', path: /messages$/ })[0]?.files, ['a b.bin']);

    channel.say(ann, '', { attachments: [{ name: 'n.txt', contentType: 'text/plain', bytes: Buffer.from('note') }] });
    await discord.waitFor(() => seen.length === 2, 'both messages');
    const got = seen[1]?.attachments.first();
    assert.equal(got?.contentType, 'text/plain');
    assert.equal(await (await fetch(got?.url ?? '')).text(), 'note');
  });

  it('come as pages of history', async (test) => {
    const { channel, place, ann } = await scene(test);
    const said: FakeMessage[] = Array.from({ length: 7 }, (_, index) => channel.say(ann, `n${index}`));
    const texts = async (options: object): Promise<string[]> =>
      [...(await place.messages.fetch({ cache: false, ...options })).values()].map((each) => each.content);
    const middle = said[3]?.id;
    assert.deepEqual(await texts({ limit: 2 }), ['n6', 'n5']);
    assert.deepEqual(await texts({ limit: 2, before: middle }), ['n2', 'n1']);
    assert.deepEqual(await texts({ limit: 2, after: middle }), ['n5', 'n4']);
    assert.deepEqual(await texts({ limit: 3, around: middle }), ['n4', 'n3', 'n2']);
    await place.bulkDelete(said.slice(0, 3).map((each) => each.id));
    assert.deepEqual(await texts({ limit: 100, after: '0' }), ['n6', 'n5', 'n4', 'n3']);
  });

  it('are private in direct messages, both ways', async (test) => {
    const { discord, ann, client, seen } = await scene(test);
    const direct = discord.openDirectMessage(ann);
    direct.say(ann, 'psst');
    await discord.waitFor(() => seen.length === 1, 'the message');
    assert.equal(seen[0]?.channel.type, ChannelType.DM);
    assert.equal(seen[0]?.inGuild(), false);
    const user = await client.users.fetch(ann.id);
    assert.equal((await user.send('yes?')).channelId, direct.id);
    ann.refuseDirectMessages();
    await assert.rejects(user.send('still there?'), hasCode(50007));
    assert.deepEqual(
      direct.messages().map((each) => each.content),
      ['psst', 'yes?'],
    );
  });

  it('get typing, reactions and threads', async (test) => {
    const { discord, channel, ann, client, place, seen } = await scene(test);
    await place.sendTyping();
    assert.equal(channel.botTypingAt.length, 1);
    const events: string[] = [];
    client.on(Events.TypingStart, (typing) => events.push(`typing ${typing.user.id}`));
    client.on(Events.MessageReactionAdd, (reaction, user) => events.push(`${reaction.emoji.name} ${user.id}`));
    const asked = channel.say(ann, 'start');
    channel.startTyping(ann);
    asked.react(ann, '🔁');
    await discord.waitFor(() => events.length === 2, 'two events');
    assert.deepEqual(events, [`typing ${ann.id}`, `🔁 ${ann.id}`]);
    await seen[0]?.react('👍');
    assert.deepEqual(
      [...asked.reactions],
      [
        ['🔁', [ann.id]],
        ['👍', [discord.bot.id]],
      ],
    );
    await seen[0]?.reactions.removeAll();
    assert.equal(asked.reactions.size, 0);

    const thread = await seen[0]?.startThread({ name: 'aside' });
    assert.equal(thread?.id, asked.id);
    const fake = channel.threads()[0];
    assert.equal(fake?.parent, channel);
    await thread?.send('in here');
    fake?.say(ann, 'me too');
    await discord.waitFor(
      () => seen.some((each) => each.content === 'me too' && each.channel.isThread()),
      'the message in the thread',
    );
    assert.equal((await thread?.fetchStarterMessage())?.content, 'start');
    const oldest = [...((await thread?.messages.fetch({ limit: 10 }))?.values() ?? [])].at(-1);
    assert.deepEqual([oldest?.content, oldest?.reference?.messageId], ['', asked.id]);
  });

  it('of webhooks have their own author', async (test) => {
    const { discord, channel, place, seen } = await scene(test);
    const hook = await place.createWebhook({ name: 'Mira' });
    const sent = await hook.send({ content: '@everyone boo', username: 'The Ghost', allowedMentions: { parse: [] } });
    await hook.editMessage(sent.id, 'boo!');
    const message = discord.message(sent.id);
    assert.deepEqual(
      [message.author.name, message.content, message.webhookId, message.pings],
      ['The Ghost', 'boo!', hook.id, []],
    );
    await discord.waitFor(() => seen[0]?.webhookId === hook.id, 'the event');
    assert.equal(seen[0]?.author.username, 'The Ghost');
    assert.equal((await place.fetchWebhooks()).size, 1);
    await hook.deleteMessage(sent.id);
    assert.deepEqual(channel.messages(), []);
  });

  it('of forums start threads', async (test) => {
    const { discord, guild, ann, seen, client } = await scene(test);
    const forum = guild.addChannel({ name: 'stories', kind: 'forum' });
    const post = forum.addThread(ann, { name: 'Chapter one', text: 'It was dark.' });
    await discord.waitFor(() => seen.length === 1, 'the first post');
    assert.deepEqual([seen[0]?.id, seen[0]?.channelId, seen[0]?.channel.isThread()], [post.id, post.id, true]);
    const place = await client.channels.fetch(forum.id);
    assert.ok(place?.isThreadOnly());
    const own = await place.threads.create({ name: 'Mine', message: { content: 'Hello.' } });
    assert.deepEqual(
      discord
        .channel(own.id)
        .messages()
        .map((each) => each.content),
      ['Hello.'],
    );
    post.setArchived(true, { isLocked: true });
    await discord.waitFor(() => seen[0]?.channel.isThread() && seen[0].channel.locked, 'the lock');
    await assert.rejects(async () => seen[0]?.reply('too late'), hasCode(50083));
  });
});

describe('ids and waiting', () => {
  it('ids ascend and hold the time', async (test) => {
    const { channel, ann } = await scene(test);
    const ids = Array.from({ length: 100 }, () => BigInt(channel.say(ann, 'x').id));
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    );
    assert.equal(new Set(ids).size, 100);
    assert.ok(
      Math.abs(SnowflakeUtil.timestampFrom(String(ids[0])) - Date.parse(channel.messages()[0]?.payload().timestamp ?? '')) < 1000,
    );
  });

  it('waiting in vain says for what, and why', async (test) => {
    const discord = await discordFor(test);
    const read = (): never => {
      throw new Error('not yet');
    };
    await assert.rejects(
      discord.waitFor(read, 'the moon', 1),
      (error: Error) => /the moon/.test(error.message) && error.cause instanceof Error,
    );
  });
});
