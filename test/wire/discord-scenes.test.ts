// A scene of three in a channel with two humans, on the real bot: who speaks, under which name, what each knows, and when it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Turn } from '../../src/core/conversation.ts';
import { labels, names, openLateScene, openRoleplay, since, textOf } from './roleplay-kit.ts';

/** The inn's three, greeted and in order. */
const openScene = async (options: Parameters<typeof openRoleplay>[0] = {}) => {
  const bot = await openRoleplay(options);
  const { owner, command, agree } = bot;
  await command(owner, 'scene start', { personas: 'Ember, Tansy, Nessa Rudd', mode: 'list' });
  await agree((turns) => names(turns) === 'Ember, Tansy, Nessa Rudd', 'the greetings');
  const say = async (user: typeof owner, text: string, answers: number): Promise<readonly Turn[]> => {
    const before = (await bot.turns()).length;
    bot.ask(user, text);
    await agree((turns) => turns.length >= before + 1 + answers, `${answers} answers to ${text}`);
    await bot.idle();
    return since(await agree(() => true, 'all of them'), before + 1);
  };
  return { ...bot, say };
};

test('three personas greet, answer in order and are swiped, each by a webhook under its own name; a restart keeps them', async () => {
  const { discord, channel, ada, bo, owner, command, agree, press, messageOf, restart, turns, say, ...bot } = await openScene();
  await command(ada, 'scene end', {}, /moderator/i);
  const greetings = await turns();
  for (const turn of greetings) {
    const message = messageOf(turn);
    assert.ok(message.webhookId);
    assert.equal(message.author.name, turn.speaker.name);
  }
  const [ember, , rudd] = greetings;
  await discord.waitFor(() => labels(messageOf(ember)) === '', 'only the newest to have buttons');
  assert.ok((rudd?.alternatives.length ?? 0) >= 3, 'greetings for groups are among the swipes');
  await press(owner, messageOf(rudd), '▶');
  await agree((all) => all[2]?.shown === 1, 'another greeting');
  await command(bo, 'swipe', { to: '1' }, /Done/);
  await agree((all) => all[2]?.shown === 0, 'the first again');

  const answers = await say(ada, 'Who is awake?', 3);
  assert.equal(names(answers), 'Ember, Tansy, Nessa Rudd');
  const message = messageOf(answers[2]);
  assert.equal(channel.webhooks().length, 1);
  await discord.waitFor(() => labels(message) === '🔄 ▶▶', 'its buttons');
  const before = discord.requests().length;
  await press(ada, message, '🔄');
  await agree((all) => all[6]?.alternatives.length === 2, 'another text');
  await press(ada, message, '◀');
  const [swiped] = since(await agree((all) => all[6]?.shown === 0, 'the first text'), 6);
  assert.equal(textOf(swiped), textOf(answers[2]));
  await bot.said(await press(bo, message, '▶'), /asked/);
  const writes = discord
    .requests()
    .slice(before)
    .filter(({ method, path }) => method !== 'GET' && /messages/.test(path));
  assert.ok(
    writes.length > 0 && writes.every(({ method, path }) => method === 'PATCH' && /^\/webhooks\//.test(path)),
    JSON.stringify(writes),
  );
  assert.equal(message.author.name, 'Nessa Rudd');
  await bot.fill(ada, () => discord.callMessageCommand(ada, message, 'Edit reply'), { text: 'Nine degrees, give or take one.' });
  await agree((all) => textOf(all[6]) === 'Nine degrees, give or take one.', 'the edited text');

  await restart();
  await press(ada, message, '▶');
  await agree((all) => all[6]?.shown === 1, 'the other text, after a restart');
  const later = await say(bo, 'And who is hungry?', 3);
  assert.equal(names(later), 'Ember, Tansy, Nessa Rudd');
  assert.ok(later.every((turn) => messageOf(turn).webhookId === message.webhookId));

  await command(owner, 'scene end', {}, /over/);
  const [plain] = await say(ada, 'And you?', 1);
  assert.equal(plain?.speaker.name, 'Paddock');
  assert.equal(messageOf(plain).webhookId, undefined);
  assert.deepEqual(bot.troubles, []);
});

test('who is named speaks first, the muted and the narrator only when asked; who comes late does not know what was said', async () => {
  const { ada, bo, owner, command, agree, say, messageOf, turns, ...bot } = await openScene();
  const prompt = async (turn: Turn | undefined): Promise<string> => bot.menu(owner, messageOf(turn), 'Show prompt');
  await command(owner, 'scene mode', { mode: 'natural' });
  const called = await say(ada, 'Tansy, wake up Ember!', 2);
  assert.match(names(called), /^Tansy, Ember/);

  // Typed as a command it is answered by the same rules.
  const tells = async (options: Readonly<Record<string, string | boolean>>, pattern: RegExp): Promise<void> => {
    const interaction = bot.discord.callCommand(ada, bot.channel, 'chat', options);
    const told = (): string =>
      interaction
        .responses()
        .map(({ content }) => content)
        .join('\n');
    await bot.discord.waitFor(() => pattern.test(told()), `what /chat says: ${told()}`, 30_000);
  };
  const standing = (await turns()).length;
  await tells({ text: 'Tansy, let Ember sleep!' }, /^> Ada: Tansy, let[^\n]*$/);
  const asked = await agree((all) => all.length >= standing + 3, 'the question and two answers');
  const question = asked.findLast(({ role }) => role === 'user');
  assert.match(names(asked.filter(({ replyTo }) => replyTo === question?.id)), /^Tansy, Ember/);
  await tells({ text: 'Ember?', private: true }, /^[a-z ]+$/);
  assert.equal((await turns()).length, asked.length);

  await command(owner, 'scene mute', { persona: 'Ember' });
  for (const text of ['Ember?', 'Ember, are you there?']) assert.doesNotMatch(names(await say(bo, text, 1)), /Ember/);
  const count = async (): Promise<number> => (await turns()).length;
  let before = await count();
  assert.equal(await command(bo, 'scene speak', { persona: 'Ember' }), 'Done.');
  const [spoken] = since(await agree((all) => all.length > before, 'the muted one, asked'), before);
  assert.equal(spoken?.speaker.name, 'Ember');

  await command(owner, 'scene narrator', { persona: 'The Storyteller' });
  before = await count();
  assert.equal(await command(bo, 'scene narrator'), 'Done.');
  const [told] = since(await agree((all) => all.length > before, 'the narrator'), before);
  assert.equal(messageOf(told).author.name, 'The Storyteller');

  // Bo wanted it, and it follows what Bo said: so it is Bo's to change.
  await bot.press(bo, messageOf(told), '🔄');
  await agree((all) => all[before]?.alternatives.length === 2, 'told in other words');

  await command(owner, 'scene mode', { mode: 'list' });
  await command(owner, 'scene remove', { persona: 'Nessa Rudd' });
  assert.equal(names(await say(ada, 'Nessa Rudd is gone?', 1)), 'Tansy');
  await command(owner, 'scene add', { persona: 'Nessa Rudd' });
  const late = await say(bo, 'Welcome back.', 2);
  assert.equal(names(late), 'Tansy, Nessa Rudd');
  assert.doesNotMatch(await prompt(late[1]), /is gone\?/);
  assert.match(await prompt(late[1]), /Welcome back\./);
  assert.match(await prompt(late[0]), /is gone\?/);

  await command(owner, 'scene scenario', { text: 'A fair in the rain.' });
  await command(owner, 'scene cards', { cards: 'join' });
  const [fair] = await say(ada, 'Where are we?', 2);
  assert.match(await prompt(fair), /scenario: Scenario: A fair in the rain/i);
  assert.match(await prompt(fair), /scene member[^\n]*Nessa Rudd/);

  await command(owner, 'scene mode', { mode: 'manual' });
  before = await count();
  bot.ask(ada, 'Anybody?');
  await bot.discord.waitFor(() => bot.channel.botMessages().some(({ content }) => /speaks unasked/.test(content)), 'the notice');
  assert.equal(await count(), before + 1);
  assert.deepEqual(bot.troubles, []);
});

test('where there are no webhooks names stand in front, also of swipes; a branch is a scene of its own in its thread', async () => {
  const { ada, owner, channel, command, until, turns, visible, messageOf, ...bot } = await openLateScene({
    before: (general) => general.deny('ManageWebhooks'),
  });
  const named = async (count: number, shown = 0): Promise<readonly Turn[]> =>
    until(async () => {
      const all = await turns();
      const isNamed = (turn: Turn): boolean => visible(turn) === `**${turn.speaker.name}:** ${textOf(turn)}`;
      return all.length === count && all[5]?.shown === shown && since(all, 3).every(isNamed) && all;
    }, 'names in front');
  bot.ask(ada, 'Who is awake?');
  const [ember, , rudd] = since(await named(6), 3);
  const notices = channel.botMessages().filter(({ content }) => /Manage Webhooks/.test(content));
  assert.equal(notices.length, 1, 'it is said once');
  await bot.idle();
  await bot.press(ada, messageOf(rudd), '🔄');
  await named(6, 1);
  await bot.restart();
  await bot.press(ada, messageOf(rudd), '◀');
  await named(6, 0);

  channel.allow('ManageWebhooks');
  await bot.restart();
  await bot.menu(ada, messageOf(ember), 'Branch to thread', /<#\d+>/);
  const [thread = assert.fail()] = channel.threads();
  assert.equal(names(await turns(thread)), 'Bo, Paddock, Ada, Ember');
  bot.ask(ada, 'And in here?', thread);
  const there = await bot.agree((all) => all.length === 8, 'three answers in the thread', thread);
  for (const turn of since(there, 5)) assert.equal(messageOf(turn).author.name, turn.speaker.name);
  await bot.press(ada, messageOf(there[7]), '🔄');
  await bot.agree((all) => all[7]?.alternatives.length === 2, 'another text there', thread);
  await command(ada, 'undo', {}, /forgotten|Taken back/, thread);
  await bot.agree((all) => all.length === 4, 'all three gone', thread);
  await command(owner, 'scene end', {}, /over/, thread);
  await command(owner, 'scene show', {}, /Ember/);
  assert.ok(
    bot.troubles.every((trouble) => /no webhook is allowed here/.test(trouble)),
    bot.troubles.join(),
  );
});

test('who answers after others knows what they said, and none speaks for another or for a human', async () => {
  const says = 'I tell you: the soup is hot.\nTansy: Mind the bowl!\nBo: So I do, thank you.\nNessa Rudd: Nine degrees outside.';
  const { ada, owner, agree, messageOf, ask, turns, ...bot } = await openLateScene({ says, tokensMax: 60 });
  assert.equal(textOf((await turns())[1]), 'I tell you: the soup is hot.\nTansy: Mind the bowl!', 'Bo speaks for himself');
  ask(ada, 'How is the soup?');
  await agree((all) => all.length === 6, 'three answers');
  const [ember, tansy, rudd] = since(await turns(), 3);
  assert.deepEqual([ember, tansy, rudd].map(textOf), [
    'I tell you: the soup is hot.',
    'I tell you: the soup is hot.\nTansy: Mind the bowl!',
    'I tell you: the soup is hot.',
  ]);
  const prompts = [];
  for (const turn of [ember, tansy, rudd]) prompts.push(await bot.menu(owner, messageOf(turn), 'Show prompt'));
  assert.deepEqual(
    prompts.map((prompt) => [...prompt.matchAll(/(?:turn|question) of (Ember|Tansy|Ada)/g)].map(([, name]) => name).toSorted()),
    [['Ada'], ['Ada', 'Ember'], ['Ada', 'Ember', 'Tansy']],
  );
  // Written again it is answered with the same knowledge.
  await bot.press(ada, messageOf(rudd), '🔄');
  await agree((all) => all[5]?.alternatives.length === 2, 'another text');
  assert.deepEqual(bot.troubles, []);
});
