// Greetings, swipes and revisions by buttons, menus and forms of the real bot: what people see is what it remembers, after each step.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Turn } from '../../src/core/conversation.ts';
import { labels, openRoleplay, textOf } from './roleplay-kit.ts';

test('a persona begins with its greeting; whoever is there walks the others, also after a restart', async () => {
  const bot = await openRoleplay();
  const { ada, bo, command, agree, press, messageOf, restart, channel } = bot;
  await command(ada, 'persona use', { name: 'ember' }, /Ember/);
  const [greeting] = await agree((turns) => turns.length === 1, 'the greeting');
  const count = greeting?.alternatives.length ?? 0;
  assert.ok(count >= 3, 'its alternates are its swipes');
  const message = messageOf(greeting);
  assert.equal(labels(message), `◀ 1/${count} ▶ 🔄 ▶▶`);

  for (const at of [1, 2]) {
    await press(ada, message, '▶');
    const [turn] = await agree(([first]) => first?.shown === at, `greeting ${at + 1}`);
    assert.equal(textOf(turn), greeting?.alternatives[at]);
    assert.equal(labels(message), `◀ ${at + 1}/${count} ▶ 🔄 ▶▶`);
  }
  // It is Ada who has begun it.
  await bot.said(await press(bo, message, '◀'), /asked/);

  await restart();
  await press(ada, message, '◀');
  await agree(([first]) => first?.shown === 1, 'the one before, after a restart');
  // While nobody has said anything it is everybody’s.
  await command(bo, 'swipe', { to: '1' }, /Done/);
  await agree(([first]) => first?.shown === 0, 'the first again');

  assert.doesNotMatch(await command(ada, 'persona use', { name: 'ember' }), /mica window/, 'no second greeting');
  await command(ada, 'greeting', {}, /begun|already|reset/i);
  assert.equal(channel.botMessages().filter(({ content }) => content === greeting?.alternatives[0]).length, 1);

  // The greeting shown is what the model reads.
  await command(bot.owner, 'swipe', { to: '2' });
  bot.ask(ada, 'Good evening.');
  await agree((turns) => turns.length === 3, 'the answer');
  const prompt = await command(bot.owner, 'prompt');
  const begins = (text = ''): boolean => prompt.includes(text.slice(0, 50));
  assert.ok(begins(greeting?.alternatives[1]), prompt);
  assert.ok(!begins(greeting?.alternatives[0]), prompt);
  assert.deepEqual(bot.troubles, []);
});

test('an answer is written again, walked, continued and edited: in the channel as in memory', async () => {
  const bot = await openRoleplay();
  const { ada, bo, owner, discord, command, agree, press, messageOf, restart, menu, ask } = bot;
  await command(ada, 'persona use', { name: 'ember' });
  ask(ada, 'Where does the wind come from?');
  const first = (await agree((turns) => turns.length === 3, 'the answer'))[2];
  const message = messageOf(first);
  const last = (turns: readonly Turn[]): Turn | undefined => turns[2];
  const hasShown = (count: number, shown: number) => (turns: readonly Turn[]) =>
    turns.length === 3 && last(turns)?.alternatives.length === count && last(turns)?.shown === shown;

  await press(ada, message, '🔄');
  await agree(hasShown(2, 1), 'a second text');
  assert.equal(await command(ada, 'regenerate', { guidance: 'shorter, please' }), 'Done.');
  const [, , third] = await agree(hasShown(3, 2), 'a third text');
  assert.equal(new Set(third?.alternatives).size, 3);
  assert.ok(!(await bot.turns()).some((turn) => textOf(turn).includes('shorter')), 'the wish is remembered nowhere');
  await discord.waitFor(() => labels(message) === '◀ 3/3 ▶ 🔄 ▶▶', 'the buttons');
  await press(ada, message, '◀');
  await agree(hasShown(3, 1), 'the second');
  await press(ada, message, '◀');
  await agree(hasShown(3, 0), 'the first');
  assert.equal(labels(message), '◀ 1/3 ▶ 🔄 ▶▶');

  await press(ada, message, '▶▶');
  const longer = (turns: readonly Turn[]): boolean => textOf(last(turns)).length > textOf(first).length;
  const [, , continued] = await agree((turns) => hasShown(3, 0)(turns) && longer(turns), 'more of it');
  assert.ok(textOf(continued).startsWith(textOf(first)));
  assert.deepEqual(continued?.alternatives.slice(1), third?.alternatives.slice(1), 'the others stay');

  await restart();
  await press(ada, message, '▶');
  await agree(hasShown(3, 1), 'the second, after a restart');
  await press(ada, message, '▶▶');
  await agree((turns) => (last(turns)?.alternatives[1] ?? '').length > (third?.alternatives[1] ?? '').length, 'more of that');
  await press(ada, message, '🔄');
  await agree(hasShown(4, 3), 'a fourth text');

  await bot.fill(ada, () => discord.callMessageCommand(ada, message, 'Edit reply'), { text: 'Over the *pass*, @everyone.' });
  const [, , edited] = await agree((turns) => textOf(last(turns)) === 'Over the *pass*, @everyone.', 'the edited text');
  assert.equal(edited?.alternatives.length, 4);
  assert.deepEqual(message.pings, []);
  await press(ada, message, '◀');
  await agree(hasShown(4, 2), 'the one before');
  await press(ada, message, '▶');
  await agree((turns) => textOf(last(turns)) === 'Over the *pass*, @everyone.', 'the edited text again');

  // It is Ada's: neither buttons nor menus nor forms of somebody else change it; moderators may.
  for (const label of ['◀', '🔄', '▶▶']) await bot.said(await press(bo, message, label), /asked|yours/i);
  for (const name of ['Regenerate', 'Continue', 'Edit reply']) await menu(bo, message, name, /asked|yours/i);
  for (const path of ['swipe', 'regenerate', 'continue', 'undo']) await command(bo, path, {}, /asked|yours/i);
  await agree(hasShown(4, 3), 'nothing changed');
  await press(owner, message, '◀');
  await agree(hasShown(4, 2), 'a moderator’s swipe');

  // As if the bot had been killed between showing a text and remembering it: what is remembered holds.
  const conversation = `discord:${bot.channel.id}`;
  await bot.app.memory.change(conversation, first?.id ?? '', { kind: 'show', index: 0 });
  await restart();
  await press(ada, message, '◀');
  await agree(hasShown(4, 0), 'the remembered text');
  assert.equal(labels(message), '◀ 1/4 ▶ 🔄 ▶▶');
  assert.deepEqual(bot.troubles, []);
});

test('after a restart the answer before loses its buttons to the next one, in one edit', async () => {
  const bot = await openRoleplay();
  const { ada, agree, ask, restart, messageOf, discord, channel } = bot;
  ask(ada, 'One?');
  const former = messageOf((await agree((turns) => turns.length === 2, 'an answer'))[1]);
  assert.notEqual(labels(former), '');
  await restart();
  ask(ada, 'Two?');
  const next = messageOf((await agree((turns) => turns.length === 4, 'another answer'))[3]);
  await discord.waitFor(() => labels(former) === '', 'the buttons gone');
  assert.notEqual(labels(next), '');
  ask(ada, 'Three?');
  await agree((turns) => turns.length === 6, 'a third answer');
  await discord.waitFor(() => labels(next) === '', 'the buttons of the second gone');
  const path = new RegExp(`^/channels/${channel.id}/messages/${former.id}$`);
  const taken = discord.requests({ method: 'PATCH', path }).filter(({ body }) => /"components":\[\]/.test(JSON.stringify(body)));
  assert.equal(taken.length, 1);
  assert.deepEqual(bot.troubles, []);
});

test('exchanges are taken back, rewound and branched: nothing stands that is not remembered', async () => {
  const bot = await openRoleplay();
  const { ada, owner, channel, discord, command, agree, press, messageOf, menu, ask, restart } = bot;
  await command(ada, 'persona use', { name: 'ember' });
  const questions = [];
  for (const [index, text] of ['One?', 'Two?', 'Three?'].entries()) {
    questions.push(ask(ada, text));
    await agree((turns) => turns.length === 3 + 2 * index, `the answer to ${text}`);
  }
  const answers = (await bot.turns()).filter(({ role }) => role === 'assistant').slice(1);
  await discord.waitFor(() => answers.filter((turn) => labels(messageOf(turn)) !== '').length === 1, 'one row of buttons');

  // Undo takes the answer out of the channel; what Ada wrote is hers.
  await command(ada, 'undo', {}, /forgotten|Taken back/i);
  await agree((turns) => turns.length === 5, 'the exchange gone');
  assert.equal(questions[2]?.isDeleted, false);
  assert.equal(messageOf(answers[2]).isDeleted, true);
  await restart();
  await command(ada, 'swipe', {}, /this answer has 1/);
  await command(ada, 'regenerate');
  await agree((turns) => turns[4]?.alternatives.length === 2, 'the one before, written again');

  // What the bot writes for Ada is Ada's alone, and no part of the conversation.
  const proposal = discord.callCommand(ada, channel, 'impersonate');
  assert.ok((await proposal.answered(8000)).isEphemeral);
  await agree((turns) => turns.length === 5, 'nothing remembered');

  // A branch goes on by itself, from an answer and from a question.
  await menu(ada, messageOf(answers[0]), 'Branch to thread', /<#\d+>/);
  const [thread] = channel.threads();
  assert.ok(thread);
  const branched = await bot.turns(thread);
  assert.deepEqual(branched.map(textOf), (await bot.turns()).slice(0, 3).map(textOf));
  ask(ada, 'And here?', thread);
  const there = await agree((turns) => turns.length === 5, 'the answer in the thread', thread);
  assert.equal(there[4]?.speaker.name, 'Ember');
  await press(ada, messageOf(there[4]), '🔄');
  await agree((turns) => turns[4]?.alternatives.length === 2, 'another one there', thread);
  await agree((turns) => turns.length === 5, 'nothing of it in the channel');

  await menu(ada, questions[1] ?? assert.fail(), 'Branch to thread', /<#\d+>/);
  const second = channel.threads().find((each) => each !== thread) ?? assert.fail();
  ask(ada, 'Or here?', second);
  const again = await agree((turns) => turns.at(-1)?.role === 'assistant' && turns.length > 4, 'the answer in it', second);
  assert.deepEqual(
    again.slice(1).map(({ role }) => role),
    ['user', 'assistant', 'user', 'user', 'assistant'],
  );

  await menu(ada, messageOf(answers[0]), 'Rewind here', /moderator/i);
  await menu(owner, messageOf(answers[0]), 'Rewind here');
  await agree((turns) => turns.length === 3, 'the rest gone');
  assert.equal(messageOf(answers[1]).isDeleted, true);
  ask(ada, 'Once more?');
  const anew = await agree((turns) => turns.length === 5, 'it goes on');
  await discord.waitFor(() => labels(messageOf(anew[4])) === '🔄 ▶▶', 'its buttons');
  assert.deepEqual(bot.troubles, []);
});
