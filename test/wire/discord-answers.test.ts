// What people see of an answer while all goes well, and what it costs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastTimers, finished, haste, openInGuild, pause } from './discord-kit.ts';

test('an answer streams by edits, types meanwhile, and notifies nobody', async () => {
  const { discord, received, channel, ada } = await openInGuild(
    {},
    () => `@everyone and ${ada.mention}: ${'one more word, '.repeat(60)}end.`,
  );
  const question = channel.say(ada, `${discord.bot.mention} go`);
  await finished(discord, received, question);
  const [answer] = channel.botMessages();
  assert.ok(answer);
  assert.ok(answer.versions.length >= 3, `${answer.versions.length} versions`);
  for (const [index, version] of answer.versions.entries()) {
    assert.ok(index === 0 || version.content !== answer.versions[index - 1]?.content, 'every edit changes something');
    // The pause is counted from the end of the former change, so this can't be less, however slow the machine.
    assert.ok(index === 0 || version.at - (answer.versions[index - 1]?.at ?? 0) >= 1000 / haste - 2);
  }
  assert.match(answer.content, /^@everyone and <@\d+>: .* end\.$/);
  assert.deepEqual(answer.pings, []);
  assert.ok(channel.botTypingAt.length >= 1);
  for (const { body, method } of discord
    .requests({ path: /^\/channels\/\d+\/messages/ })
    .filter(({ method }) => method !== 'GET')) {
    assert.deepEqual((body as { allowed_mentions?: unknown }).allowed_mentions, { parse: [], replied_user: false }, method);
  }
  const posts = discord.requests({ method: 'POST', path: /\/messages$/ });
  assert.equal(posts.length, 1);
  for (const { body } of posts) {
    const { nonce, enforce_nonce } = body as { readonly nonce: string; readonly enforce_nonce: boolean };
    assert.equal(enforce_nonce, true);
    assert.ok(nonce.startsWith(question.id) && nonce.length <= 25, nonce);
  }
  const typed = channel.botTypingAt.length;
  await pause(8000 / haste + 100);
  assert.equal(channel.botTypingAt.length, typed, 'nobody types after the answer');
});

test('a long answer goes on in further messages, in order, as a reply only at first', async () => {
  const long = Array.from({ length: 120 }, (_, index) => `Line ${index} of the long story that was asked for.`).join('\n');
  const { discord, received, channel, ada } = await openInGuild({}, () => `\`\`\`md\n${long}\n\`\`\``);
  const question = channel.say(ada, `${discord.bot.mention} tell`);
  await finished(discord, received, question);
  const messages = channel.botMessages();
  assert.ok(messages.length >= 3);
  assert.deepEqual(
    received.delivered.get(question.id),
    messages.map((message) => message.id),
  );
  assert.deepEqual(
    messages.map((message) => message.replyToId),
    [question.id, ...messages.slice(1).map(() => undefined)],
  );
  assert.equal(messages.map((message) => message.content.replace(/^```md\n|\n```$/g, '')).join('\n'), long);
  for (const message of messages) assert.ok(message.content.length <= 2000);
});

test('what is only heard costs no request, and an answer one post a message and an edit a second', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'One more word. '.repeat(300));
  const before = discord.requests().length;
  for (let count = 0; count < 100; count += 1) channel.say(ada, `heard ${count}`);
  await discord.waitFor(() => received.messages.length === 100, 'all messages');
  assert.equal(discord.requests().length, before);

  const startedAt = fastTimers.now();
  const question = channel.say(ada, `${discord.bot.mention} go`);
  await finished(discord, received, question);
  const seconds = (fastTimers.now() - startedAt) / 1000;
  const messages = channel.botMessages();
  assert.ok(messages.length >= 3);
  const sent = (method: string, path: RegExp): number => discord.requests({ method, path }).length;
  assert.equal(sent('POST', /\/messages$/), messages.length);
  assert.ok(sent('PATCH', /messages/) <= seconds + 1, `${sent('PATCH', /messages/)} edits in ${seconds} s`);
  assert.ok(sent('POST', /typing$/) <= seconds / 8 + 1);
  assert.equal(
    discord.requests().length - before,
    messages.length + sent('PATCH', /messages/) + sent('POST', /typing$/),
    'and nothing else',
  );
});
