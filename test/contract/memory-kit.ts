// What the memory's contract suites share: the stores they run on, and something to say.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type Keyv from 'keyv';
import { bounds } from '../../src/core/bounds.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { Memory, NewTurn } from '../../src/core/memory.ts';
import { createMemory } from '../../src/memory/memory.ts';
import { openStore } from '../../src/store/store.ts';
import { createPlainStore } from './plain-store.ts';

export const folder = mkdtempSync(join(tmpdir(), 'paddock-memory-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** Every store the memory is held to its contract on; each call gives a fresh one. */
export const stores: Readonly<Record<string, () => Promise<Keyv>>> = {
  'memory://': () => openStore('memory://'),
  'sqlite://': () => openStore(`sqlite://${files++}.db`, { directory: folder }),
  'a Keyv of single keys': async () => createPlainStore().keyv,
};

/** The keys of all rows, looked up in the store itself; only for stores that can tell. */
export const storedKeys = async (store: Keyv): Promise<readonly string[]> => {
  assert.ok(store.iterator, 'this store can not tell what it holds');
  const keys: string[] = [];
  for await (const [key] of store.iterator(undefined)) keys.push(String(key));
  return keys.sort();
};

export const said = (number: number, change: Partial<NewTurn> = {}): NewTurn => ({
  role: number % 2 === 0 ? 'user' : 'assistant',
  speaker: { id: `test:${number % 3}`, name: `Speaker ${number % 3}` },
  text: `text ${number}`,
  at: 1_000 + number,
  messageIds: [`m${number}`],
  ...change,
});

export const texts = (turns: readonly Turn[]): readonly string[] => turns.map((turn) => turn.alternatives[turn.shown] ?? '');
export const expectedTexts = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => `text ${from + index}`);

/** Four sealed segments and a tail. */
export const many = bounds.segmentTurnsMax * 4 + 30;

export const begin = (store: Keyv): Memory => createMemory({ store, now: () => 5_000 });

/** Appends so many turns to `test:a`. */
export const fill = async (memory: Memory, count: number): Promise<readonly Turn[]> => {
  const turns: Turn[] = [];
  for (let number = 0; number < count; number += 1) turns.push((await memory.append('test:a', said(number))).turn);
  return turns;
};
export const idOf = (turns: readonly Turn[], number: number): string => turns[number]?.id ?? assert.fail();

/** Lends a fresh store, and closes it. */
export const lendStore = async (open: () => Promise<Keyv>, work: (store: Keyv) => Promise<void>): Promise<void> => {
  const store = await open();
  try {
    await work(store);
  } finally {
    await store.disconnect();
  }
};

/** Lends a memory on a fresh store, and closes it. */
export const withMemory = async (open: () => Promise<Keyv>, work: (memory: Memory) => Promise<void>): Promise<void> => {
  const memory = createMemory({ store: await open(), now: () => 5_000 });
  try {
    await work(memory);
  } finally {
    await memory.close();
  }
};
