// Turns that are pinned, and turns read by their ids, on every kind of store.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type Keyv from 'keyv';
import { bounds } from '../../src/core/bounds.ts';
import { begin, fill, idOf, lendStore, many, said, stores, texts } from './memory-kit.ts';

for (const [name, open] of Object.entries(stores)) {
  describe(`the memory on ${name}, with pins`, () => {
    const withStore = (work: (store: Keyv) => Promise<void>) => lendStore(open, work);
    const pinsOf = async (store: Keyv): Promise<readonly string[] | undefined> => (await begin(store).settings('test:a')).pins;

    it('keeps the order in which turns were pinned, over a restart, and tells what came of it', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        const pin = (number: number, isPinned = true) => begin(store).pin('test:a', idOf(turns, number), isPinned);
        assert.deepEqual([await pin(100), await pin(3), await pin(many - 1)], ['changed', 'changed', 'changed']);
        assert.equal(await pin(3), 'unchanged');
        assert.deepEqual(
          await pinsOf(store),
          [100, 3, many - 1].map((number) => idOf(turns, number)),
        );
        assert.equal(await pin(3, false), 'changed');
        assert.equal(await pin(3, false), 'unchanged');
        assert.equal(await begin(store).pin('test:a', 'unknown', true), 'unknown');
        assert.equal(await begin(store).pin('test:unknown', idOf(turns, 3), true), 'unknown');
        assert.deepEqual(
          await pinsOf(store),
          [100, many - 1].map((number) => idOf(turns, number)),
        );
        await begin(store).configure('test:a', { personaId: 'p' });
        assert.equal((await pinsOf(store))?.length, 2, 'other settings leave them alone');
      }));

    it('pins no more than can be', () =>
      withStore(async (store) => {
        const { countMax } = bounds.pins;
        const turns = await fill(begin(store), countMax + 1);
        const memory = begin(store);
        // All at once: each counts what the others did.
        const outcomes = await Promise.all(turns.map(({ id }) => memory.pin('test:a', id, true)));
        assert.equal(outcomes.filter((outcome) => outcome === 'changed').length, countMax);
        assert.equal(outcomes.at(-1), 'full');
        assert.equal((await pinsOf(store))?.length, countMax);
      }));

    it('lets go of what is removed, however it is', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        const memory = begin(store);
        for (const number of [0, 1, 70, 100, 140, many - 1]) await memory.pin('test:a', idOf(turns, number), true);
        await memory.remove('test:a', [idOf(turns, 1), idOf(turns, 2)]);
        await memory.deleteMessages('test:a', ['m70', 'm71', `m${many - 1}`]);
        assert.deepEqual(
          await pinsOf(store),
          [0, 100, 140].map((number) => idOf(turns, number)),
        );
        await memory.removeAfter('test:a', idOf(turns, 100));
        assert.deepEqual(
          await pinsOf(store),
          [0, 100].map((number) => idOf(turns, number)),
        );
        await memory.change('test:a', idOf(turns, 0), { kind: 'replace', text: 'other words' });
        assert.equal((await pinsOf(store))?.length, 2, 'what is only changed stays');
        await memory.reset('test:a');
        assert.equal(await pinsOf(store), undefined);
      }));

    it('takes them into a copy, where their turns have other ids; what is not copied is not pinned', () =>
      withStore(async (store) => {
        const memory = begin(store);
        const turns = await fill(memory, many);
        for (const number of [120, 2, 80]) await memory.pin('test:a', idOf(turns, number), true);
        await memory.append('test:b', said(0));
        await memory.reset('test:b');
        await memory.copy('test:a', 'test:b', { toId: idOf(turns, 110), newest: 50 });
        const { pins = [] } = await memory.settings('test:b');
        assert.deepEqual(texts(await memory.turnsOf('test:b', pins)), ['text 80']);
        assert.equal((await pinsOf(store))?.length, 3);
      }));

    it('gives the turns of ids as they stand, oldest first and each once', () =>
      withStore(async (store) => {
        const turns = await fill(begin(store), many);
        await begin(store).deleteMessages('test:a', ['m5', 'm64']);
        await begin(store).change('test:a', idOf(turns, 63), { kind: 'add', text: 'new' });
        const wanted = [many - 1, 63, 5, 0, 64, 65, 0, 130];
        const found = await begin(store).turnsOf('test:a', [
          ...wanted.map((number) => idOf(turns, number)),
          '',
          'zzzzzzzzzz',
          '!',
        ]);
        assert.deepEqual(texts(found), ['text 0', 'new', 'text 65', 'text 130', `text ${many - 1}`]);
        assert.deepEqual(await begin(store).turnsOf('test:a', []), []);
        assert.deepEqual(await begin(store).turnsOf('test:unknown', [idOf(turns, 0)]), []);
      }));
  });
}
