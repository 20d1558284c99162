// Whose imported personas are, and what is kept of removed ones.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { bytesOf } from './card-kit.ts';
import { card, fails, ids, setUp } from './catalogue-kit.ts';

describe('the personas of somebody', () => {
  it('knows whose a card is, wherever it lies, and gives a removed id to nobody else', async () => {
    const { catalogue, open, stored } = await setUp();
    const [here, there] = ['server:1', 'server:2'];
    await catalogue.add(card('Rook', 'here'), { owner: here });
    assert.deepEqual(stored(), ['rook.server-1.json']);
    await catalogue.replace('rook', bytesOf('name: Rook\nfirst_mes: again\n'));
    assert.deepEqual(stored(), ['.removed', 'rook.server-1.yaml']);
    const later = await open();
    assert.deepEqual([later.ownerOf('rook'), later.ownerOf('helper'), later.problems], [here, undefined, []]);
    await later.remove('rook');
    assert.equal((await later.add(card('Rook', 'there'), { owner: there })).persona.id, 'rook-2');
    await fails(
      later.restore('rook', (owner) => owner === there),
      'not-found',
      /nothing to bring back/,
    );
    assert.equal((await later.restore('rook', (owner) => owner === here)).greeting, 'again');
    assert.equal(later.ownerOf('rook'), here);
    await fails(
      later.restore('rook', (owner) => owner === there),
      'not-found',
      /nothing to bring back/,
    );
    await later.remove('rook');
    assert.equal((await later.add(card('Rook', 'mine again'), { owner: here })).persona.id, 'rook');
    assert.deepEqual(
      (await later.removed()).map(({ id, owner }) => [id, owner]),
      [
        ['rook', here],
        ['rook', here],
      ],
    );
    await assert.rejects(catalogue.add(card('Eve'), { owner: '../../etc' }));
    assert.equal(later.get('eve'), undefined);
  });

  it("erases what is somebody's, the removed ones too", async () => {
    const { catalogue, open, stored, importedFolder } = await setUp();
    for (const owner of ['discord:7', 'server:1']) {
      await catalogue.add(card('Rook'), { owner });
      await catalogue.add(card('Gone'), { owner });
    }
    for (const id of ['gone', 'gone-2']) await catalogue.remove(id);
    await catalogue.erase('discord:7');
    assert.deepEqual(
      [stored(), ids(catalogue)],
      [
        ['.removed', 'rook-2.server-1.json'],
        ['helper', 'rook-2'],
      ],
    );
    assert.match(readdirSync(join(importedFolder, '.removed')).join(' '), /^gone-2\.\d{14}-[0-9a-f]{6}\.server-1\.json$/);
    const kept = await open('rook-2');
    await kept.erase('server:1');
    assert.deepEqual(ids(kept), ['rook-2', 'helper'], 'there has to be a default');
  });

  it('does not let the removals of one push out those of another', async () => {
    const { catalogue, importedFolder } = await setUp();
    const removed = join(importedFolder, '.removed');
    mkdirSync(removed, { recursive: true });
    writeFileSync(join(removed, 'precious.00000000000001-aa.server-1.json'), '{}');
    for (let index = 0; index < bounds.removedPersonasMax - 1; index += 1)
      writeFileSync(join(removed, `old.${String(index + 100).padStart(14, '0')}-aa.server-2.json`), '{}');
    await catalogue.add(card('Rook'), { owner: 'server:2' });
    await catalogue.remove('rook');
    const left = readdirSync(removed);
    assert.equal(left.length, bounds.removedPersonasMax);
    assert.ok(left.includes('precious.00000000000001-aa.server-1.json'));
    assert.ok(!left.includes('old.00000000000100-aa.server-2.json'));
  });

  it('takes no more than its folder may hold, and keeps no more bytes of removed ones', async () => {
    const { catalogue, importedFolder, stored } = await setUp();
    await catalogue.add(card('Rook'));
    // Sparse: it takes no room on the disk.
    const huge = join(importedFolder, 'huge.json');
    writeFileSync(huge, '');
    truncateSync(huge, bounds.personaLibrary.folderBytesMax);
    await fails(catalogue.add(card('Late')), 'bad-input', /folder for personas is full/);
    await fails(catalogue.replace('rook', card('Rook', 'x')), 'bad-input', /folder for personas is full/);
    assert.deepEqual(stored(), ['huge.json', 'rook.json']);
    truncateSync(huge, 1);
    const removed = join(importedFolder, '.removed');
    mkdirSync(removed);
    for (const at of [1, 2]) {
      const old = join(removed, `old.0000000000000${at}-aa.json`);
      writeFileSync(old, '');
      truncateSync(old, bounds.personaLibrary.removedBytesMax / 2);
    }
    await catalogue.remove('rook');
    const left = readdirSync(removed).map((name) => name.split('.')[0]);
    assert.deepEqual(left, ['old', 'rook']);
    assert.ok(existsSync(join(removed, 'old.00000000000002-aa.json')), 'the oldest has gone');
  });

  it('keeps a bounded number of removed ones', async () => {
    const { catalogue, importedFolder } = await setUp();
    await catalogue.add(card('Rook', '0'));
    const removed = join(importedFolder, '.removed');
    mkdirSync(removed);
    for (let index = 0; index < bounds.removedPersonasMax; index += 1)
      writeFileSync(join(removed, `old.${String(index).padStart(14, '0')}-a.json`), '{}');
    await catalogue.remove('rook');
    const left = readdirSync(removed);
    assert.equal(left.length, bounds.removedPersonasMax);
    assert.ok(left.some((name) => name.startsWith('rook.')) && !left.includes('old.00000000000000-a.json'));
  });
});
