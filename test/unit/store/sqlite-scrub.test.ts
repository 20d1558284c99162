// What was deleted stands in no file of the store any more: people may have asked for that.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore, scrubStore } from '../../../src/store/store.ts';

test('after a scrub neither the file nor the log beside it holds what was deleted or replaced', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-scrub-'));
  const store = await openStore('sqlite://scrub.db', { directory: folder });
  try {
    const path = join(folder, 'scrub.db');
    const holds = (text: string): boolean => [path, `${path}-wal`].some((file) => readFileSync(file).includes(text));
    // Small values, and one that takes many pages of its own; among others, which stay.
    for (let number = 0; number < 200; number += 1)
      await store.set(`k${number}`, `${number % 2 === 0 ? 'SECRET' : 'KEPT'}${number}`);
    await store.set('large', 'SECRETLARGE'.repeat(20_000));
    assert.equal(await scrubStore(store), true);
    assert.ok(holds('SECRET'));
    for (let number = 0; number < 200; number += 2) await store.delete(`k${number}`);
    await store.set('large', 'KEPT');
    assert.ok(holds('SECRET'), 'it stands there until then');
    assert.equal(await scrubStore(store), true);
    assert.ok(!holds('SECRET'));
    assert.ok(holds('KEPT199'));
    assert.equal(statSync(`${path}-wal`).size, 0);
    assert.equal(await store.get('k1'), 'KEPT1');
  } finally {
    await store.disconnect();
    rmSync(folder, { recursive: true });
  }
});

test('a store without files has nothing to scrub', async () => {
  const store = await openStore('memory://');
  assert.equal(await scrubStore(store), true);
});
