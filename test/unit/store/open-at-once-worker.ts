// One of several threads that open the same new files, each file at the same moment as the others.
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteTable } from '../../../src/store/sqlite-table.ts';

/** `arrived` holds for each file how many threads are at it. */
export type OpenAtOnce = { readonly folder: string; readonly threads: number; readonly arrived: Int32Array<SharedArrayBuffer> };

const { folder, threads, arrived }: OpenAtOnce = workerData;
const failures: string[] = [];
for (let file = 0; file < arrived.length; file += 1) {
  if (Atomics.add(arrived, file, 1) + 1 === threads) Atomics.notify(arrived, file);
  for (let there = Atomics.load(arrived, file); there < threads; there = Atomics.load(arrived, file))
    Atomics.wait(arrived, file, there);
  try {
    const table = openSqliteTable(join(folder, `${file}.db`));
    table.setMany([{ key: 'key', value: 'value' }], 0);
    table.close();
  } catch (error) {
    failures.push(String(error));
  }
}
parentPort?.postMessage(failures);
