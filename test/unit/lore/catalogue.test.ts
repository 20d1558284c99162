import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { ErrorCode } from '../../../src/core/error.ts';
import { createLorebookCatalogue, type LorebookCatalogue, withNewEntry } from '../../../src/lore/index.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-lorebooks-'));
after(() => rmSync(temporary, { recursive: true }));

const pass = 'name: The Pass\nentries:\n  - title: Inn\n    keys: [inn]\n    content: The only inn.\n';
const world = JSON.stringify({
  name: 'Sea',
  extra: { kept: true },
  entries: { 0: { uid: 0, key: ['sea'], content: 'Salt.', odd: 1 }, 4: { uid: 4, key: ['tide'], content: 'It turns.' } },
});
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const setUp = async (files: Readonly<Record<string, string>> = { 'pass.yaml': pass }) => {
  const root = mkdtempSync(join(temporary, 'bot-'));
  const folder = join(root, 'personas', 'lorebooks');
  const importedFolder = join(root, 'data', 'lorebooks');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let time = 1000;
  const seen: string[] = [];
  const open = () =>
    createLorebookCatalogue({ folder, importedFolder, now: () => (time += 1), onProblem: (id) => void seen.push(id) });
  const stored = (): readonly string[] => (existsSync(importedFolder) ? readdirSync(importedFolder).sort() : []);
  return { folder, importedFolder, open, stored, seen, catalogue: await open() };
};
const shelf = (catalogue: LorebookCatalogue) =>
  catalogue.list().map(({ id, name, entryCount, source }) => [id, name, entryCount, source]);
const fails = async (work: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> =>
  await assert.rejects(work, { code, userText: text });
const contents = async (catalogue: LorebookCatalogue, id: string) =>
  (await catalogue.get(id))?.book.entries.map(({ content }) => content);

describe('the catalogue of lorebooks', () => {
  it('takes books in while it runs, and has them after a restart', async () => {
    const { catalogue, open, stored } = await setUp();
    assert.deepEqual(stored(), []);
    const { summary, warnings } = await catalogue.add(bytesOf(world));
    assert.deepEqual([summary.id, warnings], ['sea', []]);
    await catalogue.add(bytesOf(world));
    await catalogue.add(bytesOf('name: 海\nentries: []\n'));
    await catalogue.add(bytesOf(pass), { id: 'own' });
    const all = [
      ['book', '海', 0, 'imported'],
      ['own', 'The Pass', 1, 'imported'],
      ['pass', 'The Pass', 1, 'own'],
      ['sea', 'Sea', 2, 'imported'],
      ['sea-2', 'Sea', 2, 'imported'],
    ];
    assert.deepEqual(shelf(catalogue), all);
    assert.deepEqual(shelf(await open()), all);
    assert.deepEqual(stored(), ['book.yaml', 'own.yaml', 'sea-2.json', 'sea.json']);
    assert.deepEqual(await contents(catalogue, 'sea'), ['Salt.', 'It turns.']);
    assert.equal((await catalogue.get('sea'))?.book.id, 'sea');
    assert.deepEqual((await catalogue.file('sea')).bytes.toString(), world);
    assert.equal(catalogue.find('SEA')?.id, 'sea');
    assert.equal(catalogue.find('the pass')?.id, 'own');
  });

  it('keeps the name of a book whose file has none', async () => {
    const { catalogue, open } = await setUp();
    await catalogue.add(bytesOf('{"entries":{"0":{"uid":0,"key":["x"],"content":"y","odd":1}}}'), { name: 'Old Maps' });
    const again = await open();
    assert.equal(again.find('Old Maps')?.id, 'old-maps');
    assert.equal(JSON.parse(Buffer.from((await again.file('old-maps')).bytes).toString()).entries[0].odd, 1);
  });

  it('prepares a book once, and reads it anew when it was changed', async () => {
    const { catalogue } = await setUp();
    assert.equal(await catalogue.get('pass'), await catalogue.get('pass'));
    const before = await catalogue.get('pass');
    await catalogue.edit('pass', (book) => withNewEntry(book, { keys: ['snow'], content: 'Deep.' }).book);
    assert.notEqual(await catalogue.get('pass'), before);
    assert.equal(await catalogue.get('none'), undefined);
  });

  it('holds so many prepared books in memory and no more', async () => {
    const { keptMax } = bounds.loreLibrary;
    const files = Object.fromEntries(Array.from({ length: keptMax + 1 }, (_, index) => [`b${index}.yaml`, pass]));
    const { catalogue } = await setUp(files);
    const first = await catalogue.get('b0');
    for (let index = 1; index < keptMax; index += 1) await catalogue.get(`b${index}`);
    assert.equal(await catalogue.get('b0'), first);
    await catalogue.get(`b${keptMax}`);
    assert.equal(await catalogue.get('b0'), first, 'the latest used stay');
    const second = await catalogue.get('b1');
    assert.equal(await catalogue.get('b1'), second);
    for (let index = 2; index <= keptMax; index += 1) await catalogue.get(`b${index}`);
    assert.notEqual(await catalogue.get('b0'), first, 'the others are read again');
  });

  it('changes a copy of what people wrote, which wins until it is removed', async () => {
    const { catalogue, open, folder, stored } = await setUp();
    const book = await catalogue.edit(
      'pass',
      (before) => withNewEntry(before, { keys: ['snow'], content: 'Deep.', order: 5 }).book,
    );
    assert.deepEqual(
      book.entries.map(({ id, content }) => [id, content]),
      [
        ['0', 'The only inn.'],
        ['1', 'Deep.'],
      ],
    );
    assert.equal(readFileSync(join(folder, 'pass.yaml'), 'utf8'), pass);
    assert.deepEqual(stored(), ['pass.yaml']);
    assert.deepEqual(shelf(await open()), [['pass', 'The Pass', 2, 'edited']]);
    await catalogue.remove('pass');
    assert.deepEqual(shelf(catalogue), [['pass', 'The Pass', 1, 'own']]);
    assert.deepEqual(await contents(catalogue, 'pass'), ['The only inn.']);
    await fails(catalogue.remove('pass'), 'not-allowed', /only they can remove it/);
    assert.equal((await catalogue.restore('pass')).source, 'edited');
    assert.deepEqual(await contents(catalogue, 'pass'), ['The only inn.', 'Deep.']);
  });

  it('changes an imported book and keeps every field that has no meaning here', async () => {
    const { catalogue, importedFolder } = await setUp();
    await catalogue.add(bytesOf(world));
    await Promise.all(
      ['a', 'b', 'c'].map((key) => catalogue.edit('sea', (book) => withNewEntry(book, { keys: [key], content: key }).book)),
    );
    const file = JSON.parse(readFileSync(join(importedFolder, 'sea.json'), 'utf8'));
    assert.deepEqual(
      [file.extra, file.entries[0].odd, Object.keys(file.entries)],
      [{ kept: true }, 1, ['0', '4', '5', '6', '7']],
    );
    assert.deepEqual(await contents(catalogue, 'sea'), ['Salt.', 'It turns.', 'a', 'b', 'c']);
  });

  it('removes and restores, also the version before a replacement', async () => {
    const { catalogue, stored } = await setUp();
    await catalogue.add(bytesOf(world));
    await catalogue.replace('sea', bytesOf(pass));
    assert.deepEqual([await contents(catalogue, 'sea'), stored()], [['The only inn.'], ['.removed', 'sea.yaml']]);
    await fails(catalogue.restore('sea'), 'not-found', /a lorebook has it now/);
    await catalogue.remove('sea');
    assert.equal(await catalogue.get('sea'), undefined);
    assert.equal((await catalogue.restore('sea')).name, 'The Pass');
    await catalogue.remove('sea');
    await fails(catalogue.restore('../sea'), 'not-found', /nothing to bring back/);
    await fails(catalogue.remove('sea'), 'not-found', /no lorebook/);
  });

  it('keeps the newest removed ones only', async () => {
    const { catalogue, importedFolder } = await setUp();
    await catalogue.add(bytesOf(world));
    for (let times = 0; times < bounds.loreLibrary.removedMax + 3; times += 1) await catalogue.replace('sea', bytesOf(world));
    assert.equal(readdirSync(join(importedFolder, '.removed')).length, bounds.loreLibrary.removedMax);
  });

  it('stores nothing of a bad file', async () => {
    const { catalogue, stored } = await setUp();
    for (const [text, sentence] of [
      ['', /is empty/],
      ['{"entries":', /not valid JSON/],
      ['{"name":"x"}', /no `entries`/],
      ['name: x\nentries:\n  - kyes: [a]\n', /lorebook:3:5 entries\[0\]\.kyes: is not known; did you mean keys\?/],
      [`name: x\nentries: ${'['.repeat(5000)}`, /too large or too intricate/],
      [`name: x\ndescription: ${'x'.repeat(bounds.loreLibrary.yamlBytesMax)}\nentries: []`, /at most 256 kB/],
      ['\u0000'.repeat(20), /can not be used|not valid/],
    ] as const) {
      await fails(catalogue.add(bytesOf(text)), 'bad-input', sentence);
    }
    await fails(catalogue.add(Uint8Array.of(0xff, 0xfe, 1)), 'bad-input', /UTF-8/);
    await fails(catalogue.add(new Uint8Array(bounds.lorebook.fileBytesMax + 1)), 'bad-input', /larger than 4 MB/);
    await fails(catalogue.add(bytesOf(world), { id: '../x' }), 'bad-input', /An id has/);
    await fails(catalogue.add(bytesOf(world), { id: 'pass' }), 'bad-input', /another lorebook with this id/);
    assert.deepEqual([stored(), shelf(catalogue)], [[], [['pass', 'The Pass', 1, 'own']]]);
  });

  it('leaves a book as it was when a change fails or could not be read again', async () => {
    const { catalogue, stored } = await setUp();
    const thrown = new Error('no');
    await assert.rejects(
      catalogue.edit('pass', () => {
        throw thrown;
      }),
      thrown,
    );
    await fails(
      catalogue.edit('pass', (book) => withNewEntry(book, { title: 'x'.repeat(3000) }).book),
      'bad-input',
      /can not be used.*title/,
    );
    assert.deepEqual(stored(), []);
    assert.equal((await catalogue.get('pass'))?.entries.length, 1);
  });

  it('does not start with a mistake in people’s own files, and names file and line', async () => {
    const { open, folder } = await setUp();
    writeFileSync(join(folder, 'bad.yaml'), 'name: x\nentries:\n  - content: 7\n');
    writeFileSync(join(folder, 'Not An Id.json'), world);
    writeFileSync(join(folder, 'pass.json'), world);
    symlinkSync(join(temporary, 'elsewhere.yaml'), join(folder, 'link.yaml'));
    writeFileSync(join(folder, '.hidden.yaml'), 'x');
    writeFileSync(join(folder, 'notes.txt'), 'x');
    await assert.rejects(open(), (error: Error) => {
      const lines = error.message.split('\n').sort();
      assert.match(lines[0] ?? '', /^personas\/lorebooks\/Not An Id\.json {2}the name must be/);
      assert.match(lines[1] ?? '', /^personas\/lorebooks\/bad\.yaml:3:5 {2}entries\[0\]\.content: expected a text/);
      assert.match(lines[2] ?? '', /^personas\/lorebooks\/link\.yaml {2}is a link that leads out/);
      assert.match(lines[3] ?? '', /^personas\/lorebooks\/pass\.yaml {2}has the same id as personas\/lorebooks\/pass\.json/);
      return lines.length === 4;
    });
  });

  it('starts without a bad imported one, and says so', async () => {
    const { catalogue, open, importedFolder } = await setUp();
    await catalogue.add(bytesOf(world));
    writeFileSync(join(importedFolder, 'bad.yaml'), 'name: x\nentries:\n  - content: 7\n');
    writeFileSync(join(importedFolder, 'sea.yaml'), pass);
    const again = await open();
    assert.deepEqual(
      shelf(again).map(([id]) => id),
      ['pass', 'sea'],
    );
    assert.match(again.problems[0] ?? '', /^bad\.yaml:3: entries\[0\]\.content: expected a text/);
    assert.match(again.problems[1] ?? '', /^sea\.yaml: there is another lorebook with this id/);
    assert.equal(again.problems.length, 2);
  });

  it('starts without a folder, and keeps its own for its owner', async () => {
    const { folder, importedFolder, open } = await setUp();
    rmSync(folder, { recursive: true });
    const catalogue = await open();
    assert.deepEqual(catalogue.list(), []);
    await catalogue.add(bytesOf(world));
    assert.equal(statSync(importedFolder).mode & 0o777, 0o700);
    assert.equal(statSync(join(importedFolder, 'sea.json')).mode & 0o777, 0o600);
  });

  it('goes on without a book whose file is gone or damaged while it runs', async () => {
    const { catalogue, importedFolder, seen, folder } = await setUp();
    await catalogue.add(bytesOf(world));
    rmSync(join(importedFolder, 'sea.json'));
    writeFileSync(join(folder, 'pass.yaml'), 'name: [');
    assert.deepEqual(
      [await catalogue.get('sea'), await catalogue.get('pass'), await catalogue.get('sea')],
      [undefined, undefined, undefined],
    );
    assert.deepEqual(seen, ['sea', 'pass'], 'told once');
    await assert.rejects(catalogue.reload(), { code: 'configuration-invalid' });
    assert.equal(catalogue.list().length, 2, 'as before');
    writeFileSync(join(folder, 'pass.yaml'), pass);
    await catalogue.reload();
    assert.deepEqual(shelf(catalogue), [['pass', 'The Pass', 1, 'own']]);
    assert.deepEqual(await contents(catalogue, 'pass'), ['The only inn.']);
  });
});
