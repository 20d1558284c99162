// A store whose files are taken away or replaced while it is open (PITFALLS 28), and who may read them.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createSqliteAdapter, type SqliteAdapter } from '../../../src/store/sqlite-adapter.ts';
import { connectSqlite } from '../../../src/store/sqlite-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-gone-'));
after(() => rmSync(folder, { recursive: true }));

const withStore = async (name: string, work: (store: SqliteAdapter, path: string) => Promise<void>): Promise<void> => {
  const path = join(folder, name);
  const connection = connectSqlite(path);
  try {
    const store = createSqliteAdapter(connection);
    await store.set('key', 'value');
    await work(store, path);
  } finally {
    await connection.close();
  }
};

const assertRefused = async (store: SqliteAdapter): Promise<void> => {
  const refusal = {
    code: 'store-failed',
    isRetryable: false,
    message: /can not be used: it was deleted, moved or replaced while Paddock ran.*restart Paddock/,
  };
  await assert.rejects(store.set('key', 'other'), refusal);
  await assert.rejects(store.get('key'), refusal, 'what is read is old');
  await assert.rejects(store.delete('key'), refusal);
  await assert.rejects(store.clear(), refusal);
  await assert.rejects(async () => store.iterator?.(undefined).next(), refusal);
};

describe('a store file that is gone', () => {
  it('fails everything, instead of being written into the void', () =>
    withStore('deleted.db', async (store, path) => {
      rmSync(path);
      await assertRefused(store);
      assert.ok(!existsSync(path));
    }));

  it('is noticed when a backup was put in its place', () =>
    withStore('replaced.db', async (store, path) => {
      copyFileSync(path, `${path}.backup`);
      renameSync(`${path}.backup`, path);
      await assertRefused(store);
    }));

  it('is noticed when it is the file with the newest writes', () =>
    withStore('log.db', async (store, path) => {
      rmSync(`${path}-wal`);
      await assertRefused(store);
    }));

  it('can be put back', () =>
    withStore('back.db', async (store, path) => {
      renameSync(path, `${path}.away`);
      await assertRefused(store);
      renameSync(`${path}.away`, path);
      assert.equal(await store.get('key'), 'value');
      await store.set('key', 'other');
      assert.equal(await store.get('key'), 'other');
    }));
});

describe('the files of a store', { skip: process.platform === 'win32' && 'permissions are others here' }, () => {
  const files = (path: string): readonly string[] => [path, `${path}-wal`, `${path}-shm`];
  const modes = (path: string): readonly number[] => files(path).map((file) => statSync(file).mode & 0o777);

  it('are for their owner only', () =>
    withStore('new.db', async (_store, path) => assert.deepEqual(modes(path), [0o600, 0o600, 0o600])));

  it('lose wider rights that they had', async () => {
    const path = join(folder, 'wide.db');
    await withStore('wide.db', async () => {
      // As a process that was killed leaves them.
      for (const file of files(path)) copyFileSync(file, `${file}.copy`);
    });
    for (const file of files(path)) {
      renameSync(`${file}.copy`, file);
      chmodSync(file, 0o664);
    }
    await withStore('wide.db', async () => assert.deepEqual(modes(path), [0o600, 0o600, 0o600]));
  });
});
