import type { ValueStore } from '../../../src/access/kept-values.ts';

/** A store that counts, and can be told to fail. */
export const createStore = (initial: Readonly<Record<string, unknown>> = {}) => {
  const values = new Map<string, unknown>(Object.entries(initial));
  const calls = { get: 0, set: 0, delete: 0 };
  const state = { isBroken: false };
  const checked = (): void => {
    if (state.isBroken) throw new Error('disk gone');
  };
  const store: ValueStore = {
    get: async (key) => {
      calls.get += 1;
      checked();
      return structuredClone(values.get(key));
    },
    set: async (key, value) => {
      calls.set += 1;
      checked();
      values.set(key, structuredClone(value));
    },
    delete: async (key) => {
      calls.delete += 1;
      checked();
      return values.delete(key);
    },
  };
  return { store, values, calls, state };
};
