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
test('pins go with their turns', () => {
  assert.deepEqual(settingsWithout(settings, new Set(['03', '07'])), { ...settings, pins: ['01'] });
  assert.ok(!('pins' in settingsWithout(settings, new Set(['03', '01']))));
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
  assert.deepEqual(copied.scene?.members, [{ personaId: 'a' }, { personaId: 'b' }]);
});
