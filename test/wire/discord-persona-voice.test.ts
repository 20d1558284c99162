// Personas that speak outside of scenes under their own names, where `reply.voice` wants it: the real bot on the loopback Discord.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Turn } from '../../src/core/conversation.ts';
import { plainPicture } from '../../src/persona/card/picture.ts';
import { readCard } from '../../src/persona/card/read-card.ts';
import { writeCard } from '../../src/persona/card/write-card.ts';
import { shownPictureOf } from '../../src/persona/shown-picture.ts';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { labels, names, openRoleplay, since, textOf } from './roleplay-kit.ts';

const picture = plainPicture('Rook');
const card = {
  spec: 'chara_card_v2',
  spec_version: '2.0',
  data: { name: 'Rook', description: 'A bird.', first_mes: 'Caw, who is there?', alternate_greetings: ['It is cold up here.'] },
};

/** A bird with a picture and two greetings, which everybody can choose. */
const openBird = async (options: Parameters<typeof openRoleplay>[0] = {}) => {
  const bot = await openRoleplay(options);
  const bytes = writeCard(readCard(Buffer.from(JSON.stringify(card))), { format: 'png', picture });
  const file = { name: 'rook.png', contentType: 'image/png', bytes };
  await bot.said(bot.discord.callCommand(bot.owner, bot.channel, 'persona import', { file }), /Taken in: Rook/);
  const voice = (value: string): Promise<string> =>
    bot.command(bot.owner, 'config set', { name: 'reply.voice', value, scope: 'server' }, /reply\.voice/);
  /** Says something and gives the answer to it, once all is at rest. */
  const answerTo = async (say: () => FakeMessage, channel = bot.channel): Promise<Turn> => {
    const before = (await bot.turns(channel)).length;
    say();
    const [, answer] = since(
      await bot.until(async () => {
        const turns = await bot.turns(channel);
        return turns.length === before + 2 && turns;
      }, 'an answer'),
      before,
    );
    await bot.idle();
    return answer ?? assert.fail('no answer');
  };
  return { ...bot, voice, answerTo };
};

test('a persona greets, answers and is changed under its own name and picture, until it speaks as the bot again', async () => {
  const { discord, channel, ada, bo, owner, agree, press, messageOf, ask, answerTo, turns, voice, ...bot } = await openBird({
    tokensMax: 40,
  });
  const isBird = (message: FakeMessage): void => {
    const webhook = channel.webhooks().find(({ id }) => id === message.webhookId);
    assert.deepEqual([message.author.name, message.payload().author.avatar], ['Rook', webhook?.avatar]);
    assert.deepEqual(Buffer.from(webhook?.avatarBytes ?? []), Buffer.from(shownPictureOf(picture).shown?.bytes ?? []));
  };
  await voice('persona');
  await bot.command(ada, 'persona use', { name: 'Rook' }, /answers here/);
  const [greeting] = await agree((all) => all.length === 1, 'a greeting');
  isBird(messageOf(greeting));
  await press(ada, messageOf(greeting), '▶');
  await agree((all) => all[0]?.shown === 1, 'the other greeting');
  assert.equal(messageOf(greeting).content, 'It is cold up here.');

  const first = messageOf(await answerTo(() => ask(ada, 'Who are you?')));
  isBird(first);
  assert.equal(first.replyToId, undefined);
  assert.ok(first.versions.length > 1, 'it is shown while it is written');
  await discord.waitFor(
    () => labels(messageOf(greeting)) === '' && labels(first) === '🔄 ▶▶',
    'the newest alone to have buttons',
  );

  // Whoever replies to it speaks to the bot, without a mention.
  const second = messageOf(await answerTo(() => channel.say(bo, 'And what do you eat?', { replyTo: first })));
  isBird(second);
  await discord.waitFor(() => labels(second) === '🔄 ▶▶', 'its buttons');
  const before = discord.requests().length;
  await bot.said(await press(ada, second, '🔄'), /asked/);
  await press(bo, second, '🔄');
  await agree((all) => all[4]?.alternatives.length === 2, 'another text');
  await press(bo, second, '◀');
  const [, , , , swiped] = await agree((all) => all[4]?.shown === 0, 'the first text');
  await press(bo, second, '▶▶');
  await agree((all) => textOf(all[4]).length > textOf(swiped).length, 'more of it');
  await bot.fill(bo, () => discord.callMessageCommand(bo, second, 'Edit reply'), { text: 'Worms, mostly.' });
  await agree((all) => textOf(all[4]) === 'Worms, mostly.', 'the edited text');
  await bot.restart();
  await press(bo, second, '▶');
  await agree((all) => all[4]?.shown === 1, 'the other text, after a restart');
  const writes = discord
    .requests()
    .slice(before)
    .filter(({ method, path, status }) => method !== 'GET' && /\/messages/.test(path) && (status ?? 0) < 400);
  assert.ok(
    writes.length >= 5 && writes.every(({ path }) => /^\/webhooks\//.test(path)),
    writes.map(({ method, path }) => `${method} ${path}`).join('\n'),
  );
  isBird(second);

  await bot.command(bo, 'undo');
  await agree((all) => all.length === 3 && second.isDeleted, 'the last exchange taken back');

  // In a thread too; in direct messages, which have no webhooks, it is the bot, and no name stands in front.
  const thread = channel.addThread(ada, { name: 'aside' });
  await bot.command(ada, 'persona use', { name: 'Rook' }, /answers here/, thread);
  await agree((all) => all.length === 1, 'a greeting in the thread', thread);
  const aside = messageOf(await answerTo(() => ask(ada, 'Are you here too?', thread), thread));
  isBird(aside);
  assert.equal(aside.channel.id, thread.id);
  const direct = discord.openDirectMessage(ada);
  await bot.command(ada, 'persona use', { name: 'Rook' }, /answers here/, direct);
  const told = await answerTo(() => direct.say(ada, 'Just us two.'), direct);
  assert.deepEqual([told.speaker.name, messageOf(told).webhookId], ['Rook', undefined]);
  assert.equal(await bot.isSame(direct), true);

  // As the bot again; what was said before is still changed under the name under which it was said.
  await bot.menu(owner, first, 'Regenerate');
  await agree((all) => all[2]?.alternatives.length === 2, 'another text for the first answer');
  await voice('bot');
  await bot.command(ada, 'swipe', { to: '1' });
  await agree((all) => all[2]?.shown === 0, 'its first text');
  isBird(first);
  const last = await answerTo(() => ask(ada, 'Still there?'));
  const plain = messageOf(last);
  assert.deepEqual([last.speaker.name, plain.webhookId, plain.author.id], ['Rook', undefined, discord.bot.id]);
  assert.match(discord.message(plain.replyToId ?? '').content, /Still there/);
  await agree((all) => names(all) === 'Rook, Ada, Rook, Ada, Rook', 'all of it');
  assert.equal(channel.webhooks().length, 1);
  assert.deepEqual(bot.troubles, []);
});

test('without the permission its name stands in front, which is told once, and goes when it speaks as the bot again', async () => {
  const { discord, channel, ada, messageOf, ask, answerTo, turns, voice, press, ...bot } = await openBird();
  channel.deny('ManageWebhooks');
  await voice('persona');
  await bot.command(ada, 'persona use', { name: 'Rook' }, /answers here/);
  const read = async () => (await turns()).length === 1 && (await turns());
  const [greeting] = await bot.until(read, 'a greeting');
  assert.equal(messageOf(greeting).content, '**Rook:** Caw, who is there?');
  assert.equal(textOf(greeting), 'Caw, who is there?');
  const turn = await answerTo(() => ask(ada, 'Who are you?'));
  const answer = messageOf(turn);
  assert.equal(answer.author.id, discord.bot.id);
  assert.match(discord.message(answer.replyToId ?? '').content, /Who are you/);
  assert.equal(answer.content, `**Rook:** ${textOf(turn)}`);
  const notices = () => channel.botMessages().filter(({ content }) => content.includes('Manage Webhooks'));
  await discord.waitFor(() => notices().length === 1, 'what it lacks, told once');

  const shows = (prefix: string, what: string) =>
    bot.until(async () => {
      const shown = (await turns())[2];
      return answer.content === `${prefix}${textOf(shown)}` && shown;
    }, what);
  await press(ada, answer, '🔄');
  await bot.until(async () => (await turns())[2]?.alternatives.length === 2, 'another text');
  await shows('**Rook:** ', 'the name in front of it');
  await bot.idle();
  await voice('bot');
  await press(ada, answer, '◀');
  await bot.until(async () => (await turns())[2]?.shown === 0, 'the first text');
  await shows('', 'nothing in front of it');
  assert.equal(notices().length, 1);
  assert.deepEqual(
    bot.troubles.filter((trouble) => !/webhook/.test(trouble)),
    [],
  );
});
