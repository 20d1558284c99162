// The bot speaks for itself in the language of the server, to everybody there, and of the caller, to the caller alone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sentence } from '../../src/core/sentence.ts';
import { sentenceIn } from '../../src/locale/index.ts';
import type { FakeChannel, FakeDiscord, FakeMessage } from '../fakes/discord/index.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { openApp } from './discord-app-kit.ts';
import { answersTo, closeAfterwards, open } from './discord-kit.ts';

/** The bot in a German server with a German member, besides the English one that it is in already. */
const openInGerman = async (configuration: string, model?: string) => {
  const all = await openApp(configuration, model);
  const wiese = all.discord.addGuild({ name: 'Wiese', locale: 'de' });
  const kanal = wiese.addChannel({ name: 'allgemein' });
  const bert = all.discord.addUser({ name: 'bert', locale: 'de' });
  wiese.addMember(bert);
  return { ...all, wiese, kanal, bert };
};

const ask = (discord: FakeDiscord, channel: FakeChannel, user: Parameters<FakeChannel['say']>[0], text: string): FakeMessage =>
  channel.say(user, `${discord.bot.mention} ${text}`);

const answered = async (discord: FakeDiscord, channel: FakeChannel, question: FakeMessage): Promise<FakeMessage> => {
  await discord.waitFor(() => answersTo(channel, question).length > 0, 'an answer');
  const [answer] = answersTo(channel, question);
  assert.ok(answer);
  return answer;
};

test('whoever has had all answers of the hour is told so in the language of the server, which a setting can change', async () => {
  const { discord, wiese, kanal, channel, ada, bert } = await openInGerman('quota:\n  perUserPerHour: 1\n');
  for (const [where, who] of [[kanal, bert] as const, [channel, ada] as const])
    await answered(discord, where, ask(discord, where, who, 'one'));
  const limit = { limit: 1, again: sentence('roomInMinutes', { count: 61 }) };
  const shownIn = async (where: FakeChannel, who: typeof ada): Promise<string> =>
    (await answered(discord, where, ask(discord, where, who, 'two'))).content.replace(/\b(?:60|59)\b/, '61');
  assert.equal(await shownIn(kanal, bert), sentenceIn('de', sentence('quotaUser', limit)));
  assert.equal(await shownIn(channel, ada), sentenceIn('en', sentence('quotaUser', limit)));

  const chief = discord.addUser({ name: 'chief', locale: 'ja' });
  wiese.addMember(chief, { roles: [wiese.addRole({ name: 'admins', permissions: ['ManageGuild'] })] });
  const set = discord.callCommand(chief, kanal, 'config set', { name: 'language', value: 'pt-BR', scope: 'server' });
  await discord.waitFor(() => set.responses().some(({ content }) => content.includes('pt-BR')), 'the setting to be set');
  // Elsewhere, for in one place nobody is told the same twice.
  assert.equal(await shownIn(wiese.addChannel({ name: 'zweiter' }), bert), sentenceIn('pt-BR', sentence('quotaUser', limit)));
  const wrong = discord.callCommand(chief, kanal, 'config set', { name: 'temperature', value: 'warm' });
  const said = await wrong.answered();
  assert.equal(said.content, 'sampling.temperature を "warm" にはできません。使えるのは0 から 5 までの数です。');
  assert.equal(said.isEphemeral, true);
});

test('whoever asks too much at once is told so in the language of the server', async () => {
  const { discord, kanal, bert } = await openInGerman('queue:\n  perUser: 1\n');
  const questions = ['a', 'b', 'c', 'd'].map((text) => ask(discord, kanal, bert, text));
  const full = sentence('queueUserOne', { again: sentence('againInAWhile') });
  await discord.waitFor(
    () => questions.some((question) => answersTo(kanal, question).some(({ content }) => content === sentenceIn('de', full))),
    'a refusal in German',
  );
});

test('a model that can not be loaded: German in the server, Japanese to who calls a command in Japanese, English elsewhere', async () => {
  const folder = temporaryFolder();
  closeAfterwards({ close: async () => folder.remove() });
  const model = join(folder.path, 'broken.gguf');
  writeFileSync(model, 'no model at all');
  const { discord, kanal, channel, ada, bert, wiese } = await openInGerman('', model);
  const broken = sentence('modelUnloadable');
  assert.equal((await answered(discord, kanal, ask(discord, kanal, bert, 'Hallo'))).content, sentenceIn('de', broken));
  assert.equal((await answered(discord, channel, ask(discord, channel, ada, 'Hello'))).content, sentenceIn('en', broken));
  const yuki = discord.addUser({ name: 'yuki', locale: 'ja' });
  wiese.addMember(yuki);
  const chat = discord.callCommand(yuki, kanal, 'chat', { text: 'やあ' });
  const call = await discord.waitFor(() => chat.responses()[1], 'what is said under the question');
  assert.equal(call.content, '言語モデルを読み込めませんでした。運営者はログで原因を確認できます。');
  assert.equal(call.isEphemeral, true);
  const shown = await discord.callCommand(yuki, kanal, 'model').answered();
  assert.match(shown.content, /^今はモデルが読み込まれていません。/);
});

test('who presses a button that is somebody else’s is refused in the own language', async () => {
  const { discord, kanal, bert, wiese } = await openInGerman('');
  const answer = await answered(discord, kanal, ask(discord, kanal, bert, 'Hallo'));
  const buttonIn = (message: FakeMessage): string | undefined =>
    /"custom_id":"([^"]*regenerate[^"]*)"/.exec(JSON.stringify(message.payload()))?.[1];
  await discord.waitFor(() => buttonIn(answer) !== undefined, 'the buttons of a whole answer');
  for (const [locale, refused] of [
    ['de', 'Das können nur benutzen, wer danach gefragt hat, und Moderatoren.'],
    ['ja', 'これは頼んだ本人とモデレーターだけが使えます。'],
  ] as const) {
    const other = discord.addUser({ name: `other-${locale}`, locale });
    wiese.addMember(other);
    const press = await discord.pressButton(other, answer, buttonIn(answer) ?? '').answered();
    assert.deepEqual([press.content, press.isEphemeral], [refused, true]);
  }
});

test('what the platform itself says of an answer is in the language that its form names', async () => {
  const { discord, platform } = await open({
    platform: {
      onMessage: async ({ author }, port) => {
        const reply = {
          style: 'reply',
          voice: 'bot',
          streaming: false,
          longAnswers: 'file',
          linkPreviews: false,
          buttons: false,
        } as const;
        const look = { name: 'Wren' };
        port.begin({ id: 'persona:wren', name: 'Wren', look }, { ...reply, language: author.name === 'Bert' ? 'de' : 'es' });
        await port.finish('word '.repeat(4000));
        port.end();
      },
    },
  });
  const guild = discord.addGuild({ name: 'Wiese' });
  const users = ['Bert', 'Sol'].map((displayName) => discord.addUser({ name: displayName.toLowerCase(), displayName }));
  await platform.start();
  for (const [index, locale] of (['de', 'es'] as const).entries()) {
    const channel = guild.addChannel({ name: `channel-${locale}` });
    channel.deny('ManageWebhooks');
    const user = users[index];
    assert.ok(user);
    ask(discord, channel, user, 'tell me all');
    await discord.waitFor(() => channel.botMessages().length === 2, 'the answer and a notice');
    const [answer, notice] = channel.botMessages();
    assert.equal(answer?.content, `**Wren:** ${sentenceIn(locale, sentence('answerInFile'))}`);
    assert.equal(notice?.content, sentenceIn(locale, sentence('noWebhooks')));
  }
});
