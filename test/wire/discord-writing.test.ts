// The forms in which answers appear: styles, threads, files, previews, notices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryError } from '../../src/core/delivery-error.ts';
import { isNotice } from '../../src/platform/discord/message-body.ts';
import { bodiesOf, openWriting, replySettings, write } from './writing-kit.ts';

const story = (lines: number): string =>
  Array.from({ length: lines }, (_, index) => `Line ${index} of the long story that was asked for.`).join('\n');
const suppressEmbeds = 1 << 2;

test('links get no preview, unless that is wished', async () => {
  const shown = async (linkPreviews: boolean): Promise<number | undefined> => {
    const { ask, answersOf } = await openWriting({
      reply: { linkPreviews },
      answerTo: () => 'See https://example.org/x for more.',
    });
    return answersOf(await ask('where'))[0]?.payload().flags;
  };
  assert.equal(((await shown(false)) ?? 0) & suppressEmbeds, suppressEmbeds);
  assert.equal(((await shown(true)) ?? 0) & suppressEmbeds, 0);
});

test('a plain answer refers to nothing; one that is not streamed is sent once, and typed meanwhile', async () => {
  const { ask, answersOf, discord, channel } = await openWriting({
    reply: { style: 'plain', streaming: false },
    answerTo: () => 'words and words '.repeat(60),
    pieces: 100,
  });
  const [answer, ...more] = answersOf(await ask('go'));
  assert.equal(answer?.replyToId, undefined);
  assert.equal(answer?.versions.length, 1);
  assert.deepEqual(more, []);
  assert.equal(discord.requests({ method: 'PATCH' }).length, 0);
  assert.ok(channel.botTypingAt.length >= 1);
});

test('an answer in a thread of its own: the message is handed over as one of the thread', async () => {
  const deletions: unknown[] = [];
  const edits: unknown[] = [];
  const style = { ...replySettings, style: 'thread' } as const;
  const { ask, answersOf, heard, channel, discord, ada } = await openWriting({
    reply: { style: 'thread' },
    platform: {
      replySettingsAt: async () => style,
      onDelete: async (conversation, ids) => void deletions.push([conversation, ...ids]),
      onEdit: async (conversation, id, text) => void edits.push([conversation, id, text]),
    },
  });
  const question = await ask('tell me **everything** about the\nfoxes of the northern woods, and then about their many cousins');
  const [thread, ...others] = channel.threads();
  assert.ok(thread);
  assert.deepEqual(others, []);
  assert.equal(thread.name, 'tell me everything about the foxes of the northern woods,…');
  const [message] = heard;
  assert.equal(message?.conversation, `discord:${thread.id}`);
  assert.deepEqual(message?.place?.channelIds, [thread.id, channel.id]);
  assert.equal(message?.place?.isOwnThread, true);
  const [answer] = answersOf(question);
  assert.equal(answer?.channel.id, thread.id);
  assert.equal(answer?.replyToId, undefined, 'a reply can not reach into another channel');

  // In the thread itself nothing more is opened; what is only heard opens nothing.
  const second = await ask('and more', thread);
  assert.equal(answersOf(second)[0]?.channel.id, thread.id);
  channel.say(ada, 'nobody asked');
  await discord.waitFor(() => heard.length === 3, 'the message that is only heard');
  assert.equal(channel.threads().length, 1);

  question.edit(`${discord.bot.mention} never mind`);
  await discord.waitFor(() => edits.length === 2, 'the edit in both conversations');
  assert.deepEqual(edits[1], [`discord:${thread.id}`, question.id, 'never mind']);
  question.delete();
  await discord.waitFor(() => deletions.length === 2, 'the deletion in both conversations');
  assert.deepEqual(deletions[1], [`discord:${thread.id}`, question.id]);
});

test('where no thread may be opened, or there is one already, it is answered all the same', async () => {
  const style = { ...replySettings, style: 'thread' } as const;
  const { ask, answersOf, channel, guild, discord } = await openWriting({
    reply: { style: 'thread' },
    platform: { replySettingsAt: async () => style },
  });
  channel.deny('CreatePublicThreads');
  assert.equal(answersOf(await ask('here'))[0]?.channel.id, channel.id);
  assert.equal(channel.threads().length, 0);

  const other = guild.addChannel({ name: 'other' });
  // The thread is opened, but the answer to that is lost.
  discord.faults.add({ method: 'POST', path: /\/threads$/, effect: { dropSocket: true, handled: true } });
  const question = await ask('there', other);
  assert.equal(answersOf(question)[0]?.channel.id, other.threads()[0]?.id);
});

test('settings that can not be read keep nobody from an answer', async () => {
  const { ask, answersOf, channel } = await openWriting({
    platform: { replySettingsAt: () => Promise.reject(new Error('the store is closed')) },
  });
  assert.equal(answersOf(await ask('well'))[0]?.channel.id, channel.id);
});

test('a very long answer is one message with a file, and what was streamed of it goes', async () => {
  const { ask, answersOf, channel, delivered } = await openWriting({
    reply: { longAnswers: 'file' },
    answerTo: (text) => (text === 'short' ? story(120) : story(400)),
    pieces: 60,
  });
  const question = await ask('long');
  const [answer, ...more] = answersOf(question);
  assert.ok(answer);
  assert.deepEqual(more, []);
  assert.deepEqual(
    channel.botMessages().map(({ id }) => id),
    delivered.get(question.id),
  );
  assert.ok(answer.versions.length > 1, 'it was streamed at first');
  assert.ok(answer.content.length < 100);
  assert.deepEqual(
    answer.attachments.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]),
    [['answer.md', story(400)]],
  );
  // What fits into a few messages is no file.
  const short = answersOf(await ask('short'));
  assert.ok(short.length > 1 && short.length <= 5);
  assert.equal(short.map(({ content }) => content).join('\n'), story(120));
});

test('where files are not allowed, a very long answer comes in messages', async () => {
  const { ask, answersOf, channel } = await openWriting({
    reply: { longAnswers: 'file' },
    answerTo: () => story(300),
    pieces: 3,
  });
  channel.deny('AttachFiles');
  const answers = answersOf(await ask('long'));
  assert.equal(answers.map(({ content }) => content).join('\n'), story(300));
  assert.deepEqual(channel.botMessages(), answers);
});

test('notices are short, silent, and can be told from answers', async () => {
  const { ask, channel, discord } = await openWriting({
    platform: {
      onMessage: async (_message, port) => {
        await port.notice(`@everyone ${'Something went wrong. '.repeat(200)}`);
        port.end();
      },
    },
  });
  void ask('go').catch(() => {});
  const notice = await discord.waitFor(() => channel.botMessages()[0], 'the notice');
  assert.ok(notice.content.length <= 400);
  assert.deepEqual(notice.pings, []);
  const flags = notice.payload().flags ?? 0;
  assert.ok(isNotice({ flags: { has: (flag) => (flags & flag) !== 0 } }));
});

test('what nobody needs any more is taken away, also while it is being written', async () => {
  const { ask, channel, discord, received } = await openWriting({
    platform: {
      onMessage: async (_message, port) => {
        void write(port, { id: 'persona:test', name: 'Test' }, 'words and words '.repeat(200), { pieces: 200 }).catch(() => {});
        await discord.waitFor(() => channel.botMessages().length > 0, 'the first piece');
        await port.withdraw?.();
      },
    },
  });
  void ask('go').catch(() => {});
  await discord.waitFor(() => channel.messages({ includeDeleted: true }).some((each) => each.isDeleted), 'the removal');
  assert.deepEqual(channel.botMessages(), []);
  assert.deepEqual(received.deletions, [], 'the bot’s own removals are no wish to forget');
});

test('a channel that takes nothing any more is told as that', async () => {
  const { ask, channel, failures } = await openWriting();
  channel.deny('SendMessages');
  await ask('go');
  assert.ok(failures[0] instanceof DeliveryError && failures[0].code === 'not-allowed');
});

test('nothing that is written may ping, whatever the form', async () => {
  for (const reply of [{ style: 'plain' }, { longAnswers: 'file' }, { streaming: false }] as const) {
    const { ask, answersOf, discord, ada } = await openWriting({ reply, answerTo: () => `@everyone <@&1> ${story(300)}` });
    const answers = answersOf(await ask(`hello ${ada.mention}`));
    for (const answer of answers) assert.deepEqual(answer.pings, []);
    for (const body of bodiesOf(discord)) assert.deepEqual(body.allowed_mentions, { parse: [], replied_user: false });
  }
});

test('what is said while it is found out where a question is answered stays behind it', async () => {
  const settings = Promise.withResolvers<typeof replySettings>();
  const deletions: string[] = [];
  const { channel, discord, ada, heard } = await openWriting({
    platform: {
      replySettingsAt: () => settings.promise,
      onDelete: async (_conversation, ids) => void deletions.push(...ids.map((id) => `${heard.length} ${id}`)),
    },
  });
  const question = channel.say(ada, `${discord.bot.mention} first`);
  channel.say(ada, 'second');
  question.delete();
  await discord.requestHeartbeat(); // by then all that came before has arrived
  assert.deepEqual(heard, []);
  settings.resolve(replySettings);
  await discord.waitFor(() => heard.length === 2 && deletions.length === 1, 'all of it');
  assert.deepEqual(
    heard.map(({ text }) => text),
    ['first', 'second'],
  );
  assert.deepEqual(deletions, [`2 ${question.id}`]);
});
