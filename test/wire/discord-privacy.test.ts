// Nothing is left of who wishes so: in memory, in the store's files, in what the engine keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAsked } from './privacy-kit.ts';

/** Something that somebody said before the bot was there, and that another one quotes to it. */
const quoted = async () => {
  const all = await openAsked('memory: { historyOnFirstUse: 0 }\n');
  const { guild, member, ask } = all;
  const [alma, bodo] = [member('alma'), member('bodo')];
  const channel = guild.addChannel({ name: 'two' });
  const secret = channel.say(alma, 'My address is 7 SECRETLANE');
  await ask(channel, bodo, 'what is this', { replyTo: secret });
  assert.match((await all.textsIn(channel))[0] ?? '', /^> Alma: My address is 7 SECRETLANE\n\nwhat is this$/);
  return { ...all, alma, bodo, channel, secret };
};

test('what others quote of somebody is exported, and deleted with the rest', async () => {
  const { alma, channel, call, textsIn } = await quoted();
  assert.match(await call(alma, channel, 'privacy export'), /"quotedByOthers":\[\{"name":"Alma",.*SECRETLANE/);
  await call(alma, channel, 'privacy delete', { sure: true });
  assert.equal((await textsIn(channel))[0], 'what is this');
});

test('a quotation goes with the message that it quotes, and stays when the question is edited', async () => {
  const { discord, bodo, channel, secret, textsIn, until, remembers, ask } = await quoted();
  const question = await ask(channel, bodo, 'and this', { replyTo: secret });
  question.edit(`${discord.bot.mention} and that`);
  await remembers(channel, 'and that');
  assert.match((await textsIn(channel)).join('\n'), /SECRETLANE\n\nand that/);
  discord.delete(secret);
  await until(async () => !(await textsIn(channel)).join().includes('SECRETLANE'), 'the quotations to go');
  assert.deepEqual(
    (await textsIn(channel)).filter((text) => /this|that/.test(text)),
    ['what is this', 'and that'],
  );
});

test('a summary and the engine’s states go also where somebody took everything back in the chat before', async () => {
  const { discord, app, channel, guild, member, until, ask, call, files } = await openAsked();
  const [alma, bodo] = [member('alma'), member('bodo')];
  const conversation = `discord:${channel.id}`;
  const question = await ask(channel, alma, 'My PIN is SECRETPIN');
  const other = guild.addChannel({ name: 'two' });
  // The only slot is wanted elsewhere, so the state of the first conversation is kept as a file.
  const states = (): readonly string[] => files().filter((path) => path.endsWith('.state'));
  await ask(other, bodo, 'hello there');
  await discord.waitFor(() => states().length > 0, 'the kept state');
  discord.delete(question);
  await until(async () => (await app.memory.findByMessage(conversation, question.id)) === undefined, 'the deletion');
  await app.memory.configure(conversation, { summary: { text: 'Her PIN is SECRETPIN', throughId: '0' } });
  const bystander = member('cyan');
  await call(bystander, channel, 'privacy delete', { sure: true });
  assert.ok((await app.memory.settings(conversation)).summary, 'who never spoke there deletes nothing there');
  await call(alma, other, 'privacy delete', { sure: true });
  assert.equal((await app.memory.settings(conversation)).summary, undefined);
  assert.deepEqual(states(), []);
});

test('in direct messages everything is the one human’s, wherever the deletion is asked for', async () => {
  const { discord, app, channel, member, call, remembers, rows } = await openAsked();
  const alma = member('alma');
  const direct = discord.openDirectMessage(alma);
  direct.say(alma, 'hello SECRETHELLO');
  await remembers(direct, 'SECRETHELLO');
  await call(alma, direct, 'note set', { text: 'SECRETNOTE I am ill' });
  await call(alma, direct, 'scenario set', { text: 'SECRETSCENE at my house' });
  await call(alma, direct, 'config set', { name: 'trigger.words', value: 'SECRETWORD' });
  const given = await call(alma, channel, 'privacy export');
  assert.match(given, /SECRETWORD/);
  assert.match(given, /"note":"SECRETNOTE I am ill","scenario":"SECRETSCENE at my house"/);
  await call(alma, channel, 'privacy delete', { sure: true });
  assert.deepEqual(await app.memory.settings(`discord:${direct.id}`), {});
  assert.deepEqual(
    rows().filter((row) => row.includes('SECRET') || row.startsWith(`paddock:conversation:discord:${direct.id}`)),
    [],
  );
});

test('nothing of somebody is left: no key of the store, no byte of its files, no kept state', async () => {
  const { app, discord, channel, guild, member, until, ask, call, rows, files, filesWith } = await openAsked();
  const [alma, bodo] = [member('almaxandra'), member('bodo')];
  const other = guild.addChannel({ name: 'two' });
  await call(alma, channel, 'me set', { name: 'Xandra', description: 'SECRETSELF' });
  await ask(channel, alma, 'My PIN is SECRETPIN');
  await ask(channel, bodo, 'something else');
  const before = other.say(alma, 'SECRETBEFORE');
  await ask(other, bodo, 'who said that', { replyTo: before });
  await ask(other, alma, 'SECRETAGAIN');
  const direct = discord.openDirectMessage(alma);
  direct.say(alma, 'SECRETDIRECT');
  await until(async () => (await app.memory.count(`discord:${direct.id}`)) === 2, 'the answer in private');
  await call(alma, channel, 'chat', { text: 'SECRETCHAT', private: true });
  await until(async () => !rows().some((row) => row.includes('#ask')), 'the private answer');
  const id = `discord:${alma.id}`;
  assert.ok(rows().some((row) => row.includes(id)) && filesWith('SECRETPIN').length > 0);

  await call(alma, channel, 'privacy delete', { sure: true });
  assert.deepEqual(
    rows().filter((row) => /SECRET|Xandra|Almaxandra/.test(row) || row.includes(alma.id)),
    [],
  );
  for (const text of ['SECRET', 'Xandra', 'Almaxandra', id]) assert.deepEqual(filesWith(text), [], text);
  assert.deepEqual(
    files().filter((path) => path.endsWith('.state')),
    [],
  );
  // Who opted out stays so.
  await call(alma, channel, 'privacy optout');
  await call(alma, channel, 'privacy delete', { sure: true });
  assert.deepEqual(
    rows().filter((row) => row.includes(alma.id)),
    [`paddock:opt-out:${id} {"value":true}`],
  );
});

test('what somebody writes anew after opting out is not kept', async () => {
  const { discord, channel, member, until, ask, call, textsIn } = await openAsked();
  const alma = member('alma');
  const question = await ask(channel, alma, 'hello OLDTEXT');
  await call(alma, channel, 'privacy optout');
  question.edit(`${discord.bot.mention} NEWSECRET after opting out`);
  await until(async () => !(await textsIn(channel)).join().includes('OLDTEXT'), 'the edit');
  assert.doesNotMatch((await textsIn(channel)).join(), /NEWSECRET/);
});

test('a private question leaves nothing in the store', async () => {
  const { channel, member, until, call, rows } = await openAsked();
  const alma = member('alma');
  const before = rows().length;
  void call(alma, channel, 'chat', { text: 'psst', private: true });
  const asked = (): boolean => rows().some((row) => row.includes('#ask'));
  await until(async () => asked(), 'the question');
  await until(async () => !asked(), 'its end');
  assert.equal(rows().filter((row) => row.includes(alma.id)).length, 0);
  assert.equal(rows().length, before);
});

test('what was deleted and edited while the bot was away is learnt when it comes back', async () => {
  const { discord, bot, guild, member, until, ask, textsIn } = await openAsked();
  const alma = member('alma');
  const channel = guild.addChannel({ name: 'away' });
  const gone = await ask(channel, alma, 'DELETED while away');
  const changed = await ask(channel, alma, 'BEFORE the edit');
  const kept = await ask(channel, alma, 'KEPT as it is');
  await bot.platform.close();
  discord.delete(gone);
  changed.edit(`${discord.bot.mention} AFTER the edit`);
  await bot.restart();
  await until(async () => (await textsIn(channel)).join().includes('AFTER'), 'the edit');
  const texts = (await textsIn(channel)).join();
  assert.doesNotMatch(texts, /DELETED|BEFORE/);
  assert.match(texts, /KEPT as it is/);
  assert.ok(await bot.app.memory.findByMessage(`discord:${channel.id}`, kept.id));
});
