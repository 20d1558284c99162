// Who waits for whom on Discord: one loud user or channel delays the others by one answer, whoever waits long is told the
// place, and a question that is deleted is not answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptText } from '../../src/core/prompt.ts';
import { createAnswerQueue } from '../../src/queue/answer-queue.ts';
import { respond } from '../../src/turn/respond.ts';
import { tellPlaces } from '../../src/turn/waiting-notice.ts';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { jain } from '../fakes/jain.ts';
import { createBench } from '../unit/turn/kit.ts';
import { quickenRequests } from './discord-faults-kit.ts';
import { answersTo, fastTimers, open } from './discord-kit.ts';

/** A bot whose answers end when the test lets them; `begun` are the questions whose answers were begun, in order. */
const openQueue = async ({ tellsPlaces = true } = {}) => {
  quickenRequests();
  const begun: string[] = [];
  const held: (() => void)[] = [];
  let isFree = false;
  const bench = await createBench({
    answerTo: ({ prompt }) => {
      const [question = ''] = [...promptText(prompt).matchAll(/\w+ asks \d+/g)].at(-1) ?? [];
      begun.push(question);
      return `Answer: ${question}.`;
    },
    beforePiece: () => (isFree ? Promise.resolve() : new Promise((resolve) => held.push(resolve))),
    services: {
      queue: createAnswerQueue({
        slots: () => 1,
        bounds: { total: 300, perConversation: 200, perUser: 200 },
        now: Date.now,
      }),
    },
  });
  const { services, memory } = bench;
  const all = await open({
    discord: { rateLimit: { limit: 100_000, windowMs: 1000 } },
    platform: {
      onMessage: (message, port) =>
        respond(
          { ...services, ...(tellsPlaces && { queue: tellPlaces(services.queue, message, port, fastTimers) }) },
          message,
          port,
        ),
      onDelete: async (conversation, ids) => {
        for (const id of ids) services.queue.cancel(conversation, id);
        await memory.deleteMessages(conversation, ids);
      },
    },
  });
  const guild = all.discord.addGuild({ name: 'Meadow' });
  await all.platform.start();
  /** Lets so many answers more end, or all that ever come. */
  const answerNext = async (): Promise<void> => {
    await all.discord.waitFor(() => held.length > 0, 'an answer under way');
    held.shift()?.();
  };
  const answerAll = (): void => {
    isFree = true;
    for (const release of held.splice(0)) release();
  };
  const waits = (count: number): Promise<unknown> =>
    all.discord.waitFor(() => services.queue.state().waiting === count, `${count} that wait`);
  return { ...all, bench, memory, guild, begun, answerNext, answerAll, waits };
};

const quietUsers = 9;
const rounds = 4;

for (const loudChannels of [1, 10])
  test(`100 questions of one user in ${loudChannels} channel(s) delay the others by one answer each`, async () => {
    const { discord, guild, begun, answerAll, waits } = await openQueue({ tellsPlaces: false });
    const loud = discord.addUser({ name: 'loud' });
    const places = Array.from({ length: loudChannels }, (_, index) => guild.addChannel({ name: `loud-${index}` }));
    const own = Array.from({ length: quietUsers }, (_, index) => ({
      user: discord.addUser({ name: `quiet${index}` }),
      // One of them is where the loud one is.
      channel: (index === 0 ? places[0] : undefined) ?? guild.addChannel({ name: `quiet-${index}` }),
    }));
    const questions: FakeMessage[] = [];
    for (let index = 0; index < 100; index += 1) {
      const channel = places[index % loudChannels];
      if (channel) questions.push(channel.say(loud, `${discord.bot.mention} loud asks ${index}`));
    }
    await waits(99);
    for (let round = 0; round < rounds; round += 1)
      for (const { user, channel } of own) questions.push(channel.say(user, `${discord.bot.mention} ${user.name} asks ${round}`));
    await waits(99 + quietUsers * rounds);
    answerAll();
    await discord.waitFor(() => begun.length === questions.length, 'all answers', 30_000);

    const names = ['loud', ...own.map(({ user }) => user.name)];
    const asker = begun.map((question) => question.split(' ')[0] ?? '');
    const until = asker.findLastIndex((name) => name !== 'loud') + 1;
    const shares = names.map((name) => asker.slice(0, until).filter((each) => each === name).length);
    assert.ok(jain(shares) >= 0.95, `${jain(shares)}: ${shares}`);
    for (const name of names.slice(1)) {
      const turns = asker.flatMap((each, index) => (each === name ? [index] : []));
      assert.equal(turns.length, rounds);
      for (const [index, at] of turns.entries()) {
        const from = turns[index - 1] ?? 0;
        const between = asker.slice(from + 1, at).filter((each) => each === 'loud').length;
        assert.ok(between <= 1, `${name} waited for ${between} answers to the loud one: ${asker}`);
      }
    }
    // In the order of the questions within a channel.
    const numberOf = (question: string): number => Number(question.split(' ')[2]);
    for (const name of names)
      for (let place = 0; place < loudChannels; place += 1) {
        const here = begun.filter((each) => each.startsWith(`${name} `) && numberOf(each) % loudChannels === place);
        assert.deepEqual(
          here.map(numberOf),
          here.map(numberOf).toSorted((one, other) => one - other),
        );
      }
  });

test('whoever waits long is told the place, until the answer comes or the question is deleted', async () => {
  const { discord, guild, bench, memory, answerNext, answerAll, waits, received } = await openQueue();
  const users = Array.from({ length: 4 }, (_, index) => discord.addUser({ name: `user${index}` }));
  const channels = users.map((_, index) => guild.addChannel({ name: `channel-${index}` }));
  const questions: FakeMessage[] = [];
  for (const [index, user] of users.entries()) {
    const channel = channels[index];
    if (channel) questions.push(channel.say(user, `${discord.bot.mention} ${user.name} asks 1`));
    await discord.waitFor(() => discord.requests({ method: 'POST', path: /typing$/ }).length > 0, 'the first one has begun');
    await waits(index);
  }
  const noticeIn = (index: number): string | undefined => channels[index]?.botMessages()[0]?.content;
  await discord.waitFor(() => [1, 2, 3].every((index) => noticeIn(index) !== undefined), 'the notices');
  assert.deepEqual([0, 1, 2, 3].map(noticeIn), [
    undefined,
    '⏳ Your answer is the next one.',
    '⏳ One answer comes before yours.',
    '⏳ 2 answers come before yours.',
  ]);
  const notices = channels.slice(1).flatMap((channel) => channel.botMessages());
  assert.deepEqual(
    notices.map(({ replyToId, pings }) => [replyToId, pings.length]),
    questions.slice(1).map(({ id }) => [id, 0]),
  );

  await answerNext(); // of the first; the second begins
  await discord.waitFor(() => notices[0]?.isDeleted, 'the notice of the second one is gone');
  await discord.waitFor(() => noticeIn(3) === '⏳ One answer comes before yours.', 'the place is brought up to date');
  assert.equal(noticeIn(2), '⏳ Your answer is the next one.');

  questions[2]?.delete();
  await discord.waitFor(() => notices[1]?.isDeleted, 'the notice of a question that is gone');
  answerAll();
  await discord.waitFor(() => [0, 1, 3].every((index) => /^Answer/.test(noticeIn(index) ?? '')), 'the answers');
  await discord.waitFor(() => notices[2]?.isDeleted, 'the last notice is gone');
  await discord.waitFor(() => bench.services.queue.state().running === 0, 'all is remembered');
  assert.deepEqual(channels[2]?.botMessages(), []);
  for (const [index, channel] of channels.entries()) {
    const turns = await memory.turns(`discord:${channel.id}`);
    assert.equal(turns.length, index === 2 ? 0 : 2, 'notices are not remembered, nor what was deleted');
    if (index !== 2 && questions[index]) assert.equal(answersTo(channel, questions[index]).length, 1);
  }
  assert.deepEqual(received.fatal, []);
});

test('whoever is answered soon, or asked nothing, is told no place', async () => {
  const { discord, guild, answerAll, waits } = await openQueue();
  const [ada, bob] = ['ada', 'bob'].map((name) => discord.addUser({ name }));
  const channel = guild.addChannel({ name: 'general' });
  assert.ok(ada && bob);
  const first = channel.say(ada, `${discord.bot.mention} ada asks 1`);
  channel.say(bob, 'bob asks nothing');
  const second = channel.say(bob, `${discord.bot.mention} bob asks 2`);
  await waits(1);
  answerAll();
  await discord.waitFor(() => [first, second].every((question) => answersTo(channel, question).length === 1), 'both answers');
  assert.equal(discord.requests({ method: 'POST', path: /\/messages$/ }).length, 2);
});
