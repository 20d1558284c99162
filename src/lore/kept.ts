/** What was made lately and may be used again: the latest used so many, and so much of it together. */
export interface Kept<Value> {
  /** What is kept under a key, or what `make` gives, which runs once at a time. */
  get(key: string, make: () => Promise<{ readonly value: Value | undefined; readonly size: number }>): Promise<Value | undefined>;
  delete(key: string): void;
  clear(): void;
}

export const createKept = <Value>(countMax: number, sizeMax: number): Kept<Value> => {
  type Made = { readonly promise: Promise<Value | undefined>; size: number };
  const made = new Map<string, Made>();
  let sizeOfAll = 0;
  const remove = (key: string): void => {
    sizeOfAll -= made.get(key)?.size ?? 0;
    made.delete(key);
  };
  const drop = (): void => {
    for (const key of made.keys()) {
      // What is used now stays, however large it is.
      if ((made.size <= countMax && sizeOfAll <= sizeMax) || made.size === 1) return;
      remove(key);
    }
  };
  return {
    get: (key, make) => {
      const found = made.get(key);
      if (found !== undefined) {
        made.delete(key);
        made.set(key, found);
        return found.promise;
      }
      const making = make();
      const one: Made = {
        promise: making.then(({ value, size }) => {
          // It may have been taken away while it was made.
          if (made.get(key) === one) {
            one.size = size;
            sizeOfAll += size;
            drop();
          }
          return value;
        }),
        size: 0,
      };
      made.set(key, one);
      // What failed is tried again.
      one.promise.catch(() => made.get(key) === one && remove(key));
      return one.promise;
    },
    delete: remove,
    clear: () => {
      made.clear();
      sizeOfAll = 0;
    },
  };
};
