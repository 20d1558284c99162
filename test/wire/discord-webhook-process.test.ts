// Two cards with pictures in a scene, by the program itself, across a `kill -9`.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { plainPicture } from '../../src/persona/card/picture.ts';
import { readCard } from '../../src/persona/card/read-card.ts';
import { writeCard } from '../../src/persona/card/write-card.ts';
import { shownPictureOf } from '../../src/persona/shown-picture.ts';
import { type FakeMessage, startFakeDiscord } from '../fakes/discord/index.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { createProcesses } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
const discord = await startFakeDiscord({ rateLimit: { limit: 100_000, windowMs: 1000 } });
after(async () => {
  await processes.end();
  await discord.close();
  folder.remove();
});

const names = ['Rook', 'Wren'];
const data = join(folder.path, 'data');
const config = join(folder.path, 'paddock.yaml');
writeFileSync(config, 'engine: { gpuLayers: 0, threads: 1, contextTokens: 2048 }\nanswer: { tokensMax: 8 }\n');

const start = async () => {
  const bot = processes.start(['--data', data, '--config', config], {
    environment: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl },
  });
  await bot.hears(/the commands are registered/);
  return bot;
};

test('personas of a scene wear the pictures of their cards, and still do after a crash', async () => {
  for (const name of names) {
    const fields = { name, description: 'A bird.' };
    const card = readCard(Buffer.from(JSON.stringify({ spec: 'chara_card_v2', spec_version: '2.0', data: fields })));
    const file = join(folder.path, `${name}.png`);
    writeFileSync(file, writeCard(card, { format: 'png', picture: plainPicture(name) }));
    const imported = await processes.run('', ['card', 'import', file, '--data', data]);
    assert.equal(imported.code, 0, imported.errors);
  }
  const channel = discord.addGuild({ name: 'Meadow' }).addChannel({ name: 'general' });
  const { owner } = discord;
  const spoken = (): readonly FakeMessage[] => channel.messages().filter(({ webhookId }) => webhookId !== undefined);
  /** Lets everybody speak. */
  const ask = async (): Promise<readonly FakeMessage[]> => {
    const before = spoken().length;
    channel.say(owner, `${discord.bot.mention} Rook, Wren, good morning!`);
    return discord.waitFor(() => spoken().length === before + 2 && spoken().slice(before), 'both answers', 20_000);
  };
  const count = (method: string, path: RegExp): number => discord.requests({ method, path }).length;
  /** Webhooks looked for, made and given another look. */
  const costs = (): readonly number[] => [
    count('GET', /^\/channels\/\d+\/webhooks$/),
    count('POST', /^\/channels\/\d+\/webhooks$/),
    count('PATCH', /^\/webhooks\/\d+(?:\/[^/]+)?$/),
  ];

  const first = await start();
  const begun = await discord.callCommand(owner, channel, 'scene start', { personas: names.join(', ') }).answered();
  assert.match(begun.content, /Rook.*Wren/s);
  const answers = await ask();
  assert.deepEqual(answers.map(({ author }) => author.name).toSorted(), names);
  const worn = channel.webhooks().map(({ name, avatar, avatarBytes }) => {
    assert.deepEqual(Buffer.from(avatarBytes ?? []), Buffer.from(shownPictureOf(plainPicture(name)).shown?.bytes ?? []), name);
    return [name, avatar ?? null] as const;
  });
  const seen = (message: FakeMessage) => [message.author.name, message.payload().author.avatar] as const;
  assert.deepEqual(answers.map(seen).toSorted(), worn.toSorted());
  assert.deepEqual(costs(), [1, 2, 0]);

  first.child.kill('SIGKILL');
  await first.ended;
  const second = await start();
  assert.deepEqual((await ask()).map(seen).toSorted(), worn.toSorted());
  assert.deepEqual(costs(), [2, 2, 0], 'looked for once more');
  second.child.kill('SIGTERM');
  assert.equal((await second.ended).code, 0, second.output.errors);
});
