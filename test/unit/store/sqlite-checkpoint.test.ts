// The log beside the file is moved into it while nothing else is asked for, so that no message waits for that.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { connectSqlite } from '../../../src/store/sqlite-connection.ts';
import { openSqliteTable } from '../../../src/store/sqlite-table.ts';

describe('a checkpoint', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'paddock-checkpoint-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The rows in the file itself, without the log beside it. */
  const rowsInFile = (path: string): unknown => {
    const copy = `${path}.copy`;
    copyFileSync(path, copy);
    const database = new Database(copy);
    try {
      const isThere = database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'entries'").pluck().get();
      return isThere === 1 ? database.prepare('SELECT count(*) FROM entries').pluck().get() : 0;
    } finally {
      database.close();
      for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
    }
  };

  it('is made by no commit, of hundreds in a row', () => {
    const path = join(folder, 'busy.db');
    const table = openSqliteTable(path);
    try {
      for (let number = 0; number < 300; number += 1) table.setMany([{ key: `k${number}`, value: 'x'.repeat(20_000) }], 0);
      assert.equal(rowsInFile(path), 0);
      assert.equal(table.commits(), 300);
      table.checkpoint();
      assert.equal(rowsInFile(path), 300);
      assert.equal(table.commits(), 0);
    } finally {
      table.close();
    }
  });

  it('is made by the thread once it has nothing else to do', async () => {
    const path = join(folder, 'idle.db');
    const connection = connectSqlite(path);
    try {
      const write = (number: number) => connection.call('setMany', [{ key: `k${number}`, value: 'x' }], 0);
      for (let number = 0; number < 250; number += 1) await write(number);
      const isMoved = (): boolean => {
        try {
          return rowsInFile(path) === 250;
        } catch {
          return false; // Copied while it was being moved.
        }
      };
      while (!isMoved()) await sleep(10);
      assert.deepEqual(await connection.call('getMany', ['k0', 'k249'], 0), ['x', 'x']);
    } finally {
      await connection.close();
    }
  });
});
