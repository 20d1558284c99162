// Personas that speak with a picture of their own: by webhooks that wear it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWornStore } from '../../src/app/discord-stores.ts';
import { bounds } from '../../src/core/bounds.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { type Logger, silentLogger } from '../../src/core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../src/core/message.ts';
import type { Persona } from '../../src/core/persona.ts';
import { type Picture, plainPicture } from '../../src/persona/card/picture.ts';
import { shownPictureOf } from '../../src/persona/shown-picture.ts';
import { createSpeakerPictures } from '../../src/persona/speaker-pictures.ts';
import { createDiscordPlatform } from '../../src/platform/discord/index.ts';
import type { Timers } from '../../src/reply/index.ts';
import { type FakeChannel, type FakeMessage, startFakeDiscord } from '../fakes/discord/index.ts';
import { closeAfterwards, fastTimers, haste, pause } from './discord-kit.ts';
import { createPlainStore } from './plain-store.ts';
import { replySettings, write } from './writing-kit.ts';

const listed = /^\/channels\/\d+\/webhooks$/;
const changed = /^\/webhooks\/\d+\/[^/]+$/;

/** A Discord, a folder of personas with pictures, and bots on it, one after the other. Who is to answer stands first in a question. */
const openStage = async (names: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-'));
  closeAfterwards({ close: async () => rmSync(folder, { recursive: true }) });
  const discord = await startFakeDiscord({ rateLimit: { limit: 100_000, windowMs: 1000 } });
  closeAfterwards(discord);
  const channel = discord.addGuild({ name: 'Meadow' }).addChannel({ name: 'general' });
  const ada = discord.addUser({ name: 'ada', displayName: 'Ada' });
  const store = createPlainStore();
  const personas = new Map<string, Persona>();
  let files = 0;
  /** Gives a persona a picture, or another one. */
  const paint = (name: string, picture: Pick<Picture, 'bytes'> = plainPicture(name)): void => {
    const path = join(folder, `${name}.png`);
    writeFileSync(path, picture.bytes);
    files += 1;
    utimesSync(path, files, files); // two writes can be quicker than the file system's clock
    personas.set(name, { id: name, name: `The ${name}`, summary: '', avatar: { kind: 'picture', path } });
  };
  for (const name of names) paint(name);

  let laterMs = 0;
  const timers: Timers = { now: () => fastTimers.now() + laterMs, after: fastTimers.after };
  const start = async () => {
    const log: { readonly fields: object; readonly message: string }[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields, message) => void log.push({ fields, message }) };
    const heard: IncomingMessage[] = [];
    const past: IncomingMessage[] = [];
    const delivered = new Map<string, readonly string[]>();
    const onMessage = async (message: IncomingMessage, port: ReplyPort): Promise<void> => {
      heard.push(message);
      if (message.addressed === 'none') return port.end();
      const [id = '', text = ''] = message.text.split(': ');
      const name = personas.get(id)?.name ?? id;
      const speaker = { id: `persona:${id}`, name, look: { name } };
      delivered.set(message.id, await write(port, speaker, text, { reply: replySettings, pieces: 1 }));
    };
    const platform = createDiscordPlatform({
      ...{ token: discord.token, apiUrl: discord.apiUrl, editIntervalMs: 1000, logger, timers, onMessage },
      commands: [],
      pictureOf: createSpeakerPictures({ persona: (id) => personas.get(id), logger }).of,
      worn: createWornStore(store),
      historyOnFirstUse: 50,
      heard: async (messages) => {
        past.push(...messages);
        return [];
      },
      onEdit: async () => assert.fail('nobody edits'),
      onDelete: async () => {},
      onFatal: (error) => assert.fail(error),
    });
    closeAfterwards(platform);
    await platform.start();
    const ask = async (text: string, where: FakeChannel = channel): Promise<FakeMessage> => {
      const question = where.say(ada, `${discord.bot.mention} ${text}`);
      await discord.waitFor(() => delivered.has(question.id), `the answer to ${text}`);
      const [id = '', ...more] = delivered.get(question.id) ?? [];
      assert.deepEqual(more, []);
      return discord.message(id);
    };
    return { platform, ask, heard, past, log };
  };
  const count = (method: string, path: RegExp): number => discord.requests({ method, path }).length;
  return {
    ...{ discord, channel, ada, paint, start, personas },
    later: (ms: number) => {
      laterMs += ms;
    },
    /** Webhooks looked for, made and given another look. */
    costs: () => [count('GET', listed), count('POST', listed), count('PATCH', changed)],
  };
};

const avatarOf = (message: FakeMessage): string | null => message.payload().author.avatar;
const turnOf = (message: FakeMessage): Turn => ({
  ...{ id: 'a', role: 'assistant', speaker: { id: 'persona:x', name: 'x' }, alternatives: ['x'], shown: 0, at: 0 },
  messageIds: [message.id],
});
const shownBytes = (picture: Picture): Uint8Array | undefined => shownPictureOf(picture).shown?.bytes;

test('each speaks with its own name and picture; once they wear it, an answer costs no request more', async () => {
  const { start, channel, costs, discord } = await openStage(['ember', 'tamm']);
  const { ask, heard } = await start();
  for (const name of ['ember', 'tamm']) {
    const answer = await ask(`${name}: Hello.`);
    const webhook = channel.webhooks().find(({ id }) => id === answer.webhookId);
    assert.equal(answer.author.name, `The ${name}`);
    assert.equal(webhook?.name, `The ${name}`);
    assert.deepEqual(Buffer.from(webhook?.avatarBytes ?? []), Buffer.from(shownBytes(plainPicture(name)) ?? []));
    assert.equal(avatarOf(answer), webhook?.avatar);
  }
  const nobody = await ask('nobody: I have no picture.');
  assert.equal(nobody.author.name, 'nobody');
  assert.equal(avatarOf(nobody), null);
  assert.deepEqual(costs(), [1, 3, 0], 'looked for once; one for each picture, and one for all others');

  for (const name of ['ember', 'tamm', 'nobody', 'ember']) {
    const before = discord.requests().length;
    await ask(`${name}: Again.`);
    const sent = discord
      .requests()
      .slice(before)
      .map(({ method, path }) => `${method} ${path.replace(/\d+\/?.*/, '')}`);
    assert.deepEqual(sent, ['POST /channels/', 'POST /webhooks/'], 'it types, and says it');
  }
  assert.deepEqual(costs(), [1, 3, 0]);
  // The bot hears none of its own webhooks.
  assert.ok(heard.every(({ author }) => author.name === 'Ada'));
});

test('what they wear is known after a restart; a picture that somebody took away, or that changed, is put on once', async () => {
  const { start, channel, costs, paint } = await openStage(['ember', 'tamm']);
  const first = await start();
  const old = await first.ask('ember: One.');
  await first.ask('tamm: One.');
  await first.platform.close();

  const second = await start();
  const same = await second.ask('ember: Two.');
  assert.equal(same.webhookId, old.webhookId);
  assert.deepEqual(costs(), [2, 2, 0]);
  // What was said is read, and what its own webhooks said is none of it.
  assert.deepEqual(
    second.past.filter(({ author }) => author.name !== 'Ada'),
    [],
  );
  await second.platform.close();

  channel
    .webhooks()
    .find(({ id }) => id === old.webhookId)
    ?.clearAvatar();
  const third = await start();
  const tamm = await third.ask('tamm: Three.');
  assert.ok(avatarOf(tamm), 'what is bare now is not taken for Tamm’s');
  assert.deepEqual(costs(), [3, 2, 0]);
  assert.ok(avatarOf(await third.ask('ember: Three.')));
  paint('tamm', plainPicture('another face'));
  const changed = await third.ask('tamm: With another face.');
  assert.equal(changed.webhookId, tamm.webhookId, 'by the same webhook');
  assert.notEqual(avatarOf(changed), avatarOf(tamm));
  assert.deepEqual(
    Buffer.from(channel.webhooks().find(({ id }) => id === changed.webhookId)?.avatarBytes ?? []),
    Buffer.from(shownBytes(plainPicture('another face')) ?? []),
  );
  const [, made = 0, dressed = 0] = costs();
  assert.equal(avatarOf(await third.ask('ember: Four.')), avatarOf(old));
  await third.ask('tamm: Four.');
  assert.deepEqual(costs(), [3, made, dressed]);
  assert.deepEqual(third.log, []);
});

test('more pictures than webhooks: those who speak keep theirs, and only a silent one is given another', async () => {
  const max = bounds.discord.dressedWebhooksMax;
  const names = Array.from({ length: max + 2 }, (_, index) => `p${index}`);
  const { start, channel, costs, later, discord } = await openStage(names);
  const first = await start();
  const answers = new Map<string, FakeMessage>();
  for (const name of names) answers.set(name, await first.ask(`${name}: Hello.`));
  assert.deepEqual(
    [...answers.values()].map((answer) => avatarOf(answer) !== null),
    [...names.keys()].map((index) => index < max),
  );
  assert.ok([...answers].every(([name, { author }]) => author.name === `The ${name}`));
  for (const name of names) await first.ask(`${name}: Again.`);
  assert.deepEqual(costs(), [1, max + 1, 0], 'nothing changes clothes with every answer');
  assert.equal(channel.webhooks().length, max + 1);

  later(bounds.discord.redressMs);
  await first.ask('p0: I am still here.');
  const late = await first.ask(`${names.at(-1)}: At last.`);
  const [, longest] = answers.values();
  assert.equal(late.webhookId, longest?.webhookId, 'the one that was silent for the longest time');
  assert.ok(avatarOf(late));
  assert.notEqual(avatarOf(late), longest && avatarOf(longest), 'an old message looks as it did');
  assert.deepEqual(costs(), [1, max + 1, 1]);

  // What it said before is changed by it, also by a bot that does not know who said what.
  assert.ok(longest);
  const conversation = `discord:${channel.id}`;
  await first.platform.answers.show(conversation, turnOf(longest), 'Changed.', {
    look: { name: 'The p1', speakerId: 'persona:p1' },
  });
  assert.equal(longest.content, 'Changed.');
  await first.platform.close();
  const second = await start();
  const third = answers.get('p2');
  assert.ok(third);
  await second.platform.answers.show(conversation, turnOf(third), 'Changed as well.');
  assert.equal(third.content, 'Changed as well.');
  assert.equal(third.author.name, 'The p2');
  channel.deny('ManageMessages');
  await second.platform.answers.remove(conversation, [third.id, longest.id]);
  assert.ok(third.isDeleted && longest.isDeleted);
  assert.ok(!late.isDeleted);
  assert.equal(discord.requests({ method: 'PATCH', path: changed }).length, 1);
});

test('without the permission, and in a channel full of webhooks, the answer comes all the same', async () => {
  const { start, channel, costs, later } = await openStage(['ember', 'tamm']);
  const { ask, log } = await start();
  channel.deny('ManageWebhooks');
  assert.equal((await ask('ember: One.')).content, '**The ember:** One.');
  channel.allow('ManageWebhooks');
  assert.deepEqual(costs(), [1, 0, 0]);
  assert.equal(log.length, 1);

  const full = channel.guild?.addChannel({ name: 'full' });
  assert.ok(full);
  for (let index = 0; index < 14; index += 1) full.addWebhook({ name: `other ${index}` });
  assert.equal(avatarOf(await ask('nobody: One.', full)), null);
  const answer = await ask('ember: Two.', full);
  assert.equal(answer.author.name, 'The ember');
  assert.equal(answer.webhookId, full.webhooks().at(-1)?.id, 'the one that has no picture');
  await ask('ember: Three.', full);
  await ask('tamm: Three.', full);
  assert.deepEqual(costs(), [2, 2, 0], 'made once, refused once');
  full.webhooks()[0]?.delete();
  later(bounds.discord.webhookRefusalMs);
  assert.ok(avatarOf(await ask('ember: Four.', full)), 'as soon as there is room');
  assert.deepEqual(costs(), [2, 3, 0]);

  const fuller = channel.guild?.addChannel({ name: 'fuller' });
  assert.ok(fuller);
  for (let index = 0; index < 15; index += 1) fuller.addWebhook({ name: `other ${index}` });
  assert.equal((await ask('tamm: One.', fuller)).content, '**The tamm:** One.');
  await ask('ember: Two.', fuller);
  assert.deepEqual(costs(), [3, 5, 0], 'one with the picture is refused, and one without');
});

test('a picture that Discord refuses costs one try; the others keep theirs', async () => {
  const { start, discord, channel, costs, later } = await openStage(['ember', 'tamm']);
  const { ask, log } = await start();
  await ask('tamm: One.');
  discord.faults.add({ method: 'POST', path: listed, effect: { status: 400, code: 50035, message: 'Invalid Form Body' } });
  const bare = await ask('ember: One.');
  assert.equal(bare.author.name, 'The ember');
  assert.equal(avatarOf(bare), null);
  await ask('ember: Two.');
  assert.ok(avatarOf(await ask('tamm: Two.')));
  assert.deepEqual(costs(), [1, 3, 0], 'Tamm’s, the refused one, and the one without a picture');
  assert.deepEqual(
    log.map(({ message }) => message),
    ['a persona speaks without its picture here'],
  );
  later(bounds.discord.webhookRefusalMs);
  assert.ok(avatarOf(await ask('ember: Three.')));
  assert.equal(channel.webhooks().length, 3);
});

test('an answer does not wait long for a picture, and the next one has it', async () => {
  const { start, discord, channel, costs } = await openStage(['ember']);
  const { ask } = await start();
  await ask('nobody: One.');
  discord.faults.add({
    method: 'POST',
    path: listed,
    effect: { delayMs: (bounds.discord.dressMsMax / haste) * 2, thenHandle: true },
  });
  assert.equal(avatarOf(await ask('ember: One.')), null);
  assert.equal(avatarOf(await ask('ember: Two.')), null, 'nor does the next one wait');
  await discord.waitFor(() => channel.webhooks().length === 2, 'the webhook');
  await pause(50);
  assert.ok(avatarOf(await ask('ember: Three.')));
  assert.deepEqual(costs(), [1, 2, 0]);
});

test('a webhook that is lost, or of which nobody knows whether it was made, does not fail an answer', async () => {
  const { start, discord, channel, costs, later } = await openStage(['ember']);
  const { ask } = await start();
  discord.faults.add({ method: 'POST', path: listed, effect: { status: 502, handled: true } });
  assert.equal(avatarOf(await ask('ember: One.')), null);
  assert.equal(channel.webhooks().length, 2, 'one was made all the same');
  later(bounds.discord.dressPauseMs);
  const dressed = await ask('ember: Two.');
  assert.ok(avatarOf(dressed));
  assert.equal(channel.webhooks().length, 2, 'and is found and used');
  assert.equal(costs()[2], 1);
  channel
    .webhooks()
    .find(({ id }) => id === dressed.webhookId)
    ?.delete();
  const again = await ask('ember: Three.');
  assert.ok(avatarOf(again));
  assert.notEqual(again.webhookId, dressed.webhookId);
});

test('an explicit address goes before the picture, and only over https', async () => {
  const { start, discord, channel, ada } = await openStage(['ember']);
  const { platform } = await start();
  const conversation = `discord:${channel.id}`;
  const say = async (avatarUrl: string): Promise<FakeMessage> => {
    const port = platform.answers.portOn(conversation, channel.say(ada, 'So?').id, {});
    const speaker = { id: 'persona:ember', name: 'Ember', look: { name: 'Ember', avatarUrl } };
    const [id = ''] = await write(port, speaker, avatarUrl, { reply: replySettings, pieces: 1 });
    return discord.message(id);
  };
  const bodies = () =>
    discord.requests({ method: 'POST', path: changed }).map(({ body }) => Reflect.get(Object(body), 'avatar_url'));
  await say('https://example.org/ember.png');
  assert.deepEqual(bodies(), ['https://example.org/ember.png']);
  const plain = await say('http://example.org/ember.png');
  await say('data:image/png;base64,AAAA');
  assert.deepEqual(bodies().slice(1), [undefined, undefined]);
  assert.ok(avatarOf(plain), 'it wears its picture then');
});
