// Who is asked first: nothing is opened, read, fetched or said for those who get no answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../src/core/bounds.ts';
import { pause } from './discord-kit.ts';
import { openAsked } from './privacy-kit.ts';

test('a thread is opened for what is answered only: not for who is blocked, has opted out or is over the quota', async () => {
  const { discord, guild, member, call } = await openAsked('quota: { perUserPerHour: 1 }\n');
  const [alma, bodo, cyan, dora] = [member('alma'), member('bodo'), member('cyan'), member('dora')];
  const channel = guild.addChannel({ name: 'threads' });
  const threads = (): readonly string[] => channel.threads().map(({ name }) => name);
  const said = (text: string): unknown => channel.botMessages().find(({ content }) => content.includes(text));
  const set = (name: string, value: string) => call(discord.owner, channel, 'config set', { name, value });
  await set('reply.style', 'thread');
  await call(discord.owner, channel, 'access block', { user: alma });
  await call(bodo, channel, 'privacy optout');
  channel.say(alma, `${discord.bot.mention} SPAM`);
  channel.say(bodo, `${discord.bot.mention} opted out`);
  await discord.waitFor(() => said('/privacy optin'), 'the refusal');
  await set('trigger.mention', 'false');
  channel.say(dora, `${discord.bot.mention} no trigger`);
  await pause(300);
  assert.deepEqual(threads(), []);
  await set('trigger.mention', 'true');
  channel.say(cyan, `${discord.bot.mention} first`);
  for (let more = 0; more < 3; more += 1) channel.say(cyan, `${discord.bot.mention} over ${more}`);
  await discord.waitFor(() => said('answers'), 'the refusal');
  await discord.waitFor(() => channel.threads()[0]?.botMessages().length, 'the answer');
  assert.deepEqual(threads(), ['first']);
});

test('a blocked person’s mention makes the bot read nothing, and listen to nothing', async () => {
  const { discord, guild, channel, member, call, textsIn } = await openAsked();
  const [alma, bodo] = [member('alma'), member('bodo')];
  const unused = guild.addChannel({ name: 'unused' });
  unused.say(bodo, 'private talk');
  await call(discord.owner, channel, 'access block', { user: alma });
  unused.say(alma, `${discord.bot.mention} hi`);
  unused.say(bodo, 'later');
  await pause(300);
  assert.deepEqual(await textsIn(unused), []);
  assert.deepEqual(discord.requests({ path: new RegExp(`/channels/${unused.id}/messages`) }), []);
});

test('files are read and the past is fetched wherever a message will be answered, not only where it turns to the bot', async () => {
  const { discord, guild, member, call, textsIn, remembers } = await openAsked();
  const alma = member('alma');
  const channel = guild.addChannel({ name: 'always' });
  channel.say(member('bodo'), 'said before');
  await call(discord.owner, channel, 'config set', { name: 'trigger.words', value: 'explain' });
  const bytes = new TextEncoder().encode('const FILETEXT = 1;');
  channel.say(alma, 'please explain this', { attachments: [{ name: 'code.ts', contentType: 'text/plain', bytes }] });
  await remembers(channel, 'FILETEXT');
  assert.equal((await textsIn(channel))[0], 'said before');
});

test('other bots are not remembered from the past either, where they are not heard', async () => {
  const { discord, guild, member, ask, textsIn } = await openAsked();
  const robo = discord.addUser({ name: 'robo', isBot: true });
  guild.addMember(robo);
  const channel = guild.addChannel({ name: 'bots' });
  channel.say(robo, 'BOTSPAM');
  await ask(channel, member('alma'), 'hello');
  assert.doesNotMatch((await textsIn(channel)).join(), /BOTSPAM/);
});

test('a refusal is told once, however often somebody asks', async () => {
  const { discord, channel, member } = await openAsked('quota: { perUserPerHour: 1 }\n');
  const [alma, bodo] = [member('alma'), member('bodo')];
  for (let times = 0; times < 12; times += 1) channel.say(alma, `${discord.bot.mention} ${times}`);
  const refusals = () => channel.botMessages().filter(({ content }) => content.includes('hour'));
  await discord.waitFor(() => refusals().length > 0, 'the refusal');
  await pause(500);
  assert.equal(refusals().length, 1);
  // Another person is told as well.
  for (let times = 0; times < 3; times += 1) channel.say(bodo, `${discord.bot.mention} ${times}`);
  await discord.waitFor(() => refusals().length > 1, 'the other refusal');
  await pause(300);
  assert.equal(refusals().length, 2);
  assert.ok(bounds.toldRefusals.quietMs >= 60_000);
});
