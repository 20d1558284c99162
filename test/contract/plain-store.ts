import Keyv from 'keyv';
import { deserialise, serialise } from '../../src/store/envelope.ts';

/** What a store was asked for. */
export type Costs = { reads: number; writes: number; bytesWritten: number };

/**
 * A Keyv on the least that a backend may offer: single keys, no transactions. It counts its costs, keeps
 * its rows in the open, and fails when told: `failAt(n)` lets the n-th write from now (0 is the next)
 * fail, before or after it took place, and with `isDead` everything that follows it, as after a crash;
 * `failReadAt(n)` lets the n-th read fail, and nothing else.
 */
export type PlainStore = {
  readonly keyv: Keyv;
  readonly rows: Map<string, string>;
  readonly costs: Costs;
  failAt(write: number, how: { readonly isApplied: boolean; readonly isDead: boolean }): void;
  failReadAt(read: number): void;
  /** Reads fail until told otherwise. */
  failReads(isFailing: boolean): void;
};

export const createPlainStore = (rows: Map<string, string> = new Map()): PlainStore => {
  const costs: Costs = { reads: 0, writes: 0, bytesWritten: 0 };
  let failing: { write: number; readonly isApplied: boolean; readonly isDead: boolean } | undefined;
  let isDead = false;
  let isUnreadable = false;
  let readsToFailure: number | undefined;

  const read = <Result>(result: () => Result): Result => {
    costs.reads += 1;
    if (isDead || isUnreadable) throw new Error('read failed');
    if (readsToFailure !== undefined) {
      readsToFailure -= 1;
      if (readsToFailure < 0) {
        readsToFailure = undefined;
        throw new Error('read failed');
      }
    }
    return result();
  };
  const write = <Result>(result: () => Result): Result => {
    costs.writes += 1;
    if (isDead) throw new Error('write failed');
    if (failing === undefined) return result();
    failing.write -= 1;
    if (failing.write >= 0) return result();
    isDead = failing.isDead;
    if (failing.isApplied) result();
    failing = undefined;
    throw new Error('write failed');
  };

  const store = {
    opts: {},
    on: () => store,
    // Each on its own, and one after the other: what a parallel `setMany` of Keyv may leave half done.
    get: async (key: string) => read(() => rows.get(key)),
    set: async (key: string, value: string) =>
      write(() => {
        costs.bytesWritten += Buffer.byteLength(key) + Buffer.byteLength(value);
        rows.set(key, value);
        return true;
      }),
    delete: async (key: string) => write(() => rows.delete(key)),
    clear: async () => write(() => rows.clear()),
  };
  return {
    keyv: new Keyv({ store, namespace: 'paddock', throwOnErrors: true, serialize: serialise, deserialize: deserialise }),
    rows,
    costs,
    failAt: (at, how) => {
      failing = { write: at, ...how };
    },
    failReadAt: (at) => {
      readsToFailure = at;
    },
    failReads: (isFailing) => {
      isUnreadable = isFailing;
    },
  };
};
