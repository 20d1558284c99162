// A scene that goes on by itself in a channel, on the real bot: to its cap, until a human speaks, until it is stopped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { pause } from './discord-kit.ts';
import { labels, names, openLateScene, since, textOf } from './roleplay-kit.ts';

test('a scene goes on by itself to its cap, until a human speaks, and until whoever asked stops it', async () => {
  const { ada, bo, owner, channel, discord, command, agree, messageOf, ask, idle, turns, ...bot } = await openLateScene();
  await command(owner, 'scene auto', { turns: 2, pause: 1 });
  const quiet = async (count: number): Promise<void> => {
    await pause(1500);
    await idle();
    assert.equal((await agree(() => true, 'nothing more')).length, count);
  };
  ask(ada, 'Tell me a story.');
  await agree((all) => all.length === 8, 'three answers, and two turns more');
  assert.equal(names(since(await turns(), 3)), 'Ember, Tansy, Nessa Rudd, Ember, Tansy');
  assert.equal(messageOf((await turns())[7]).webhookId !== undefined, true);
  assert.equal(messageOf((await turns())[7]).replyToId, undefined);
  await quiet(8);

  // A human speaks, to others: it ends.
  await command(owner, 'scene auto', { turns: 9, pause: 1 });
  ask(ada, 'Go on.');
  await agree((all) => all.length >= 13, 'one turn by itself');
  channel.say(bo, 'Ada, look at that snow!');
  const heard = await agree((all) => all.some((turn) => textOf(turn).includes('that snow')), 'Bo to be heard');
  await idle();
  await quiet((await turns()).length);
  assert.ok((await turns()).length <= heard.length + 1);

  // Whoever asked can stop what follows by itself.
  await command(owner, 'scene auto', { turns: 9, pause: 2 });
  const before = (await turns()).length;
  ask(ada, 'And now?');
  await agree((all) => all.length === before + 4, 'three answers');
  await command(owner, 'config set', { name: 'answer.tokensMax', value: '3000', scope: 'channel' });
  const written = (): FakeMessage | undefined => bot.spoken(channel).findLast((message) => labels(message) === '⏹');
  const message = await discord.waitFor(written, 'what is being written', 30_000);
  await bot.said(await bot.press(bo, message, '⏹'), /asked/);
  await bot.press(ada, message, '⏹');
  const [stopped] = since(await agree((all) => all.length === before + 5, 'what came of it'), before + 4);
  assert.equal(stopped?.speaker.name, 'Ember');
  assert.ok(textOf(stopped).length < 9000, 'it did not come to its end');
  await quiet(before + 5);
  assert.deepEqual(bot.troubles, []);
});
