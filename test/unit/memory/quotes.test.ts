// What a turn quotes goes with the message that it quotes, wherever the turn stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { NewTurn } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createPlainStore } from '../../contract/plain-store.ts';

const said = (id: string, text: string): NewTurn => ({
  role: 'user',
  speaker: { id: 'test:1', name: 'Ann' },
  text,
  at: 0,
  messageIds: [id],
});
const quoting = (id: string, quotedId: string): NewTurn => ({
  ...said(id, '> Bo: SECRET\n\nwhat?'),
  quoted: { speaker: { id: 'test:2', name: 'Bo' }, messageId: quotedId, text: '> Bo: SECRET\n\n' },
});

/** Turns in two sealed segments and the tail that quote one message, and one that quotes another. */
const open = async () => {
  const store = createPlainStore();
  const memory = createMemory({ store: store.keyv, now: () => 0 });
  for (let number = 0; number < bounds.segmentTurnsMax * 2 + 5; number += 1) {
    const isQuoting = number % bounds.segmentTurnsMax === 3;
    await memory.append('test:a', isQuoting ? quoting(`m${number}`, 'q') : said(`m${number}`, `text ${number}`));
  }
  await memory.append('test:a', quoting('other', 'r'));
  const secrets = () => [...store.rows.values()].join().split('SECRET').length - 1;
  const quoteRows = () => [...store.rows.keys()].filter((key) => key.startsWith('paddock:quote:'));
  const reopened = () => createMemory({ store: store.keyv, now: () => 0 });
  return { memory, reopened, secrets, quoteRows };
};

test('a deletion reaches every turn that quotes the message, however old, and none else', async () => {
  const { memory, reopened, secrets, quoteRows } = await open();
  const before = await memory.count('test:a');
  assert.equal(quoteRows().length, 1);
  await memory.configure('test:a', { summary: { text: 'SECRET', fromId: '000000000', throughId: '000000010' } });
  assert.equal(await memory.deleteMessages('test:a', ['q']), 0, 'it was not remembered itself');
  assert.equal(await memory.count('test:a'), before);
  assert.equal((await memory.settings('test:a')).summary, undefined);
  assert.equal(secrets(), 2, 'the other quotation, with the text that it stands in');
  assert.deepEqual(quoteRows(), []);
  const turns = await reopened().turns('test:a');
  assert.deepEqual([turns[3]?.alternatives, turns[3]?.quoted], [['what?'], undefined]);
});

test('an edit leaves what is quoted; a turn can be told to leave it out', async () => {
  const { memory, secrets } = await open();
  await memory.editMessage('test:a', 'm3', 'and now?');
  const turn = await memory.findByMessage('test:a', 'm3');
  assert.deepEqual(turn?.alternatives, ['> Bo: SECRET\n\nand now?']);
  const before = secrets();
  const changed = await memory.change('test:a', turn?.id ?? '', { kind: 'unquote' });
  assert.deepEqual([changed?.alternatives, changed?.quoted, secrets()], [['and now?'], undefined, before - 2]);
});

test('what is known of quotations goes with the turns', async () => {
  const { memory, quoteRows } = await open();
  for (const id of ['m3', `m${bounds.segmentTurnsMax + 3}`]) await memory.deleteMessages('test:a', [id]);
  assert.deepEqual(quoteRows(), []);
  const again = await open();
  await again.memory.removeAfter('test:a', '000000001');
  assert.deepEqual(again.quoteRows(), []);
  const third = await open();
  await third.memory.reset('test:a');
  assert.deepEqual([third.quoteRows(), third.secrets()], [[], 0]);
});

test('nothing is left of a conversation that is forgotten', async () => {
  const store = createPlainStore();
  const memory = createMemory({ store: store.keyv, now: () => 0 });
  for (let number = 0; number <= bounds.segmentTurnsMax; number += 1) await memory.append('test:a', said(`m${number}`, 'x'));
  await memory.configure('test:a', { scenario: 'a house' });
  assert.equal(await memory.forget('test:a'), bounds.segmentTurnsMax + 1);
  assert.deepEqual([...store.rows.keys()], []);
  assert.deepEqual([await memory.count('test:a'), await memory.settings('test:a')], [0, {}]);
});
