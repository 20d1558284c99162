// Changing answers that were given: /regenerate, /continue, /swipe, /undo, and the menus of messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { shownText } from '../../../src/core/conversation.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestMemory, createTestServices, type TestServices } from './services.ts';

const conversation = 'discord:30';
const ada = { id: 'discord:1', name: 'Ada' };
const bo = { id: 'discord:2', name: 'Bo' };
const robin = { id: 'persona:robin', name: 'Robin' };
const context: CommandContext = {
  ...{ conversation, where: 'server', rank: 'everyone', locale: 'en', user: ada },
  place: { channelIds: ['30'], serverId: '40' },
};
const on = (messageId: string, user = ada, isOwn = true): CommandContext => ({
  ...context,
  user,
  target: { kind: 'message', messageId, authorId: 'discord:9', isOwn, text: 'anything' },
});

/** Ada asks twice and is answered, then Bo once. */
const open = async () => {
  const kept = createTestMemory();
  const { memory } = kept;
  const ids: string[] = [];
  for (const [index, who] of [ada, ada, bo].entries()) {
    const number = index + 1;
    const question = { role: 'user', speaker: who, text: `question ${number}`, at: 1, messageIds: [`q${number}`] } as const;
    const { turn } = await memory.append(conversation, question);
    const answer = { role: 'assistant', speaker: robin, text: `answer ${number}`, at: 2, messageIds: [`a${number}`] } as const;
    ids.push((await memory.append(conversation, { ...answer, replyTo: turn.id })).turn.id);
  }
  return { ...kept, services: createTestServices({ kept }), ids };
};
const call = (services: TestServices, path: string, given: GivenOptions = {}, by = context) =>
  runCommand(createCommands(services), by, path, given, silentLogger);
const textsOf = async (memory: TestServices['memory']) => (await memory.turns(conversation)).map(shownText);

test('a typed command means the last answer, a menu or button the one it was used on', async () => {
  const { services, ids } = await open();
  const typed = await call(services, 'regenerate', { guidance: 'shorter' }, { ...context, user: bo });
  assert.deepEqual([typed.text, typed.isPrivate, typed.isFailure], ['', true, false]);
  await call(services, 'Regenerate', {}, on('a1'));
  await call(services, 'regenerate', {}, on('a2'));
  await call(services, 'continue', {}, on('a1'));
  await call(services, 'Continue', {}, on('a2'));
  assert.deepEqual(services.log, [
    `regenerate ${ids[2]} for ${bo.id}: shorter`,
    `regenerate ${ids[0]} for ${ada.id}`,
    `regenerate ${ids[1]} for ${ada.id}`,
    `continue ${ids[0]} for ${ada.id}`,
    `continue ${ids[1]} for ${ada.id}`,
  ]);
});

test('where the bot itself said a question for somebody, its answer is meant', async () => {
  const { services, ids, memory } = await open();
  await call(services, 'Regenerate', {}, on('q2'));
  assert.deepEqual(services.log, [`regenerate ${ids[1]} for ${ada.id}`]);
  assert.match((await call(services, 'Regenerate', {}, on('q2', bo))).text, /Only whoever asked/);
  await memory.remove(conversation, [ids[1] ?? '']);
  assert.match((await call(services, 'Regenerate', {}, on('q2'))).text, /none of my answers/);
});

test('only whoever asked may, as memory knows it, and moderators', async () => {
  const { services } = await open();
  for (const path of [
    'regenerate',
    'Regenerate',
    'continue',
    'Continue',
    'swipe',
    'Edit reply',
    'Delete from memory',
    'Branch to thread',
  ])
    assert.match((await call(services, path, {}, on('a1', bo))).text, /Only whoever asked/, path);
  assert.match(
    (await call(services, 'edit answer', { message: 'a1', text: 'x' }, { ...context, user: bo })).text,
    /Only whoever/,
  );
  assert.deepEqual(services.log, []);
  const moderator = { ...on('a1', bo), rank: 'moderator' } as const;
  assert.equal((await call(services, 'Regenerate', {}, moderator)).isFailure, false);
});

test('what is no answer, or is not remembered, is refused with a sentence', async () => {
  const { services } = await open();
  assert.match((await call(services, 'Regenerate', {}, on('q1', ada, false))).text, /none of my answers/);
  assert.match((await call(services, 'Regenerate', {}, on('zz'))).text, /do not remember/);
  assert.match((await call(services, 'Regenerate', {}, { ...on('a1'), conversation: 'discord:31' })).text, /do not remember/);
  assert.match(
    (await call(services, 'regenerate', {}, { ...context, conversation: 'discord:31' })).text,
    /not answered anything/,
  );
});

test('answers that are made anew count in the hour, and what failed is given back', async () => {
  const { services } = await open();
  for (let round = 0; round < 20; round += 1) assert.equal((await call(services, 'continue', {}, on('a1'))).isFailure, false);
  const full = await call(services, 'Regenerate', {}, on('a1'));
  assert.match(full.text, /all 20 answers .* in 61 min/);
  assert.equal(services.log.length, 20);
  const german = await call(services, 'Regenerate', {}, { ...on('a1'), locale: 'de' });
  assert.match(german.text, /alle 20 Antworten bekommen, die es pro Stunde für dich gibt\. .*61 Minuten/);
  assert.equal((await call(services, 'swipe', { to: '1' }, on('a1'))).isFailure, false, 'looking at others is free');

  const failing = createTestServices({ kept: await open() });
  const answers = { ...failing.answers, continueAnswer: () => Promise.reject(new Error('down')) };
  const broken = { ...failing, answers };
  for (let round = 0; round < 25; round += 1) await call(broken, 'continue', {}, on('a1'));
  assert.equal(failing.quota.used({ userId: ada.id }).user, 0);
});

test('swipes go to the next, the previous or a number, and say where the end is', async () => {
  const { services, memory, ids } = await open();
  await memory.change(conversation, ids[1] ?? '', { kind: 'add', text: 'second' });
  await memory.change(conversation, ids[1] ?? '', { kind: 'add', text: 'third' });
  const shown = async () => (await memory.turn(conversation, ids[1] ?? ''))?.shown;
  assert.equal((await call(services, 'swipe', { to: 'previous' }, on('a2'))).text, '');
  assert.equal(await shown(), 1);
  await call(services, 'swipe', { to: '1' }, on('a2'));
  assert.equal(await shown(), 0);
  await call(services, 'swipe', {}, on('a2'));
  assert.equal(await shown(), 1);
  assert.match((await call(services, 'swipe', { to: '4' }, on('a2'))).text, /this answer has 3/);
  for (const to of ['0', '-1', 'up', '1e3', '99999'])
    assert.match((await call(services, 'swipe', { to }, on('a2'))).text, /Say next, previous/);
  assert.equal(await shown(), 1);
});

test('/undo takes back one’s own last exchange; more, and those of others, are for moderators', async () => {
  const { services, memory } = await open();
  assert.match((await call(services, 'undo')).text, /Only whoever asked/);
  assert.match((await call(services, 'undo', { count: 2 }, { ...context, user: bo })).text, /Only moderators/);
  assert.equal((await memory.turns(conversation)).length, 6);
  assert.match((await call(services, 'undo', {}, { ...context, user: bo })).text, /forgotten: 2/);
  assert.deepEqual(await textsOf(memory), ['question 1', 'answer 1', 'question 2', 'answer 2']);
  assert.match((await call(services, 'undo', { count: 5 }, { ...context, rank: 'moderator' })).text, /forgotten: 4/);
  assert.match((await call(services, 'undo', {}, { ...context, rank: 'moderator' })).text, /nothing to take back/);
  assert.deepEqual(
    services.log.filter((line) => line.startsWith('withdraw')),
    ['withdraw a3', 'withdraw a1 a2'],
  );
});

test('one’s own words can be deleted from memory, and all after a message forgotten by moderators', async () => {
  const { services, memory } = await open();
  assert.match((await call(services, 'Delete from memory', {}, on('q3'))).text, /Only whoever asked/);
  assert.match((await call(services, 'Delete from memory', {}, on('q1'))).text, /forgotten: 1/);
  assert.equal((await textsOf(memory))[0], 'answer 1');
  assert.match((await call(services, 'Rewind here', {}, on('a1'))).text, /for moderators/);
  assert.match((await call(services, 'Rewind here', {}, { ...on('a1'), rank: 'moderator' })).text, /forgotten: 4/);
  assert.deepEqual(await textsOf(memory), ['answer 1']);
  assert.deepEqual(services.log.at(-1), 'withdraw a2 a3');
});

test('a branch goes on in a thread with all up to the message', async () => {
  const { services, memory } = await open();
  const branched = await call(services, 'Branch to thread', {}, on('a1'));
  assert.equal(branched.text, 'It goes on in <#777>. Messages taken along: 2.');
  assert.deepEqual((await memory.turns('discord:777')).map(shownText), ['question 1', 'answer 1']);
  assert.equal((await memory.turns(conversation)).length, 6);
});

test('an answer is edited in a form that holds its text; one too long for it is left alone', async () => {
  const { services, memory, ids } = await open();
  const { form } = await call(services, 'Edit reply', {}, on('a1'));
  assert.deepEqual([form?.call, form?.values, form?.fields[0]?.value], ['edit answer', { message: 'a1' }, 'answer 1']);
  // A form has no message of its own when it comes from a menu.
  const saved = await call(services, 'edit answer', { message: 'a1', text: 'better' });
  assert.equal(saved.text, 'Done.');
  assert.equal((await textsOf(memory))[1], 'better');
  await memory.change(conversation, ids[0] ?? '', { kind: 'replace', text: 'x'.repeat(4001) });
  const long = await call(services, 'Edit reply', {}, on('a1'));
  assert.match(long.text, /more than 4000 characters/);
});

test('a persona chosen from a list answers a message', async () => {
  const { services, memory } = await open();
  const { components } = await call(services, 'Reply as persona', {}, on('q3'));
  const [menu] = components ?? [];
  assert.ok(menu?.kind === 'menu' && menu.option === 'persona' && menu.values?.message === 'q3');
  assert.deepEqual(
    menu.choices.map(({ value }) => value),
    ['robin', 'old-mara'],
  );
  const done = await call(services, 'reply as', { message: 'q3', persona: 'old-mara' });
  assert.deepEqual([done.text, done.replacesMessage], ['Old Mara has answered.', true]);
  const turn = await memory.findByMessage(conversation, 'q3');
  assert.deepEqual(services.log, [`old-mara replies to ${turn?.id} in q3`]);
  assert.match((await call(services, 'reply as', { message: 'q3', persona: 'nobody' })).text, /no persona/);
});
