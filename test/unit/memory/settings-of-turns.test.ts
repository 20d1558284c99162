import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConversationSettings } from '../../../src/core/conversation.ts';
import {
  settingsOfCopies,
  settingsThrough,
  settingsWithout,
  settingsWithoutTurns,
} from '../../../src/memory/settings-of-turns.ts';

const settings: ConversationSettings = {
  personaId: 'ember',
  promptStartId: '04',
  summary: { text: 'So far.', throughId: '03' },
  variables: { mood: 'dry' },
  pins: ['03', '01'],
  scene: { members: [{ personaId: 'a', joinedAfterId: '02' }, { personaId: 'b' }], speaking: 'list', cards: 'swap' },
};

test('without turns there is no summary, no start and nothing that was set on the way', () => {
  assert.deepEqual(settingsWithoutTurns(settings), { personaId: 'ember', scene: settings.scene });
});
test('what speaks of removed turns goes with them', () => {
  assert.deepEqual(settingsThrough(settings, '04'), settings);
  const { promptStartId: _gone, ...before } = settings;
  assert.deepEqual(settingsThrough(settings, '03'), before);
  assert.equal(settingsThrough(settings, '02').summary, undefined);
  assert.deepEqual(settingsThrough(settings, '02').pins, ['01']);
  assert.ok(!('pins' in settingsThrough(settings, '00')));
});
test('pins go with their turns, and so does a summary that covers one', () => {
  const { summary, ...others } = settings;
  assert.deepEqual(settingsWithout(settings, new Set(['04', '07'])), settings);
  assert.deepEqual(settingsWithout(settings, new Set(['03', '07'])), { ...others, pins: ['01'] });
  assert.ok(!('pins' in settingsWithout(settings, new Set(['03', '01']))));
  const later = { ...others, summary: { text: 'So far.', fromId: '02', throughId: '03' } };
  assert.deepEqual(settingsWithout(later, new Set(['00', '04'])), later, 'it tells nothing of these');
  assert.equal(settingsWithout(later, new Set(['02'])).summary, undefined);
  assert.equal(summary?.throughId, '03');
  assert.deepEqual(settingsWithout({ personaId: 'ember' }, new Set(['03'])), { personaId: 'ember' });
});
test('copies have ids of their own', () => {
  const copied = settingsOfCopies(
    settings,
    (id) => (id >= '03' ? `1${id}` : undefined),
    (id) => (id === '03' ? '103' : undefined),
  );
  assert.deepEqual(copied.pins, ['103'], 'only what was copied itself is pinned');
  assert.deepEqual([copied.promptStartId, copied.summary?.throughId], ['104', '103']);
  assert.deepEqual(copied.scene?.members, [{ personaId: 'a', joinedAfterId: '' }, { personaId: 'b' }]);
  const from = (fromId: string) =>
    settingsOfCopies(
      { summary: { text: 'So far.', fromId, throughId: '03' } },
      (id) => (id >= '03' ? `1${id}` : undefined),
      () => undefined,
    );
  assert.deepEqual(from('03').summary, { text: 'So far.', fromId: '103', throughId: '103' });
  assert.deepEqual(from('01').summary, { text: 'So far.', throughId: '103' }, 'it covers more than was copied');
  const { summary: _none, ...unsummarised } = settings;
  const heard = settingsOfCopies(
    unsummarised,
    () => undefined,
    () => undefined,
  );
  assert.deepEqual(
    heard.scene?.members,
    [{ personaId: 'a' }, { personaId: 'b' }],
    'all that was copied was said while it was there',
  );
});
