import { Worker } from 'node:worker_threads';
import type { PaddockError } from '../core/error.ts';
import { type SqliteFailure, storeFailure } from './sqlite-failure.ts';
import type { SqliteTable } from './sqlite-table.ts';
import type { SqliteCall, SqliteRequest, SqliteResponse } from './sqlite-worker.ts';

/**
 * A store file, reached without blocking. Every call rejects with a `PaddockError` (`store-failed`)
 * when SQLite can't do it; calls are done one after the other in the order in which they were made.
 */
export type SqliteConnection = {
  /** Absolute path of the file. */
  readonly path: string;
  call<Name extends keyof SqliteTable>(
    name: Name,
    ...values: Parameters<SqliteTable[Name]>
  ): Promise<ReturnType<SqliteTable[Name]>>;
  /** Closes the file once all earlier calls are done; later ones are refused. May be called again. */
  close(): Promise<void>;
};

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: PaddockError) => void };

/** Connects to the file at an absolute path; it is opened, or created, by the first call. */
export const connectSqlite = (path: string): SqliteConnection => {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { name: 'sqlite', workerData: path });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: SqliteFailure | undefined;
  let closed: Promise<void> | undefined;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  const fail = (cause: SqliteFailure): void => {
    failure ??= cause;
    for (const { reject } of waiting.values()) reject(storeFailure(failure, path));
    waiting.clear();
  };
  worker.on('message', (response: SqliteResponse) => {
    const waiter = waiting.get(response.id);
    waiting.delete(response.id);
    // An idle connection that nobody closed keeps no process alive.
    if (waiting.size === 0) worker.unref();
    if ('failure' in response) waiter?.reject(storeFailure(response.failure, path));
    else waiter?.resolve(response.value);
  });
  worker.on('error', (error) => fail({ code: 'THREAD', message: error instanceof Error ? error.message : String(error) }));
  worker.on('exit', () => fail({ code: 'CLOSED', message: 'the store is closed' }));
  worker.unref();

  const send = (call: SqliteCall): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(storeFailure(failure, path));
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.ref();
      worker.postMessage({ id: lastId, call } satisfies SqliteRequest);
    });

  return {
    path,
    call: async (name, ...values) => {
      if (closed !== undefined) throw storeFailure({ code: 'CLOSED', message: 'the store is closed' }, path);
      const value = await send({ name, arguments: values } as unknown as SqliteCall);
      return value as ReturnType<SqliteTable[typeof name]>;
    },
    close: () => {
      closed ??= (failure === undefined ? send({ name: 'close', arguments: [] }) : Promise.resolve()).then(() => {
        worker.ref();
        return exited;
      });
      return closed;
    },
  };
};
