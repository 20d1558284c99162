import { PaddockError } from '../core/error.ts';
import { sentence } from '../core/sentence.ts';

/** What values are kept in; a Keyv is one. */
export type ValueStore = {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<boolean>;
};

/** Small values by id, those in use held in memory. A failing store rejects with `store-failed`, and is never taken for an empty one. */
export interface KeptValues<Value> {
  get(id: string): Promise<Value>;
  /** Changes one value after the other; undefined deletes it. The same value is not written again. */
  change(id: string, work: (value: Value) => Value | undefined): Promise<Value>;
}

/**
 * @param options.prefix goes before the id, with a colon.
 * @param options.read makes a value of what is stored, `undefined` where nothing is; must take anything.
 * @param options.keptMax most values held in memory; the longest unused one goes first.
 */
export const createKeptValues = <Value>({
  store,
  prefix,
  read,
  keptMax,
}: {
  readonly store: ValueStore;
  readonly prefix: string;
  readonly read: (stored: unknown) => Value;
  readonly keptMax: number;
}): KeptValues<Value> => {
  const kept = new Map<string, Promise<Value>>();
  let changes: Promise<unknown> = Promise.resolve();
  const keyOf = (id: string): string => `${prefix}:${id}`;

  const get = (id: string): Promise<Value> => {
    const value = kept.get(id) ?? store.get(keyOf(id)).then((stored) => read(stored ?? undefined), storeFailed);
    hold(id, value);
    // What could not be read is asked for again.
    value.catch(() => kept.get(id) === value && kept.delete(id));
    return value;
  };
  const hold = (id: string, value: Promise<Value>): void => {
    kept.delete(id);
    kept.set(id, value);
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
  };

  return {
    get,
    change(id, work) {
      // One after the other, so that none is lost.
      const done = changes.then(async () => {
        const before = await get(id);
        const after = work(before);
        if (after === before) return before;
        await (after === undefined ? store.delete(keyOf(id)) : store.set(keyOf(id), after)).catch(storeFailed);
        const value = after ?? read(undefined);
        hold(id, Promise.resolve(value));
        return value;
      });
      changes = done.catch(() => undefined);
      return done;
    },
  };
};

const storeFailed = (cause: unknown): never => {
  throw new PaddockError('store-failed', 'what is kept of users and servers could not be read or written', {
    userText: sentence('memoryUnreachable'),
    isRetryable: true,
    cause,
  });
};
