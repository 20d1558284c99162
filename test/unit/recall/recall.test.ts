// What is found of a conversation, what never is, and what it costs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { shownText, type Turn } from '../../../src/core/conversation.ts';
import type { NewTurn } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createRecall, type RecallQuestion } from '../../../src/recall/index.ts';
import { createPlainStore } from '../../contract/plain-store.ts';

const { pageTurnsMax } = bounds.recall;
const conversation = 'test:a';

const ada = { id: 'test:ada', name: 'Ada' };
const bo = { id: 'test:bo', name: 'Bo' };
const ember = { id: 'persona:ember', name: 'Ember' };

const open = (optedOut: ReadonlySet<string> = new Set(), store = createPlainStore()) => {
  const inner = createMemory({ store: store.keyv, now: () => 0 });
  const recall = createRecall({ memory: inner, mayUse: async (userId) => !optedOut.has(userId) });
  const memory = recall.watch(inner);
  let messages = store.rows.size;
  const say = async (text: string, change: Partial<NewTurn> = {}, where = conversation): Promise<Turn> => {
    const said: NewTurn = { role: 'user', speaker: ada, text, at: 0, messageIds: [`m${messages++}`], ...change };
    return (await memory.append(where, said)).turn;
  };
  const chat = async (count: number): Promise<readonly Turn[]> => {
    const turns: Turn[] = [];
    for (let number = 0; number < count; number += 1)
      turns.push(
        await say(`Where is the end of the day, what did you say, and who is under it in all of this talk, number ${number}?`),
      );
    return turns;
  };
  const ask = (text: string, beforeId: string, change: Partial<RecallQuestion> = {}) =>
    recall.find(conversation, { texts: [text], beforeId, countMax: 3, scoreMin: 0.25, ...change });
  const find = async (text: string, beforeId: string, change: Partial<RecallQuestion> = {}): Promise<readonly string[]> =>
    (await ask(text, beforeId, change)).map(({ turn }) => shownText(turn));
  const fill = (signal = new AbortController().signal): Promise<void> => recall.fill(conversation, signal);
  return { store, memory, recall, say, chat, ask, find, fill };
};

const end = '\uffff';

describe('recall', () => {
  it('finds older turns of the conversation, the best first, with their scores', async () => {
    const { say, chat, ask } = open();
    await say('My dog Biscuit is afraid of thunder.');
    await say('The dog next door barks.', { speaker: bo });
    await chat(60);
    const found = await ask('What is my dog Biscuit afraid of?', end);
    assert.deepEqual(
      found.map(({ turn }) => shownText(turn)),
      ['My dog Biscuit is afraid of thunder.', 'The dog next door barks.'].slice(0, found.length),
    );
    assert.ok(found.every(({ score }) => score >= 0.25 && score <= 1));
    assert.deepEqual((await ask('What is my dog Biscuit afraid of?', end, { countMax: 1 })).length, 1);
    assert.deepEqual(await ask('What is my dog Biscuit afraid of?', end, { scoreMin: 1.01 }), []);
    assert.deepEqual(await ask('', end), []);
  });

  it('finds by who said it', async () => {
    const { say, chat, find } = open();
    await chat(30);
    await say('We sail at dawn.', { speaker: bo });
    await chat(30);
    assert.deepEqual(await find('When did Bo say that we sail?', end), ['We sail at dawn.']);
  });

  it('finds nothing outside of the turns that it may look at', async () => {
    const { say, chat, find } = open();
    await chat(5);
    const one = await say('The brass key is under the stair.');
    await chat(5);
    const other = await say('The brass key is in the harbour.');
    await chat(30);
    const question = 'Where is the brass key?';
    assert.equal((await find(question, end)).length, 2);
    assert.deepEqual(await find(question, other.id), ['The brass key is under the stair.']);
    assert.deepEqual(await find(question, one.id), []);
    assert.deepEqual(await find(question, end, { afterId: one.id }), ['The brass key is in the harbour.']);
    assert.deepEqual(await find(question, end, { exceptIds: new Set([one.id, other.id]) }), []);
  });

  it('finds nothing of another conversation', async () => {
    const { say, chat, find, recall } = open();
    await say('The brass key is under the stair.', {}, 'test:b');
    await chat(40);
    assert.deepEqual(await find('Where is the brass key?', end), []);
    const question = { texts: ['Where is the brass key?'], beforeId: end, countMax: 3, scoreMin: 0.25 };
    assert.equal((await recall.find('test:b', question)).length, 1);
    assert.deepEqual(await recall.find('test:unknown', question), []);
  });

  it('finds what a turn says now, and nothing that was forgotten, however it was', async () => {
    const { say, chat, find, memory } = open();
    const question = 'Where is the brass key?';
    const keys: Turn[] = [];
    for (let index = 0; index < 5; index += 1) keys.push(await say(`The brass key is in drawer ${index}.`));
    const answer = await say('It is locked.', { role: 'assistant', speaker: ember });
    await chat(60);
    const all = (change = {}) => find(question, end, { countMax: 10, ...change });
    assert.equal((await all()).length, 5);
    await memory.editMessage(conversation, keys[0]?.messageIds[0] ?? '', 'A frog sat on a stone.');
    await memory.change(conversation, answer.id, { kind: 'add', text: 'The brass key melted.' });
    await memory.remove(conversation, [keys[1]?.id ?? '']);
    await memory.deleteMessages(conversation, [keys[2]?.messageIds[0] ?? '', 'unknown']);
    assert.deepEqual((await all()).toSorted(), [
      'The brass key is in drawer 3.',
      'The brass key is in drawer 4.',
      'The brass key melted.',
    ]);
    assert.deepEqual(await find('What sat on the stone, a frog?', end), ['A frog sat on a stone.']);
    await memory.change(conversation, answer.id, { kind: 'show', index: 0 });
    assert.equal((await all()).length, 2, 'a swipe that is not shown is not found');
    await memory.removeAfter(conversation, keys[3]?.id ?? '');
    assert.deepEqual(await all({ scoreMin: 0 }).then((texts) => texts.filter((text) => /key/.test(text))), [
      'The brass key is in drawer 3.',
    ]);
    await memory.reset(conversation);
    assert.deepEqual(await all({ scoreMin: 0 }), []);
  });

  it('finds nothing that was forgotten behind its back', async () => {
    const { say, chat, store, find } = open();
    const { id } = await say('The brass key is under the stair.');
    await chat(20);
    assert.equal((await find('Where is the brass key?', end)).length, 1);
    await createMemory({ store: store.keyv, now: () => 0 }).remove(conversation, [id]);
    // A memory that is not watched, as after a restart.
    const fresh = createRecall({ memory: createMemory({ store: store.keyv, now: () => 0 }), mayUse: async () => true });
    const question = { texts: ['Where is the brass key?'], beforeId: end, countMax: 3, scoreMin: 0.25 };
    assert.deepEqual(await fresh.find(conversation, question), []);
  });

  it('never recalls what somebody said who opted out, nor answers to it', async () => {
    const optedOut = new Set<string>();
    const { say, chat, find } = open(optedOut);
    const question = await say('My brass key is under the stair.', { speaker: bo });
    await say('So your brass key is under the stair, Bo.', { role: 'assistant', speaker: ember, replyTo: question.id });
    await say('A brass key? Mine is of iron.');
    await chat(40);
    const all = () => find('Where is the brass key?', end, { countMax: 10 });
    assert.equal((await all()).length, 3);
    optedOut.add(bo.id);
    assert.deepEqual(await all(), ['A brass key? Mine is of iron.']);
    optedOut.delete(bo.id);
    assert.equal((await all()).length, 3);
  });

  it('reads few rows for a question in a conversation of 10,000 turns, and all of it only while nobody waits', async () => {
    const past = open();
    await past.say('The brass key is under the stair.');
    await past.chat(9_000);
    await past.say('The silver bell is in the tower.');
    const late = await past.chat(998);
    // After a restart, when nothing of it is held.
    const { chat, store, memory, recall, find, fill } = open(new Set(), past.store);
    const beforeId = late.at(-40)?.id ?? '';
    let before = store.costs.reads;
    const cost = (): number => {
      const reads = store.costs.reads - before;
      before = store.costs.reads;
      return reads;
    };
    assert.deepEqual(await find('Where is the brass key?', beforeId), [], 'not read yet');
    // The head, and the segments of one page, which may begin and end within one; what is looked up to check a find.
    const pageReads = pageTurnsMax / bounds.segmentTurnsMax + 2;
    const first = cost();
    assert.ok(first <= 1 + pageReads + 11 + 3, `${first} reads`);
    assert.equal(recall.isBehind(conversation), true);

    await fill();
    const filling = cost();
    assert.ok(
      filling >= (10_000 - 2 * pageTurnsMax) / bounds.segmentTurnsMax && filling <= (10_000 / pageTurnsMax + 1) * pageReads,
      `${filling} reads`,
    );
    assert.equal(recall.isBehind(conversation), false);
    assert.deepEqual(await find('Where is the brass key?', beforeId), ['The brass key is under the stair.']);
    assert.deepEqual(await find('Where is the silver bell?', beforeId), ['The silver bell is in the tower.']);
    const asked = cost();
    assert.ok(asked <= 2 * 14, `${asked} reads for two questions`);
    // The question after a block was dropped: only that block is read.
    await chat(20);
    const newer = (await memory.turns(conversation, { newest: 5 }))[0]?.id ?? '';
    cost();
    await find('Where is the brass key?', newer);
    const next = cost();
    assert.ok(next <= pageReads + 14, `${next} reads`);
  });

  it('stops reading when it is told to, and goes on from there', async () => {
    const { say, chat, find, fill, recall } = open();
    await say('The brass key is under the stair.');
    await chat(pageTurnsMax * 2 + 20);
    await find('Hm?', end);
    const abort = new AbortController();
    abort.abort();
    await fill(abort.signal);
    assert.equal(recall.isBehind(conversation), true);
    await fill();
    assert.equal(recall.isBehind(conversation), false);
    assert.equal((await find('Where is the brass key?', end)).length, 1);
    assert.equal(recall.isBehind('test:unknown'), false);
  });

  it('begins anew at the newest where more came at once than a question reads', async () => {
    const { say, chat, find, fill, recall, memory } = open();
    await say('The brass key is under the stair.');
    await chat(30);
    const middle = await say('Another day.');
    assert.equal((await find('Where is the brass key?', middle.id)).length, 1);
    await chat(pageTurnsMax + 50);
    await say('The silver bell is in the tower.');
    await chat(10);
    const last = (await memory.turns(conversation, { newest: 1 }))[0]?.id ?? '';
    assert.equal((await find('Where is the silver bell?', last)).length, 1);
    assert.equal(recall.isBehind(conversation), true);
    await fill();
    assert.equal((await find('Where is the brass key?', last)).length, 1, 'there is no gap');
  });

  it('keeps the indexes of a bounded number of conversations', async () => {
    const { say, recall, store } = open();
    const { conversationsMax } = bounds.recall;
    const question = { texts: ['Where is the brass key?'], beforeId: end, countMax: 3, scoreMin: 0 };
    const keys = Array.from({ length: conversationsMax + 1 }, (_, index) => `test:${index}`);
    for (const key of keys) await say('The brass key is under the stair.', {}, key);
    for (const key of keys) assert.equal((await recall.find(key, question)).length, 1);
    const reads = async (key: string): Promise<number> => {
      const before = store.costs.reads;
      assert.equal((await recall.find(key, question)).length, 1);
      return store.costs.reads - before;
    };
    assert.equal(await reads(keys.at(-1) ?? ''), 0, 'its head is held, and so is its index');
    assert.equal(await reads(keys[1] ?? ''), 0);
    assert.equal((await recall.find(keys[0] ?? '', question)).length, 1, 'the oldest is made anew');
  });

  it('throws what memory throws, and goes on afterwards', async () => {
    const past = open();
    await past.say('The brass key is under the stair.');
    await past.chat(bounds.segmentTurnsMax * 2);
    const { find, store, recall } = open(new Set(), past.store);
    store.failReads(true);
    await assert.rejects(find('Where is the brass key?', end), { code: 'store-failed' });
    // Nothing was read yet, so there is nothing to go on from: that ends, and at once.
    assert.equal(recall.isBehind(conversation), false);
    await recall.fill(conversation, new AbortController().signal);
    store.failReads(false);
    assert.equal((await find('Where is the brass key?', end)).length, 1);
  });

  it('is safe to ask for several things at once, while more is read', async () => {
    const { say, chat, find, fill } = open();
    await say('The brass key is under the stair.');
    await chat(pageTurnsMax * 3);
    await find('Hm?', end);
    const results = await Promise.all([fill(), find('Where is the brass key?', end), fill(), find('Hm?', end)]);
    assert.ok(results.length === 4);
    assert.equal((await find('Where is the brass key?', end)).length, 1);
  });
});
