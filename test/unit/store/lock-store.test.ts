import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockStore } from '../../../src/store/lock-store.ts';
import { openStore } from '../../../src/store/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-lock-'));
after(() => rmSync(folder, { recursive: true }));

const inFolder = { directory: folder };
const impatient = { ...inFolder, waitMsMax: 0 };
const isInUse = { code: 'store-failed', isRetryable: false, message: /in use by another Paddock.*--data/ };

/** Another process that locks a store and then does nothing. */
const holder = async (uri: string): Promise<ChildProcess> => {
  const lock = fileURLToPath(new URL('../../../src/store/lock-store.ts', import.meta.url));
  const source = `import { lockStore } from ${JSON.stringify(lock)};
    const lock = await lockStore(${JSON.stringify(uri)}, { directory: ${JSON.stringify(folder)} });
    process.stdout.write('locked');
    setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
};

describe('the lock of a store', () => {
  it('keeps other processes away until its process has ended, however that ends', async () => {
    const child = await holder('sqlite://other.db');
    const ended = once(child, 'exit');
    try {
      await assert.rejects(lockStore('sqlite://other.db', impatient), isInUse);
      const neighbour = await lockStore('sqlite://neighbour.db', impatient);
      neighbour.release();
      // Looking at the store is allowed.
      const store = await openStore('sqlite://other.db', inFolder);
      assert.equal(await store.get('key'), undefined);
      await store.disconnect();
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    const lock = await lockStore('sqlite://other.db', impatient);
    lock.release();
  });

  it('waits a little for one that is just ending', async () => {
    const first = await lockStore('sqlite://ending.db', inFolder);
    const second = lockStore('sqlite://ending.db', inFolder);
    setTimeout(first.release, 50);
    (await second).release();
  });

  it('is held within the process too, and let go of once', async () => {
    const lock = await lockStore('sqlite://own.db', impatient);
    await assert.rejects(lockStore('sqlite://own.db', impatient), isInUse);
    await assert.rejects(lockStore(`sqlite://${join(folder, 'own.db')}`, impatient), isInUse, 'by any name');
    lock.release();
    lock.release();
    const again = await lockStore('sqlite://own.db', impatient);
    lock.release();
    await assert.rejects(lockStore('sqlite://own.db', impatient), isInUse, 'an old lock opens nothing');
    again.release();
  });

  it('is an empty file beside the store, for the owner only, and makes no store', async () => {
    const lock = await lockStore('sqlite://deep/paddock.db', inFolder);
    const { size, mode } = statSync(join(folder, 'deep', 'paddock.db.lock'));
    assert.deepEqual([size, mode & 0o077], [0, 0]);
    assert.ok(!existsSync(join(folder, 'deep', 'paddock.db')));
    lock.release();
  });

  it('is not needed where there is no file', async () => {
    for (const uri of ['memory://', 'sqlite://', 'nonsense']) {
      const locks = await Promise.all([lockStore(uri, impatient), lockStore(uri, impatient)]);
      for (const { release } of locks) release();
    }
  });

  it('says what is wrong where it can not be', async () => {
    writeFileSync(join(folder, 'file'), '');
    for (const uri of ['sqlite://file/paddock.db', 'sqlite:///proc/paddock/deep/paddock.db'])
      await assert.rejects(lockStore(uri, impatient), { code: 'store-failed', message: /can not be opened for writing/ });
  });
});
