import type { ValueStore } from '../../src/kept/kept-values.ts';

/** A store in memory that keeps copies, as real ones do. It counts what it is asked for, and fails while `state.isBroken`. */
export const createValueStore = (initial: Readonly<Record<string, unknown>> = {}) => {
  const values = new Map<string, unknown>(Object.entries(initial));
  const calls = { get: 0, set: 0, delete: 0 };
  const state = { isBroken: false };
  const count = (call: keyof typeof calls): void => {
    calls[call] += 1;
    if (state.isBroken) throw new Error('disk gone');
  };
  const store: ValueStore = {
    get: async (key) => {
      count('get');
      return structuredClone(values.get(key));
    },
    set: async (key, value) => {
      count('set');
      values.set(key, structuredClone(value));
    },
    delete: async (key) => {
      count('delete');
      return values.delete(key);
    },
  };
  return { ...store, values, calls, state };
};
