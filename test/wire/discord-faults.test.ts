// Whatever goes wrong between the bot and Discord: each question gets exactly one visible answer, and memory holds what people see.
// 200 questions by default; all 1,000 with PADDOCK_LONG_TESTS=1; another course of things with PADDOCK_SEED=2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownText } from '../../src/core/conversation.ts';
import type { FakeChannel, FakeDiscord, FakeMessage, FakeUser } from '../fakes/discord/index.ts';
import { answerTo, drawn, openFaulty } from './discord-faults-kit.ts';
import { finished, openInGuild, pause } from './discord-kit.ts';

const seed = Number(process.env.PADDOCK_SEED ?? '1');
const questionsMax = process.env.PADDOCK_LONG_TESTS === '1' ? 1000 : 200;
const channelsInServer = 9;
const usersMax = 40;
/** Questions that wait for an answer at once; each user has at most one. */
const aheadMax = 32;

/** What happens to the connection, one step after every 25 questions, again and again. */
const troubles: readonly ((discord: FakeDiscord) => void)[] = [
  (discord) => discord.dropConnections(), // and it resumes
  (discord) => discord.requestReconnect(), // op 7
  (discord) => discord.dropConnections({ forget: true }), // RESUME is refused with op 9
  (discord) => discord.invalidateSession(true), // op 9, resumable
  (discord) => {
    discord.refuseConnections(2);
    discord.dropConnections();
  },
  (discord) => discord.invalidateSession(false), // op 9
  (discord) => discord.dropConnections({ code: 4000 }),
  (discord) => {
    discord.dropConnections({ forget: true });
    discord.refuseConnections(1);
  },
];

type Asked = { readonly number: number; readonly question: FakeMessage };

test(`exactly one visible answer to each of ${questionsMax} questions, while everything fails (seed ${seed})`, {
  timeout: 600_000,
}, async (context) => {
  const { discord, platform, received, bench, note, struck } = await openFaulty(seed);
  const { memory } = bench;
  const guilds = ['Meadow', 'Field'].map((name) => discord.addGuild({ name }));
  const users = Array.from({ length: usersMax }, (_, index) => discord.addUser({ name: `user${index}` }));
  const channels: FakeChannel[] = guilds.flatMap((guild) =>
    Array.from({ length: channelsInServer }, (_, index) => guild.addChannel({ name: `channel-${index}` })),
  );
  const direct = new Map(users.slice(0, 4).map((user) => [user.id, discord.openDirectMessage(user)]));
  await platform.start();

  const asked: Asked[] = [];
  const waiting = new Map<string, Asked>(); // by user
  const release = async (): Promise<void> => {
    for (const [userId, { question }] of waiting) {
      const conversation = `discord:${question.channel.id}`;
      const turn = await memory.findByMessage(conversation, question.id);
      if (turn === undefined) continue;
      const turns = await memory.turns(conversation, { newest: 60 });
      if (turns.some(({ role, replyTo }) => role === 'assistant' && replyTo === turn.id)) waiting.delete(userId);
    }
  };
  const until = async (countMax: number, label: string): Promise<void> => {
    for (let tries = 0; waiting.size > countMax; tries += 1) {
      assert.ok(tries < 1500, `${label}: ${stuck()}`);
      await pause(20);
      await release();
    }
  };
  const stuck = (): string =>
    JSON.stringify({
      waiting: [...waiting.values()].map(({ number, question }) => [number, question.channel.kind]),
      errors: errors(),
      missed: received.log.filter(({ message }) => /missed|fetch/.test(message)),
    });
  const errors = (): string =>
    JSON.stringify(bench.log.filter(({ level }) => level === 'error').map(({ fields, text }) => [text, String(fields.error)]));
  const ask = (user: FakeUser, channel: FakeChannel): void => {
    const number = asked.length;
    const question = channel.say(user, `${channel.kind === 'dm' ? '' : discord.bot.mention} question #${number}`);
    note(question, number);
    asked.push({ number, question });
    waiting.set(user.id, { number, question });
  };

  // Every channel is used once: what is said where the bot has never heard anything can not be missed.
  for (const [index, channel] of [...channels, ...direct.values()].entries()) {
    const user = users[channel.kind === 'dm' ? index - channels.length : 10 + index];
    if (user) ask(user, channel);
  }
  await until(0, 'the first questions');
  while (asked.length < questionsMax) {
    const number = asked.length;
    const free = users.filter(({ id }) => !waiting.has(id));
    const user = free[Math.floor(drawn(seed, 'user', number) * free.length)];
    const own = user && direct.get(user.id);
    const channel =
      own && drawn(seed, 'direct', number) < 0.3 ? own : channels[Math.floor(drawn(seed, 'channel', number) * channels.length)];
    assert.ok(user && channel);
    ask(user, channel);
    // Told twice, at once or later.
    const earlier = asked[Math.floor(drawn(seed, 'again', number) * asked.length)];
    if (earlier && drawn(seed, 'is-again', number) < 0.2) discord.tellAgain(earlier.question);
    if (number % 25 === 0) troubles[(number / 25) % troubles.length]?.(discord);
    await until(aheadMax - 1, 'the questions before');
  }
  await until(0, 'the last questions');
  for (const { question } of asked) discord.tellAgain(question);
  await pause(1000); // what Discord did late has happened
  await platform.close();
  context.diagnostic(JSON.stringify({ ...Object.fromEntries(struck), identifies: discord.identifies, resumes: discord.resumes }));

  assert.deepEqual(received.failures, []);
  assert.equal(errors(), '[]');
  for (const channel of [...channels, ...direct.values()]) {
    const questions = asked.filter(({ question }) => question.channel.id === channel.id);
    const turns = await memory.turns(`discord:${channel.id}`);
    const answers = turns.filter(({ role }) => role === 'assistant');
    assert.equal(turns.length, 2 * questions.length, 'memory holds each question and each answer once');
    assert.deepEqual(
      answers.flatMap(({ messageIds }) => messageIds),
      channel.botMessages().map(({ id }) => id),
      'the visible messages of the bot are those that memory knows, in order',
    );
    for (const [index, { number, question }] of questions.entries()) {
      const turn = turns.find(({ messageIds, role }) => role === 'user' && messageIds.includes(question.id));
      const answer = answers[index];
      assert.ok(turn && answer);
      assert.equal(answer.replyTo, turn.id, `question ${number} is answered in its turn`);
      assert.equal(shownText(answer), answerTo(number));
      const visible = answer.messageIds.map((id) => discord.message(id));
      assert.equal(visible.map(({ content }) => content).join(' '), answerTo(number));
      assert.equal(visible[0]?.replyToId, question.id);
      assert.equal(channel.botMessages().filter(({ replyToId }) => replyToId === question.id).length, 1);
    }
  }
  for (const kind of ['slow before', 'slow after', '429 route', '429 global', 'dropped before', 'dropped after', '502 handled'])
    assert.ok((struck.get(kind) ?? 0) > 0, kind);
  assert.ok((struck.get('slow before') ?? 0) + (struck.get('slow after') ?? 0) >= asked.length, 'every post was slow once');
  assert.ok(discord.resumes > 0 && discord.identifies > 1);
});

test('an old message that is told again does not hide what was missed in its channel', async () => {
  const { discord, platform, received, guild, channel, ada } = await openInGuild();
  const say = (text: string, where = channel): FakeMessage => where.say(ada, `${discord.bot.mention} ${text}`);
  const first = say('one');
  // What was missed is fetched channel by channel, here last of all.
  const others = Array.from({ length: 20 }, (_, index) => say('hello', guild.addChannel({ name: `other-${index}` })));
  await finished(discord, received, first, ...others);
  discord.invalidateSession(false);
  const missed = say('two');
  await discord.waitFor(() => discord.identifies === 2, 'the new session', 15_000);
  discord.tellAgain(first);
  await finished(discord, received, missed);
  await platform.close();
  assert.deepEqual(
    channel.botMessages().map(({ replyToId }) => replyToId),
    [first.id, missed.id],
  );
});
