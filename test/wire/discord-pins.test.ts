// What stays in the prompt of a long conversation, and what comes back into it: the real bot on the loopback Discord.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { openApp } from './discord-app-kit.ts';
import { pause } from './discord-kit.ts';

const configuration = `
engine: { gpuLayers: 0, threads: 1, contextTokens: 1024, prefillTokensPerMinute: 0 }
answer: { tokensMax: 12 }
reply: { buttons: false, streaming: false }
memory: { historyOnFirstUse: 0 }
recall: { mode: words }
`;

test('a pinned message stays in the prompt and another comes back when it is asked for, over a restart', async () => {
  const bot = await openApp(configuration);
  const { discord, channel, ada, troubles } = bot;
  const key = `discord:${channel.id}`;
  const settings = () => bot.app.memory.settings(key);
  const ask = async (text: string): Promise<FakeMessage> => {
    const question = channel.say(ada, `${discord.bot.mention} ${text}`);
    const answered = () => channel.botMessages().find(({ replyToId }) => replyToId === question.id);
    const answer = await discord.waitFor(answered, `the answer to ${text.slice(0, 40)}`, 20_000);
    for (let tries = 0; tries < 500 && !(await bot.app.memory.findByMessage(key, answer.id)); tries += 1) await pause(10);
    return question;
  };
  const prompt = async (): Promise<string> => (await discord.callCommand(discord.owner, channel, 'prompt').answered()).content;

  const secret = await ask('The password is swordfish.');
  await ask('My dog Biscuit is afraid of thunder.');
  assert.match(
    (await discord.callCommand(ada, channel, 'memory pin', { which: 'swordfish' }).answered()).content,
    /moderators only/,
  );
  const pinned = await discord
    .callCommand(discord.owner, channel, 'memory pin', { which: `https://discord.com/channels/1/2/${secret.id}` })
    .answered();
  assert.deepEqual([pinned.isEphemeral, pinned.pings], [true, []]);
  assert.match(pinned.content, /^This stays in the prompt from now on: Ada: .*The password is swordfish\.$/);

  const filler = 'Where is it that you went for a walk on that day, and what did you do there? ';
  for (let number = 0; number < 30 && ((await settings()).promptStartId ?? '') <= '000000004'; number += 1)
    await ask(`${filler.repeat(3)}(${number})`);
  assert.ok(((await settings()).promptStartId ?? '') > '000000004', 'what was said first has left');
  await bot.restart();
  await ask('What is my dog Biscuit afraid of?');
  const shown = await prompt();
  assert.match(shown, /pinned turn of Ada: .*The password is swordfish/);
  assert.match(shown, /recalled “#\S+ [01]\.\d\d[^”]*”: Past events/);

  // Deleted in the chat, it is gone from memory, pins and prompt.
  discord.delete(secret);
  for (let tries = 0; tries < 500 && (await settings()).pins !== undefined; tries += 1) await pause(10);
  assert.equal((await settings()).pins, undefined);
  assert.doesNotMatch(await prompt(), /pinned turn/);
  assert.deepEqual(troubles, []);
});
