// The contract of core/memory.ts, for the memory on every kind of store.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounds } from '../../src/core/bounds.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { Memory } from '../../src/core/memory.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { openStore } from '../../src/store/store.ts';
import { expectedTexts, folder, withMemory as lend, many, said, stores, texts } from './memory-kit.ts';

for (const [name, open] of Object.entries(stores)) {
  describe(`the memory on ${name}`, () => {
    const withMemory = (work: (memory: Memory) => Promise<void>): Promise<void> => lend(open, work);
    const fill = async (memory: Memory, key: string, count: number): Promise<readonly Turn[]> => {
      const turns: Turn[] = [];
      for (let number = 0; number < count; number += 1) turns.push((await memory.append(key, said(number))).turn);
      return turns;
    };

    it('knows nothing of an unknown conversation', () =>
      withMemory(async (memory) => {
        assert.deepEqual(await memory.turns('test:a'), []);
        assert.equal(await memory.count('test:a'), 0);
        assert.deepEqual(await memory.settings('test:a'), {});
        assert.equal(await memory.findByMessage('test:a', 'm0'), undefined);
        assert.equal(await memory.editMessage('test:a', 'm0', 'x'), false);
        assert.equal(await memory.deleteMessages('test:a', ['m0']), 0);
        assert.equal(await memory.reset('test:a'), 0);
      }));

    it('gives back what was said, with every property and any text', () =>
      withMemory(async (memory) => {
        const texts = [
          '',
          ' ',
          ':base64:AAAA',
          '::x',
          '__proto__',
          'a\0b',
          'half \ud800 pair',
          '🦙'.repeat(500),
          '{"v":2}',
          '</s>[INST]',
        ];
        const first = await memory.append('test:a', said(0));
        assert.deepEqual(first.turn, {
          id: first.turn.id,
          role: 'user',
          speaker: { id: 'test:0', name: 'Speaker 0' },
          alternatives: ['text 0'],
          shown: 0,
          at: 1_000,
          messageIds: ['m0'],
        });
        const replies: Turn[] = [first.turn];
        for (const [index, text] of texts.entries()) {
          const speaker = { id: 'constructor', name: text };
          const turn = said(index + 1, { text, speaker, replyTo: first.turn.id, messageIds: [`x${index}:0`, `x${index}%3A`] });
          replies.push((await memory.append('test:a', turn)).turn);
        }
        assert.deepEqual(await memory.turns('test:a'), replies);
        assert.equal(replies.at(-1)?.replyTo, first.turn.id);
      }));

    it('keeps order over segments, with ids that ascend as strings', () =>
      withMemory(async (memory) => {
        const turns = await fill(memory, 'test:a', many);
        assert.deepEqual(await memory.turns('test:a'), turns);
        assert.deepEqual(texts(turns), expectedTexts(0, many));
        const ids = turns.map((turn) => turn.id);
        assert.deepEqual([...ids].sort(), ids);
        assert.equal(new Set(ids).size, many);
        assert.equal(await memory.count('test:a'), many);
      }));

    it('reads ranges', () =>
      withMemory(async (memory) => {
        const turns = await fill(memory, 'test:a', many);
        const positions = [0, 1, 63, 64, 65, 127, 128, many - 1];
        for (const from of positions) {
          const fromId = turns[from]?.id ?? '';
          assert.deepEqual(texts(await memory.turns('test:a', { fromId })), expectedTexts(from, many));
          for (const newest of [0, 1, 30, 31, 94, 95, many, many * 2]) {
            const expected = expectedTexts(Math.max(from, many - newest), many);
            assert.deepEqual(texts(await memory.turns('test:a', { fromId, newest })), expected);
          }
        }
        assert.deepEqual(await memory.turns('test:a', { fromId: 'zzzzzzzzz' }), []);
      }));

    it('adds a message once, however old it is', () =>
      withMemory(async (memory) => {
        await memory.append('test:a', said(0, { messageIds: ['first', 'second'] }));
        for (let number = 1; number < many; number += 1) await memory.append('test:a', said(number));
        const told = [
          { number: 0, messageIds: ['first'] },
          { number: 0, messageIds: ['new', 'second'] },
          { number: 999, messageIds: [`m${many - 1}`] },
          { number: 70, messageIds: ['m70'] },
        ];
        for (const { number, messageIds } of told) {
          const again = await memory.append('test:a', said(number, { messageIds }));
          assert.equal(again.isNew, false);
          assert.ok(messageIds.some((id) => again.turn.messageIds.includes(id)));
        }
        assert.equal(await memory.count('test:a'), many);
        assert.equal((await memory.append('test:a', said(0, { messageIds: [] }))).isNew, true);
        assert.equal((await memory.append('test:a', said(0, { messageIds: [] }))).isNew, true, 'without ids nothing is the same');
      }));

    it('finds and edits the turn of any message, the shown text only', () =>
      withMemory(async (memory) => {
        const turns = await fill(memory, 'test:a', many);
        for (const number of [0, 63, 64, 100, many - 1]) {
          assert.deepEqual(await memory.findByMessage('test:a', `m${number}`), turns[number]);
          assert.equal(await memory.editMessage('test:a', `m${number}`, 'edited'), true);
          assert.deepEqual(await memory.findByMessage('test:a', `m${number}`), { ...turns[number], alternatives: ['edited'] });
        }
        const edited = (await memory.turns('test:a')).filter((turn) => turn.alternatives[0] === 'edited');
        assert.equal(edited.length, 5);
        assert.equal(await memory.count('test:a'), many);
        assert.equal(await memory.editMessage('test:a', 'unknown', 'x'), false);
      }));

    it('deletes turns wherever they are', () =>
      withMemory(async (memory) => {
        await fill(memory, 'test:a', many);
        const gone = [0, 1, 64, 65, many - 2, many - 1];
        assert.equal(
          await memory.deleteMessages('test:a', [...gone.map((number) => `m${number}`), 'unknown', 'm0']),
          gone.length,
        );
        const left = expectedTexts(0, many).filter((_, index) => !gone.includes(index));
        assert.deepEqual(texts(await memory.turns('test:a')), left);
        assert.equal(await memory.count('test:a'), many - gone.length);
        assert.equal(await memory.findByMessage('test:a', 'm0'), undefined);
        assert.equal(await memory.deleteMessages('test:a', ['m0']), 0);
        const last = (await memory.turns('test:a', { newest: 1 }))[0]?.id ?? '';
        const again = await memory.append('test:a', said(0));
        assert.ok(again.isNew && again.turn.id > last, 'an id is never used again');
      }));

    it('deletes a turn by any of its messages, and a whole segment', () =>
      withMemory(async (memory) => {
        await memory.append('test:a', said(0, { messageIds: ['part 1', 'part 2', 'part 3'] }));
        assert.equal(await memory.deleteMessages('test:a', ['part 2', 'part 3']), 1);
        assert.equal(await memory.findByMessage('test:a', 'part 1'), undefined);
        const turns = await fill(memory, 'test:a', many);
        const segment = turns.slice(0, bounds.segmentTurnsMax).flatMap((turn) => turn.messageIds);
        assert.equal(await memory.deleteMessages('test:a', segment), segment.length);
        assert.deepEqual(texts(await memory.turns('test:a')), expectedTexts(bounds.segmentTurnsMax, many));
        assert.deepEqual(texts(await memory.turns('test:a', { fromId: turns[0]?.id ?? '' })).length, many - segment.length);
      }));

    it('resets: turns and the start of the prompt go, settings stay, ids go on', () =>
      withMemory(async (memory) => {
        const turns = await fill(memory, 'test:a', many);
        await memory.configure('test:a', { personaId: 'helper', promptStartId: turns[5]?.id });
        assert.equal(await memory.reset('test:a'), many);
        assert.deepEqual(await memory.turns('test:a'), []);
        assert.equal(await memory.count('test:a'), 0);
        const { pickSeed, ...settings } = await memory.settings('test:a');
        assert.deepEqual(settings, { personaId: 'helper' });
        for (const number of [0, 64, many - 1]) assert.equal(await memory.findByMessage('test:a', `m${number}`), undefined);
        const { turn, isNew } = await memory.append('test:a', said(0));
        assert.ok(isNew && turn.id > (turns.at(-1)?.id ?? ''));
        assert.deepEqual(await memory.turns('test:a'), [turn]);
        assert.equal(await memory.reset('test:a'), 1);
        const { pickSeed: next } = await memory.settings('test:a');
        assert.equal(new Set([pickSeed, next, undefined]).size, 3, 'what was picked is picked anew with each reset');
        assert.equal(await memory.reset('test:a'), 0);
      }));

    it('merges settings', () =>
      withMemory(async (memory) => {
        await memory.configure('test:a', { personaId: 'a' });
        await memory.configure('test:a', { promptStartId: '0' });
        assert.deepEqual(await memory.settings('test:a'), { personaId: 'a', promptStartId: '0' });
        await memory.configure('test:a', { personaId: undefined });
        assert.deepEqual(await memory.settings('test:a'), { promptStartId: '0' });
        await memory.append('test:a', said(0));
        assert.deepEqual(await memory.settings('test:a'), { promptStartId: '0' });
      }));

    it('keeps conversations apart, whatever their keys and message ids', () =>
      withMemory(async (memory) => {
        const keys = ['a', 'a:b', 'a:b:0', 'conversation:a', 'segment:a:0', 'paddock', '%', '_', 'a%3Ab', '__proto__', 'ä'];
        for (const [index, key] of keys.entries()) {
          await memory.configure(key, { personaId: key });
          for (let number = 0; number <= bounds.segmentTurnsMax; number += 1)
            await memory.append(key, said(number, { text: key, messageIds: [`${number}`, `b:${number}`] }));
          await memory.editMessage(key, 'b:0', `first of ${index}`);
        }
        for (const [index, key] of keys.entries()) {
          const turns = await memory.turns(key);
          assert.equal(turns.length, bounds.segmentTurnsMax + 1);
          assert.deepEqual(new Set(texts(turns)), new Set([`first of ${index}`, key]));
          assert.deepEqual(await memory.settings(key), { personaId: key });
        }
        await memory.reset('a');
        for (const key of keys.slice(1)) {
          assert.equal(await memory.count(key), bounds.segmentTurnsMax + 1);
          assert.equal((await memory.findByMessage(key, 'b:1'))?.alternatives[0], key);
        }
      }));

    it('refuses keys that no conversation can have', () =>
      withMemory(async (memory) => {
        for (const key of ['', 'k'.repeat(bounds.conversationKeyCharactersMax + 1), 'half \ud800'])
          await assert.rejects(memory.append(key, said(0)), { code: 'bad-input' });
      }));

    it('loses nothing of what is said at once, and takes calls in their order', () =>
      withMemory(async (memory) => {
        const results = await Promise.all(
          Array.from({ length: many }, (_, number) => Promise.all(['x', 'y'].map((key) => memory.append(key, said(number))))),
        );
        assert.ok(results.flat().every(({ isNew }) => isNew));
        for (const key of ['x', 'y']) assert.deepEqual(texts(await memory.turns(key)), expectedTexts(0, many));
        const same = await Promise.all(Array.from({ length: 20 }, () => memory.append('x', said(0, { messageIds: ['twice'] }))));
        assert.equal(same.filter(({ isNew }) => isNew).length, 1);
        assert.equal(new Set(same.map(({ turn }) => turn.id)).size, 1);
      }));

    it('does what was asked before it closes, and nothing after', async () => {
      const store = await open();
      const memory = createMemory({ store, now: () => 0 });
      const asked = Array.from({ length: 5 }, (_, number) => memory.append('test:a', said(number)));
      const closing = memory.close();
      await assert.rejects(memory.append('test:a', said(9)), { code: 'store-failed' });
      await assert.rejects(memory.turns('test:a'), { code: 'store-failed' });
      await closing;
      assert.equal((await Promise.all(asked)).length, 5);
      await memory.close();
    });
  });
}

describe('the memory on sqlite://', () => {
  it('remembers after the end of the process that wrote', async () => {
    const open = async (): Promise<Memory> =>
      createMemory({ store: await openStore('sqlite://kept/paddock.db', { directory: folder }), now: () => 0 });
    const first = await open();
    for (let number = 0; number < many; number += 1) await first.append('test:a', said(number));
    await first.configure('test:a', { personaId: 'helper' });
    await first.close();
    const second = await open();
    assert.deepEqual(texts(await second.turns('test:a')), expectedTexts(0, many));
    assert.deepEqual(await second.settings('test:a'), { personaId: 'helper' });
    assert.equal((await second.append('test:a', said(3))).isNew, false);
    await second.close();
  });
});
