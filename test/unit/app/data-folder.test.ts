import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { prepareDataFolder } from '../../../src/app/data-folder.ts';
import { inFolder } from '../../../src/app/folder-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-data-'));
after(() => rmSync(folder, { recursive: true }));

const prepare = (data: string): Promise<void> => prepareDataFolder({ data, models: join(data, 'models') });
const modeOf = (path: string): number => statSync(path).mode & 0o7777;

/** A folder with these rights and entries. */
const existing = (name: string, mode: number, ...entries: readonly string[]): string => {
  const path = join(folder, name);
  mkdirSync(path);
  for (const entry of entries) writeFileSync(join(path, entry), '');
  chmodSync(path, mode);
  return path;
};

test('a new folder, and those above it, are for their owner only', async () => {
  const data = join(folder, 'new', 'data');
  await prepare(data);
  for (const path of [data, join(data, 'models'), join(folder, 'new')]) assert.equal(modeOf(path), 0o700, path);
  await prepare(data);
});

test('an existing one of the bot alone is closed to others', async () => {
  for (const [name, mode, ...entries] of [
    ['empty', 0o755],
    ['used', 0o775, 'paddock.db', 'paddock.db-wal', 'paddock.db.lock', 'terminal-history', 'demo.gguf', 'exports'],
    ['wide', 0o777, 'paddock.db'],
  ] as const) {
    const data = existing(name, mode, ...entries);
    await prepare(data);
    assert.equal(modeOf(data), 0o700, name);
  }
});

test('one that others share, or that holds anything else, is left as it is', async () => {
  for (const [name, mode, ...entries] of [
    ['home', 0o755, 'paddock.db', 'letter.txt'],
    ['group', 0o2775, 'paddock.db'],
    ['temporary', 0o1777],
  ] as const) {
    const data = existing(name, mode, ...entries);
    await prepare(data);
    assert.equal(modeOf(data), mode, name);
  }
});

test('a folder for models that leads nowhere is named', async () => {
  const data = existing('dangling', 0o700);
  symlinkSync(join(folder, 'nowhere'), join(data, 'models'));
  await assert.rejects(prepare(data), {
    code: 'configuration-invalid',
    message: /dangling.models can not be used: .*PADDOCK_DATA/,
  });
});

test('what stands in the way is told by what can be done about it; other errors stay as they are', async () => {
  const failing = (code: string) => inFolder('/data', () => Promise.reject(Object.assign(new Error('x'), { code })));
  for (const [code, sentence] of [
    ['EACCES', /^\/data can not be used: this user may not write there\. .*\(EACCES\)$/],
    ['EROFS', /may not write there/],
    ['ENOTDIR', /is a file\. Move that file away, or name another folder with --data/],
    ['ENOSPC', /no room left on its disk\. Free some space/],
    ['EDQUOT', /no room left/],
  ] as const) {
    await assert.rejects(failing(code), { name: 'PaddockError', code: 'configuration-invalid', message: sentence });
  }
  await assert.rejects(failing('EMFILE'), { name: 'Error', code: 'EMFILE' });
});
