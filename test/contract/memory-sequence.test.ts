// Whatever is asked of the memory, in whatever order, it does as an array would.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Memory } from '../../src/core/memory.ts';
import { withMemory as lend, said, stores, texts } from './memory-kit.ts';

for (const [name, open] of Object.entries(stores)) {
  describe(`the memory on ${name}`, () => {
    const withMemory = (work: (memory: Memory) => Promise<void>): Promise<void> => lend(open, work);
    it('does as an array would, for any sequence of calls', async () => {
      const messageId = fc.nat({ max: 80 }).map((number) => `m${number}`);
      const step = fc.oneof(
        { weight: 8, arbitrary: fc.record({ kind: fc.constant('append' as const), ids: fc.array(messageId, { maxLength: 2 }) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), id: messageId }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), ids: fc.array(messageId, { maxLength: 4 }) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), at: fc.nat({ max: 150 }) }) },
        {
          weight: 2,
          arbitrary: fc.record({ kind: fc.constant('pin' as const), at: fc.nat({ max: 150 }), isPinned: fc.boolean() }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), kept: fc.nat({ max: 150 }) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('burst' as const), count: fc.nat({ max: 100 }) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), isMeant: fc.boolean() }) },
      );
      const counted = (turns: readonly { role: string }[]) => ({
        turns: turns.length,
        answers: turns.filter(({ role }) => role === 'assistant').length,
      });
      const carries = (turn: { ids: readonly string[] }, ids: readonly string[]) => turn.ids.some((id) => ids.includes(id));
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          await withMemory(async (memory) => {
            let model: { text: string; role: 'user' | 'assistant'; ids: readonly string[]; pinnedAt?: number }[] = [];
            let number = 0;
            const pinned = () =>
              model
                .filter(({ pinnedAt }) => pinnedAt !== undefined)
                .sort((one, other) => (one.pinnedAt ?? 0) - (other.pinnedAt ?? 0));
            const append = async (ids: readonly string[]): Promise<void> => {
              const text = `text ${number++}`;
              const role = number % 3 === 0 ? 'assistant' : 'user';
              const isNew = !model.some((turn) => carries(turn, ids));
              assert.equal((await memory.append('test:a', said(0, { text, role, messageIds: ids }))).isNew, isNew);
              if (isNew) model.push({ text, role, ids });
            };
            for (const step of steps) {
              if (step.kind === 'append') await append(step.ids);
              else if (step.kind === 'burst') for (let left = step.count; left > 0; left -= 1) await append([]);
              else if (step.kind === 'edit') {
                const text = `edited ${number++}`;
                const turn = model.find((turn) => carries(turn, [step.id]));
                assert.equal(await memory.editMessage('test:a', step.id, text), turn !== undefined);
                if (turn !== undefined) turn.text = text;
              } else if (step.kind === 'delete') {
                const left = model.filter((turn) => !carries(turn, step.ids));
                assert.equal(await memory.deleteMessages('test:a', step.ids), model.length - left.length);
                model = left;
              } else if (step.kind === 'change') {
                const text = `changed ${number++}`;
                const turn = model[step.at];
                const id = (await memory.turns('test:a'))[step.at]?.id ?? '';
                assert.equal((await memory.change('test:a', id, { kind: 'add', text }))?.id, turn && id);
                if (turn !== undefined) turn.text = text;
              } else if (step.kind === 'pin') {
                const turn = model[step.at];
                const id = (await memory.turns('test:a'))[step.at]?.id ?? '';
                const isChanged = turn !== undefined && (turn.pinnedAt !== undefined) !== step.isPinned;
                const expected = isChanged ? 'changed' : turn === undefined && step.isPinned ? 'unknown' : 'unchanged';
                assert.equal(await memory.pin('test:a', id, step.isPinned), expected);
                if (isChanged && step.isPinned) turn.pinnedAt = number++;
                else if (isChanged) delete turn.pinnedAt;
              } else if (step.kind === 'cut') {
                const id = step.kept === 0 ? '' : (await memory.turns('test:a'))[step.kept - 1]?.id;
                if (id !== undefined) assert.equal((await memory.removeAfter('test:a', id)).count, model.length - step.kept);
                if (id !== undefined) model = model.slice(0, step.kept);
              } else if (step.isMeant) {
                assert.equal(await memory.reset('test:a'), model.length);
                model = [];
              }
              assert.equal(await memory.count('test:a'), model.length);
              assert.deepEqual(await memory.counts('test:a'), counted(model));
            }
            const all = await memory.turns('test:a');
            for (const [index, { id }] of all.entries())
              assert.deepEqual(await memory.counts('test:a', id), counted(model.slice(0, index + 1)));
            assert.deepEqual(await memory.counts('test:a', ''), counted([]));
            assert.equal((await memory.first('test:a'))?.id, all[0]?.id);
            const model_ = model.map(({ text }) => text);
            assert.deepEqual(texts(all), model_);
            const { pins = [] } = await memory.settings('test:a');
            const textOf = new Map(all.map((turn) => [turn.id, texts([turn])[0]]));
            assert.deepEqual(
              pins.map((id) => textOf.get(id)),
              pinned().map(({ text }) => text),
            );
            assert.deepEqual(texts(await memory.turns('test:a', { newest: 10 })), model_.slice(-10));
            const middle = Math.floor(all.length / 2);
            assert.deepEqual(texts(await memory.turns('test:a', { fromId: all[middle]?.id ?? '' })), model_.slice(middle));
          });
        }),
        { numRuns: name === 'sqlite://' ? 10 : 30 },
      );
    });
  });
}
