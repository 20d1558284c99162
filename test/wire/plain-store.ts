import type { ValueStore } from '../../src/kept/kept-values.ts';

/** A store that outlives who uses it. Values are kept as text, so that nobody holds what is in it. */
export const createPlainStore = (): ValueStore & { readonly size: number } => {
  const values = new Map<string, string>();
  return {
    get: async (key) => {
      const text = values.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    set: async (key, value) => void values.set(key, JSON.stringify(value)),
    delete: async (key) => values.delete(key),
    get size() {
      return values.size;
    },
  };
};
