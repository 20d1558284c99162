import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import Keyv from 'keyv';
import { createSqliteAdapter, type SqliteAdapter } from '../../../src/store/sqlite-adapter.ts';
import { connectSqlite, type SqliteConnection } from '../../../src/store/sqlite-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-sqlite-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
let time = 0;
let path = '';
let connection: SqliteConnection;
let adapter: SqliteAdapter;

beforeEach(() => {
  time = 1_000;
  path = join(folder, `${files++}.db`);
  connection = connectSqlite(path);
  adapter = createSqliteAdapter(connection, { now: () => time });
});
afterEach(() => connection.close());

/** Looks at, or meddles with, the file from outside. */
const outside = <Result>(work: (database: Database.Database) => Result): Result => {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
};
const rowCount = (): unknown => outside((database) => database.prepare('SELECT count(*) FROM entries').pluck().get());

const keysOf = async (namespace?: string): Promise<readonly unknown[]> => {
  const keys: unknown[] = [];
  for await (const [key] of adapter.iterator?.(namespace) ?? []) keys.push(key);
  return keys;
};

describe('the SQLite adapter', () => {
  // Not with the key `b:x` in the namespace `b`: Keyv itself takes that for the key `x`.
  it('keeps namespaces exactly apart, whatever characters they have', async () => {
    const namespaces = ['a', 'ab', '%', '_', 'a_', 'a%', 'A', 'ä', 'a;', "a'", '🦙'];
    const keyvs = namespaces.map((namespace) => {
      const own = createSqliteAdapter(connection);
      return { namespace, own, keyv: new Keyv({ store: own, namespace, throwOnErrors: true }) };
    });
    for (const { namespace, keyv } of keyvs) for (const key of ['x', 'b:x', '%']) await keyv.set(key, namespace);
    for (const { namespace, keyv } of keyvs) {
      const entries: unknown[] = [];
      for await (const entry of keyv.iterator?.(undefined) ?? []) entries.push(entry);
      assert.deepEqual(
        entries,
        [
          ['%', namespace],
          ['b:x', namespace],
          ['x', namespace],
        ],
        namespace,
      );
    }
    let left = namespaces.length * 3;
    for (const { keyv } of keyvs) {
      await keyv.clear();
      left -= 3;
      assert.equal(rowCount(), left);
    }
  });

  it('refuses a namespace with a colon, which would hold parts of others', () => {
    assert.throws(() => new Keyv({ store: adapter, namespace: 'a:b' }), /colon/);
  });

  it('without a namespace means the whole file', async () => {
    await adapter.set('a:x', '1');
    await adapter.set('', '2');
    await adapter.set('\u{10ffff}', '3');
    assert.deepEqual(await keysOf(), ['', 'a:x', '\u{10ffff}']);
    await adapter.clear();
    assert.equal(rowCount(), 0);
  });

  it('gives back any key and text exactly', async () => {
    const odd = [
      '',
      "'",
      '"',
      '\0',
      'a\0b',
      '\n',
      '%',
      '🦙',
      'x'.repeat(100_000),
      '\u{10ffff}',
      '__proto__',
      ' x ',
      'ﬀ',
      'e\u0301',
      '\u00e9',
    ];
    await adapter.setMany(odd.map((text, index) => ({ key: text, value: `${index}:${text}` })));
    assert.deepEqual(
      await adapter.getMany?.(odd),
      odd.map((text, index) => `${index}:${text}`),
    );
    for (const text of odd) assert.equal(await adapter.has?.(text), true);
    await assert.rejects(adapter.set('half \ud800', 'x'), /well-formed/);
    await assert.rejects(adapter.set('x', { no: 'text' }), /serialised text/);
  });

  it('iterates 30 000 rows page by page', async () => {
    const many = 30_000;
    const key = (number: number): string => `n:${String(number).padStart(6, '0')}`;
    await adapter.setMany(Array.from({ length: many }, (_, number) => ({ key: key(number), value: String(number) })));
    let pages = 0;
    let entriesMax = 0;
    const counted = createSqliteAdapter({
      ...connection,
      call: async (name, ...values) => {
        const result = await connection.call(name, ...values);
        if (name === 'page' && typeof result === 'object' && 'entries' in result) {
          pages += 1;
          entriesMax = Math.max(entriesMax, result.entries.length);
        }
        return result;
      },
    });
    let number = 0;
    for await (const entry of counted.iterator?.('n') ?? []) assert.deepEqual(entry, [key(number), String(number++)]);
    assert.equal(number, many);
    assert.ok(entriesMax <= 100 && pages >= many / 100, `${pages} pages of at most ${entriesMax}`);
  });

  it('leaves out no key that begins with the last one of a page', async () => {
    const keys = Array.from({ length: 250 }, (_, number) => `n:${'\0'.repeat(number)}`);
    await adapter.setMany(keys.map((key) => ({ key, value: 'x' })));
    assert.deepEqual(await keysOf('n'), keys);
  });

  it('can be changed while it is iterated', async () => {
    await adapter.setMany(Array.from({ length: 250 }, (_, number) => ({ key: `n:${1000 + number}`, value: 'x' })));
    const seen: unknown[] = [];
    for await (const [key] of adapter.iterator?.('n') ?? []) {
      seen.push(key);
      await adapter.delete(String(key));
    }
    assert.equal(seen.length, 250);
    assert.equal(rowCount(), 0);
  });

  it('writes many entries wholly or not at all', async () => {
    await adapter.set('before', '1');
    outside((database) =>
      database.exec(
        `CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.key = 'bad' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
      ),
    );
    const entries = ['a', 'b', 'bad', 'c'].map((key) => ({ key, value: 'x' }));
    await assert.rejects(adapter.setMany(entries), { code: 'store-failed' });
    assert.deepEqual(await keysOf(), ['before']);
    const keyv = new Keyv({ store: adapter, throwOnErrors: true });
    await assert.rejects(
      keyv.setMany([
        { key: 'k', value: 1 },
        { key: 'l', value: Symbol('no') },
      ]),
    );
    assert.equal(rowCount(), 1);
    assert.deepEqual(
      await keyv.setMany([
        { key: 'k', value: 1 },
        { key: 'l', value: 2 },
      ]),
      [true, true],
    );
  });

  it('removes what has expired when it is met', async () => {
    await adapter.set('short', '1', 100);
    await adapter.set('long', '2', 1_000);
    await adapter.set('for ever', '3');
    assert.deepEqual(await adapter.hasMany?.(['short', 'long', 'for ever']), [true, true, true]);
    time += 99;
    assert.equal(await adapter.get('short'), '1');
    time += 1;
    assert.deepEqual(await adapter.hasMany?.(['short', 'long', 'for ever']), [false, true, true]);
    assert.equal(rowCount(), 2);
    time += 900;
    assert.deepEqual(await keysOf(), ['for ever']);
    assert.equal(rowCount(), 1);
    await adapter.set('for ever', '4', 10);
    await adapter.set('for ever', '5');
    time += 1_000_000;
    assert.equal(await adapter.get('for ever'), '5', 'a write without a time to live takes the former one off');
  });

  it('sweeps what nobody asks for any more, at most a hundred rows a write', async () => {
    await adapter.setMany(Array.from({ length: 250 }, (_, number) => ({ key: `old${number}`, value: 'x', ttl: 10 })));
    time += 100_000;
    const counts: unknown[] = [];
    for (let write = 0; write < 4; write += 1) {
      await adapter.set('new', 'x');
      counts.push(rowCount());
    }
    assert.deepEqual(counts, [151, 51, 1, 1]);
  });

  it('lets a read error be an error and never an absent value, through Keyv too', async () => {
    const keyv = new Keyv({ store: adapter, throwOnErrors: true });
    await keyv.set('key', 'value');
    outside((database) => database.exec('ALTER TABLE entries RENAME TO elsewhere'));
    const calls: readonly (() => Promise<unknown>)[] = [
      () => keyv.get('key'),
      () => keyv.get(['key']),
      () => keyv.getMany(['key']),
      () => keyv.getRaw('key'),
      () => keyv.getManyRaw(['key']),
      () => keyv.has('key'),
      () => keyv.hasMany(['key']),
      () => keyv.set('key', 'other'),
      () => keyv.setMany([{ key: 'key', value: 'other' }]),
      () => keyv.delete('key'),
      () => keyv.delete(['key']),
      () => keyv.clear(),
      async () => {
        for await (const _ of keyv.iterator?.(undefined) ?? []) assert.fail('nothing can be read');
      },
    ];
    for (const [index, call] of calls.entries()) await assert.rejects(call, { code: 'store-failed' }, `call ${index}`);
    outside((database) => database.exec('ALTER TABLE elsewhere RENAME TO entries'));
    assert.equal(await keyv.get('key'), 'value', 'and what was there is there');
  });

  it('waits for a lock without holding up anything else (PITFALLS 31)', async () => {
    await adapter.set('key', 'before');
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    let isDone = false;
    const write = adapter.set('key', 'after').then(() => {
      isDone = true;
    });
    // The loop of this thread turns on while the write waits; were it to block, the lock would never be let go.
    for (let turns = 0; turns < 1_000; turns += 1) await turn();
    assert.equal(isDone, false);
    other.exec('COMMIT');
    other.close();
    await write;
    assert.equal(await adapter.get('key'), 'after');
  });

  it('does what was asked before it is closed, refuses what comes after, and closes once', async () => {
    const writes = Array.from({ length: 20 }, (_, number) => adapter.set(`k${number}`, 'x'));
    const closing = adapter.disconnect?.();
    await assert.rejects(adapter.get('k1'), { code: 'store-failed' });
    await closing;
    await Promise.all(writes);
    await adapter.disconnect?.();
    assert.equal(rowCount(), 20);
  });

  it('keeps the file in WAL mode, and marks it as ours', async () => {
    await adapter.set('key', 'value');
    const marks = outside((database) =>
      ['journal_mode', 'user_version', 'application_id'].map((name) => database.pragma(name, { simple: true })),
    );
    assert.deepEqual(marks, ['wal', 1, 0x5041444b]);
  });
});
