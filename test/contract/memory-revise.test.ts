// What the memory does with answers that are changed, taken back and branched off, on every kind of store.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type Keyv from 'keyv';
import { bounds } from '../../src/core/bounds.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { Memory } from '../../src/core/memory.ts';
import { begin, expectedTexts, fill, idOf, lendStore, many, said, storedKeys, stores, texts } from './memory-kit.ts';

for (const [name, open] of Object.entries(stores)) {
  describe(`the memory on ${name}, when turns are revised`, () => {
    const canTell = name.endsWith('://');
    const withStore = (work: (store: Keyv) => Promise<void>) => lendStore(open, work);

    it('finds the turn of any id, deleted ones around it or not', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), bounds.segmentTurnsMax * 5 + 7);
        const segment = turns.slice(64, 192).flatMap((turn) => turn.messageIds);
        await begin(store).deleteMessages('test:a', [...segment, 'm0', 'm200', 'm322']);
        for (const [number, turn] of turns.entries()) {
          const isGone = (number >= 64 && number < 192) || [0, 200, 322].includes(number);
          assert.deepEqual(await begin(store).turn('test:a', turn.id), isGone ? undefined : turn);
        }
        for (const id of ['', 'zzzzzzzzz', '!']) assert.equal(await begin(store).turn('test:a', id), undefined);
        assert.equal(await begin(store).turn('test:unknown', idOf(turns, 1)), undefined);
      }));

    it('reads ranges that end before the end', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        for (const to of [0, 1, 63, 64, 100, 127, 128, many - 1])
          for (const newest of [0, 1, 64, 65, many]) {
            const read = await begin(store).turns('test:a', { toId: idOf(turns, to), newest });
            assert.deepEqual(texts(read), expectedTexts(Math.max(0, to + 1 - newest), to + 1));
          }
        const middle = await begin(store).turns('test:a', { fromId: idOf(turns, 10), toId: idOf(turns, 70) });
        assert.deepEqual(texts(middle), expectedTexts(10, 71));
      }));

    it('keeps alternatives and shows one, in the tail and in segments, over restarts', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        for (const number of [1, 63, 64, many - 1]) {
          const id = idOf(turns, number);
          const change = (change: Parameters<Memory['change']>[2]) => begin(store).change('test:a', id, change);
          assert.deepEqual((await change({ kind: 'add', text: 'second' }))?.alternatives, [`text ${number}`, 'second']);
          await change({ kind: 'add', text: 'third' });
          assert.equal((await change({ kind: 'show', index: 1 }))?.shown, 1);
          assert.equal(await change({ kind: 'show', index: 3 }), undefined);
          assert.equal(await change({ kind: 'show', index: -1 }), undefined);
          await change({ kind: 'replace', text: 'edited' });
          // The platform's edits are of the shown one, too.
          await begin(store).editMessage('test:a', `m${number}`, 'once more');
          await change({ kind: 'show', index: 0 });
          assert.equal(await change({ kind: 'extend', text: 'unknown', by: '!' }), undefined);
          const extended = await change({ kind: 'extend', text: 'once more', by: ' and on' });
          const expected = { ...turns[number], alternatives: [`text ${number}`, 'once more and on', 'third'], shown: 1 };
          assert.deepEqual(extended, expected);
          assert.deepEqual(await begin(store).turn('test:a', id), expected);
          assert.deepEqual(await begin(store).findByMessage('test:a', `m${number}`), expected);
        }
        assert.equal(await begin(store).count('test:a'), many);
        assert.equal(await begin(store).change('test:a', 'unknown', { kind: 'carry' }), undefined);
      }));

    it('bounds the alternatives: the oldest that is not shown goes', () =>
      withStore(async (store) => {
        const memory = begin(store);
        const [turn] = await fill(memory, 1);
        const { countMax, charactersMax } = bounds.alternatives;
        let changed: Turn | undefined;
        for (let number = 1; number <= countMax; number += 1)
          changed = await memory.change('test:a', turn?.id ?? '', { kind: 'add', text: `text ${number}` });
        assert.deepEqual(changed?.alternatives, expectedTexts(1, countMax + 1));
        assert.equal(changed?.shown, countMax - 1);
        await memory.change('test:a', turn?.id ?? '', { kind: 'show', index: 0 });
        const text = 'x'.repeat(charactersMax - 20);
        changed = await memory.change('test:a', turn?.id ?? '', { kind: 'replace', text });
        assert.deepEqual([changed?.alternatives.length, changed?.alternatives[0], changed?.shown], [3, text, 0]);
        changed = await memory.change('test:a', turn?.id ?? '', { kind: 'add', text: text.repeat(2) });
        assert.deepEqual(changed?.alternatives, [text.repeat(2)], 'the shown one is never cut');
        const greeting = { ...said(1), otherTexts: Array.from({ length: countMax * 2 }, (_, index) => `other ${index}`) };
        const { turn: greeted } = await memory.append('test:a', greeting);
        assert.equal(greeted.alternatives.length, countMax);
        assert.deepEqual([greeted.alternatives[0], greeted.shown], ['text 1', 0]);
      }));

    it('finds a turn by the messages that carry it now, and by no other', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        for (const number of [5, many - 1]) {
          const id = idOf(turns, number);
          const carry = async (...messageIds: string[]): Promise<void> => {
            const turn = await begin(store).change('test:a', id, { kind: 'carry', messageIds });
            assert.deepEqual(turn, { ...turns[number], messageIds });
          };
          await carry(`m${number}`, 'p2', 'p3');
          assert.equal((await begin(store).findByMessage('test:a', 'p3'))?.id, id);
          await carry('p2');
          for (const gone of [`m${number}`, 'p3']) assert.equal(await begin(store).findByMessage('test:a', gone), undefined);
          assert.equal((await begin(store).append('test:a', said(0, { messageIds: ['p2'] }))).isNew, false);
          await carry();
          assert.equal(await begin(store).findByMessage('test:a', 'p2'), undefined);
        }
        assert.equal(await begin(store).count('test:a'), many);
        await begin(store).reset('test:a');
        if (canTell) assert.deepEqual(await storedKeys(store), ['conversation:test:a']);
      }));

    it('adds a turn only if', () =>
      withStore(async (store) => {
        const memory = begin(store);
        assert.equal(await memory.appendIf('test:a', said(0), 'not-empty'), undefined);
        const first = await memory.appendIf('test:a', said(0), 'empty');
        assert.equal(first?.isNew, true);
        assert.equal(await memory.appendIf('test:a', said(1), 'empty'), undefined);
        const reply = await memory.appendIf('test:a', said(1, { replyToMessageId: 'm0' }), 'not-empty');
        assert.equal(reply?.turn.replyTo, first?.turn.id);
        assert.ok(reply && !('replyToMessageId' in reply.turn));
        assert.equal((await memory.appendIf('test:a', said(1), 'not-empty'))?.isNew, false);
        const other = await memory.appendIf('test:a', said(2, { replyToMessageId: 'unknown' }), { remembers: reply.turn.id });
        assert.equal(other?.turn.replyTo, undefined);
        await memory.deleteMessages('test:a', ['m1']);
        assert.equal(await memory.appendIf('test:a', said(3), { remembers: reply.turn.id }), undefined);
        assert.deepEqual(texts(await memory.turns('test:a')), ['text 0', 'text 2']);
      }));

    it('removes turns by their ids', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        const gone = [many - 1, 0, 64, 130];
        const removed = await begin(store).remove('test:a', [...gone, 0].map((number) => idOf(turns, number)).concat('unknown'));
        assert.deepEqual(texts(removed), ['text 0', 'text 64', 'text 130', `text ${many - 1}`]);
        assert.deepEqual(
          texts(await begin(store).turns('test:a')),
          expectedTexts(0, many).filter((_, number) => !gone.includes(number)),
        );
        assert.deepEqual(await begin(store).remove('test:a', [idOf(turns, 0)]), []);
        assert.equal(await begin(store).findByMessage('test:a', 'm64'), undefined);
      }));

    it('removes all after a turn, wherever that stands, and goes on from there', () =>
      withStore(async (store) => {
        for (const last of [many - 1, 128, 127, 100, 63, 0]) {
          await begin(store).reset('test:a');
          const turns = await fill(begin(store), many);
          await begin(store).configure('test:a', { personaId: 'p', promptStartId: idOf(turns, 50) });
          const removed = await begin(store).removeAfter('test:a', idOf(turns, last));
          assert.equal(removed.count, many - 1 - last);
          assert.deepEqual(texts(removed.turns), expectedTexts(last + 1, many));
          assert.deepEqual(texts(await begin(store).turns('test:a')), expectedTexts(0, last + 1));
          assert.equal(await begin(store).count('test:a'), last + 1);
          const start = last >= 50 ? { promptStartId: idOf(turns, 50) } : {};
          const { pickSeed: _seed, ...settings } = await begin(store).settings('test:a');
          assert.deepEqual(settings, { personaId: 'p', ...start });
          assert.equal(await begin(store).findByMessage('test:a', `m${many}`), undefined);
          for (let number = last + 1; number < many; number += 1)
            assert.ok((await begin(store).append('test:a', said(number))).turn.id > idOf(turns, many - 1), 'no id is used again');
          assert.deepEqual(texts(await begin(store).turns('test:a')), expectedTexts(0, many));
          assert.deepEqual(texts([(await begin(store).findByMessage('test:a', 'm127')) ?? assert.fail()]), ['text 127']);
        }
        await begin(store).removeAfter('test:a', '');
        assert.deepEqual(await begin(store).turns('test:a'), []);
        await begin(store).reset('test:a');
        if (canTell) assert.deepEqual(await storedKeys(store), ['conversation:test:a']);
      }));

    it('copies a conversation up to a turn into an empty one, which goes its own way from there', () =>
      withStore(async (store) => {
        const memory = begin(store);
        for (let number = 0; number < many; number += 1) {
          const last = (await memory.turns('test:a', { newest: 1 }))[0];
          await memory.append('test:a', said(number, last && { replyTo: last.id }));
        }
        const turns = await memory.turns('test:a');
        await memory.change('test:a', idOf(turns, 99), { kind: 'add', text: 'other' });
        await memory.configure('test:a', { personaId: 'p', promptStartId: idOf(turns, 40) });
        await memory.configure('test:b', { personaId: 'q' });
        await memory.append('test:b', said(0));
        assert.equal(await memory.copy('test:a', 'test:b', { newest: many }), undefined, 'not over what was said');
        await memory.reset('test:b');

        assert.equal(await memory.copy('test:a', 'test:b', { toId: idOf(turns, 100), newest: 98 }), 98);
        const copy = await begin(store).turns('test:b');
        assert.deepEqual(texts(copy), expectedTexts(3, 101).with(96, 'other'));
        assert.deepEqual(copy[96]?.alternatives, ['text 99', 'other']);
        assert.deepEqual(
          [...new Set(copy.map(({ id }) => id))].sort(),
          copy.map(({ id }) => id),
        );
        assert.equal(copy[0]?.replyTo, undefined, 'what it answers was left behind');
        for (const [index, turn] of copy.slice(1).entries()) assert.equal(turn.replyTo, copy[index]?.id);
        assert.ok(copy.every(({ messageIds }) => messageIds.length === 0));
        const settings = { personaId: 'p', promptStartId: copy[37]?.id, pickSeed: 'test:a' };
        assert.deepEqual(await memory.settings('test:b'), settings, 'what was picked stays picked');
        assert.equal(await memory.count('test:b'), 98);

        await memory.change('test:b', idOf(copy, 96), { kind: 'replace', text: 'changed' });
        await memory.append('test:b', said(1_000));
        assert.equal((await memory.turn('test:a', idOf(turns, 99)))?.alternatives[1], 'other');
        assert.equal(await memory.count('test:a'), many);
        assert.equal(await memory.copy('test:unknown', 'test:c', { newest: 5 }), 0);
        assert.equal(await memory.copy('test:a', 'test:a', { newest: 5 }), undefined);
        assert.equal(await memory.copy('test:b', 'test:d', { newest: 5 }), 5);
        assert.equal((await memory.settings('test:d')).pickSeed, 'test:a', 'a branch of a branch');
      }));

    it('loses nothing of changes that are made at once', () =>
      withStore(async (store) => {
        const memory = begin(store);
        const [turn] = await fill(memory, 1);
        const added = Array.from({ length: 12 }, (_, number) => `more ${number}`);
        await Promise.all(added.map((text) => memory.change('test:a', turn?.id ?? '', { kind: 'add', text })));
        assert.deepEqual((await memory.turn('test:a', turn?.id ?? ''))?.alternatives, ['text 0', ...added]);
      }));
  });
}
