// What the memory does with its rows as a conversation grows over many segments, on every kind of store.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type Keyv from 'keyv';
import { bounds } from '../../src/core/bounds.ts';
import type { Memory } from '../../src/core/memory.ts';
import { begin, expectedTexts, fill, lendStore, many, said, storedKeys, stores, texts } from './memory-kit.ts';

const head = 'conversation:test:a';

for (const [name, open] of Object.entries(stores)) {
  describe(`the memory on ${name}, over many segments`, () => {
    const canTell = name.endsWith('://');
    const withStore = (work: (store: Keyv) => Promise<void>) => lendStore(open, work);

    it('gives ids that ascend and are never used again, through deletes, resets and restarts', () =>
      withStore(async (store) => {
        const ids: string[] = [];
        const say = async (memory: Memory, count: number): Promise<void> => {
          // The same message ids each time: they are free again, the turn's own id is not.
          for (let number = 0; number < count; number += 1) ids.push((await memory.append('test:a', said(number))).turn.id);
        };
        for (const count of [3, 64, 65, many, 1]) {
          await say(begin(store), count);
          assert.equal(await begin(store).deleteMessages('test:a', [`m${count - 1}`]), 1, 'the newest');
          await begin(store).append('test:a', said(count - 1));
          const all = Array.from({ length: count }, (_, number) => `m${number}`);
          assert.equal(await begin(store).deleteMessages('test:a', all), count);
          await say(begin(store), count);
          assert.equal(await begin(store).reset('test:a'), count);
        }
        assert.deepEqual([...new Set(ids)].sort(), ids);
      }));

    it('keeps what changed in sealed segments over a restart', () =>
      withStore(async (store) => {
        await fill(begin(store), many);
        await begin(store).editMessage('test:a', 'm1', 'edited');
        assert.equal(await begin(store).deleteMessages('test:a', ['m0', 'm2', 'm70', `m${many - 1}`]), 4);
        const left = expectedTexts(0, many).filter((_, number) => ![0, 2, 70, many - 1].includes(number));
        assert.deepEqual(texts(await begin(store).turns('test:a')), left.with(0, 'edited'));
        for (const gone of ['m0', 'm2', 'm70']) assert.equal(await begin(store).findByMessage('test:a', gone), undefined);
        assert.equal((await begin(store).append('test:a', said(0))).isNew, true, 'what was deleted can be said again');
        assert.equal((await begin(store).append('test:a', said(1))).isNew, false, 'what was edited is known');
        assert.equal(await begin(store).count('test:a'), many - 3);
      }));

    it('seals a segment by its characters when the texts are long', () =>
      withStore(async (store) => {
        // Three bytes a character as UTF-8, and a surrogate pair in the middle.
        const long = (number: number): string => `${number}${'語'.repeat(8_000)}🦙${'ß'.repeat(7_000)}`;
        const count = 23;
        for (let number = 0; number < count; number += 1)
          await begin(store).append('test:a', said(number, { text: long(number) }));
        assert.deepEqual(
          texts(await begin(store).turns('test:a')),
          Array.from({ length: count }, (_, number) => long(number)),
        );
        for (const number of [0, 4, 5, 9, 22])
          assert.equal((await begin(store).findByMessage('test:a', `m${number}`))?.alternatives[0], long(number));
        if (!canTell) return;
        // Five such texts are the first to reach the bound; the last three stay in the head.
        const segments = (await storedKeys(store)).filter((key) => key.startsWith('segment:'));
        assert.deepEqual(segments, ['segment:test:a:0', 'segment:test:a:1', 'segment:test:a:2', 'segment:test:a:3']);
        for (const key of segments) assert.equal((await store.get<{ turns: unknown[] }>(key))?.turns.length, 5);
      }));

    it('takes message ids of any form, through segments and back', () =>
      withStore(async (store) => {
        const alike = [
          '',
          '%',
          '%25',
          '%3A',
          ':',
          '%%',
          '%253A',
          '\ud800',
          '\udc00',
          '\udc00\ud800',
          '%D800',
          '%uD800',
          '\ufffd',
        ];
        const odd = [...alike, 'a:b', '0', '__proto__', '\0', '\n', '🦙', '\ud83e', 'é', 'e\u0301', 'x'.repeat(5_000), ' '];
        for (const [number, id] of odd.entries())
          assert.ok((await begin(store).append('test:a', said(number, { messageIds: [id] }))).isNew, JSON.stringify(id));
        // Out of the tail, so that each is looked up by its own row.
        for (let number = 0; number < bounds.segmentTurnsMax; number += 1)
          await begin(store).append('test:a', said(1_000 + number));
        for (const [number, id] of odd.entries()) {
          const what = JSON.stringify(id.slice(0, 9));
          assert.deepEqual(
            texts([(await begin(store).findByMessage('test:a', id)) ?? assert.fail(what)]),
            [`text ${number}`],
            what,
          );
          assert.equal((await begin(store).append('test:a', said(99, { messageIds: [id] }))).isNew, false, what);
        }
        // One by one, so that two that shared a row would take each other away.
        for (const [number, id] of odd.entries()) {
          assert.equal(await begin(store).deleteMessages('test:a', [id]), 1);
          assert.equal(await begin(store).findByMessage('test:a', id), undefined);
          for (const other of odd.slice(number + 1))
            assert.ok(await begin(store).findByMessage('test:a', other), `${JSON.stringify(other)} after ${JSON.stringify(id)}`);
        }
        assert.equal(await begin(store).reset('test:a'), bounds.segmentTurnsMax);
        if (canTell) assert.deepEqual(await storedKeys(store), [head]);
      }));

    it(
      'leaves no row of what it deletes or resets, and none of a neighbour goes',
      { skip: !canTell && 'see crash.test.ts' },
      () =>
        withStore(async (store) => {
          const other = begin(store);
          for (let number = 0; number <= bounds.segmentTurnsMax; number += 1) await other.append('test:a:0', said(number));
          const neighbour = await storedKeys(store);
          assert.equal(neighbour.length, 2 + bounds.segmentTurnsMax);
          const own = async (): Promise<readonly string[]> => (await storedKeys(store)).filter((key) => !neighbour.includes(key));

          await fill(begin(store), many);
          const segments = [0, 1, 2, 3].map((number) => `segment:test:a:${number}`);
          const sealed = Array.from({ length: bounds.segmentTurnsMax * segments.length }, (_, number) => `m${number}`);
          assert.deepEqual(await own(), [head, ...sealed.map((id) => `message:test:a:${id}`), ...segments].sort());
          await begin(store).deleteMessages('test:a', sealed);
          assert.deepEqual(await own(), [head, ...segments].sort(), 'the index goes with the turns');
          assert.equal(await begin(store).reset('test:a'), many - sealed.length);
          assert.deepEqual(await own(), [head]);
          await fill(begin(store), many);
          assert.equal(await begin(store).reset('test:a'), many);
          assert.deepEqual(await own(), [head]);
          assert.deepEqual(
            (await storedKeys(store)).filter((key) => key !== head),
            neighbour,
          );
          assert.equal(await other.count('test:a:0'), bounds.segmentTurnsMax + 1);
        }),
    );

    it('refuses what is asked of one conversation while far too much waits, and forgets nothing of the rest', () =>
      withStore(async (store) => {
        const memory = begin(store);
        const asked = Array.from({ length: bounds.memoryOperationsMax + 1 }, () => memory.count('test:a'));
        const waiting = memory.append('test:b', said(0));
        const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
        assert.equal(refused.length, 1);
        await assert.rejects(asked.at(-1) ?? assert.fail(), { code: 'store-failed', isRetryable: true });
        assert.equal((await waiting).isNew, true, 'another conversation does not mind');
        assert.equal((await memory.append('test:a', said(0))).isNew, true, 'and it goes on');
      }));
  });
}
