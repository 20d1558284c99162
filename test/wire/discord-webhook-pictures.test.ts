// Personas that speak with a picture of their own: by webhooks that wear it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../src/core/bounds.ts';
import { plainPicture } from '../../src/persona/card/picture.ts';
import type { FakeMessage } from '../fakes/discord/index.ts';
import { haste, pause } from './discord-kit.ts';
import { avatarOf, changed, listed, openStage, shownBytes, turnOf } from './discord-pictures-kit.ts';
import { replySettings, write } from './writing-kit.ts';

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
