// The rolling summary in a channel of the real bot: it is made while nobody waits, and people have the last word on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRoleplay, textOf } from './roleplay-kit.ts';

const words = 'what have they had in the house by the water and who has been there since then with them '.repeat(20);

test('what no longer fits is summarised by itself; the summary is edited, switched off and on, and kept over a restart', async () => {
  const bot = await openRoleplay({ contextTokens: 2048, tokensMax: 12 });
  const { ada, owner, channel, discord, command, agree, ask, restart, until } = bot;
  const settings = () => bot.app.memory.settings(`discord:${channel.id}`);
  for (let number = 1; number <= 5; number += 1) {
    ask(ada, `${number}: ${words}`);
    await agree((turns) => turns.length === 2 * number, `answer ${number}`);
  }
  const whole = async () => {
    const { summary, promptStartId = '' } = await settings();
    const gone = (await bot.turns()).filter(({ id }) => id < promptStartId);
    return summary?.throughId === gone.at(-1)?.id && summary;
  };
  const made = await until(whole, 'a summary of all that is gone');
  assert.equal(await command(ada, 'summary show'), made.text);
  await command(ada, 'summary edit', { text: 'Mine.' }, /moderator/i);

  const edit = () => discord.callCommand(owner, channel, 'summary edit');
  assert.match(await bot.fill(owner, edit, { text: 'They met at the mill.' }, made.text.slice(0, 20)), /counts/);
  await command(owner, 'prompt', {}, /summary: What was said before, in short: They met at the mill\./);

  await restart();
  assert.equal(await command(ada, 'summary show'), 'They met at the mill.');
  await command(owner, 'summary off', {}, /neither made nor used/);
  await command(owner, 'prompt', {}, /^(?![\s\S]*at the mill)/);
  await command(owner, 'summary on', {}, /made and used/);
  await command(owner, 'prompt', {}, /at the mill/);
  // All that was said is remembered.
  const turns = await agree((all) => all.length === 10, 'all turns');
  assert.ok(textOf(turns[0]).startsWith('1: what have they had'));
  await command(owner, 'memory show', {}, /that I remember: 10\./);
  assert.deepEqual(bot.troubles, []);
});
