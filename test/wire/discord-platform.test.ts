// The Discord platform alone, with the real client, against the loopback Discord: what reaches the bot, what
// people see of its answers, and what happens when requests and connections fail.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Command } from '../../src/core/command.ts';
import { PaddockError } from '../../src/core/error.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../src/core/message.ts';
import { createDiscordPlatform, type DiscordPlatformOptions } from '../../src/platform/discord/index.ts';
import type { Timers } from '../../src/reply/index.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeDiscordOptions,
  type FakeMessage,
  startFakeDiscord,
} from '../fakes/discord/index.ts';

/** Time runs this much faster for the platform, so that its back-offs and pauses are short here. */
const haste = 20;
const fastTimers: Timers = {
  now: () => Date.now() * haste,
  after: (waitMs, callback) => {
    const timer = setTimeout(callback, waitMs / haste);
    return () => clearTimeout(timer);
  },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

type Received = {
  readonly messages: IncomingMessage[];
  readonly edits: { readonly conversation: string; readonly id: string; readonly text: string }[];
  readonly deletions: { readonly conversation: string; readonly ids: readonly string[] }[];
  readonly delivered: Map<string, readonly string[]>;
  readonly failures: unknown[];
  readonly fatal: PaddockError[];
  readonly log: { readonly level: string; readonly fields: object; readonly message: string }[];
};

/** A platform whose bot answers what it is asked with `answerTo(text)`, written in small pieces. */
const open = async (
  settings: {
    readonly discord?: FakeDiscordOptions;
    readonly platform?: Partial<DiscordPlatformOptions>;
    readonly before?: (discord: FakeDiscord) => void;
  } = {},
  answerTo: (text: string) => string = (text) => `You said: ${text}`,
) => {
  const discord = await startFakeDiscord(settings.discord);
  opened.push(discord);
  settings.before?.(discord);
  const received: Received = { messages: [], edits: [], deletions: [], delivered: new Map(), failures: [], fatal: [], log: [] };
  const answer = async (message: IncomingMessage, port: ReplyPort): Promise<void> => {
    received.messages.push(message);
    if (message.addressed === 'none') return port.end();
    port.begin({ id: 'persona:test', name: 'Test' });
    try {
      const whole = answerTo(message.text);
      for (let length = 0; length < whole.length; length += Math.max(7, Math.ceil(whole.length / 60))) {
        port.show(whole.slice(0, length));
        await pause(3);
      }
      received.delivered.set(message.id, await port.finish(whole));
    } catch (error) {
      received.failures.push(error);
      await port.notice('That went wrong.');
    } finally {
      port.end();
    }
  };
  const write = (level: string) => (fields: object, message: string) => void received.log.push({ level, fields, message });
  const platform = createDiscordPlatform({
    token: discord.token,
    apiUrl: discord.apiUrl,
    answerBots: false,
    editIntervalMs: 1000,
    logger: { ...silentLogger, info: write('info'), warn: write('warn'), error: write('error') },
    commands: [],
    timers: fastTimers,
    onMessage: answer,
    onEdit: async (conversation, id, text) => void received.edits.push({ conversation, id, text }),
    onDelete: async (conversation, ids) => void received.deletions.push({ conversation, ids }),
    onFatal: (error) => void received.fatal.push(error),
    ...settings.platform,
  });
  opened.push(platform);
  return { discord, platform, received };
};

const openInGuild = async (...args: Parameters<typeof open>) => {
  const all = await open(...args);
  const guild = all.discord.addGuild({ name: 'Meadow' });
  const channel = guild.addChannel({ name: 'general' });
  const ada = all.discord.addUser({ name: 'ada', displayName: 'Ada' });
  await all.platform.start();
  return { ...all, guild, channel, ada };
};

const textOf = (messages: readonly FakeMessage[]): string => messages.map((message) => message.content).join('\n');
const finished = (discord: FakeDiscord, received: Received, ...questions: readonly FakeMessage[]): Promise<unknown> =>
  discord.waitFor(() => questions.every((question) => received.delivered.has(question.id)), 'all answers');

test('a direct message, a mention and a reply are answered; the rest is only heard', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const direct = discord.openDirectMessage(ada);
  const first = direct.say(ada, 'Hello there');
  const second = channel.say(ada, `${discord.bot.mention}, what is up?`);
  await finished(discord, received, first, second);
  assert.equal(textOf(direct.botMessages()), 'You said: Hello there');
  assert.equal(textOf(channel.botMessages()), 'You said: what is up?');
  const [answer] = channel.botMessages();
  assert.equal(answer?.replyToId, second.id);

  const third = channel.say(ada, 'And why?', { ...(answer ? { replyTo: answer } : {}), pingsRepliedUser: false });
  const unheard = channel.say(ada, 'talking to others');
  await finished(discord, received, third);
  await discord.waitFor(() => received.messages.some((message) => message.id === unheard.id), 'the unaddressed message');
  assert.deepEqual(
    received.messages.map(({ addressed, conversation, replyToMessageId }) => ({ addressed, conversation, replyToMessageId })),
    [
      { addressed: 'direct', conversation: `discord:${direct.id}`, replyToMessageId: undefined },
      { addressed: 'mention', conversation: `discord:${channel.id}`, replyToMessageId: undefined },
      { addressed: 'reply', conversation: `discord:${channel.id}`, replyToMessageId: answer?.id },
      { addressed: 'none', conversation: `discord:${channel.id}`, replyToMessageId: undefined },
    ],
  );
  assert.deepEqual(received.messages[0]?.author, { id: `discord:${ada.id}`, name: 'Ada', isBot: false });
});

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

test('the model reads what people read', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild();
  const bob = discord.addUser({ name: 'bob', displayName: 'Bob' });
  guild.addMember(bob, { nickname: 'Bobby: the\nbuilder' });
  const role = guild.addRole({ name: 'farmers' });
  channel.say(bob, 'hi');
  channel.say(
    ada,
    `${discord.bot.mention} ask ${bob.mention}, ${role.mention} in ${channel.mention} <a:wave:123456789012345678> at <t:1700000000:f> with </help:123456789012345678> \`${bob.mention}\``,
    { attachments: [{ name: 'cow.png', contentType: 'image/png', description: 'a cow' }], stickers: ['Moo'] },
  );
  await discord.waitFor(() => received.messages.length === 2, 'both messages');
  assert.equal(received.messages[0]?.author.name, 'Bobby the builder');
  assert.equal(
    received.messages[1]?.text,
    `ask @Bobby the builder, @farmers in #general :wave: at 2023-11-14 22:13 UTC with /help \`${bob.mention}\`\n[image: cow.png — a cow]\n[sticker: Moo]`,
  );
});

test('two people with one name are told apart, and nobody takes the bot’s', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const twin = discord.addUser({ name: 'ada.lovelace', displayName: 'ＡDA' });
  const impostor = discord.addUser({ name: 'mallory', displayName: discord.bot.displayName });
  const system = discord.addUser({ name: 'eve', displayName: 'System:' });
  for (const user of [ada, twin, impostor, system, ada]) channel.say(user, 'hello');
  await discord.waitFor(() => received.messages.length === 5, 'all messages');
  assert.deepEqual(
    received.messages.map((message) => message.author.name),
    ['Ada', 'ＡDA (ada.lovelace)', `${discord.bot.displayName} (mallory)`, 'System (eve)', 'Ada'],
  );
});

test('edits and deletions are passed on; previews and the bot’s own edits are not', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const one = channel.say(ada, `${discord.bot.mention} one`);
  const two = channel.say(ada, 'two');
  const three = channel.say(ada, 'three');
  await finished(discord, received, one);
  one.edit(`${discord.bot.mention} one, corrected`);
  two.delete();
  channel.deleteMessages([three]);
  await discord.waitFor(() => received.edits.length === 1 && received.deletions.length === 2, 'an edit and two deletions');
  const conversation = `discord:${channel.id}`;
  assert.deepEqual(received.edits, [{ conversation, id: one.id, text: 'one, corrected' }]);
  assert.deepEqual(received.deletions, [
    { conversation, ids: [two.id] },
    { conversation, ids: [three.id] },
  ]);
});

test('other bots are not heard unless allowed; the bot never hears itself', async () => {
  const closed = await openInGuild();
  const robot = closed.discord.addUser({ name: 'robot', isBot: true });
  closed.channel.say(robot, `${closed.discord.bot.mention} hello`);
  const question = closed.channel.say(closed.ada, `${closed.discord.bot.mention} hello`);
  await finished(closed.discord, closed.received, question);
  assert.deepEqual(
    closed.received.messages.map((message) => message.id),
    [question.id],
  );

  const opened = await openInGuild({ platform: { answerBots: true } });
  const other = opened.discord.addUser({ name: 'robot', isBot: true });
  const fromBot = opened.channel.say(other, `${opened.discord.bot.mention} hello`);
  await finished(opened.discord, opened.received, fromBot);
  assert.equal(opened.received.messages[0]?.author.isBot, true);
});

const answersTo = (channel: FakeChannel, question: FakeMessage): readonly FakeMessage[] =>
  channel.botMessages().filter((message) => message.replyToId === question.id);

test('exactly one answer when an edit is limited, a post fails or its answer is lost', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, (text) => `${text}: ${'words and words '.repeat(40)}`);
  const faults = [
    { method: 'PATCH', path: /messages/, effect: { rateLimit: { retryAfterS: 0.2 } } },
    { method: 'POST', path: /\/messages$/, effect: { status: 500 } },
    { method: 'POST', path: /\/messages$/, effect: { status: 502, handled: true } },
    { method: 'POST', path: /\/messages$/, effect: { dropSocket: true, handled: true } },
    { method: 'POST', path: /\/messages$/, effect: { dropSocket: true, handled: false } },
    { method: 'PATCH', path: /messages/, effect: { status: 503 } },
    { method: 'PATCH', path: /messages/, effect: { dropSocket: true, handled: true } },
  ] as const;
  for (const [index, fault] of faults.entries()) {
    const handle = discord.faults.add(fault);
    const question = channel.say(ada, `${discord.bot.mention} question ${index}`);
    await finished(discord, received, question);
    assert.equal(handle.struck, 1, `fault ${index} struck`);
    const [answer, ...more] = answersTo(channel, question);
    assert.deepEqual(more, [], `fault ${index}`);
    assert.equal(answer?.content, `question ${index}: ${'words and words '.repeat(40)}`.trim());
    assert.deepEqual(received.delivered.get(question.id), [answer?.id]);
  }
  assert.deepEqual(received.failures, []);
  assert.equal(channel.botMessages().length, faults.length);
});

test('an answer deleted while it is written comes again, once', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'This will be a long answer. '.repeat(30));
  const question = channel.say(ada, `${discord.bot.mention} go`);
  const first = await discord.waitFor(() => channel.botMessages()[0], 'the first piece');
  first.delete();
  await finished(discord, received, question);
  const messages = channel.botMessages();
  assert.equal(messages.length, 1);
  assert.equal(messages[0]?.content, 'This will be a long answer. '.repeat(30).trim());
  assert.deepEqual(received.delivered.get(question.id), [messages[0]?.id]);
});

test('a deleted question is answered without a reference; a deleted channel or a missing permission stops nothing', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild({}, (text) => `An answer about ${text}. `.repeat(20));
  const forbidden = guild.addChannel({ name: 'quiet' });
  forbidden.deny('SendMessages');
  forbidden.say(ada, `${discord.bot.mention} silence`);
  const doomed = guild.addChannel({ name: 'doomed' });
  doomed.say(ada, `${discord.bot.mention} doom`);
  await discord.waitFor(() => doomed.botMessages().length > 0, 'the first piece');
  doomed.delete();
  const question = channel.say(ada, `${discord.bot.mention} absence`);
  question.delete();
  await finished(discord, received, question);
  await discord.waitFor(() => received.failures.length === 2, 'two failures');
  assert.deepEqual(received.failures.map((error) => error instanceof PaddockError && error.code).sort(), [
    'not-allowed',
    'not-found',
  ]);
  assert.equal(channel.botMessages().length, 1);
  assert.deepEqual(received.fatal, []);
});

test('lost connections: every question has one answer, whether the session is resumed or new, or events come twice', async () => {
  const { discord, received, channel, ada } = await openInGuild();
  const ask = (text: string): FakeMessage => channel.say(ada, `${discord.bot.mention} ${text}`);
  const questions = [ask('zero')];
  await finished(discord, received, ...questions);

  discord.dropConnections();
  questions.push(ask('while dropped'));
  await finished(discord, received, ...questions);
  assert.equal(discord.resumes, 1);

  discord.requestReconnect();
  questions.push(ask('while reconnecting'));
  await finished(discord, received, ...questions);
  await discord.waitFor(() => discord.resumes === 2, 'the second resume');

  discord.invalidateSession(false);
  questions.push(ask('while the session was lost'), ask('and another'));
  // discord.js keeps five seconds between two identifies.
  await discord.waitFor(() => discord.identifies === 2, 'the new session', 10_000);
  await finished(discord, received, ...questions);

  assert.equal(
    discord.requests({ method: 'GET', path: /\/messages$/ }).length,
    1,
    'one active channel was asked for what was missed',
  );

  for (const question of questions) discord.dispatch('MESSAGE_CREATE', question.payload());
  questions.push(ask('the last'));
  await finished(discord, received, ...questions);
  assert.deepEqual(
    received.messages.map((message) => message.id),
    questions.map((question) => question.id),
  );
  for (const question of questions) assert.equal(answersTo(channel, question).length, 1);
  assert.equal(channel.botMessages().length, questions.length);
});

test('a wrong token, a refused intent and a used-up budget end the start with what to do', async () => {
  const refusedWith = async (settings: Parameters<typeof open>[0], pattern: RegExp): Promise<FakeDiscord> => {
    const { discord, platform } = await open(settings);
    await assert.rejects(platform.start(), (error) => {
      assert.ok(error instanceof PaddockError);
      assert.equal(error.code, 'discord-refused');
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes('\n') && !error.message.includes(discord.token));
      return true;
    });
    return discord;
  };
  await refusedWith({ platform: { token: 'MTIz.wrong.token' } }, /DISCORD_TOKEN= in the file \.env/);
  await refusedWith({ platform: { token: 'put your token here' } }, /DISCORD_TOKEN/);
  await refusedWith({ discord: { privilegedIntents: [] } }, /Privileged Gateway Intents, switch on Message Content Intent/);
  await refusedWith({ before: (discord) => discord.closeOnNextIdentify(4004) }, /DISCORD_TOKEN/);
  const poor = await refusedWith(
    { discord: { sessionStartLimit: { remaining: 49, resetAfterMs: 600_000 } } },
    /49 more connects in the next 10 minutes/,
  );
  assert.equal(poor.identifies, 0);
});

test('a refusal after the start is told', async () => {
  const { discord, received } = await openInGuild();
  discord.dropConnections({ code: 4014 });
  await discord.waitFor(() => received.fatal.length > 0, 'the refusal');
  assert.match(received.fatal[0]?.message ?? '', /Message Content Intent/);
});

test('a Discord that is down at first is waited for, and there is one session then', async () => {
  const { discord, platform, received } = await open({
    before: (discord) => {
      discord.faults.add({ path: /gateway\/bot/, times: 2, effect: { status: 503 } });
      discord.faults.add({ path: /gateway\/bot/, times: 1, effect: { dropSocket: true, handled: false } });
      discord.refuseConnections(1);
    },
  });
  const ada = discord.addUser({ name: 'ada' });
  await platform.start();
  const question = discord.openDirectMessage(ada).say(ada, 'there?');
  await finished(discord, received, question);
  assert.equal(discord.identifies, 1);
  assert.equal(discord.connections, 1);
});

test('in no server, the invite link is told', async () => {
  const { discord, platform, received } = await open();
  await platform.start();
  const invite = received.log.map(({ fields }) => ('invite' in fields ? String(fields.invite) : '')).find((link) => link !== '');
  const url = new URL(invite ?? '');
  assert.equal(url.searchParams.get('client_id'), discord.applicationId);
  assert.equal(url.searchParams.get('scope'), 'bot applications.commands');
  assert.equal(url.searchParams.get('permissions'), String((1n << 10n) | (1n << 11n) | (1n << 16n) | (1n << 38n)));
});

test('closing ends the connection, also in the middle of an answer', async () => {
  const { discord, platform, received, channel, ada } = await openInGuild({}, () => 'A long answer. '.repeat(200));
  channel.say(ada, `${discord.bot.mention} go`);
  await discord.waitFor(() => channel.botMessages().length > 0, 'the first piece');
  discord.faults.add({ path: /messages/, times: 1000, effect: { status: 500 } });
  await platform.close();
  await discord.waitFor(() => discord.connections === 0, 'the end of the connection');
  await discord.waitFor(() => received.failures.length === 1, 'the failure of the answer');
});

const say = (text: string, isPrivate = false) => ({ text, isPrivate });

test('closing while the connection is being made again leaves none behind', async () => {
  const { discord, platform } = await openInGuild();
  discord.dropConnections();
  await discord.waitFor(() => discord.connections === 0, 'the loss of the connection');
  await platform.close();
  await pause(800); // discord.js waits 500 ms before it connects again
  assert.equal(discord.connections, 0);
  assert.equal(discord.resumes, 0);
});

test('commands: registered once, run by rank, private where they are, deferred when slow', async () => {
  let release = (): void => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const commands: readonly Command[] = [
    {
      name: 'greet',
      description: 'Greets somebody',
      rank: 'everyone',
      options: [
        {
          name: 'whom',
          description: 'Whom to greet',
          isRequired: true,
          choices: async (_context, typed) => ['cow', 'calf', 'goat'].filter((name) => name.startsWith(typed)),
        },
      ],
      run: async ({ user, conversation, rank }, { whom }) =>
        say(`@everyone ${user.name} (${rank}) greets ${whom} in ${conversation}`),
    },
    {
      name: 'secret',
      description: 'For moderators',
      rank: 'moderator',
      options: [],
      run: async () => say('psst '.repeat(500), true),
    },
    { name: 'owner', description: 'For the owner', rank: 'owner', options: [], run: async () => say('mine') },
    { name: 'slow', description: 'Takes long', rank: 'everyone', options: [], run: async () => slow.then(() => say('at last')) },
  ];
  const { discord, guild, channel, ada } = await openInGuild({ platform: { commands } });
  assert.deepEqual(
    discord
      .commands()
      .map((command) => command.name)
      .sort(),
    ['greet', 'owner', 'secret', 'slow'],
  );

  const greeting = await discord.callCommand(ada, channel, 'greet', { whom: 'cow' }).answered();
  assert.equal(greeting.content, `@everyone Ada (everyone) greets cow in discord:${channel.id}`);
  assert.deepEqual(greeting.pings, []);
  assert.equal(greeting.isEphemeral, false);
  const offered = await discord.autocomplete(ada, channel, 'greet', { whom: 'c' }, 'whom').offered();
  assert.deepEqual(
    offered.map((choice) => choice.value),
    ['cow', 'calf'],
  );

  const refused = await discord.callCommand(ada, channel, 'secret').answered();
  assert.equal(refused.isEphemeral, true);
  assert.doesNotMatch(refused.content, /psst/);
  const moderator = discord.addUser({ name: 'mo' });
  guild.addMember(moderator, { roles: [guild.addRole({ name: 'mods', permissions: ['ManageMessages'] })] });
  const secret = discord.callCommand(moderator, channel, 'secret');
  await secret.answered();
  await discord.waitFor(() => secret.responses().length === 2, 'both parts');
  assert.ok(secret.responses().every((part) => part.isEphemeral));
  assert.equal(
    secret
      .responses()
      .map((part) => part.content)
      .join(' '),
    'psst '.repeat(500).trim(),
  );
  const direct = await discord.callCommand(ada, discord.openDirectMessage(ada), 'secret').answered();
  assert.match(direct.content, /psst/);
  assert.doesNotMatch((await discord.callCommand(moderator, channel, 'owner').answered()).content, /mine/);
  assert.equal((await discord.callCommand(discord.owner, channel, 'owner').answered()).content, 'mine');

  const waiting = discord.callCommand(ada, channel, 'slow');
  await discord.waitFor(() => waiting.isDeferred, 'the deferral');
  release();
  await discord.waitFor(() => waiting.responses().length === 2, 'the answer after it');
  assert.deepEqual(
    waiting.responses().map(({ content, isEphemeral }) => ({ content, isEphemeral })),
    [
      { content: 'Done.', isEphemeral: true },
      { content: 'at last', isEphemeral: false },
    ],
  );
});

test('an interaction that is too late or already answered is logged and stops nothing', async () => {
  const commands: readonly Command[] = [
    { name: 'ping', description: 'Pongs', rank: 'everyone', options: [], run: async () => say('pong') },
  ];
  const { discord, received, channel, ada } = await openInGuild({ platform: { commands } });
  discord.faults.add({ method: 'POST', path: /callback/, effect: { status: 404, code: 10062 } });
  discord.callCommand(ada, channel, 'ping');
  await discord.waitFor(() => received.log.some(({ message }) => /too late/.test(message)), 'the log line');
  discord.faults.add({ method: 'POST', path: /callback/, effect: { status: 500, handled: true } });
  assert.equal((await discord.callCommand(ada, channel, 'ping').answered()).content, 'pong');
  await discord.waitFor(() => received.log.filter(({ message }) => /too late/.test(message)).length === 2, 'the second log line');
  assert.equal((await discord.callCommand(ada, channel, 'ping').answered()).content, 'pong');
});

test('commands that Discord has already are not registered again', async () => {
  const commands: readonly Command[] = [
    {
      name: 'ping',
      description: 'Pongs',
      rank: 'everyone',
      options: [{ name: 'how', description: 'How' }],
      run: async () => say('pong'),
    },
  ];
  const { discord, platform } = await open({ platform: { commands } });
  await platform.start();
  await platform.close();
  const again = (description: string) =>
    createDiscordPlatform({
      token: discord.token,
      apiUrl: `${discord.apiUrl}/`,
      answerBots: false,
      editIntervalMs: 1000,
      logger: silentLogger,
      commands: commands.map((command) => ({ ...command, description })),
      timers: fastTimers,
      onMessage: async () => {},
      onEdit: async () => {},
      onDelete: async () => {},
      onFatal: () => {},
    });
  const puts = (): number => discord.requests({ method: 'PUT', path: /commands$/ }).length;
  assert.equal(puts(), 1);
  for (const [description, count] of [
    ['Pongs', 1],
    ['Pongs back', 2],
  ] as const) {
    const second = again(description);
    opened.push(second);
    await second.start();
    assert.equal(puts(), count);
    await second.close();
  }
});
