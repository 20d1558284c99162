// A crash between any two writes, on a store without transactions: what was acknowledged is there, once and
// in order; what was under way happened wholly or not at all; nothing is left over.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Turn } from '../../../src/core/conversation.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { type ConversationLog, openConversationLog } from '../../../src/memory/conversation-log.ts';
import { createRecords } from '../../../src/memory/records.ts';
import { createPlainStore, type PlainStore } from '../../contract/plain-store.ts';

const conversation = 'test:a';

const open = (store: PlainStore): Promise<ConversationLog> =>
  openConversationLog(conversation, {
    records: createRecords(store.keyv),
    bounds: { segmentTurnsMax: 3, segmentCharactersMax: 1_000 },
    now: () => 0,
    logger: silentLogger,
  });

type Step =
  | { readonly kind: 'append'; readonly ids: readonly string[] }
  | { readonly kind: 'edit'; readonly id: string }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'clear' }
  /** The turn at a place in order is written again, and others carry it. */
  | { readonly kind: 'change'; readonly at: number; readonly ids: readonly string[] }
  /** All but so many turns at the beginning go. */
  | { readonly kind: 'cut'; readonly kept: number }
  /** So many turns are taken over, if there are none. */
  | { readonly kind: 'fill'; readonly count: number }
  | { readonly kind: 'configure'; readonly personaId: string };

type Model = {
  readonly turns: readonly { readonly text: string; readonly ids: readonly string[] }[];
  readonly personaId?: string;
};

const carries = (turn: { readonly ids: readonly string[] }, ids: readonly string[]): boolean =>
  turn.ids.some((id) => ids.includes(id));

/** What a step makes of the memory, by the book. */
const next = (model: Model, step: Step, text: string): Model => {
  switch (step.kind) {
    case 'append':
      if (model.turns.some((turn) => carries(turn, step.ids))) return model;
      return { ...model, turns: [...model.turns, { text, ids: step.ids }] };
    case 'edit':
      return { ...model, turns: model.turns.map((turn) => (carries(turn, [step.id]) ? { ...turn, text } : turn)) };
    case 'remove':
      return { ...model, turns: model.turns.filter((turn) => !carries(turn, step.ids)) };
    case 'clear':
      return { ...model, turns: [] };
    case 'change': {
      const isFree = !model.turns.some((turn, index) => index !== step.at && carries(turn, step.ids));
      const { turns } = model;
      return isFree && turns[step.at] ? { ...model, turns: turns.with(step.at, { text, ids: step.ids }) } : model;
    }
    case 'cut':
      return { ...model, turns: model.turns.slice(0, step.kept) };
    case 'fill':
      if (model.turns.length > 0) return model;
      return { ...model, turns: Array.from({ length: step.count }, (_, index) => ({ text: `${text}.${index}`, ids: [] })) };
    case 'configure':
      return { ...model, personaId: step.personaId };
    default:
      return step satisfies never;
  }
};

/** The step as memory.ts does it: one log for one operation. */
const run = async (store: PlainStore, step: Step, text: string): Promise<void> => {
  const log = await open(store);
  switch (step.kind) {
    case 'append': {
      for (const id of step.ids) if ((await log.find(id)) !== undefined) return;
      const speaker = { id: 'test:1', name: 'Ann' };
      await log.append({ role: step.ids.length % 2 === 0 ? 'user' : 'assistant', speaker, text, at: 0, messageIds: step.ids });
      return;
    }
    case 'edit':
      await log.edit(step.id, text);
      return;
    case 'remove':
      await log.remove(step.ids);
      return;
    case 'clear':
      await log.clear();
      return;
    case 'change': {
      for (const id of step.ids) {
        const other = await log.find(id);
        if (other !== undefined && other.id !== (await log.turns({}))[step.at]?.id) return;
      }
      const turn = (await log.turns({}))[step.at];
      if (turn) await log.change(turn.id, { kind: 'replace', text, messageIds: step.ids });
      return;
    }
    case 'cut':
      await log.removeAfter(step.kept === 0 ? '' : ((await log.turns({}))[step.kept - 1]?.id ?? 'z'));
      return;
    case 'fill': {
      const turns = Array.from({ length: step.count }, (_, index): Turn => {
        const speaker = { id: 'test:1', name: 'Ann' };
        return { id: String(index), role: 'user', speaker, alternatives: [`${text}.${index}`], shown: 0, at: 0, messageIds: [] };
      });
      await log.fill(turns, {});
      return;
    }
    case 'configure':
      return log.configure({ personaId: step.personaId });
    default:
      return step satisfies never;
  }
};

const stateOf = async (store: PlainStore): Promise<Model> => {
  const log = await open(store);
  const turns = await log.turns({});
  const ids = turns.map((turn) => turn.id);
  assert.deepEqual([...new Set(ids)].sort(), ids, 'ids are unique and ascend');
  assert.equal(log.head.count, turns.length);
  assert.equal(log.head.answers, turns.filter(({ role }) => role === 'assistant').length);
  assert.equal(log.head.pending, undefined);
  const { personaId } = log.head.settings;
  return {
    turns: turns.map((turn) => ({ text: turn.alternatives[0] ?? '', ids: turn.messageIds })),
    ...(personaId === undefined ? {} : { personaId }),
  };
};

/** Exactly the rows that the head accounts for: its segments, and an index entry for each message in them. */
const assertNothingLeftOver = async (store: PlainStore): Promise<void> => {
  const { head, find } = await open(store);
  const expected = new Set([`paddock:conversation:${conversation}`]);
  const records = createRecords(store.keyv);
  for (let number = head.firstSegment; number < head.nextSegment; number += 1) {
    expected.add(`paddock:segment:${conversation}:${number}`);
    for (const turn of await records.readSegment(conversation, number)) {
      for (const id of turn.messageIds) {
        expected.add(`paddock:message:${conversation}:${id}`);
        assert.equal((await find(id))?.id, turn.id, 'every sealed message is found');
      }
    }
  }
  if (!store.rows.has(`paddock:conversation:${conversation}`)) expected.clear();
  assert.deepEqual(new Set(store.rows.keys()), expected);
};

/** One way in which the store fails while the steps run. */
type Failure = { readonly arm: (store: PlainStore) => void; readonly isDead: boolean };

/** What the n-th write of all may come to; the one read that fails comes to nothing more. */
const failuresOf = (kind: 'write' | 'read', position: number): readonly Failure[] =>
  kind === 'read'
    ? [{ arm: (store) => store.failReadAt(position), isDead: false }]
    : [false, true].flatMap((isApplied) =>
        [false, true].map((isDead) => ({ arm: (store) => store.failAt(position, { isApplied, isDead }), isDead })),
      );

/** Runs the steps into a failure. One that comes behind what was asked for is not told: all steps are done then. */
const runInto = async (steps: readonly Step[], { arm }: Failure) => {
  const store = createPlainStore();
  arm(store);
  let model: Model = { turns: [] };
  for (const [index, step] of steps.entries()) {
    const wanted = next(model, step, `text ${index}`);
    try {
      await run(store, step, `text ${index}`);
      model = wanted;
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'store-failed', String(error));
      return { store, before: model, after: wanted, left: steps.slice(index), index };
    }
  }
  return { store, before: model, after: model, left: [], index: steps.length };
};

const countAll = async (kind: 'write' | 'read', steps: readonly Step[]): Promise<number> => {
  const store = createPlainStore();
  for (const [index, step] of steps.entries()) await run(store, step, `text ${index}`);
  return kind === 'write' ? store.costs.writes : store.costs.reads;
};

/** Lets each write (or read) fail in turn, and looks at what comes after. Returns how many there were. */
const failEverywhere = async (kind: 'write' | 'read', steps: readonly Step[]): Promise<number> => {
  const count = await countAll(kind, steps);
  for (let position = 0; position < count; position += 1) {
    for (const failure of failuresOf(kind, position)) {
      const crash = await runInto(steps, failure);
      const { before, after, left, index } = crash;
      // The rows are what the disk kept; with a store that only failed once, the same one goes on.
      const store = failure.isDead ? createPlainStore(crash.store.rows) : crash.store;
      const found = await stateOf(store);
      const happened = found.turns.length !== before.turns.length || JSON.stringify(found) !== JSON.stringify(before);
      assert.deepEqual(found, happened ? after : before);
      await assertNothingLeftOver(store);

      // The step is asked for again, as a platform delivers a message again, and the rest follows.
      let model = found;
      for (const [offset, step] of left.entries()) {
        const text = `text ${index + offset}`;
        model = next(model, step, text);
        await run(store, step, text);
      }
      assert.deepEqual(await stateOf(store), model);
      await assertNothingLeftOver(store);
      await run(store, { kind: 'clear' }, '');
      store.rows.delete(`paddock:conversation:${conversation}`);
      assert.deepEqual([...store.rows.keys()], []);
    }
  }
  return count;
};

const append = (...ids: string[]): Step => ({ kind: 'append', ids });

/** Comes by everything: seals, edits and removes in the tail and in segments, empties a segment, clears. */
const script: readonly Step[] = [
  { kind: 'configure', personaId: 'helper' },
  ...['1', '2', '3', '4', '5', '6', '7', '8'].map((id) => append(id, `${id} again`)),
  { kind: 'edit', id: '1' },
  { kind: 'edit', id: '8' },
  { kind: 'remove', ids: ['2', '5 again', '8'] },
  append('9'),
  append('2'),
  { kind: 'remove', ids: ['1', '3'] },
  { kind: 'change', at: 0, ids: ['4', 'new', 'newer'] },
  { kind: 'change', at: 0, ids: ['newer'] },
  { kind: 'change', at: 4, ids: [] },
  { kind: 'cut', kept: 4 },
  append('5'),
  { kind: 'cut', kept: 1 },
  ...['6', '7', '8', '9'].map((id) => append(id)),
  { kind: 'clear' },
  { kind: 'fill', count: 8 },
  append('1'),
  { kind: 'cut', kept: 0 },
  ...['1', '2', '3', '4'].map((id) => append(id)),
  // An answer fills the tail, which is sealed behind it.
  { kind: 'clear' },
  append('1', '1 again'),
  append('2', '2 again'),
  append('3'),
  append('4'),
];

describe('a crash of the memory', () => {
  it('at any write of a conversation', async () => {
    const writes = await failEverywhere('write', script);
    assert.ok(writes > 60, `only ${writes} writes were tried`);
  });

  it('at any write or read of anything', async () => {
    const id = fc.nat({ max: 12 }).map(String);
    const ids = (maxLength: number) => fc.uniqueArray(id, { maxLength });
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 10, arbitrary: ids(2).map((ids): Step => ({ kind: 'append', ids })) },
      { weight: 2, arbitrary: id.map((id): Step => ({ kind: 'edit', id })) },
      { weight: 3, arbitrary: ids(4).map((ids): Step => ({ kind: 'remove', ids })) },
      { weight: 1, arbitrary: fc.constant<Step>({ kind: 'clear' }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), at: fc.nat({ max: 9 }), ids: ids(2) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), kept: fc.nat({ max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const), count: fc.nat({ max: 8 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        await failEverywhere('write', steps);
        await failEverywhere('read', steps);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a read of the memory that fails once', () => {
  it('at any read of a conversation, is told, harms nothing and is made up for by the next call', async () => {
    const reads = await failEverywhere('read', script);
    assert.ok(reads > 40, `only ${reads} reads were tried`);
  });
});
