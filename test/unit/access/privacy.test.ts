import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOptOuts } from '../../../src/access/opt-outs.ts';
import { createPersonalData } from '../../../src/access/personal-data.ts';
import { createUserIndex } from '../../../src/access/user-index.ts';
import { bounds } from '../../../src/core/bounds.ts';
import { createFakeEngine } from '../../fakes/engine.ts';
import { createValueStore } from '../../fakes/value-store.ts';
import { createTestMemory } from '../commands/services.ts';

const ada = { id: 'discord:1', name: 'Ada' };
const bo = { id: 'discord:2', name: 'Bo' };
const robin = { id: 'persona:robin', name: 'Robin' };
const said = (speaker: typeof ada, text: string, at = 1) => ({ role: 'user', speaker, text, at, messageIds: [] }) as const;

const open = () => {
  const kept = createTestMemory();
  const engine = createFakeEngine();
  const optOuts = createOptOuts(kept.store);
  const stopped: string[] = [];
  const more: string[] = [];
  const data = createPersonalData({
    ...{ memory: kept.memory, index: kept.index, engine, optOuts, now: () => 0 },
    stopAnswers: async (conversation) => stopped.push(conversation),
    sources: [
      {
        name: 'portrait',
        export: async (id) => (id === ada.id ? { age: 7 } : undefined),
        delete: async (id) => void more.push(id),
      },
    ],
  });
  return { ...kept, engine, optOuts, data, stopped, more };
};

/** What Ada said in two places, with an answer in between, and what Bo said. */
const filled = async () => {
  const all = open();
  const { memory } = all;
  const { turn } = await memory.append('discord:10', said(ada, 'my secret'));
  await memory.append('discord:10', { ...said(robin, 'a secret?'), role: 'assistant', replyTo: turn.id });
  await memory.append('discord:10', said(bo, 'hello all'));
  await memory.append('discord:20', said(ada, 'elsewhere'));
  await memory.append('discord:30', said(bo, 'not Ada'));
  return all;
};

test('all that is kept of somebody is given as JSON: every conversation, and what other sources hold', async () => {
  const { data } = await filled();
  const given = JSON.parse((await data.export(ada.id, { conversation: 'discord:99' })).join('\n'));
  assert.deepEqual([given.user, given.isOptedOut, given.portrait], [ada.id, false, { age: 7 }]);
  assert.deepEqual(
    given.conversations.map(({ conversation, said }: { conversation: string; said: { texts: string[] }[] }) => [
      conversation,
      said.map(({ texts }) => texts),
    ]),
    [
      ['discord:10', [['my secret']]],
      ['discord:20', [['elsewhere']]],
    ],
  );
  const nothing = JSON.parse((await data.export('discord:7', { conversation: 'discord:10' })).join('\n'));
  assert.deepEqual(nothing.conversations, []);
});

test('deleting takes what somebody said and the answers to it from everywhere, and leaves the others alone', async () => {
  const { data, memory, index, engine, stopped, more } = await filled();
  assert.deepEqual(await data.delete(ada.id, { conversation: 'discord:30' }), { turns: 2, conversations: 2 });
  assert.deepEqual(
    (await memory.turns('discord:10')).map(({ alternatives }) => alternatives),
    [['hello all']],
  );
  assert.deepEqual(await memory.turns('discord:20'), []);
  assert.equal(await memory.count('discord:30'), 1);
  assert.deepEqual([...engine.forgotten].sort(), ['discord:10', 'discord:20']);
  assert.deepEqual(stopped, ['discord:10', 'discord:20']);
  assert.deepEqual(await index.conversationsOf(ada.id), []);
  assert.deepEqual(more, [ada.id]);
  assert.deepEqual(await data.delete(ada.id, { conversation: 'discord:10' }), { turns: 0, conversations: 0 });
});

test('a long conversation is gone through to its beginning', async () => {
  const { data, memory } = open();
  for (let turn = 0; turn < bounds.scannedTurnsMax * 2 + 3; turn += 1)
    await memory.append('discord:10', said(turn % 2 === 0 ? ada : bo, `word ${turn}`));
  const before = await memory.count('discord:10');
  const { turns } = await data.delete(ada.id, { conversation: 'discord:10' });
  assert.equal(turns, Math.ceil(before / 2));
  assert.ok((await memory.turns('discord:10')).every(({ speaker }) => speaker.id === bo.id));
});

test('the index has a conversation before its first turn, writes each pair once, and knows branches', async () => {
  const { memory, index } = open();
  for (let turn = 0; turn < 5; turn += 1) await memory.append('discord:10', said(ada, `${turn}`));
  await memory.copy('discord:10', 'discord:11', { newest: 3 });
  assert.deepEqual(await index.conversationsOf(ada.id), ['discord:10', 'discord:11']);
  // Heard where the bot is not used: never remembered, so not in the index.
  await memory.appendIf('discord:12', said(ada, 'hm'), 'not-empty');
  assert.deepEqual(await index.conversationsOf(ada.id), ['discord:10', 'discord:11']);
  await memory.reset('discord:11');
  assert.deepEqual(await index.conversationsOf(ada.id), ['discord:10']);

  const store = createValueStore();
  const counting = createUserIndex(store);
  for (let round = 0; round < 20; round += 1) await counting.note(ada.id, `discord:${round % 2}`);
  assert.equal(store.calls.set, 2);
});

test('the index keeps the latest conversations of one user within its bound', async () => {
  const known = Array.from({ length: bounds.userConversations.countMax }, (_, at) => `discord:${at}`);
  const store = createValueStore({ [`user:${ada.id}`]: known });
  const index = createUserIndex(store);
  await index.note(ada.id, 'discord:new');
  const now = await index.conversationsOf(ada.id);
  assert.deepEqual([now.length, now.at(0), now.at(-1)], [known.length, 'discord:1', 'discord:new']);
});

test('opting out is kept, told apart from being so already, and a failing store takes nobody for opted in', async () => {
  const store = createValueStore();
  const optOuts = createOptOuts(store);
  assert.equal(await optOuts.set(ada.id, true), true);
  assert.equal(await optOuts.set(ada.id, true), false);
  assert.equal(await createOptOuts(store).isOptedOut(ada.id), true);
  assert.equal(await optOuts.isOptedOut(bo.id), false);
  assert.equal(await optOuts.set(ada.id, false), true);
  assert.equal(await optOuts.isOptedOut(ada.id), false);
  store.state.isBroken = true;
  await assert.rejects(createOptOuts(store).isOptedOut(ada.id), { code: 'store-failed' });
});
