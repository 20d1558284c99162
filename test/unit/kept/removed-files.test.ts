import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type KeptFile, keptFileIn } from '../../../src/kept/kept-file.ts';
import { createRemovedFiles } from '../../../src/kept/removed-files.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-removed-'));
after(() => rmSync(temporary, { recursive: true }));

const open = (limits: { readonly countMax: number; readonly bytesMax?: number }) => {
  const folder = mkdtempSync(join(temporary, 'files-'));
  const trash = join(folder, '.removed');
  let time = 1000;
  const removed = createRemovedFiles({ folder: trash, now: () => (time += 1), extensions: /^\.(?:yaml|JSON)$/, ...limits });
  /** Puts a file there and takes it away. */
  const remove = async (id: string, owner?: string, { bytes = 1, extension = '.yaml' } = {}): Promise<KeptFile> => {
    const file = keptFileIn(folder, { id, extension, ...(owner !== undefined && { owner }) });
    writeFileSync(file.path, id.slice(0, 1).repeat(bytes));
    await removed.keep(file);
    rmSync(file.path);
    return file;
  };
  const ids = async (): Promise<readonly string[]> => (await removed.list()).map(({ id }) => id);
  return { folder, trash, removed, remove, ids };
};

describe('removed files', () => {
  test('are listed from the newest on, with whose they are; none where there is no folder yet', async () => {
    const { removed, remove } = open({ countMax: 10 });
    assert.deepEqual(await removed.list(), []);
    await remove('rook', 'server:42');
    await remove('storm', undefined, { extension: '.JSON' });
    assert.deepEqual(
      (await removed.list()).map(({ id, owner, at }) => ({ id, owner, at })),
      [
        { id: 'storm', owner: undefined, at: 1002 },
        { id: 'rook', owner: 'server:42', at: 1001 },
      ],
    );
  });
  test('go back whole, but never in place of another', async () => {
    const { removed, remove, trash } = open({ countMax: 10 });
    const { path } = await remove('rook', undefined, { bytes: 3 });
    const [file] = await removed.list();
    assert.ok(file);
    writeFileSync(path, 'another');
    assert.equal(await removed.giveBack(file, path), false);
    assert.equal(readFileSync(path, 'utf8'), 'another');
    rmSync(path);
    assert.equal(await removed.giveBack(file, path), true);
    assert.equal(readFileSync(path, 'utf8'), 'rrr');
    assert.deepEqual(readdirSync(trash), []);
  });
  test('are the newest so many', async () => {
    const { remove, ids } = open({ countMax: 2 });
    for (const id of ['a', 'b', 'c']) await remove(id);
    assert.deepEqual(await ids(), ['c', 'b']);
  });
  test('of one owner push out none of another, neither by number nor by size', async () => {
    const byCount = open({ countMax: 3 });
    await byCount.remove('old', 'server:1');
    for (const id of ['a', 'b', 'c']) await byCount.remove(id, 'server:2');
    assert.deepEqual(await byCount.ids(), ['c', 'b', 'old']);
    const bySize = open({ countMax: 9, bytesMax: 10 });
    for (const id of ['a', 'b', 'c']) await bySize.remove(id, 'server:1');
    for (const id of ['x', 'y']) await bySize.remove(id, 'server:2', { bytes: 6 });
    assert.deepEqual(await bySize.ids(), ['y', 'c', 'b', 'a']);
  });
  test('are at least the last one, however large', async () => {
    const { remove, ids } = open({ countMax: 9, bytesMax: 10 });
    await remove('a');
    await remove('b', undefined, { bytes: 100 });
    assert.deepEqual(await ids(), ['b']);
  });
  test('of other names, kinds and links are left alone', async () => {
    const { trash, remove, ids } = open({ countMax: 1 });
    mkdirSync(trash);
    const others = ['notes.txt', 'rook.yaml', 'rook.00000000000001-ab.png', 'ROOK.00000000000001-ab.yaml'];
    for (const name of others) writeFileSync(join(trash, name), '');
    symlinkSync(join(trash, 'notes.txt'), join(trash, 'link.00000000000001-ab.yaml'));
    for (const id of ['a', 'b']) await remove(id);
    assert.deepEqual(await ids(), ['b']);
    for (const name of others) assert.ok(existsSync(join(trash, name)), name);
  });
});
