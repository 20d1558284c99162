// /persona import, export and reload.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { charxWith, fullCard, pngWith, textChunk } from '../persona/card-kit.ts';
import { elsewhere, file, labelsOf, rook, setUp } from './persona-commands-kit.ts';
import { createTestServices, owner } from './services.ts';

describe('/persona import', () => {
  it('takes cards of every kind in, with remarks on what may not be meant so', async () => {
    const { call, personas } = await setUp();
    const card = (name: string) => ({ name, first_mes: '{{user}}: Hi!', description: 'Says {{chra}}.' });
    for (const [name, bytes] of [
      ['a.png', pngWith(textChunk('chara', card('A')))],
      ['b.charx', charxWith(card('B'))],
      ['c.json', card('C')],
      ['d.yaml', 'name: D\nfirst_mes: "{{user}}: Hi!"\ndescription: "Says {{chra}}."\n'],
    ] as const) {
      const { text, isPrivate, isFailure } = await call('persona import', { file: file(name, bytes) });
      const id = name.charAt(0);
      assert.deepEqual([isPrivate, isFailure], [false, false], text);
      assert.match(
        text,
        new RegExp(`^Taken in: ${id.toUpperCase()} \\(${id}\\): Says \\{\\{chra\\}\\}\\.\nRemarks on the card:\n`),
      );
      assert.match(text, /- description: .*chra.* is no macro I know; did you mean \{\{char\}\}\?/);
      assert.match(text, /- first_mes: The character speaks for \{\{user\}\} here/);
      assert.equal(personas.get(id)?.greeting, '{{user}}: Hi!', 'macros stay as they are');
    }
    const silent = { ...rook, mes_example: '{{char}}: Caw.' };
    assert.doesNotMatch((await call('persona import', { file: file('rook.json', silent) })).text, /Remarks/);
  });

  it('bounds the remarks on a hostile card', async () => {
    const { call } = await setUp();
    const hostile = {
      name: '@everyone',
      first_mes: Array.from({ length: 500 }, (_, index) => `{{x${index}}}`).join(' '),
      alternate_greetings: Array.from({ length: 100 }, (_, index) => `{{y${index}${'z'.repeat(250)}}}`),
    };
    const { text } = await call('persona import', { file: file('x.json', hostile) });
    assert.match(text, /- and \d+ more$/);
    assert.ok(text.length < 4000, `${text.length} characters`);
  });

  it('says of a name that is there already, and puts the new one in its place at a button', async () => {
    const { call, press, personas, stored } = await setUp();
    const first = await call('persona import', { file: file('rook.json', rook) });
    assert.deepEqual(labelsOf(first), ['Let it answer here']);
    const newer = await call('persona import', {
      file: file('rook.png', pngWith(textChunk('chara', { ...rook, first_mes: 'New.' }))),
    });
    assert.match(
      newer.text,
      /^Taken in: Rook \(rook-2\): A bird\.\nThere is a persona of that name already: Rook \(rook\)\.\nTo put this one in its place, call \/persona import with replace:rook\./,
    );
    assert.deepEqual(labelsOf(newer), ['Let it answer here', 'Replace Rook (rook)']);
    assert.deepEqual([personas.get('rook')?.greeting, personas.get('rook-2')?.greeting], ['Hm, {{user}}.', 'New.']);
    const replaced = await press(newer, /Replace/);
    assert.deepEqual([replaced.text, replaced.replacesMessage], ['Rook (rook) has taken the place of the former one.', true]);
    assert.deepEqual([personas.get('rook')?.greeting, personas.get('rook-2')], ['New.', undefined]);
    assert.deepEqual(stored(), ['.removed', 'rook.server-1.png']);
    assert.match((await press(newer, /Replace/)).text, /I know no persona/, 'a second press');
    assert.match((await press(replaced, /Take that back/)).text, /as it was before/);
    assert.equal(personas.get('rook')?.greeting, 'Hm, {{user}}.');
    // A file of people can't be replaced, so nothing offers it.
    const ember = await call('persona import', { file: file('e.json', { name: 'EMBER', first_mes: 'x', description: 'x' }) });
    assert.match(ember.text, /There is a persona of that name already: Ember \(ember\)\.$/);
    assert.deepEqual(labelsOf(ember), ['Let it answer here']);
  });

  it('replaces the one that is named, if it is the caller’s', async () => {
    const { call, press, personas, choices } = await setUp();
    await call('persona import', { file: file('rook.json', rook) });
    const raven = file('r.json', { name: 'Raven', first_mes: 'x', description: 'x' });
    assert.deepEqual(await choices('persona import', 'replace'), ['rook']);
    const replaced = await call('persona import', { file: raven, replace: 'rook' });
    assert.equal(replaced.text, 'Raven (rook) has taken the place of the former one.');
    assert.equal(personas.get('rook')?.name, 'Raven');
    await press(replaced, /Take that back/);
    assert.equal(personas.get('rook')?.name, 'Rook');
    assert.match((await call('persona import', { file: raven, replace: 'ember' })).text, /Ember is a file of those who run me/);
    assert.match((await call('persona import', { file: raven, replace: 'rook' }, elsewhere)).text, /I know no persona/);
    assert.equal(personas.get('rook')?.name, 'Rook');
  });

  it('says in a sentence what is wrong with a file, and stores nothing', async () => {
    const { call, stored } = await setUp();
    const png = pngWith(textChunk('chara', rook));
    for (const [bytes, sentence] of [
      [png.subarray(0, png.length - 20), /ends in the middle/],
      [Buffer.concat([png.subarray(0, 60), Buffer.from([1]), png.subarray(61)]), /damaged|ends in the middle/],
      [pngWith(), /no character card in this picture/],
      ['{"name":"x"', /./],
      ['just some words', /no character card/],
      [`${'['.repeat(100_000)}`, /nested too deeply/],
      ['{"name":"x","first_mes":"y","data":{"__proto__":{"a":1},"name":"x"}}', /__proto__/],
      ['', /empty/],
      [new Uint8Array(9_000_000), /larger than 8 MB/],
      [charxWith(Buffer.alloc(5_000_000, 0x20)), /larger than 4 MB/],
      [{ name: ' ', first_mes: 'x' }, /name/],
    ] as const) {
      const outcome = await call('persona import', { file: file('x.bin', bytes) });
      assert.deepEqual([outcome.isFailure, outcome.isPrivate], [true, true]);
      assert.match(outcome.text, sentence);
    }
    assert.match((await call('persona import', { file: 'x.png' })).text, /has to be a file/);
    assert.deepEqual(stored(), []);
  });

  it('asks for no more bytes than a card may have', async () => {
    const { call } = await setUp();
    let asked: number | undefined;
    const read = async (bytesMax?: number): Promise<Uint8Array> => {
      asked = bytesMax;
      throw new PaddockError('bad-input', 'too large', { userText: 'The file is too large.' });
    };
    assert.equal((await call('persona import', { file: { name: 'x', read } })).text, 'The file is too large.');
    assert.equal(asked, bounds.card.fileBytesMax);
  });
});

describe('/persona export', () => {
  it('gives a card in every format, which reads back to the same', async () => {
    const { call } = await setUp();
    await call('persona import', { file: file('rook.json', fullCard) });
    for (const format of ['json', 'yaml', 'png'] as const) {
      const { files: given = [], isPrivate } = await call('persona export', { name: 'rook', format });
      const [exported] = given;
      assert.deepEqual([given.length, exported?.name, isPrivate], [1, `rook.${format}`, true]);
      const read = readCard(exported?.bytes ?? new Uint8Array());
      assert.deepEqual([read.format, read.card.raw], [format, fullCard]);
    }
  });

  it('without a format, gives the card as it is kept', async () => {
    const { call } = await setUp({ 'own.charx': charxWith({ ...rook, name: 'Own' }) });
    const charx = charxWith(rook, { 'assets/a.txt': new Uint8Array([1, 2, 3]) });
    await call('persona import', { file: file('rook.charx', charx) });
    const kept = async (name: string) => (await call('persona export', { name })).files?.[0];
    assert.deepEqual(await kept('rook'), { name: 'rook.charx', bytes: Buffer.from(charx) });
    assert.equal((await kept('own'))?.name, 'own.charx');
    const ember = await kept('ember');
    assert.equal(ember?.name, 'ember.yaml', 'one that is no card becomes one');
    assert.equal(readCard(ember?.bytes ?? new Uint8Array()).card.fields.greeting, 'Warm?');
  });

  it('says why a picture can’t hold a card', async () => {
    const { call } = await setUp();
    const gif = Buffer.from('GIF89a pixels');
    const data = {
      ...fullCard.data,
      assets: [{ type: 'icon', uri: `data:image/gif;base64,${gif.toString('base64')}`, name: 'main' }],
    };
    await call('persona import', { file: file('rook.json', { ...fullCard, data }) });
    assert.match(
      (await call('persona export', { name: 'rook', format: 'png' })).text,
      /picture of Rook is a GIF, and cards fit into PNG/,
    );
    assert.match((await call('persona export', { name: 'rook', format: 'gif' })).text, /has to be one of these: json, yaml, png/);
    assert.match((await call('persona export', { name: 'nobody' })).text, /I know no persona/);
  });
});

describe('/persona reload', () => {
  it('reads the library anew, for the owner, and tells of what was passed over', async () => {
    const { services, call } = await setUp();
    assert.equal((await call('persona reload', {}, owner)).text, 'Read anew.\nPersonas there are: 2.');
    assert.deepEqual(services.log, ['reload']);
    assert.match((await call('persona reload')).text, /is for the owner of the bot only/);
    const told = createTestServices({ bot: { ...services.bot, reload: async () => ['x.json: This file is empty.'] } });
    const { text } = await runCommand(createCommands(told), owner, 'persona reload', {}, silentLogger);
    assert.match(text, /^Read anew, but not these:\n- x\.json: This file is empty\.\n/);
  });
});
