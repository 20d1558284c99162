// Answers that stand in a channel are shown again: other texts, longer and shorter ones; and the buttons under them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/core/command.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { createDiscordPlatform } from '../../src/platform/discord/index.ts';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { closeAfterwards, fastTimers } from './discord-kit.ts';
import { buttonsOf, openWriting, write } from './writing-kit.ts';

const story = (lines: number, about = 'story'): string =>
  Array.from({ length: lines }, (_, index) => `Line ${index} of the long ${about} that was asked for.`).join('\n');

const turnOf = (messageIds: readonly string[], alternatives: readonly string[], shown = 0): Turn => ({
  id: '0000000001',
  role: 'assistant',
  speaker: { id: 'persona:test', name: 'Test' },
  alternatives,
  shown,
  at: 0,
  messageIds,
});

const labels = (message: FakeMessage | undefined): string =>
  message
    ? buttonsOf(message)
        .map(({ label }) => label)
        .join(' ')
    : '-';

test('another text takes the messages of the old one: more are put behind, those left over go', async () => {
  const { ask, delivered, channel, platform, discord, received } = await openWriting({ answerTo: () => story(100), pieces: 3 });
  const question = await ask('go');
  let ids = delivered.get(question.id) ?? [];
  assert.equal(ids.length, 3);
  const conversation = `discord:${channel.id}`;
  for (const text of ['A short one.', story(150, 'tale'), story(60), story(60, 'tale')]) {
    const before = ids;
    ids = await platform.answers.show(conversation, turnOf(before, [text]), text);
    assert.deepEqual(
      channel.botMessages().map(({ id }) => id),
      ids,
    );
    assert.deepEqual(ids.slice(0, before.length), before.slice(0, ids.length), 'the old messages are edited');
    assert.equal(ids.map((id) => discord.message(id).content).join('\n'), text);
    assert.equal(channel.botMessages()[0]?.replyToId, question.id);
  }
  assert.ok(channel.messages({ includeDeleted: true }).some(({ isDeleted }) => isDeleted));
  assert.deepEqual(received.deletions, [], 'what the bot removes is not forgotten');
});

test('a port for an answer streams into its messages; without a text nothing is touched', async () => {
  const { ask, delivered, channel, platform, speaker } = await openWriting({
    answerTo: () => 'The first text of it.',
    pieces: 1,
  });
  const ids = delivered.get((await ask('go')).id) ?? [];
  const conversation = `discord:${channel.id}`;
  const turn = turnOf(ids, ['The first text of it.']);
  const nothing = platform.answers.portFor(conversation, turn);
  nothing.begin(speaker);
  nothing.end();
  const text = 'words and words '.repeat(60).trim();
  const written = await write(platform.answers.portFor(conversation, turn), speaker, text, { pieces: 100 });
  assert.deepEqual(written, ids);
  const [answer, ...more] = channel.botMessages();
  assert.equal(answer?.content, text);
  assert.ok((answer?.versions.length ?? 0) > 2, 'it streams');
  assert.equal(answer?.versions[0]?.content, 'The first text of it.');
  assert.deepEqual(more, []);
});

test('a message that is gone or can’t be edited any more is replaced', async () => {
  const { ask, delivered, channel, platform, discord } = await openWriting({ answerTo: () => 'One text.', pieces: 1 });
  const ids = delivered.get((await ask('go')).id) ?? [];
  const conversation = `discord:${channel.id}`;
  discord.faults.add({ method: 'PATCH', path: /messages/, effect: { status: 400, code: 30046 } });
  const second = await platform.answers.show(conversation, turnOf(ids, ['One text.', 'Two.']), 'Two.');
  assert.notDeepEqual(second, ids);
  channel.botMessages()[0]?.delete();
  const third = await platform.answers.show(conversation, turnOf(second, ['One text.', 'Two.']), 'One text.');
  assert.deepEqual(
    channel.botMessages().map(({ id, content }) => [id, content]),
    [[third[0], 'One text.']],
  );
});

test('what a webhook said is changed and removed by it, also when nobody remembers that it did', async () => {
  const look = { name: 'Ember' };
  const { ask, delivered, channel, discord } = await openWriting({ look, answerTo: () => story(100), pieces: 1 });
  const ids = delivered.get((await ask('go')).id) ?? [];
  const conversation = `discord:${channel.id}`;
  // After a restart the bot knows nothing of it.
  const platform = createDiscordPlatform({
    token: discord.token,
    apiUrl: discord.apiUrl,
    editIntervalMs: 1000,
    logger: silentLogger,
    commands: [],
    timers: fastTimers,
    onMessage: async (_message, port) => port.end(),
    onEdit: async () => {},
    onDelete: async () => {},
    onFatal: (error) => assert.fail(error),
  });
  closeAfterwards(platform);
  await platform.start();
  const shorter = await platform.answers.show(conversation, turnOf(ids, ['x']), 'A short one.', { look });
  assert.equal(discord.message(shorter[0] ?? '').content, 'A short one.');
  assert.equal(discord.message(shorter[0] ?? '').author.name, 'Ember');
  assert.equal(channel.messages().filter(({ webhookId }) => webhookId !== undefined).length, 1);
  channel.deny('ManageMessages');
  await platform.answers.remove(conversation, shorter);
  assert.equal(channel.messages().filter(({ webhookId }) => webhookId !== undefined).length, 0);
});

test('a name in front stays in front, and what has a file loses it with a shorter text', async () => {
  const look = { name: 'Ember' };
  const reply = { longAnswers: 'file' } as const;
  const {
    ask,
    delivered,
    channel,
    platform,
    discord,
    reply: settings,
  } = await openWriting({ look, reply, answerTo: () => story(400), pieces: 1 });
  channel.deny('ManageWebhooks');
  const ids = delivered.get((await ask('go')).id) ?? [];
  const shown = discord.message(ids[0] ?? '');
  assert.match(shown.content, /^\*\*Ember:\*\* My answer is too long/);
  assert.equal(shown.attachments.length, 1);
  const options = { look, reply: settings };
  const conversation = `discord:${channel.id}`;
  assert.deepEqual(await platform.answers.show(conversation, turnOf(ids, ['x']), 'Short.', options), ids);
  assert.equal(shown.content, '**Ember:** Short.');
  assert.equal(shown.attachments.length, 0);
  await platform.answers.show(conversation, turnOf(ids, ['x']), story(399), options);
  assert.equal(shown.attachments.length, 1);
});

test('a new answer to a message that was answered already is another message', async () => {
  const { ask, delivered, channel, platform, speaker } = await openWriting({ answerTo: () => 'Mine.', pieces: 1 });
  const question = await ask('go');
  const port = platform.answers.portOn(`discord:${channel.id}`, question.id);
  const ids = await write(port, speaker, 'And another one.');
  assert.notDeepEqual(ids, delivered.get(question.id));
  assert.deepEqual(
    channel.botMessages().map(({ content, replyToId }) => [content, replyToId]),
    [
      ['Mine.', question.id],
      ['And another one.', question.id],
    ],
  );
  const thread = await platform.answers.openThread(`discord:${channel.id}`, question.id, 'A branch');
  assert.equal(thread, `discord:${channel.threads()[0]?.id}`);
  assert.equal(await platform.answers.openThread(thread ?? '', question.id, 'A branch of it'), undefined);
});

test('only the newest answer of a channel has buttons, and it costs one request more at most', async () => {
  const answerTo = (text: string): string => (text === 'long' ? story(100) : 'words and words '.repeat(40));
  const cost = async (buttons: boolean): Promise<{ readonly requests: number; readonly edits: number }> => {
    const { ask, answersOf, discord, channel } = await openWriting({ reply: { buttons }, answerTo, pieces: 40 });
    const before = discord.requests().length;
    for (const text of ['short', 'long', 'short', 'long', 'short']) {
      const last = answersOf(await ask(text)).at(-1);
      assert.equal(labels(last), buttons ? '🔄 ▶▶' : '');
      if (buttons)
        await discord.waitFor(() => channel.botMessages().filter((each) => labels(each) !== '').length === 1, 'one row');
    }
    const sent = discord
      .requests()
      .slice(before)
      .filter(({ path }) => !path.endsWith('/typing'));
    const edits = sent.filter(
      ({ method, body }) => method === 'PATCH' && typeof body === 'object' && body !== null && 'content' in body,
    );
    return { requests: sent.length, edits: edits.length };
  };
  const plain = await cost(false);
  const dressed = await cost(true);
  // Edits depend on the clock; all else does not.
  assert.ok(dressed.requests - dressed.edits <= plain.requests - plain.edits + 5, JSON.stringify({ plain, dressed }));
});

test('while it is written an answer can be stopped, at its last message', async () => {
  const { ask, answersOf, discord, channel } = await openWriting({
    reply: { buttons: true },
    answerTo: () => story(100),
    pieces: 200,
  });
  const asked = ask('go');
  const seen = new Set<string>();
  await discord.waitFor(() => {
    const rows = channel.botMessages().map(labels);
    const shown = rows.join(',');
    seen.add(shown);
    return shown.includes('🔄');
  }, 'the end');
  const answers = answersOf(await asked);
  assert.equal(answers.length, 3);
  assert.ok(seen.has('⏹') && seen.has(',⏹') && seen.has(',,⏹'), [...seen].join(' | '));
  assert.deepEqual(answers.map(labels), ['', '', '🔄 ▶▶']);
});

test('buttons call commands on the answer, for the asker and moderators only', async () => {
  const texts = ['The first text.', 'The second text.', 'The third text.'];
  let turn: Turn | undefined;
  const swipe: Command = {
    kind: 'action',
    name: 'swipe',
    description: 'Another text',
    rank: 'everyone',
    options: [{ name: 'to', description: 'Which' }],
    run: async ({ conversation, user, target }, { to }) => {
      assert.ok(turn && target?.kind === 'message' && target.isOwn);
      assert.equal(target.messageId, turn.messageIds[0]);
      const shown = turn.shown + (to === 'next' ? 1 : -1);
      turn = { ...turn, shown };
      await platform.answers.show(conversation, turn, texts[shown] ?? '', { askerId: user.id, reply });
      return { text: '', isPrivate: true };
    },
  };
  const { ask, delivered, discord, ada, platform, reply } = await openWriting({
    reply: { buttons: true },
    answerTo: () => texts[0] ?? '',
    pieces: 1,
    position: { index: 0, count: 3 },
    platform: { commands: [swipe] },
  });
  const ids = delivered.get((await ask('go')).id) ?? [];
  turn = turnOf(ids, texts);
  const message = discord.message(ids[0] ?? '');
  const press = async (user: typeof ada, label: string): Promise<void> => {
    const button = buttonsOf(message).find((each) => each.label === label);
    assert.ok(button && !button.off, label);
    const interaction = discord.pressButton(user, message, button.id);
    await discord.waitFor(() => interaction.isAcknowledged, 'the acknowledgement');
  };
  assert.equal(labels(message), '◀ 1/3 ▶ 🔄 ▶▶');
  assert.equal(buttonsOf(message)[0]?.off, true);
  await press(ada, '▶');
  assert.equal(message.content, texts[1]);
  assert.equal(labels(message), '◀ 2/3 ▶ 🔄 ▶▶');
  await press(discord.addUser({ name: 'eve' }), '▶');
  assert.equal(message.content, texts[1], 'not for somebody else');
  await press(ada, '▶');
  assert.equal(labels(message), '◀ 3/3 ▶ 🔄 ▶▶');
  await press(ada, '◀');
  assert.equal(message.content, texts[1]);
});

test('an older answer that is written again gets no buttons, the newest keeps its own', async () => {
  const { ask, delivered, channel, platform, discord, reply, ada } = await openWriting({ reply: { buttons: true }, pieces: 1 });
  const first = delivered.get((await ask('one')).id) ?? [];
  const second = delivered.get((await ask('two')).id) ?? [];
  const options = { reply, askerId: `discord:${ada.id}` };
  const conversation = `discord:${channel.id}`;
  await platform.answers.show(conversation, turnOf(first, ['a']), 'Once more.', options);
  assert.equal(labels(discord.message(first[0] ?? '')), '');
  assert.equal(labels(discord.message(second[0] ?? '')), '🔄 ▶▶');
  await platform.answers.show(conversation, turnOf(second, ['You said: two']), 'Twice more.', options);
  assert.equal(labels(discord.message(second[0] ?? '')), '◀ 2/2 ▶ 🔄 ▶▶');
  // Without an asker they stay as they are.
  await platform.answers.show(conversation, turnOf(second, ['a']), 'Three times more.', { reply });
  assert.equal(labels(discord.message(second[0] ?? '')), '◀ 2/2 ▶ 🔄 ▶▶');
});
