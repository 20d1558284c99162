// `paddock lore` as people call it: a process of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../fakes/models.ts';
import { pngWith, textChunk } from '../unit/persona/card-kit.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const data = join(folder.path, 'data');

const lore = (words: readonly string[], input = '') => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'lore', ...words], {
    cwd: folder.path,
    input,
    env: { PATH: process.env.PATH, HOME: folder.path, PADDOCK_DATA: data, DISCORD_TOKEN: '' },
  });
  return { out: stdout.toString(), errors: stderr.toString(), code: status };
};
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder.path, name), content);
  return name;
};
const read = (...path: readonly string[]): string => readFileSync(join(folder.path, ...path), 'utf8');
const stored = (): readonly string[] =>
  existsSync(join(data, 'lorebooks')) ? readdirSync(join(data, 'lorebooks')).filter((name) => !name.startsWith('.')) : [];

const world = {
  unheard_of: [1],
  entries: {
    0: { uid: 0, key: ['sea'], comment: 'Sea', content: 'Salt and tide.', odd: { a: 1 } },
    7: { uid: 7, key: ['tide'], content: 'It turns.', order: 5 },
    8: { uid: 8, key: ['/(?=x)/'], keysecondary: [], content: 'never' },
  },
};
const pass =
  'name: The Pass\nscanDepth: 1\nentries:\n  - {title: Inn, keys: [inn], content: The only inn.}\n  - {title: Snow, keys: [snow], content: Deep.}\n';

describe('paddock lore', () => {
  it('tests which entries a text would bring in, for a file or a lorebook of the library', () => {
    file('sea.json', JSON.stringify(world));
    const { out, errors, code } = lore(['test', 'sea.json', '--text', 'the sea']);
    assert.equal(
      out.split('\n').slice(0, 5).join('\n'),
      'Would come into the prompt:\n  Sea: "sea" in the newest message (about 4 tokens)\n  tide: "tide" in the text of "Sea" (about 3 tokens)\nWould not:\n  /(?=x)/: it has no key that can be found',
    );
    assert.match(out, /The key \/\(\?=x\)\/ of "8" is never found/);
    assert.deepEqual([errors, code], ['', 0]);
    file('pass.yaml', pass);
    assert.equal(lore(['import', 'pass.yaml']).out, 'The Pass is the lorebook the-pass now.\n');
    const spoken = lore(['test', 'the-pass', '--text', '-', '--json'], 'Ada: the inn\nEve: snow\n');
    const { entries } = JSON.parse(spoken.out);
    assert.deepEqual(
      entries.map(({ title, isActive }: { title: string; isActive: boolean }) => [title, isActive]),
      [
        ['Snow', true],
        ['Inn', false],
      ],
      'only the newest message is searched',
    );
  });

  it('inspects', () => {
    file('pass.yaml', pass.replace('{title: Inn', '{title: "In\\x1b[2Jn"'));
    const { out, code } = lore(['inspect', 'pass.yaml']);
    assert.match(out, /^The Pass: 2 entries, YAML\n {2}scanDepth: 1\n {2}In.*n \(about \d+ tokens\)\n {4}keys: inn\n {2}Snow/);
    assert.ok(!out.includes('\u001b'), 'nothing steers the terminal');
    assert.match(out, /No warnings\.\n$/);
    assert.equal(code, 0);
    const json = JSON.parse(lore(['inspect', file('sea.json', JSON.stringify(world)), '--json']).out);
    assert.deepEqual([json.name, json.entries.length, json.warnings.length], ['sea', 3, 1]);
  });

  it('imports, and replaces only when told to', () => {
    file('sea.json', JSON.stringify(world));
    const first = lore(['import', 'sea.json']);
    assert.deepEqual([first.out, first.code], ['sea is the lorebook sea now.\n', 0]);
    assert.match(first.errors, /^warning: The key .* is never found/);
    const refused = lore(['import', file('other.json', JSON.stringify({ name: 'Sea', entries: {} }))]);
    assert.match(refused.errors, /there is a lorebook sea already; --force replaces it/);
    assert.deepEqual([refused.out, refused.code], ['', 1]);
    assert.deepEqual(JSON.parse(read('data', 'lorebooks', 'sea.json')).unheard_of, [1]);
    assert.equal(lore(['import', 'other.json', '--force']).code, 0);
    assert.deepEqual(JSON.parse(read('data', 'lorebooks', 'sea.json')), { name: 'Sea', entries: {} });
    const card = { name: 'Rook', first_mes: 'Hm.', character_book: { entries: [{ keys: ['nest'], content: 'High.' }] } };
    const v2 = { spec: 'chara_card_v2', spec_version: '2.0', data: card };
    assert.equal(
      lore(['import', file('rook.png', pngWith(textChunk('chara', v2))), '--id', 'nest']).out,
      'Rook is the lorebook nest now.\n',
    );
    assert.ok(stored().includes('nest.json'));
  });

  it('exports in every form without losing anything, and never over a file unasked', () => {
    file('sea.json', JSON.stringify(world));
    assert.equal(lore(['export', 'sea.json', '--format', 'yaml', '--out', 'through.yaml']).out, 'Written: through.yaml\n');
    const back = JSON.parse(lore(['export', 'through.yaml', '--format', 'world', '--out', '-']).out);
    assert.deepEqual(back, { ...world, name: 'sea' });
    const card = JSON.parse(lore(['export', 'sea.json', '--format', 'card', '--out', '-']).out);
    assert.deepEqual([card.spec, card.data.entries[1].content], ['lorebook_v3', 'It turns.']);
    file('taken.json', 'mine');
    const refused = lore(['export', 'sea.json', '--out', 'taken.json']);
    assert.match(refused.errors, /taken\.json is there already; --force writes over it/);
    assert.deepEqual([refused.code, read('taken.json')], [1, 'mine']);
    assert.equal(lore(['export', 'sea.json', '--out', 'taken.json', '--force']).code, 0);
    mkdirSync(join(folder.path, 'out'));
    assert.equal(lore(['export', 'sea.json', '--out', 'out']).out, `Written: ${join('out', 'sea.json')}\n`);
    assert.match(lore(['export', 'sea.json', '--format', 'gif']).errors, /--format is one of world, card, yaml/);
  });

  it('says in a sentence what is wrong, and stores nothing', () => {
    const before = stored();
    for (const [words, sentence, code] of [
      [['import', file('cut.json', '{"entries":')], /^paddock: cut\.json: This file is not valid JSON.*\n$/, 1],
      [
        ['import', file('large.json', Buffer.alloc(50_000_000, ' '))],
        /^paddock: large\.json: The file is larger than 8 MB.*\n$/,
        1,
      ],
      [
        ['import', file('typo.yaml', 'name: x\nentries:\n  - kyes: []\n')],
        /lorebook:3:5 entries\[0\]\.kyes: .*did you mean keys/,
        1,
      ],
      [['import', file('card.json', '{"name":"R","first_mes":"x"}')], /character card without a lorebook/, 1],
      [['test', 'nowhere', '--text', 'x'], /^paddock: nowhere: There is no such file\.\n$/, 1],
      [['test', 'sea.json'], /lore test needs --text/, 78],
      [['sing', 'x'], /lore can inspect, test, import and export, not "sing"/, 78],
      [['inspect'], /lore needs what to do and one file/, 78],
    ] as const) {
      const ended = lore(words);
      assert.match(ended.errors, sentence);
      assert.deepEqual([ended.out, ended.code], ['', code], words.join(' '));
    }
    assert.deepEqual(stored(), before);
  });

  it('warns of an imported lorebook that is damaged', () => {
    writeFileSync(join(data, 'lorebooks', 'bad.json'), '{');
    const { errors, code } = lore(['inspect', 'sea']);
    assert.match(errors, /^warning: bad\.json: This file is not valid JSON/);
    assert.equal(code, 0);
  });
});
