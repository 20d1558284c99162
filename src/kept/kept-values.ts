import { PaddockError } from '../core/error.ts';
import type { Sentence } from '../core/sentence.ts';

/** What values are kept in; a Keyv is one. */
export type ValueStore = {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<boolean>;
};

/**
 * Small values by id in a store, those in use held in memory: each is read once, and a change is written before it counts. A store that
 * fails rejects, is asked again with the next call, and is never taken for an empty one.
 */
export interface KeptValues<Value> {
  get(id: string): Promise<Value>;
  /**
   * Changes of one id happen one after the other, so that none is lost. `work` gives the next value, or undefined to delete it; the same
   * value again writes nothing. What it throws rejects. Resolves with the value before and the one that is there now.
   */
  change(id: string, work: (value: Value) => Value | undefined): Promise<{ readonly before: Value; readonly after: Value }>;
}

/**
 * @param options.prefix goes before the id, with a colon.
 * @param options.read makes a value of what is stored, `undefined` where nothing is; must take anything.
 * @param options.write what is stored for a value [the value]
 * @param options.keptMax most values held in memory; the longest unused one goes first.
 * @param options.failed throws what a failing store means to people; `storeFailure` makes one.
 */
export const createKeptValues = <Value>({
  store,
  prefix,
  read,
  write = (value) => value,
  keptMax,
  failed,
}: {
  readonly store: ValueStore;
  readonly prefix: string;
  readonly read: (stored: unknown, id: string) => Value;
  readonly write?: (value: Value) => unknown;
  readonly keptMax: number;
  readonly failed: (cause: unknown) => never;
}): KeptValues<Value> => {
  const kept = new Map<string, Promise<Value>>();
  const changes = new Map<string, Promise<void>>();
  const keyOf = (id: string): string => `${prefix}:${id}`;

  const get = (id: string): Promise<Value> => {
    const value = kept.get(id) ?? store.get(keyOf(id)).then((stored) => read(stored ?? undefined, id), failed);
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
  const changed = async (id: string, work: (value: Value) => Value | undefined) => {
    const before = await get(id);
    const next = work(before);
    if (next === before) return { before, after: before };
    await (next === undefined ? store.delete(keyOf(id)) : store.set(keyOf(id), write(next))).catch(failed);
    const after = next ?? read(undefined, id);
    hold(id, Promise.resolve(after));
    return { before, after };
  };

  return {
    get,
    change: (id, work) => {
      const done = (changes.get(id) ?? Promise.resolve()).then(() => changed(id, work));
      const forget = () => {
        if (changes.get(id) === settled) changes.delete(id);
      };
      const settled: Promise<void> = done.then(forget, forget);
      changes.set(id, settled);
      return done;
    },
  };
};

/** For a store that fails: throws an error that can be tried again, with what people are told. */
export const storeFailure =
  (message: string, userText: Sentence) =>
  (cause: unknown): never => {
    throw new PaddockError('store-failed', message, { userText, isRetryable: true, cause });
  };
