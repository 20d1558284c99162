// The thread in which SQLite runs: a write waits here for the disk (or for another process that holds
// the file) while the bot's own thread goes on answering heartbeats.
import { parentPort, workerData } from 'node:worker_threads';
import { type SqliteFailure, sqliteFailureOf } from './sqlite-failure.ts';
import { openSqliteTable, type SqliteTable } from './sqlite-table.ts';

/** One call of a table's function. */
export type SqliteCall = {
  [Name in keyof SqliteTable]: { readonly name: Name; readonly arguments: Parameters<SqliteTable[Name]> };
}[keyof SqliteTable];

export type SqliteRequest = { readonly id: number; readonly call: SqliteCall };

export type SqliteResponse =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: SqliteFailure };

/** Commits after which the file's log is moved into it, as soon as nothing was asked for so long (milliseconds). */
const checkpoint = { commits: 100, idleMs: 50 };

const serve = (path: string, port: NonNullable<typeof parentPort>): void => {
  let table: SqliteTable | undefined;
  let idle: NodeJS.Timeout | undefined;

  const checkpointWhenIdle = (): void => {
    clearTimeout(idle);
    if (!table || table.commits() < checkpoint.commits) return;
    idle = setTimeout(() => {
      try {
        table?.checkpoint();
      } catch {
        // Nothing was lost: what keeps it from being moved is told to whoever asks for something next.
      }
    }, checkpoint.idleMs);
    // An idle thread keeps no process alive.
    idle.unref();
  };

  const answer = (call: SqliteCall): unknown => {
    if (call.name === 'close') return table?.close();
    // Opened by the first call, so that a file that can't be opened fails calls, and may be mended meanwhile.
    table ??= openSqliteTable(path);
    const run = table[call.name] as (...values: readonly unknown[]) => unknown;
    return run(...call.arguments);
  };

  port.on('message', ({ id, call }: SqliteRequest) => {
    try {
      port.postMessage({ id, value: answer(call) } satisfies SqliteResponse);
    } catch (error) {
      port.postMessage({ id, failure: sqliteFailureOf(error) } satisfies SqliteResponse);
    }
    if (call.name === 'close') {
      clearTimeout(idle);
      port.close();
    } else checkpointWhenIdle();
  });
};

if (parentPort !== null) serve(String(workerData), parentPort);
