// The configuration tells of a wrong store together with all other mistakes, so it has to know which ones there are.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { settingsSchema } from '../../../src/config/schema.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { openStore } from '../../../src/store/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-kinds-'));
after(() => rmSync(folder, { recursive: true }));

const isOpened = async (uri: string): Promise<boolean> => {
  try {
    await (await openStore(uri, { directory: folder })).disconnect();
    return true;
  } catch (error) {
    assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid', String(error));
    return false;
  }
};

for (const uri of [
  'sqlite://a.db',
  `sqlite://${join(folder, 'b.db')}`,
  'memory://',
  'sqlite://',
  'redis://user:hunter2@host:6379',
  'rediss://host',
  'postgres://host/db',
  'mysql://host',
  'SQLITE://a.db',
  'sqlite:a.db',
  'a.db',
  '',
]) {
  test(`the schema takes ${uri || 'nothing'} if and only if it can be opened`, async () =>
    assert.equal(settingsSchema.safeParse({ memory: { store: uri } }).success, await isOpened(uri)));
}
