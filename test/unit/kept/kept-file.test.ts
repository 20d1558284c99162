import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { keptFileIn, readKeptName } from '../../../src/kept/kept-file.ts';
import { entriesOf, fileNames, linked, withSecondName, withWholeFile } from '../../../src/kept/whole-file.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-kept-'));
after(() => rmSync(temporary, { recursive: true }));

describe('the name of a kept file', () => {
  const forms = [
    ['rook.png', { id: 'rook', extension: '.png' }],
    ['rook.server-42.png', { id: 'rook', owner: 'server:42', extension: '.png' }],
    ['rook.00000000001001-ab12.yaml', { id: 'rook', at: 1001, extension: '.yaml' }],
    ['r-2_x.00000000001001-ab12.discord-7.JSON', { id: 'r-2_x', at: 1001, owner: 'discord:7', extension: '.JSON' }],
  ] as const;
  for (const [name, said] of forms)
    test(`${name} says what it is, and is made of that`, () => {
      assert.deepEqual(readKeptName(name), said);
      const { at, ...rest } = { at: undefined, ...said };
      const made = keptFileIn('/there', { ...rest, ...(at !== undefined && { stamp: '00000000001001-ab12' }) });
      assert.deepEqual([made.name, made.path], [name, join('/there', name)]);
    });
  for (const name of [
    '.rook.png',
    'Rook.png',
    'rook',
    'rook.1-a.png',
    'rook.server-4/2.png',
    'a b.png',
    '../a.png',
    'rook.png.part',
  ])
    test(`${name} is none`, () => assert.equal(readKeptName(name), undefined));
  test('holds no owner of another form', () => {
    assert.throws(() => keptFileIn('/there', { id: 'rook', owner: '../42', extension: '.png' }), /owner/);
  });
});

describe('a whole file', () => {
  const bytes = Buffer.from('whole');
  test('is used under its own name, and what is left of it goes', async () => {
    const folder = join(temporary, 'new', 'within');
    const path = join(folder, 'a.yaml');
    await withWholeFile(folder, bytes, async (part) => {
      assert.equal(readKeptName(part), undefined);
      assert.equal(await linked(part, path), true);
    });
    assert.deepEqual(readdirSync(folder), ['a.yaml']);
    await withWholeFile(folder, Buffer.from('more'), (part) => rename(part, path));
    assert.equal(readFileSync(path, 'utf8'), 'more');
    await assert.rejects(
      withWholeFile(folder, bytes, async () => Promise.reject(new Error('refused'))),
      /refused/,
    );
    assert.deepEqual(readdirSync(folder), ['a.yaml']);
  });
  test('never takes a name that is taken', async () => {
    const path = join(temporary, 'taken');
    writeFileSync(path, 'first');
    await withWholeFile(temporary, bytes, async (part) => assert.equal(await linked(part, path), false));
    assert.equal(readFileSync(path, 'utf8'), 'first');
  });
  test('stays whole under a second name while its first one goes', async () => {
    const path = join(temporary, 'one');
    writeFileSync(path, 'one');
    await withSecondName(temporary, path, async (part) => {
      rmSync(path);
      await rename(part, join(temporary, 'two'));
    });
    assert.equal(readFileSync(join(temporary, 'two'), 'utf8'), 'one');
  });
  test('is one of a folder’s files, by name; there are none where no folder is', async () => {
    const folder = join(temporary, 'listed');
    assert.deepEqual([await entriesOf(folder), await fileNames(folder)], [[], []]);
    mkdirSync(join(folder, 'inner'), { recursive: true });
    for (const name of ['b', 'a']) writeFileSync(join(folder, name), '');
    assert.deepEqual(await fileNames(folder), ['a', 'b']);
    assert.deepEqual(
      (await entriesOf(folder)).map(({ name }) => name),
      ['a', 'b', 'inner'],
    );
  });
});
