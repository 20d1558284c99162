// The start on Discord, and the connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaddockError } from '../../src/core/error.ts';
import type { FakeDiscord, FakeMessage } from '../fakes/discord/index.ts';
import { answersTo, finished, open, openInGuild } from './discord-kit.ts';

test('lost connections: every question has one answer, whether the session is resumed or new, or events come twice', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const ask = (text: string): FakeMessage => channel.say(ada, `${discord.bot.mention} ${text}`);
  const questions = [ask('zero')];
  await finished(discord, received, ...questions);

  discord.dropConnections();
  questions.push(ask('while dropped'));
  await finished(discord, received, ...questions);
  assert.equal(discord.resumes, 1);

  discord.requestReconnect();
  questions.push(ask('while reconnecting'));
  await finished(discord, received, ...questions);
  await discord.waitFor(() => discord.resumes === 2, 'the second resume');

  discord.invalidateSession(false);
  questions.push(ask('while the session was lost'), ask('and another'));
  // discord.js keeps five seconds between two identifies.
  await discord.waitFor(() => discord.identifies === 2, 'the new session', 10_000);
  await finished(discord, received, ...questions);

  assert.equal(
    discord.requests({ method: 'GET', path: /\/messages$/ }).length,
    1,
    'one active channel was asked for what was missed',
  );

  for (const question of questions) discord.dispatch('MESSAGE_CREATE', question.payload());
  questions.push(ask('the last'));
  await finished(discord, received, ...questions);
  assert.deepEqual(
    received.messages.map((message) => message.id),
    questions.map((question) => question.id),
  );
  for (const question of questions) assert.equal(answersTo(channel, question).length, 1);
  assert.equal(channel.botMessages().length, questions.length);
});

test('a wrong token, a refused intent and a used-up budget end the start with what to do', async () => {
  const refusedWith = async (settings: Parameters<typeof open>[0], pattern: RegExp): Promise<FakeDiscord> => {
    const { discord, platform } = await open(settings);
    await assert.rejects(platform.start(), (error) => {
      assert.ok(error instanceof PaddockError);
      assert.equal(error.code, 'discord-refused');
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes('\n') && !error.message.includes(discord.token));
      return true;
    });
    return discord;
  };
  await refusedWith({ platform: { token: 'MTIz.wrong.token' } }, /DISCORD_TOKEN= in the file \.env/);
  await refusedWith({ platform: { token: 'put your token here' } }, /DISCORD_TOKEN/);
  await refusedWith({ discord: { privilegedIntents: [] } }, /Privileged Gateway Intents, switch on Message Content Intent/);
  await refusedWith({ before: (discord) => discord.closeOnNextIdentify(4004) }, /DISCORD_TOKEN/);
  const poor = await refusedWith(
    { discord: { sessionStartLimit: { remaining: 49, resetAfterMs: 600_000 } } },
    /49 more connects in the next 10 minutes/,
  );
  assert.equal(poor.identifies, 0);
});

test('a refusal after the start is told', async () => {
  const { discord, received } = await openInGuild();
  discord.dropConnections({ code: 4014 });
  await discord.waitFor(() => received.fatal.length > 0, 'the refusal');
  assert.match(received.fatal[0]?.message ?? '', /Message Content Intent/);
});

test('a Discord that is down at first is waited for, and there is one session then', async () => {
  const { discord, platform, received } = await open({
    before: (discord) => {
      discord.faults.add({ path: /gateway\/bot/, times: 2, effect: { status: 503 } });
      discord.faults.add({ path: /gateway\/bot/, times: 1, effect: { dropSocket: true, handled: false } });
      discord.refuseConnections(1);
    },
  });
  const ada = discord.addUser({ name: 'ada' });
  await platform.start();
  const question = discord.openDirectMessage(ada).say(ada, 'there?');
  await finished(discord, received, question);
  assert.equal(discord.identifies, 1);
  assert.equal(discord.connections, 1);
});

test('in no server, the invite link is told', async () => {
  const { discord, platform, received } = await open();
  await platform.start();
  const invite = received.log.map(({ fields }) => ('invite' in fields ? String(fields.invite) : '')).find((link) => link !== '');
  const url = new URL(invite ?? '');
  assert.equal(url.searchParams.get('client_id'), discord.applicationId);
  assert.equal(url.searchParams.get('scope'), 'bot applications.commands');
  assert.equal(
    url.searchParams.get('permissions'),
    String([6n, 10n, 11n, 15n, 16n, 29n, 35n, 38n].reduce((all, bit) => all | (1n << bit), 0n)),
  );
});
