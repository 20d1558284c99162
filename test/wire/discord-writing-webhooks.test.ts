// Personas that speak under a name of their own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodiesOf, openWriting } from './writing-kit.ts';

const look = { name: 'Ember the fox', avatarUrl: 'https://example.org/ember.png' };
const long = Array.from({ length: 120 }, (_, index) => `Line ${index} of the fox’s long story.`).join('\n');
const webhookPosts = /^\/webhooks\/\d+\/[^/]+$/;

test('a persona speaks by the channel’s webhook, which is made once', async () => {
  const { ask, answersOf, channel, discord, failures, heard, received } = await openWriting({
    look,
    answerTo: (text) => `@everyone ${text} ${'and on '.repeat(40)}`,
  });
  for (const text of ['one', 'two']) {
    const [answer, ...more] = answersOf(await ask(text));
    assert.equal(answer?.author.name, look.name);
    assert.equal(answer?.content, `@everyone ${text} ${'and on '.repeat(40)}`.trim());
    assert.equal(answer?.webhookId, channel.webhooks()[0]?.id);
    assert.equal(answer?.replyToId, undefined);
    assert.deepEqual(answer?.pings, []);
    assert.ok((answer?.versions.length ?? 0) > 1, 'it streams');
    assert.deepEqual(more, []);
  }
  assert.equal(channel.webhooks().length, 1);
  assert.equal(channel.webhooks()[0]?.name, 'paddock');
  assert.equal(discord.requests({ path: /^\/channels\/\d+\/webhooks$/ }).length, 2, 'looked for once, made once');
  for (const { headers } of discord.requests({ path: webhookPosts })) assert.equal(headers.authorization, undefined);
  for (const body of bodiesOf(discord)) assert.deepEqual(body.allowed_mentions, { parse: [], replied_user: false });
  assert.deepEqual(failures, []);
  // It hears neither what its webhook says nor what becomes of that.
  assert.deepEqual(
    heard.map(({ text }) => text),
    ['one', 'two'],
  );
  assert.deepEqual(received.edits, []);
});

test('a webhook of the bot that is there already is used, also in threads, each message in its thread', async () => {
  const { ask, answersOf, channel, ada, discord } = await openWriting({ look, answerTo: () => long, pieces: 3 });
  await ask('first');
  const thread = channel.addThread(ada, { name: 'a thread' });
  const answers = answersOf(await ask('second', thread));
  assert.ok(answers.length > 1);
  assert.equal(answers.map(({ content }) => content).join('\n'), long);
  for (const answer of answers) {
    assert.equal(answer.channel.id, thread.id);
    assert.equal(answer.webhookId, channel.webhooks()[0]?.id);
  }
  assert.equal(channel.webhooks().length, 1);
  assert.equal(discord.requests({ method: 'POST', path: /^\/channels\/\d+\/webhooks$/ }).length, 1);
});

test('names that Discord refuses are made fit, and long ones cut', async () => {
  for (const name of ['Clyde of Discord', 'dIsCoRd', 'x'.repeat(200), '\u0007\n ', '🦊'.repeat(60)]) {
    const { ask, answersOf, failures } = await openWriting({ look: { name }, answerTo: () => 'Hello.' });
    const [answer] = answersOf(await ask('who'));
    assert.deepEqual(failures, []);
    assert.ok(answer?.webhookId, name);
    assert.ok((answer?.author.name.length ?? 99) <= 80);
    assert.ok(answer?.author.name.isWellFormed());
  }
});

test('without the permission, the name stands in front, and that is told once', async () => {
  const { ask, answersOf, channel, guild, discord, received } = await openWriting({
    look: { name: 'Em*ber*\n@everyone' },
    answerTo: (text) => (text === 'code' ? `\`\`\`js\n${'x'.repeat(1980)}\n\`\`\`` : long),
  });
  channel.deny('ManageWebhooks');
  const question = await ask('one');
  const answers = answersOf(question);
  const prefix = '**Em\\*ber\\* \\@everyone:** ';
  assert.equal(answers.map(({ content }) => content).join('\n'), prefix + long);
  assert.equal(answers[0]?.replyToId, question.id);
  assert.deepEqual(answers[0]?.pings, []);
  assert.ok(answers[0]?.versions.every(({ content }) => content.startsWith(prefix.trim())));
  const notices = () => channel.botMessages().filter(({ content }) => content.includes('Manage Webhooks'));
  await discord.waitFor(() => notices().length === 1, 'the notice');
  const code = answersOf(await ask('code'));
  assert.match(code[0]?.content ?? '', /^\*\*Em.*:\*\*\n```js\n/);
  for (const { content } of code) assert.ok(content.length <= 2000);
  assert.equal(notices().length, 1, 'once in a channel');
  assert.equal(discord.requests({ path: /webhooks$/ }).length, 1, 'what was refused is not asked for every time');
  assert.equal(received.log.filter(({ message }) => message.includes('webhook')).length, 1);

  const other = guild.addChannel({ name: 'other' });
  assert.equal(answersOf(await ask('two', other))[0]?.author.name, 'Em*ber* @everyone');
});

test('a direct message knows no webhooks: the name stands in front, and nothing is said about it', async () => {
  const { ask, answersOf, discord, ada } = await openWriting({ look, answerTo: () => 'Hello there, it is me.' });
  const direct = discord.openDirectMessage(ada);
  const [answer] = answersOf(await ask('hi', direct));
  assert.equal(answer?.content, '**Ember the fox:** Hello there, it is me.');
  assert.equal(direct.botMessages().length, 1);
  assert.equal(discord.requests({ path: /webhooks/ }).length, 0);
});

test('a webhook that was removed is made again once', async () => {
  const { ask, answersOf, channel, failures } = await openWriting({ look, answerTo: (text) => `Hello, ${text}.`, pieces: 1 });
  const [first] = answersOf(await ask('one'));
  channel.webhooks()[0]?.delete();
  const [second] = answersOf(await ask('two'));
  assert.notEqual(second?.webhookId, first?.webhookId);
  assert.equal(second?.webhookId, channel.webhooks()[0]?.id);
  assert.equal(second?.content, 'Hello, two.');
  // Removed while it may not be made again: the bot itself goes on, with the name.
  channel.webhooks()[0]?.delete();
  channel.deny('ManageWebhooks');
  const [third] = answersOf(await ask('three'));
  assert.equal(third?.content, '**Ember the fox:** Hello, three.');
  assert.deepEqual(failures, []);
});

test('a webhook that is removed while it speaks: the whole answer comes all the same', async () => {
  const { ask, answersOf, channel, discord, failures, heard } = await openWriting({
    look,
    answerTo: () => 'words and words '.repeat(50),
    pieces: 100,
  });
  const asked = ask('go');
  await discord.waitFor(() => channel.messages().some(({ webhookId }) => webhookId !== undefined), 'the first piece');
  channel.webhooks()[0]?.delete();
  const answers = answersOf(await asked);
  assert.deepEqual(failures, []);
  assert.equal(answers.map(({ content }) => content).join(''), 'words and words '.repeat(50).trim());
  const standing = channel.messages().filter(({ webhookId }) => webhookId !== undefined);
  assert.deepEqual(
    standing.map(({ id }) => id),
    answers.map(({ id }) => id),
  );
  assert.equal(heard.length, 1);
});

test('exactly one message when sending by webhook fails, or only its answer is lost', async () => {
  const { ask, answersOf, channel, discord, failures } = await openWriting({
    look,
    answerTo: () => 'Always the same.',
    pieces: 1,
  });
  const effects = [
    { status: 500 },
    { status: 502, handled: true },
    { dropSocket: true, handled: true },
    { dropSocket: true, handled: false },
    { rateLimit: { retryAfterS: 0.1 } },
  ] as const;
  await ask('first');
  for (const [index, effect] of effects.entries()) {
    const fault = discord.faults.add({ method: 'POST', path: webhookPosts, effect });
    const answers = answersOf(await ask(`question ${index}`));
    assert.equal(fault.struck, 1);
    assert.equal(answers.length, 1);
  }
  const said = channel.messages().filter(({ webhookId }) => webhookId !== undefined);
  assert.equal(said.length, effects.length + 1);
  assert.deepEqual(failures, []);
});

test('more webhooks than Discord allows, or a Discord that is down: the name stands in front', async () => {
  const { ask, answersOf, discord, channel } = await openWriting({ look, answerTo: () => 'Hello there, all of you.' });
  discord.faults.add({ method: 'GET', path: /webhooks$/, times: 3, effect: { status: 503 } });
  assert.match(answersOf(await ask('one'))[0]?.content ?? '', /^\*\*Ember/);
  discord.faults.add({ method: 'POST', path: /webhooks$/, effect: { status: 400, code: 30007 } });
  assert.match(answersOf(await ask('two'))[0]?.content ?? '', /^\*\*Ember/);
  assert.equal(channel.webhooks().length, 0);
});
