import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bytesOf, charxWith, fullCard, fullFields, pngWith, textChunk } from './card-kit.ts';
import { card, fails, ids, setUp, temporary } from './catalogue-kit.ts';

describe('createPersonaCatalogue', () => {
  it('takes cards in while it runs, and has them after a restart', async () => {
    const { catalogue, open, stored, importedFolder } = await setUp();
    assert.deepEqual([ids(catalogue), stored()], [['helper'], []]);
    const png = pngWith(textChunk('ccv3', fullCard));
    const { persona } = await catalogue.add(png);
    assert.deepEqual(persona, { id: 'rook', ...fullFields, avatar: { kind: 'card', path: join(importedFolder, 'rook.png') } });
    await catalogue.add(charxWith({ name: 'Mother Tansy', first_mes: 'x' }));
    await catalogue.add(bytesOf('name: 鴉\ngreeting: Hm.\n'));
    for (const now of [catalogue, await open()]) {
      assert.deepEqual(ids(now), ['helper', 'mother-tansy', 'persona', 'rook']);
      assert.deepEqual(now.get('rook'), persona);
      assert.deepEqual(Buffer.from(now.avatar('rook')?.bytes ?? []), png);
      assert.equal(now.avatar('helper'), undefined);
      assert.deepEqual(now.card('rook').card.raw, fullCard);
      assert.deepEqual([now.isImported('rook'), now.isImported('helper'), now.problems], [true, false, []]);
    }
    assert.deepEqual(readFileSync(join(importedFolder, 'rook.png')), png, 'byte for byte');
    assert.equal(statSync(join(importedFolder, 'rook.png')).mode & 0o077, 0, 'nobody else can read it');
    assert.deepEqual(stored(), ['mother-tansy.charx', 'persona.yaml', 'rook.png']);
  });

  it('numbers what has the same name, whoever has it and however many come at once', async () => {
    const { catalogue, open } = await setUp();
    await Promise.all(['Helper', 'Helper', 'Rook', 'Rook', 'rook!'].map((name) => catalogue.add(card(name))));
    assert.deepEqual(ids(catalogue), ['helper', 'helper-2', 'helper-3', 'rook', 'rook-2', 'rook-3']);
    // Another process, which has not seen what came since.
    const other = await open();
    await catalogue.add(card('Late'));
    await other.add(card('Late'));
    await other.reload();
    assert.deepEqual([other.get('late')?.name, other.get('late-2')?.name], ['Late', 'Late']);
    await catalogue.add(card('Long '.repeat(30)), { id: 'short' });
    assert.equal(catalogue.get('short')?.name.length, 64);
    await fails(catalogue.add(card('x'), { id: '../x' }), 'bad-input', /lower-case letters/);
  });

  it('stores nothing of a bad card, and stays as it was', async () => {
    const { catalogue, stored } = await setUp();
    await catalogue.add(card('Rook'));
    for (const bytes of [
      bytesOf('{'),
      pngWith(),
      pngWith(textChunk('chara', fullCard)).subarray(0, 90),
      Buffer.alloc(9_000_000),
    ]) {
      await assert.rejects(catalogue.add(bytes));
      await assert.rejects(catalogue.replace('rook', bytes));
    }
    assert.deepEqual([stored(), ids(catalogue)], [['rook.json'], ['helper', 'rook']]);
  });

  it('replaces, removes and brings back', async () => {
    const { catalogue, stored } = await setUp();
    await catalogue.add(card('Rook', 'first'));
    const { persona } = await catalogue.replace(
      'rook',
      pngWith(textChunk('chara', { name: 'Rook the Second', first_mes: 'second' })),
    );
    assert.deepEqual([persona.id, persona.name, persona.greeting], ['rook', 'Rook the Second', 'second']);
    assert.deepEqual(stored(), ['.removed', 'rook.png']);
    await catalogue.remove('rook');
    assert.deepEqual([ids(catalogue), stored()], [['helper'], ['.removed']]);
    assert.equal((await catalogue.restore('rook')).greeting, 'second');
    await catalogue.remove('rook');
    await catalogue.add(card('Rook', 'third'));
    await catalogue.remove('rook');
    assert.deepEqual(
      [(await catalogue.restore('rook')).greeting, await catalogue.remove('rook'), (await catalogue.restore('rook')).greeting],
      ['third', undefined, 'third'],
    );
    await fails(catalogue.restore('helper'), 'not-found', /nothing to bring back under that name, or a persona has it/);
    await fails(catalogue.restore('never'), 'not-found', /nothing to bring back/);
    await fails(catalogue.restore('../personas/helper'), 'not-found', /nothing to bring back/);
  });

  it('takes back a replacement or a change, and takes that back too, across a restart', async () => {
    const { catalogue, open, stored } = await setUp();
    await catalogue.add(card('Rook', 'first'));
    await catalogue.replace('rook', bytesOf('name: Rook\nfirst_mes: second\n'));
    assert.equal((await catalogue.restore('rook')).greeting, 'first');
    assert.deepEqual(stored(), ['.removed', 'rook.json']);
    const later = await open();
    assert.equal((await later.restore('rook')).greeting, 'second');
    assert.deepEqual(stored(), ['.removed', 'rook.yaml']);
    await later.edit('rook', ({ card: { raw } }) => bytesOf({ ...raw, first_mes: `${raw.first_mes}, changed` }));
    assert.equal(later.get('rook')?.greeting, 'second, changed');
    assert.equal((await later.restore('rook')).greeting, 'second');
    await assert.rejects(later.edit('rook', () => bytesOf('{')));
    await fails(
      later.edit('helper', () => card('x')),
      'not-allowed',
      /only they can/,
    );
    assert.equal(later.get('rook')?.greeting, 'second');
    assert.deepEqual(
      (await later.removed()).map(({ id }) => id),
      ['rook', 'rook'],
    );
  });

  it('loses no change of two that come at once', async () => {
    const { catalogue } = await setUp();
    await catalogue.add(bytesOf({ name: 'Rook', first_mes: '', description: '' }));
    const write = (field: string) => catalogue.edit('rook', ({ card: { raw } }) => bytesOf({ ...raw, [field]: `my ${field}` }));
    await Promise.all([write('first_mes'), write('description')]);
    const { greeting, description } = catalogue.get('rook') ?? {};
    assert.deepEqual([greeting, description], ['my first_mes', 'my description']);
  });

  it("leaves people's own files and the default alone", async () => {
    const { catalogue, open, folder } = await setUp({
      'helper.yaml': 'name: Helper',
      'own.json': '{"name":"Own","first_mes":"x","odd":1}',
    });
    for (const work of [catalogue.remove('own'), catalogue.replace('own', card('x'))])
      await fails(work, 'not-allowed', /only they can/);
    await fails(catalogue.remove('nobody'), 'not-found', /no persona/);
    assert.deepEqual(readdirSync(folder), ['helper.yaml', 'own.json']);
    assert.deepEqual(catalogue.card('own').card.raw, { name: 'Own', first_mes: 'x', odd: 1 });
    assert.equal(catalogue.card('helper').card.raw.spec, 'chara_card_v3');
    await catalogue.add(card('Rook'));
    const other = await open('rook');
    assert.equal(other.default.id, 'rook');
    await fails(other.remove('rook'), 'not-allowed', /has to stay/);
  });

  it('goes on with what it has when a file is bad: an imported one is a problem, one of people an error', async () => {
    const { catalogue, open, folder, importedFolder } = await setUp();
    await catalogue.add(card('Rook'));
    const outside = join(temporary, 'secret.json');
    writeFileSync(outside, '{"name":"Secret","first_mes":"x"}');
    writeFileSync(join(importedFolder, 'broken.png'), pngWith().subarray(0, 40));
    writeFileSync(join(importedFolder, 'helper.json'), '{"name":"Not me","first_mes":"x"}');
    writeFileSync(join(importedFolder, 'notes.txt'), 'not read');
    writeFileSync(join(importedFolder, '.half.part'), 'not read');
    await catalogue.reload();
    for (const now of [catalogue, await open()]) {
      assert.deepEqual(ids(now), ['helper', 'rook']);
      assert.deepEqual(now.problems, [
        'broken.png: This picture ends in the middle: it was not saved or sent whole. Get it again.',
        'helper.json: There is another persona with this id; rename the file.',
      ]);
    }
    writeFileSync(join(folder, 'new.yaml'), 'name: New');
    await catalogue.reload();
    assert.equal(catalogue.get('new')?.name, 'New');
    writeFileSync(join(folder, 'new.yaml'), 'nmae: New');
    await assert.rejects(catalogue.reload(), { code: 'configuration-invalid', message: /new\.yaml:1:1/ });
    assert.equal(catalogue.get('new')?.name, 'New', 'as it was');
    writeFileSync(join(folder, 'new.yaml'), 'name: New');
    await assert.rejects(open('nobody'), { code: 'configuration-invalid', message: /there is no persona nobody/ });
  });

  it('does not follow links out of its folder', async () => {
    const { catalogue, importedFolder } = await setUp();
    await catalogue.add(card('Rook'));
    const outside = join(temporary, 'outside.json');
    writeFileSync(outside, '{"name":"Outside","first_mes":"x"}');
    symlinkSync(outside, join(importedFolder, 'outside.json'));
    await catalogue.reload();
    assert.equal(catalogue.get('outside'), undefined);
  });
});
