// What is bounded without a test of its own elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelType, Collection } from 'discord.js';
import { bounds } from '../../../../src/core/bounds.ts';
import { limitDirectChannels } from '../../../../src/platform/discord/direct-channels.ts';
import { createLanes } from '../../../../src/platform/discord/lanes.ts';
import { createNames } from '../../../../src/platform/discord/names.ts';
import { createReferences } from '../../../../src/platform/discord/raw-messages.ts';

test('of direct message channels the newest are kept, of others all', () => {
  const cache = new Collection<string, { readonly type: ChannelType }>();
  limitDirectChannels({ channels: { cache } } as unknown as Parameters<typeof limitDirectChannels>[0], 3);
  for (let id = 0; id < 10; id += 1) {
    cache.set(`direct ${id}`, { type: ChannelType.DM });
    cache.set(`text ${id}`, { type: ChannelType.GuildText });
  }
  assert.deepEqual(
    [...cache.keys()].filter((id) => id.startsWith('direct')),
    ['direct 7', 'direct 8', 'direct 9'],
  );
  assert.equal(cache.size, 13);
});

test('names are told apart for so many people in all', () => {
  const names = createNames();
  const name = (channel: string, id: number): string =>
    names.nameOf(channel, { id: String(id), shownName: 'Ada', accountName: `ada${id}` });
  assert.equal(name('first', 1), 'Ada');
  assert.equal(name('first', 2), 'Ada (ada2)');
  for (let id = 0; id < bounds.discord.namedPeopleTotalMax; id += 1) name(`channel ${id % 100}`, id);
  assert.equal(name('channel 99', 0), 'Ada (ada0)');
  assert.equal(name('first', 2), 'Ada', 'the channel of long ago was forgotten');
});

test('references that nobody takes do not pile up, and what is none is no reference', () => {
  const references = createReferences();
  const referenced = { id: '1', channel_id: '2', content: 'hi', author: { id: '3' } };
  for (let id = 0; id < 1000; id += 1) references.note({ id: String(id), referenced_message: referenced });
  assert.equal(references.take('0'), undefined);
  assert.equal(references.take('999')?.content, 'hi');
  assert.equal(references.take('999'), undefined);
  for (const raw of [null, 'x', {}, { id: 'a', referenced_message: null }, { id: 'a', referenced_message: { id: 1 } }])
    references.note(raw);
  assert.equal(references.take('a'), undefined);
});

test('in a lane all goes in order, also after a failure; lanes do not wait for one another', async () => {
  const lanes = createLanes();
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  const failing = lanes.run('a', async () => {
    await first.promise;
    throw new Error('failed');
  });
  const second = lanes.run('a', () => void done.push('second') as undefined);
  lanes.run('b', () => void done.push('other') as undefined);
  assert.deepEqual(done, ['other']);
  first.resolve();
  await assert.rejects(async () => await failing, /failed/);
  await second;
  assert.deepEqual(done, ['other', 'second']);
  assert.equal(
    lanes.run('a', () => void done.push('third') as undefined),
    undefined,
    'nothing is under way: it is done at once',
  );
  assert.deepEqual(done, ['other', 'second', 'third']);
});
