// What `/chat` brings into a channel is an answer like any other: remembered with its messages, with menus, buttons and no previews.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageFlags } from 'discord.js';
import type { FakeDiscord, FakeInteraction, FakeMessage } from '../fakes/discord/index.ts';
import { openApp } from './discord-app-kit.ts';
import { pause } from './discord-kit.ts';

const configuration = `
engine: { gpuLayers: 0, threads: 1 }
answer: { tokensMax: 8 }
`;
const labels = (message: FakeMessage): string =>
  [...JSON.stringify(message.payload().components ?? []).matchAll(/"label":"([^"]+)"/g)].map(([, label]) => label).join(' ');
const saidBy = (interaction: FakeInteraction): string =>
  interaction
    .responses()
    .map(({ content }) => content)
    .join('\n');

const openChat = async () => {
  const bot = await openApp(configuration);
  const { discord, channel, ada, app } = bot;
  const key = `discord:${channel.id}`;
  const turns = async () => (await app.memory.turns(key)).map(({ role, messageIds }) => [role, ...messageIds]);
  /** Asks by the command, and gives the message that quotes the question and the one that answers it. */
  const chat = async (text: string) => {
    const interaction = discord.callCommand(ada, channel, 'chat', { text });
    const quote = await discord.waitFor(
      () => interaction.responses().find(({ content }) => content.startsWith('>')),
      'the quote',
    );
    const answer = await discord.waitFor(
      () => channel.botMessages().find(({ replyToId, content }) => replyToId === quote.id && content !== ''),
      'the answer',
    );
    await until(discord, async () => (await turns()).some((turn) => turn.includes(answer.id)));
    return { interaction, quote, answer };
  };
  return { ...bot, key, turns, chat };
};

const until = async (_discord: FakeDiscord, is: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await is()) return;
    await pause(10);
  }
  assert.fail('it does not come about');
};

test('the answer to /chat is remembered with its messages, and every menu and button knows it', async () => {
  const { discord, channel, ada, turns, chat, troubles } = await openChat();
  const { interaction, quote, answer } = await chat('see https://example.com please');
  assert.equal(quote.content, '> Ada: see https://example.com please');
  assert.deepEqual(await turns(), [
    ['user', quote.id],
    ['assistant', answer.id],
  ]);
  for (const message of [quote, answer]) {
    assert.ok(Number(message.payload().flags) & MessageFlags.SuppressEmbeds, 'links have no previews');
    assert.equal(message.isEphemeral, false);
    assert.deepEqual(message.pings, []);
  }
  assert.equal(interaction.responses().length, 1, 'nothing else is said');
  await discord.waitFor(() => labels(answer) === '🔄 ▶▶', 'the buttons');
  const regenerating = discord.callMessageCommand(ada, answer, 'Regenerate');
  await discord.waitFor(() => saidBy(regenerating) === 'Done.', 'Regenerate');
  await discord.waitFor(() => labels(answer) === '◀ 2/2 ▶ 🔄 ▶▶', 'the buttons of two');
  // The message that quotes the question stands for its answer.
  const continuing = discord.callMessageCommand(ada, quote, 'Continue');
  await discord.waitFor(() => saidBy(continuing) === 'Done.', 'Continue');
  const editing = discord.callMessageCommand(ada, answer, 'Edit reply');
  await discord.waitFor(() => editing.modal, 'the form');
  discord.submitModal(ada, editing, { text: 'My own words.' });
  await discord.waitFor(() => answer.content === 'My own words.', 'the edit');

  discord.delete(answer);
  await until(discord, async () => (await turns()).length === 1);
  discord.delete(quote);
  await until(discord, async () => (await turns()).length === 0);
  assert.equal(channel.botMessages().filter(({ isDeleted }) => !isDeleted).length, 0);
  assert.deepEqual(troubles, []);
});

test('the next answer takes the buttons of one to /chat away, and the other way round', async () => {
  const { discord, channel, ada, chat } = await openChat();
  const first = await chat('One?');
  await discord.waitFor(() => labels(first.answer) === '🔄 ▶▶', 'the buttons');
  const question = channel.say(ada, `${discord.bot.mention} two?`);
  const second = await discord.waitFor(
    () => channel.botMessages().find(({ replyToId }) => replyToId === question.id),
    'the second',
  );
  await discord.waitFor(() => labels(second) === '🔄 ▶▶' && labels(first.answer) === '', 'the buttons go on');
  const third = await chat('Three?');
  await discord.waitFor(() => labels(third.answer) === '🔄 ▶▶' && labels(second) === '', 'and on');
});

test('where the bot may not write, /chat answers by itself', async () => {
  const { discord, channel, ada, turns } = await openChat();
  channel.deny('SendMessages');
  const interaction = discord.callCommand(ada, channel, 'chat', { text: 'Hello?' });
  await discord.waitFor(() => /^> Ada: Hello\?\n.*demo/s.test(saidBy(interaction)), 'the answer');
  await until(discord, async () => (await turns()).length === 2);
});

test('a private /chat stands nowhere and is not remembered', async () => {
  const { discord, channel, ada, turns } = await openChat();
  const interaction = discord.callCommand(ada, channel, 'chat', { text: 'psst', private: true });
  await discord.waitFor(() => /demo/.test(saidBy(interaction)), 'the answer');
  assert.ok(interaction.responses().every(({ isEphemeral }) => isEphemeral));
  assert.deepEqual(await turns(), []);
});
