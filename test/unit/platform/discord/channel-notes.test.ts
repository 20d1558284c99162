import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../../src/core/bounds.ts';
import { silentLogger } from '../../../../src/core/logger.ts';
import { createChannelNotes, type SeenChannel } from '../../../../src/platform/discord/channel-notes.ts';
import { createManualTimers } from '../../../fakes/manual-timers.ts';

const { activeChannelsMax } = bounds.discord;
const services = () => ({ timers: createManualTimers(), logger: silentLogger });

test('the last message of a channel is the newest, whatever the order in which they come; old channels go', () => {
  const notes = createChannelNotes(services());
  for (const id of ['99', '100', '98']) notes.note('a', id);
  assert.deepEqual([...notes.snapshot()], [['a', '100']]);
  for (let channel = 0; channel < activeChannelsMax; channel += 1) notes.note(`c${channel}`, '1');
  assert.equal(notes.snapshot().size, activeChannelsMax);
  assert.equal(notes.snapshot().has('a'), false);
});

test('a channel in which the bot is used stays before those in which it only hears', () => {
  const notes = createChannelNotes(services());
  notes.note('used', '1', true);
  notes.note('used', '2');
  for (let channel = 0; channel < 2 * activeChannelsMax; channel += 1) notes.note(`c${channel}`, '1');
  assert.equal(notes.isUsed('used'), true);
  assert.equal(notes.snapshot().get('used'), '2');
  for (let channel = 0; channel < activeChannelsMax; channel += 1) notes.note(`u${channel}`, '1', true);
  assert.equal(notes.isUsed('used'), false);
  assert.equal(notes.snapshot().size, activeChannelsMax);
});

test('a store that holds too many channels is cleared of the oldest', async () => {
  const stored = new Map<string, SeenChannel>();
  for (let channel = 0; channel < activeChannelsMax + 10; channel += 1)
    stored.set(`c${channel}`, { messageId: String(1000 + channel), isUsed: false });
  const notes = createChannelNotes({
    ...services(),
    store: {
      load: async () => new Map(stored),
      save: async (channelId, seen) => void stored.set(channelId, seen),
      forget: async (channelId) => void stored.delete(channelId),
    },
  });
  await notes.load();
  await notes.close();
  assert.equal(stored.size, activeChannelsMax);
  assert.equal(stored.has('c9'), false);
  assert.equal(stored.has('c10'), true);
});
