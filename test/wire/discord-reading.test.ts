// What the bot reads besides a message's own text: files, what is replied to, embeds, polls; and what becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../src/core/bounds.ts';
import { finished, openInGuild } from './discord-kit.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));

/** How often files were fetched: the loopback logs only its REST interface. */
const countFetches = async (work: () => Promise<void>): Promise<readonly string[]> => {
  const fetched: string[] = [];
  const { fetch: real } = globalThis;
  globalThis.fetch = (...args) => {
    fetched.push(String(args[0]));
    return real(...args);
  };
  try {
    await work();
    return fetched;
  } finally {
    globalThis.fetch = real;
  }
};

test('files that are text are read with their names, whatever they call themselves; others are named', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const question = channel.say(ada, `${discord.bot.mention} what is wrong here?`, {
    attachments: [
      { name: 'cow.ts', contentType: 'application/octet-stream', bytes: bytes('const cow = "```";\r\n') },
      { name: 'notes.txt', contentType: 'text/plain', bytes: utf16('Grüße') },
      { name: 'pretend.txt', contentType: 'text/plain', bytes: Uint8Array.of(80, 75, 3, 4, 0, 0, 1, 255) },
      { name: 'cat.png', contentType: 'image/png', bytes: bytes('text'), description: 'a cat' },
    ],
  });
  await finished(discord, received, question);
  assert.equal(
    received.messages[0]?.text,
    [
      'what is wrong here?',
      '[attachment: pretend.txt]',
      '[image: cat.png — a cat]',
      '[file: cow.ts]',
      '````ts',
      'const cow = "```";',
      '````',
      '[file: notes.txt]',
      '```',
      'Grüße',
      '```',
    ].join('\n'),
  );
});

test('files are fetched only for who may get an answer, only from Discord, and media never', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const file = { name: 'a.txt', contentType: 'text/plain', bytes: bytes('secret') };
  const fetched = await countFetches(async () => {
    const heard = channel.say(ada, 'look', { attachments: [file] });
    const foreign = channel.say(ada, `${discord.bot.mention} and this?`, {
      raw: {
        attachments: [
          { id: '1', filename: 'b.txt', size: 6, url: 'https://example.com/b.txt', proxy_url: 'https://example.com/b.txt' },
          { id: '2', filename: 'c.txt', size: 6, url: 'http://127.0.0.1:1/c.txt', proxy_url: 'http://127.0.0.1:1/c.txt' },
        ],
      },
    });
    const picture = channel.say(ada, `${discord.bot.mention} and that?`, {
      attachments: [{ name: 'd.png', contentType: 'image/png', bytes: bytes('text') }],
    });
    await finished(discord, received, foreign, picture);
    await discord.waitFor(() => received.messages.some(({ id }) => id === heard.id), 'the heard message');
  });
  assert.deepEqual(fetched, []);
  assert.deepEqual(received.messages.map(({ text }) => text).sort(), [
    'and that?\n[image: d.png]',
    'and this?\n[attachment: b.txt]\n[attachment: c.txt]',
    'look\n[attachment: a.txt]',
  ]);
});

test('long files are cut with a mark; all that is read stays within the bounds', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const long = { name: 'long.log', contentType: 'text/plain', bytes: bytes('é'.repeat(2_000_000)) };
  const short = { name: 'short.md', contentType: 'text/plain', bytes: bytes('# Short') };
  const question = channel.say(ada, `${discord.bot.mention} ${'x'.repeat(1900)}`, { attachments: [long, short, long, long] });
  await finished(discord, received, question);
  const text = received.messages[0]?.text ?? '';
  assert.ok(text.length <= bounds.messageCharactersMax);
  assert.ok(text.length > bounds.discord.files.charactersMax, 'the room is used');
  assert.match(text, /\[file: short\.md\]\n```md\n# Short\n```\n/);
  assert.equal(text.match(/é\n```\n\[long\.log goes on; the rest is left out\]/g)?.length, 3);
  assert.ok(!text.includes('\ufffd'));
});

test('a file that does not come delays nobody else, and its message comes without it', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const { fetch: real } = globalThis;
  const arrived = Promise.withResolvers<void>();
  const failing = Promise.withResolvers<void>();
  let redirect: string | undefined;
  globalThis.fetch = async (_url, init) => {
    redirect = init?.redirect;
    arrived.resolve();
    await failing.promise;
    throw new Error('broken');
  };
  try {
    const slow = channel.say(ada, `${discord.bot.mention} read this`, { attachments: [{ name: 'a.txt', bytes: bytes('text') }] });
    await arrived.promise;
    const quick = channel.say(ada, `${discord.bot.mention} and hello`);
    await finished(discord, received, quick);
    assert.equal(received.messages.length, 1);
    failing.resolve();
    await finished(discord, received, slow);
    assert.equal(received.messages[1]?.text, 'read this\n[attachment: a.txt]');
    assert.equal(redirect, 'error', 'no redirect leads elsewhere');
  } finally {
    globalThis.fetch = real;
  }
});

test('a message that is deleted or edited while its file is read is not passed on, or edited then', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const { fetch: real } = globalThis;
  const going = Promise.withResolvers<void>();
  const fetching: unknown[] = [];
  globalThis.fetch = async (...args) => {
    fetching.push(args[0]);
    await going.promise;
    return real(...args);
  };
  try {
    const attachments = [{ name: 'a.txt', bytes: bytes('text') }];
    const gone = channel.say(ada, `${discord.bot.mention} one`, { attachments });
    const changed = channel.say(ada, `${discord.bot.mention} two`, { attachments });
    await discord.waitFor(() => fetching.length === 2, 'both files');
    gone.delete();
    changed.edit(`${discord.bot.mention} three`);
    await discord.waitFor(() => received.deletions.length === 1, 'the deletion');
    assert.equal(received.edits.length, 0);
    going.resolve();
    await discord.waitFor(() => received.edits.length === 1, 'the edit');
    const file = '[file: a.txt]\n```\ntext\n```';
    assert.deepEqual(
      received.messages.map(({ text }) => text),
      [`two\n${file}`],
    );
    assert.equal(received.edits[0]?.text, `three\n${file}`);
  } finally {
    globalThis.fetch = real;
  }
});

test('a reply brings along what it replies to, shortened', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild({}, () => 'ok');
  const bob = discord.addUser({ name: 'bob', displayName: 'Bob' });
  guild.addMember(bob, { nickname: 'Bobby' });
  const original = channel.say(bob, `Ask ${ada.mention}\nabout ${'cows '.repeat(200)}`);
  const question = channel.say(ada, `${discord.bot.mention} is that so?`, { replyTo: original });
  await finished(discord, received, question);
  const quoted = received.messages.find(({ id }) => id === question.id)?.quoted;
  assert.equal(quoted?.name, 'Bobby');
  assert.match(quoted?.text ?? '', /^Ask @Ada about cows cows .*…$/);
  assert.equal(quoted?.text.length, bounds.discord.quotedCharactersMax + 1);

  original.delete();
  const late = channel.say(ada, `${discord.bot.mention} and now?`, { replyTo: original });
  await finished(discord, received, late);
  assert.equal(received.messages.find(({ id }) => id === late.id)?.quoted, undefined);
});

test('embeds of programs, forwarded messages, polls, voice messages and answers to commands have a text form', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const robot = discord.addUser({ name: 'robot', isBot: true });
  const rich = {
    type: 'rich',
    title: 'Weather',
    description: `Rain ${'and rain '.repeat(100)}`,
    fields: [{ name: 'Wind', value: 'west', inline: true }],
  } as const;
  channel.say(robot, '', { raw: { embeds: [rich] } as object });
  channel.say(ada, 'see https://example.com', { raw: { embeds: [rich] } as object });
  const question = { text: 'Which?' };
  const answers = [1, 2].map((id) => ({ answer_id: id, poll_media: { text: `Answer ${id}` } }));
  const poll = { question, answers, expiry: null, allow_multiselect: false, layout_type: 1 };
  channel.say(ada, '', { raw: { poll } as object });
  const snapshot = {
    message: { type: 0, content: 'Moo', embeds: [], attachments: [], timestamp: '2026-01-01T00:00:00Z', mentions: [] },
  };
  const forward = { type: 1, message_id: '1234567890', channel_id: channel.id };
  channel.say(ada, '', { raw: { message_snapshots: [snapshot], message_reference: forward } as object });
  channel.say(ada, '', {
    raw: {
      attachments: [{ id: '5', filename: 'voice.ogg', size: 9, url: '', proxy_url: '', duration_secs: 4.6, waveform: 'AA' }],
    } as object,
  });
  const metadata = {
    id: '6',
    type: 2,
    user: { id: ada.id, username: 'ada', global_name: 'Ada' },
    authorizing_integration_owners: {},
  };
  channel.say(robot, 'A six.', {
    raw: { type: 20, interaction_metadata: metadata, interaction: { ...metadata, name: 'roll' } } as object,
  });
  channel.say(ada, '', { raw: { type: 7 } });
  const display = [{ type: 17, components: [{ type: 10, content: 'Built of parts' }] }];
  channel.say(robot, '', { raw: { flags: 1 << 15, components: display } as object });
  await discord.waitFor(() => received.messages.length === 7, 'all messages but the one about joining');
  const [embed, preview, asked, forwarded, voice, command, parts] = received.messages.map(({ text }) => text);
  assert.match(embed ?? '', /^\[embed: Weather — Rain and rain .{300,400}… — Wind: west\]$/);
  assert.equal(preview, 'see https://example.com');
  assert.equal(asked, '[poll: Which? — Answer 1 / Answer 2]');
  assert.equal(forwarded, '[forwarded message: Moo]');
  assert.equal(voice, '[voice message, 5 s]');
  assert.equal(command, '[answer to a command /roll of Ada]\nA six.');
  assert.equal(parts, 'Built of parts');
});

test('an unfurled link is no edit, also after one; a poll that was closed is', async () => {
  const { discord, received, channel, ada } = await openInGuild({}, () => 'ok');
  const poll = {
    ...{ question: { text: 'Which?' }, expiry: null, allow_multiselect: false, layout_type: 1 },
    answers: [{ answer_id: 1, poll_media: { text: 'This' } }],
  };
  const one = channel.say(ada, 'one');
  const asked = channel.say(ada, '', { raw: { poll } as object });
  const unfurled = () => ({ ...one.payload(), guild_id: channel.guild?.id, embeds: [{ type: 'link', title: 'A page' }] });
  discord.dispatch('MESSAGE_UPDATE', unfurled());
  one.edit('one, corrected');
  discord.dispatch('MESSAGE_UPDATE', unfurled());
  discord.dispatch('MESSAGE_UPDATE', unfurled());
  const results = { is_finalized: true, answer_counts: [{ id: 1, count: 3, me_voted: false }] };
  discord.dispatch('MESSAGE_UPDATE', { ...asked.payload(), guild_id: channel.guild?.id, poll: { ...poll, results } });
  await discord.waitFor(() => received.edits.length === 2, 'the edit and the end of the poll');
  assert.deepEqual(
    received.edits.map(({ text }) => text),
    ['one, corrected', '[poll, closed: Which? — This (3 votes)]'],
  );
});

test('deleting channels and threads forgets what was said there', async () => {
  const forgotten: string[] = [];
  const { discord, received, guild, channel, ada } = await openInGuild({
    platform: { onForget: async (conversation) => void forgotten.push(conversation) },
  });
  const other = guild.addChannel({ name: 'other' });
  const thread = channel.addThread(ada, { name: 'a thread' });
  const inOther = other.addThread(ada, { name: 'another' });
  const question = thread.say(ada, `${discord.bot.mention} hello`);
  await finished(discord, received, question);
  thread.delete();
  await discord.waitFor(() => forgotten.length === 1, 'the thread');
  other.delete();
  await discord.waitFor(() => new Set(forgotten).size === 3, 'the channel and its thread');
  assert.deepEqual(new Set(forgotten), new Set([thread, other, inOther].map(({ id }) => `discord:${id}`)));
});

test('a place tells threads of the bot and where only adults are', async () => {
  const { discord, received, guild, channel, ada } = await openInGuild();
  const adult = guild.addChannel({ name: 'night', isAgeRestricted: true });
  const own = channel.addThread(discord.bot, { name: 'mine' });
  const places = [channel, adult, adult.addThread(ada, { name: 'late' }), own, discord.openDirectMessage(ada)];
  for (const place of places) place.say(ada, 'hello');
  await discord.waitFor(() => received.messages.length === places.length, 'all messages');
  const serverId = guild.id;
  assert.deepEqual(
    received.messages.map(({ place }) => place),
    [
      { channelIds: [channel.id], serverId },
      { channelIds: [adult.id], serverId, isAgeRestricted: true },
      { channelIds: [places[2]?.id, adult.id], serverId, isAgeRestricted: true },
      { channelIds: [own.id, channel.id], serverId, isOwnThread: true },
      { channelIds: [places[4]?.id], isAgeRestricted: true },
    ],
  );
});
