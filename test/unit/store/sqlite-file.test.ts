// What happens around the file: who else has it open, what it is like, and how long it takes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import Keyv from 'keyv';
import { createSqliteAdapter } from '../../../src/store/sqlite-adapter.ts';
import { connectSqlite, type SqliteConnection } from '../../../src/store/sqlite-connection.ts';
import { openSqliteTable } from '../../../src/store/sqlite-table.ts';
import type { OpenAtOnce } from './open-at-once-worker.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-file-'));
after(() => rmSync(folder, { recursive: true }));

const withFile = async (name: string, work: (connection: SqliteConnection, path: string) => Promise<void>): Promise<void> => {
  const path = join(folder, name);
  const connection = connectSqlite(path);
  try {
    await work(connection, path);
  } finally {
    await connection.close();
  }
};

const rows = 400;
const keys = Array.from({ length: rows }, (_, number) => `key ${number}`);
/** Some hundred pages. */
const fill = (path: string): Promise<void> =>
  withFile(path, async (connection) => {
    await createSqliteAdapter(connection).setMany(keys.map((key) => ({ key, value: `{"value":"${'x'.repeat(2_500)}"}` })));
  });

/** How each key is read: its text, or the code of the error. */
const readEach = (path: string): Promise<ReadonlyMap<string, number>> => {
  const outcomes = new Map<string, number>();
  return withFile(path, async (connection) => {
    const adapter = createSqliteAdapter(connection);
    for (const key of keys) {
      const outcome: string = await adapter.get(key).then(
        (value) => (value === undefined ? 'absent' : 'there'),
        (error: { code: string; message: string }) => `${error.code}, ${/damaged|not a database|disk/.exec(error.message)}`,
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }).then(() => outcomes);
};

describe('the file of the SQLite store', () => {
  it('can be created by many at the same moment', async () => {
    const own = join(folder, 'at once');
    const [threads, files] = [4, 150];
    const arrived = new Int32Array(new SharedArrayBuffer(files * Int32Array.BYTES_PER_ELEMENT));
    const workers = Array.from(
      { length: threads },
      () =>
        new Worker(new URL('./open-at-once-worker.ts', import.meta.url), {
          workerData: { folder: own, threads, arrived } satisfies OpenAtOnce,
        }),
    );
    const failures = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
    assert.deepEqual(failures.flat(), []);
  });

  it('can be used by two at once, each of which sees what the other wrote', () =>
    withFile('two.db', (one) =>
      withFile('two.db', async (two) => {
        const adapters = [createSqliteAdapter(one), createSqliteAdapter(two)];
        const both = Array.from({ length: 100 }, (_, number) => number);
        await Promise.all(
          both.flatMap((number) => adapters.map((adapter, index) => adapter.set(`${index}:${number}`, String(number)))),
        );
        for (const adapter of adapters)
          for (const index of [0, 1])
            assert.deepEqual(await adapter.getMany?.(both.map((number) => `${index}:${number}`)), both.map(String));
        await adapters[0]?.disconnect?.();
        await adapters[1]?.set('still', 'open');
        assert.equal(await adapters[1]?.get('0:99'), '99');
      }),
    ));

  it('takes a big write without holding up this thread (PITFALLS 31)', () =>
    withFile('big.db', async (connection) => {
      const adapter = createSqliteAdapter(connection);
      await adapter.set('small', 'x');
      const value = 'x'.repeat(16 * 1024 * 1024);
      let isWritten = false;
      const writing = adapter.set('big', value).then(() => {
        isWritten = true;
      });
      // Were it written in this thread, the loop could turn but once or twice before it is done.
      let turns = 0;
      for (; !isWritten; turns += 1) await turn();
      await writing;
      assert.ok(turns > 20, `the loop turned ${turns} times while ${value.length} bytes were written`);
      assert.equal(String(await adapter.get('big')).length, value.length);
    }));

  it('acknowledges only what is on the disk, and waits five seconds for others (PITFALLS 30)', () => {
    const { pragma } = Database.prototype;
    const seen = new Set<Database.Database>();
    const spy = mock.method(Database.prototype, 'pragma', function (this: Database.Database, ...values: [string]) {
      seen.add(this);
      return pragma.apply(this, values);
    });
    const table = openSqliteTable(join(folder, 'settings.db'));
    spy.mock.restore();
    const settings = ['journal_mode', 'synchronous', 'busy_timeout'];
    const found = [...seen].map((database) => settings.map((name) => database.pragma(name, { simple: true })));
    table.close();
    // 2 is FULL.
    assert.deepEqual(found, [['wal', 2, 5_000]]);
  });

  it('tells the time by Date.now, whoever replaces it', () =>
    withFile('clock.db', async (connection) => {
      const adapter = createSqliteAdapter(connection);
      await adapter.set('key', 'value', 1_000);
      assert.equal(await adapter.get('key'), 'value');
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 1_001 });
      try {
        assert.equal(await adapter.get('key'), undefined);
        assert.equal(await adapter.has?.('key'), false);
      } finally {
        mock.timers.reset();
      }
    }));

  it('takes any time to live that Keyv takes', () =>
    withFile('ttl.db', async (connection) => {
      let time = 1_000;
      const keyv = new Keyv({ store: createSqliteAdapter(connection, { now: () => time }), throwOnErrors: true });
      for (const [name, ttl] of Object.entries({ half: 0.5, never: Number.POSITIVE_INFINITY, most: Number.MAX_VALUE, none: 0 })) {
        assert.equal(await keyv.set(name, 'x', ttl), true, name);
        assert.equal(await keyv.has(name), true, name);
      }
      await keyv.set('past', 'x', -5);
      time = 1_001;
      assert.deepEqual(await keyv.hasMany(['half', 'past', 'never', 'most', 'none']), [false, false, true, true, true]);
    }));

  it('lets a damaged page be an error and never an absent value', async () => {
    await fill('page.db');
    assert.deepEqual(await readEach('page.db'), new Map([['there', rows]]));
    const path = join(folder, 'page.db');
    const { size } = statSync(path);
    const file = openSync(path, 'r+');
    // From the second page on: the first says that this is a database, and ours.
    writeSync(file, Buffer.alloc(size - 3 * 4096, 0xa5), 0, size - 3 * 4096, 3 * 4096);
    closeSync(file);
    assert.deepEqual(await readEach('page.db'), new Map([['store-failed, damaged', rows]]));
  });

  it('lets a file that was cut off be an error and never an absent value', async () => {
    await fill('cut.db');
    const path = join(folder, 'cut.db');
    for (const share of [0.75, 0.5, 0.1]) {
      truncateSync(path, Math.floor((statSync(path).size * share) / 4096) * 4096);
      const outcomes = await readEach('cut.db');
      assert.equal(outcomes.get('absent'), undefined);
      assert.ok((outcomes.get('store-failed, damaged') ?? 0) > 0, [...outcomes.keys()].join('; '));
    }
  });

  it('is told to be unwritable without permission, and used once there is', async (context) => {
    if (process.getuid === undefined || process.seteuid === undefined) return context.skip('permissions are others here');
    const isRoot = process.getuid() === 0;
    const nobody = 65_534;
    await withFile('locked/paddock.db', async (connection, path) => {
      // At first a folder is in the way, so that the thread runs and has all its code before this user may read nothing.
      mkdirSync(path, { recursive: true });
      await assert.rejects(connection.call('hasMany', ['key'], 0), /can not be opened for writing/);
      rmdirSync(path);
      const locked = join(folder, 'locked');
      if (isRoot) {
        chmodSync(folder, 0o711);
        chownSync(locked, nobody, nobody);
      }
      chmodSync(locked, 0o500);
      try {
        if (isRoot) process.seteuid?.(nobody);
        await assert.rejects(connection.call('hasMany', ['key'], 0), {
          code: 'store-failed',
          message: /can not be opened for writing\. See that its folder exists and that this user may write/,
        });
      } finally {
        if (isRoot) process.seteuid?.(0);
        chmodSync(locked, 0o700);
      }
      assert.deepEqual(await connection.call('hasMany', ['key'], 0), [false]);
    });
  });
});
