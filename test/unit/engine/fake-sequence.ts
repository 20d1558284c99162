// Stands for a sequence of the library: it holds tokens and writes them into files, and a test reads what was done with it.
import { readFileSync, writeFileSync } from 'node:fs';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Slot } from '../../../src/engine/llama/child/slots.ts';

export type FakeSequence = LlamaContextSequence & { readonly calls: readonly string[]; tokens: readonly number[] };

/** @param bytesPerToken of its files */
export const fakeSequence = (tokens: readonly number[] = [], bytesPerToken = 8): FakeSequence => {
  const calls: string[] = [];
  const fake = {
    calls,
    tokens,
    get contextTokens() {
      return [...fake.tokens];
    },
    get nextTokenIndex() {
      return fake.tokens.length;
    },
    clearHistory: async () => {
      calls.push('clear');
      fake.tokens = [];
    },
    dispose: async () => void calls.push('dispose'),
    adaptStateToTokens: async (wanted: readonly number[]) => {
      const differing = fake.tokens.findIndex((token, index) => token !== wanted[index]);
      if (differing !== -1) fake.tokens = fake.tokens.slice(0, differing);
    },
    evaluateWithoutGeneratingNewTokens: async (more: readonly number[]) => {
      calls.push(`evaluate ${more.length}`);
      fake.tokens = [...fake.tokens, ...more];
    },
    saveStateToFile: async (path: string) => {
      calls.push('save');
      const text = JSON.stringify(fake.tokens).padEnd(fake.tokens.length * bytesPerToken);
      writeFileSync(path, text);
      return { fileSize: text.length };
    },
    loadStateFromFile: async (path: string) => {
      calls.push('load');
      fake.tokens = JSON.parse(readFileSync(path, 'utf8')) as number[];
    },
    _copyStateFromOtherSequence: async (from: FakeSequence, count: number) => {
      calls.push(`copy ${count}`);
      fake.tokens = from.tokens.slice(0, count);
      return true;
    },
  };
  return fake as unknown as FakeSequence;
};

export const fakeSlot = (sequence: FakeSequence, change: Partial<Slot> = {}): Slot => ({
  index: 0,
  sequence,
  draft: undefined,
  owner: undefined,
  user: undefined,
  isForgotten: false,
  isKept: false,
  lastUse: 1,
  ...change,
});

/** So many tokens that stand for a text of one's own. */
export const textOf = (first: number, count: number): readonly Token[] =>
  Array.from({ length: count }, (_, index) => first * 1000 + index) as Token[];
