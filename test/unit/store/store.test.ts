import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { PaddockError } from '../../../src/core/error.ts';
import { deserialise, serialise } from '../../../src/store/envelope.ts';
import { openStore } from '../../../src/store/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-store-'));
after(() => rmSync(folder, { recursive: true }));

const inFolder = (uri: string) => openStore(uri, { directory: folder });

/** The error of a store that can't be opened; its sentence for users names no path. */
const refusal = async (uri: string): Promise<PaddockError> => {
  const error: unknown = await inFolder(uri).then(
    async (store) => {
      await store.disconnect();
      return undefined;
    },
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PaddockError, `${uri} was opened, or failed otherwise: ${error}`);
  assert.match(error.userText, /^[A-Z].*\.$/);
  assert.ok(!error.userText.includes(folder));
  return error;
};

describe('openStore', () => {
  it('opens a file in a folder that is not there yet, relative to its directory', async () => {
    const store = await inFolder('sqlite://data/deep/paddock.db');
    await store.set('key', { text: ':base64:x' });
    assert.deepEqual(await store.get('key'), { text: ':base64:x' });
    await store.disconnect();
    assert.ok(existsSync(join(folder, 'data/deep/paddock.db')));
    assert.equal(statSync(join(folder, 'data/deep')).mode & 0o077, 0, 'what people say is for the owner only');
  });

  it('opens an absolute path, with any characters, none of them special to SQLite', async () => {
    for (const name of ['spaced name.db', '%41.db', 'ä?mode=memory#x.db', 'file:x.db', ':memory:']) {
      const store = await openStore(`sqlite://${join(folder, 'names', name)}`);
      await store.set('name', name);
      await store.disconnect();
      const again = await openStore(`sqlite://names/${name}`, { directory: folder });
      assert.equal(await again.get('name'), name);
      await again.disconnect();
    }
  });

  it('keeps namespaces of one file apart', async () => {
    const open = (namespace: string) => openStore('sqlite://shared.db', { directory: folder, namespace });
    const [one, two] = await Promise.all([open('one'), open('two')]);
    await one.set('key', 1);
    await two.set('key', 2);
    await one.clear();
    assert.equal(await one.get('key'), undefined);
    assert.equal(await two.get('key'), 2);
    await Promise.all([one.disconnect(), two.disconnect()]);
  });

  it('opens memory://, empty each time', async () => {
    const store = await openStore('memory://');
    await store.set('key', 1);
    assert.equal(await store.get('key'), 1);
    assert.equal(await (await openStore('memory://')).get('key'), undefined);
    await store.disconnect();
  });

  it('says of stores to come that they are not built in yet', async () => {
    for (const uri of [
      'redis://user:hunter2@host:6379',
      'rediss://host',
      'postgres://user:hunter2@host/db',
      'postgresql://host',
    ]) {
      const error = await refusal(uri);
      assert.equal(error.code, 'configuration-invalid');
      assert.match(
        error.message,
        /^The store (rediss?|postgres(ql)?):\/\/ is not built in yet\. Use sqlite:\/\/data\/paddock\.db/,
      );
      assert.doesNotMatch(error.message, /hunter2/);
    }
  });

  it('says what a wrong URI should be', async () => {
    for (const uri of ['', 'data/paddock.db', 'mysql://x', 'constructor://x', 'SQLITE://x', 'sqlite:x', 'sqlite://']) {
      const error = await refusal(uri);
      assert.equal(error.code, 'configuration-invalid');
      assert.match(error.message, /sqlite:\/\/data\/paddock\.db/);
    }
  });

  it('refuses a file that is no database, and leaves it as it is', async () => {
    const path = join(folder, 'letter.txt');
    const text = 'Dear reader, this is a letter. '.repeat(200);
    writeFileSync(path, text);
    const error = await refusal('sqlite://letter.txt');
    assert.equal(error.code, 'store-failed');
    assert.match(error.message, /letter\.txt can not be used: it is not a database\. Name another file/);
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  it("refuses another program's database, and leaves it as it is", async () => {
    const path = join(folder, 'other.db');
    const other = new Database(path);
    other.exec('CREATE TABLE entries (key TEXT, value TEXT)');
    other.close();
    const before = readFileSync(path);
    assert.match((await refusal('sqlite://other.db')).message, /database of another program/);
    assert.deepEqual(readFileSync(path), before);
  });

  it('refuses a file of a newer version, and leaves it as it is', async () => {
    const store = await inFolder('sqlite://newer.db');
    await store.disconnect();
    const path = join(folder, 'newer.db');
    const newer = new Database(path);
    newer.pragma('user_version = 2');
    newer.pragma('journal_mode = DELETE');
    newer.close();
    const before = readFileSync(path);
    assert.match((await refusal('sqlite://newer.db')).message, /newer version of Paddock\. Update Paddock/);
    assert.deepEqual(readFileSync(path), before);
  });

  it('says of a folder in the place of a file, or a file in the place of a folder, that it can not be written', async () => {
    mkdirSync(join(folder, 'folder.db'));
    writeFileSync(join(folder, 'file'), '');
    for (const uri of ['sqlite://folder.db', 'sqlite://file/paddock.db', 'sqlite:///proc/paddock.db'])
      assert.match((await refusal(uri)).message, /can not be opened for writing\. See that its folder exists/);
  });

  it('takes a damaged row for an error, never for an absent value', async () => {
    const store = await inFolder('sqlite://damaged.db');
    await store.set('key', 'value');
    const outside = new Database(join(folder, 'damaged.db'));
    for (const text of ['', 'null', '7', '"text"', '[]', '{}', '{"values":1}', '{"value":']) {
      outside.prepare('UPDATE entries SET value = ?').run(text);
      await assert.rejects(async () => store.get('key'), SyntaxError, JSON.stringify(text));
      await assert.rejects(async () => store.getMany(['key']), SyntaxError, JSON.stringify(text));
      await assert.rejects(async () => store.getRaw('key'), SyntaxError, JSON.stringify(text));
    }
    outside.close();
    await store.disconnect();
  });
});

describe('the envelope', () => {
  it('holds any JSON value with its time of expiry, and nothing that JSON would lose', () => {
    for (const data of [{ value: null }, { value: 'half \ud800' }, { value: { deep: [1, ':x'] }, expires: 7 }])
      assert.deepEqual(deserialise<unknown>(String(serialise<unknown>(data))), data);
    assert.throws(() => serialise({ value: undefined }), /delete the key/);
  });
});
