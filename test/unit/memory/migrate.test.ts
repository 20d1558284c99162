// Rows as older versions wrote them: they are read, and brought to the newest form when they are written.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemory } from '../../../src/memory/memory.ts';
import { createPlainStore, type PlainStore } from '../../contract/plain-store.ts';

const turnOf = (number: number): object => ({
  id: `00000000${number}`,
  role: number % 2 === 0 ? 'user' : 'assistant',
  speaker: { id: 'test:1', name: 'Ann' },
  alternatives: [`text ${number}`, 'other'],
  shown: 0,
  at: number,
  messageIds: [`m${number}`],
  ...(number % 2 === 1 && { replyTo: `00000000${number - 1}` }),
});

/** Two sealed turns, and two in the tail that were just about to be sealed. */
const version1 = (): PlainStore => {
  const head = {
    v: 1,
    nextTurn: 4,
    firstSegment: 0,
    nextSegment: 1,
    count: 4,
    tail: [turnOf(2), turnOf(3)],
    settings: { personaId: 'ember', promptStartId: '000000001' },
    changedAt: 17,
    pending: { kind: 'seal' },
  };
  const rows = {
    'conversation:test:a': head,
    'segment:test:a:0': { v: 1, turns: [turnOf(0), turnOf(1)] },
    'message:test:a:m0': { v: 1, segment: 0 },
    'message:test:a:m1': { v: 1, segment: 0 },
  };
  return createPlainStore(new Map(Object.entries(rows).map(([key, value]) => [`paddock:${key}`, JSON.stringify({ value })])));
};

describe('a conversation of version 1', () => {
  it('is read, finished and written on, with everything it had', async () => {
    const { keyv, rows } = version1();
    const memory = createMemory({ store: keyv, now: () => 0 });
    assert.deepEqual(await memory.turns('test:a'), [0, 1, 2, 3].map(turnOf));
    assert.deepEqual(await memory.settings('test:a'), { personaId: 'ember', promptStartId: '000000001' });
    for (const number of [0, 3]) assert.deepEqual(await memory.findByMessage('test:a', `m${number}`), turnOf(number));
    const versionOf = (key: string): unknown => JSON.parse(rows.get(`paddock:${key}`) ?? '').value.v;
    assert.deepEqual([versionOf('conversation:test:a'), versionOf('segment:test:a:1')], [2, 2], 'what was finished is new');
    assert.deepEqual([versionOf('segment:test:a:0'), versionOf('message:test:a:m0')], [1, 1], 'reading writes nothing');

    const changed = await memory.change('test:a', '000000001', { kind: 'add', text: 'new', messageIds: ['m1', 'more'] });
    assert.deepEqual(changed?.alternatives, ['text 1', 'other', 'new']);
    assert.equal(versionOf('segment:test:a:0'), 2);
    assert.equal((await memory.findByMessage('test:a', 'more'))?.id, '000000001');
    assert.equal(await memory.reset('test:a'), 4);
    assert.deepEqual([...rows.keys()], ['paddock:conversation:test:a']);
  });
});
