// `paddock card` as people call it: a process of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCard } from '../../src/persona/card/read-card.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { charxWith, chunk, fullCard, fullFields, pngWith, textChunk } from '../unit/persona/card-kit.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const data = join(folder.path, 'data');

const card = (...words: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'card', ...words], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path, PADDOCK_DATA: data },
  });
  return { bytes: stdout, out: stdout.toString(), errors: stderr.toString(), code: status };
};

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder.path, name), content);
  return name;
};

const png = pngWith(chunk('tEXt', Buffer.from('Software\0brush')), textChunk('ccv3', fullCard));

describe('paddock card inspect', () => {
  it('prints fields, sizes and warnings', () => {
    const odd = { ...fullCard, data: { ...fullCard.data, description: 'A \u001b[31m{{usr}}.', first_mes: '', 'x\u001b[2Jy': 1 } };
    const { out, code } = card('inspect', file('odd.charx', charxWith(odd)));
    assert.match(out, /^Rook \(called the Rook\): Dry\.\nCard: version 3, CHARX, no picture\n/);
    assert.match(out, /tags +bird, dry\n/);
    assert.match(out, /character_book +1 entry\n/);
    assert.match(out, /mes_example +9\n/);
    assert.match(out, /Kept, without meaning here: .*unheard_of.*extensions\.other\/program/);
    assert.match(out, /Warnings:\n.*\n? *description: \{\{usr\}\} is no macro I know; did you mean \{\{user\}\}\?/);
    assert.ok(!out.includes('\u001b'), 'nothing steers the terminal');
    assert.equal(code, 0);
  });

  it('prints it as JSON', () => {
    const { out } = card('inspect', file('rook.png', png), '--json');
    const json = JSON.parse(out);
    const { characterBook: _, ...fields } = fullFields;
    assert.deepEqual([json.format, json.version, json.picture, json.fields, json.raw], ['png', 3, 'image/png', fields, fullCard]);
    assert.equal(json.tokens.description, 6);
  });

  it('says in a sentence what is wrong, and nothing else', () => {
    for (const [name, content, sentence] of [
      ['cut.png', png.subarray(0, 200), /^paddock: cut\.png: This picture ends in the middle.*\n$/],
      ['large.json', Buffer.alloc(50_000_000, ' '), /^paddock: large\.json: The file is larger than 8 MB.*\n$/],
    ] as const) {
      const { out, errors, code } = card('inspect', file(name, content));
      assert.match(errors, sentence);
      assert.deepEqual([out, code], ['', 1]);
    }
    const usage = card('sing', 'x');
    assert.match(usage.errors, /card can inspect, import and export, not "sing"/);
    assert.equal(usage.code, 78);
  });
});

describe('paddock card export', () => {
  it('writes JSON, YAML and PNG that hold the same card, and never over a file unasked', () => {
    file('rook.png', png);
    for (const format of ['json', 'yaml', 'png']) {
      mkdirSync(join(folder.path, format));
      const { out, code } = card('export', 'rook.png', '--format', format, '--out', format);
      assert.deepEqual([out, code], [`Written: ${join(format, `rook.${format}`)}\n`, 0]);
      assert.deepEqual(readCard(readFileSync(join(folder.path, format, `rook.${format}`))).card.raw, fullCard);
    }
    assert.ok(readFileSync(join(folder.path, 'png', 'rook.png')).includes('Software\0brush'));
    file('taken.json', 'mine');
    const refused = card('export', 'rook.png', '--out', 'taken.json');
    assert.match(refused.errors, /taken\.json is there already; --force writes over it/);
    assert.equal(refused.code, 1);
    assert.equal(readFileSync(join(folder.path, 'taken.json'), 'utf8'), 'mine');
    assert.equal(card('export', 'rook.png', '--out', 'taken.json', '--force', '--spec', '2').code, 0);
    assert.equal(JSON.parse(readFileSync(join(folder.path, 'taken.json'), 'utf8')).spec, 'chara_card_v2');
  });

  it('writes to standard output, and puts a card into another picture', () => {
    file('rook.png', png);
    assert.deepEqual(JSON.parse(card('export', 'rook.png', '--out', '-').out), fullCard);
    file('card.json', JSON.stringify(fullCard));
    file('photo.png', pngWith(chunk('tEXt', Buffer.from('Author\0me'))));
    const { bytes } = card('export', 'card.json', '--format', 'png', '--picture', 'photo.png', '--out', '-');
    assert.ok(bytes.includes('Author\0me'));
    assert.deepEqual(readCard(bytes).card.raw, fullCard);
    assert.match(card('export', 'card.json', '--format', 'gif').errors, /--format is one of json, yaml, png/);
  });

  it('writes a persona that is no card yet, by its id', () => {
    const { bytes, code } = card('export', 'storyteller', '--format', 'png', '--out', '-');
    assert.equal(code, 0);
    assert.match(readCard(bytes).card.fields.name, /\w/);
  });
});

describe('paddock card import', () => {
  it('puts the card among the personas, under an id of its own, and warns', () => {
    const first = card('import', file('rook.png', png));
    assert.deepEqual([first.out, first.errors, first.code], ['Rook is the persona rook now.\n', '', 0]);
    const second = card('import', file('other.json', JSON.stringify({ name: 'Rook', description: '{{usr}}' })));
    assert.equal(second.out, 'Rook is the persona rook-2 now.\n');
    assert.match(second.errors, /warning: first_mes: There is no greeting.*warning: description: \{\{usr\}\} is no macro/s);
    assert.deepEqual(readFileSync(join(data, 'personas', 'rook.png')), png);
    assert.deepEqual(JSON.parse(card('export', 'rook', '--out', '-').out), fullCard);
    assert.equal(card('import', 'other.json', '--id', 'rook', '--force').out, 'Rook is the persona rook now.\n');
    assert.deepEqual(
      readdirSync(join(data, 'personas')).filter((name) => !name.startsWith('.')),
      ['rook-2.json', 'rook.json'],
    );
  });

  it('stores nothing of a bad card', () => {
    const before = existsSync(join(data, 'personas')) ? readdirSync(join(data, 'personas')) : [];
    const { errors, code } = card('import', file('bad.png', pngWith(chunk('tEXt', Buffer.from('chara\0=')))));
    assert.match(errors, /not valid base64/);
    assert.equal(code, 1);
    assert.deepEqual(existsSync(join(data, 'personas')) ? readdirSync(join(data, 'personas')) : [], before);
  });
});
