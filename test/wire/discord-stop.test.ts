// Who can stop what is being written in a channel, on the real bot: whoever asked, and moderators.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Turn } from '../../src/core/conversation.ts';
import type { FakeChannel, FakeMessage } from '../fakes/discord/index.ts';
import { labels, openRoleplay, textOf } from './roleplay-kit.ts';

test('members stop the answers to them, moderators all of them, and everybody their own in direct messages', async () => {
  const bot = await openRoleplay({ tokensMax: 6000, contextTokens: 8192 });
  const { discord, channel, guild, ada, bo, ask, command, turns } = bot;
  const mo = discord.addUser({ name: 'mo', displayName: 'Mo' });
  guild.addMember(mo, { roles: [guild.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  const writing = (where: FakeChannel = channel): Promise<FakeMessage> =>
    discord.waitFor(() => bot.spoken(where).find((message) => labels(message) === '⏹'), 'an answer to be written', 30_000);
  /** Calls it, and gives what it says and whether only the caller sees that; what takes long says `Done.` first. */
  const stop = async (user: typeof ada, where = channel) => {
    const interaction = discord.callCommand(user, where, 'stop');
    const said = () => interaction.responses().find(({ isLoading, content }) => !isLoading && content !== 'Done.');
    const { content, isEphemeral } = await discord.waitFor(said, 'an answer to /stop', 30_000);
    return [content, isEphemeral];
  };
  /** Waits until so many turns are remembered and nothing is being written. */
  const kept = async (count: number, where = channel): Promise<readonly Turn[]> => {
    await bot.until(async () => (await turns(where)).length === count, `${count} turns`);
    await bot.idle();
    return turns(where);
  };
  const refused = ['Only whoever asked for what is being written here, and moderators, can stop it.', true];

  ask(ada, 'Tell me a long story.');
  const story = await writing();
  assert.deepEqual(await stop(bo), refused);
  await bot.said(await bot.press(bo, story, '⏹'), /Only whoever asked/);
  await bot.menu(bo, story, 'Stop', /Only whoever asked for what is being written/);

  // Bo waits; what Bo stops is that only.
  ask(bo, 'And me another one.');
  await bot.until(async () => (await turns()).length === 2, 'both questions');
  await bot.until(async () => /waiting: 1/.test(await command(bo, 'queue show')), 'Bo to wait');
  assert.deepEqual(await stop(bo), ['Stopped.', false]);
  await writing();
  assert.deepEqual(await stop(bo), refused);
  assert.deepEqual(await stop(ada), ['Stopped.', false]);
  const [, , answer] = await kept(3);
  assert.ok(textOf(answer) !== '' && answer?.messageIds.includes(story.id));
  assert.deepEqual(await stop(ada), ['Nothing is being written here.', true]);

  ask(ada, 'Once more.');
  await writing();
  ask(bo, 'Me too.');
  await bot.until(async () => /waiting: 1/.test(await command(bo, 'queue show')), 'Bo to wait again');
  assert.deepEqual(await stop(mo), ['Stopped: 2 answers, counting those that waited.', false]);
  assert.equal((await kept(6)).filter(({ role }) => role === 'assistant').length, 2);

  const direct = discord.openDirectMessage(ada);
  direct.say(ada, 'Just for me, please.');
  await writing(direct);
  assert.deepEqual(await stop(ada, direct), ['Stopped.', false]);
  await kept(2, direct);
  assert.deepEqual(bot.troubles, []);
});
