// 10,000 hostile inputs of each format: none may do anything but give a card or a sentence, at a bounded cost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { createWork } from '../../../src/persona/card/work.ts';
import { writeCard } from '../../../src/persona/card/write-card.ts';
import { bytesOf, charxWith, chunk, fullCard, pngWith, textChunk } from './card-kit.ts';

const runs = 10_000;

/** One change to a file: bytes overwritten, taken out, put in, repeated, or the rest cut off. */
type Change = { readonly kind: 'set' | 'cut' | 'insert' | 'repeat' | 'end'; readonly at: number; readonly bytes: Uint8Array };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('set', 'set', 'cut', 'insert', 'repeat', 'end'),
  // Without the library's liking for the ends, where every change is found at once.
  at: fc.noBias(fc.nat(999_999).map((place) => place / 1_000_000)),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom(
        '{',
        '[',
        '"',
        '\\',
        '\\u',
        '\\ud800',
        ',',
        ':',
        '}',
        ']',
        '\0',
        '__proto__',
        'null',
        '-',
        '1e999',
        '{{',
        '\xff\xff\xff\xff',
        'PK\x01\x02',
        'IEND',
        'tEXtccv3\0',
      )
      .map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
  ),
});

const changed = (bytes: Uint8Array, changes: readonly Change[]): Uint8Array =>
  changes.reduce<Uint8Array>((former, { kind, at: share, bytes: other }) => {
    const at = Math.floor(share * former.length);
    const before = former.subarray(0, at);
    if (kind === 'end') return before;
    if (kind === 'insert') return Buffer.concat([before, other, former.subarray(at)]);
    if (kind === 'repeat') return Buffer.concat([former.subarray(0, at + other.length * 5), former.subarray(at)]);
    return Buffer.concat([before, kind === 'set' ? other : new Uint8Array(), former.subarray(at + other.length)]);
  }, bytes);

const changes = fc.noBias(fc.array(change, { minLength: 1, maxLength: 4 }));

/** Mutations of good files, of what lies in them, and plain noise behind the right beginning. */
const inputs = (good: readonly Uint8Array[], beginning: string, inside: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...good), changes).map(([bytes, some]) => changed(bytes, some)) },
    { weight: 4, arbitrary: inside },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 300 }).map((noise) => Buffer.concat([Buffer.from(beginning, 'latin1'), noise])),
    },
  );

const tally = { cards: 0, sentences: 0 };

/** Reads it; whatever comes is a card that can be written again, or a sentence. */
const survive = (bytes: Uint8Array, costMax: number): void => {
  const work = createWork();
  try {
    const read = readCard(bytes, { work });
    tally.cards += 1;
    assert.ok(read.card.fields.name.length > 0 && read.card.fields.name.length <= bounds.nameCharactersMax);
    for (const text of Object.values(read.card.fields))
      if (typeof text === 'string') assert.ok(text.isWellFormed() && !text.includes('\0'));
    const again = readCard(writeCard(read, { format: 'json' }));
    assert.deepEqual(again.card.fields, read.card.fields);
  } catch (error) {
    if (!(error instanceof PaddockError)) throw error;
    tally.sentences += 1;
    assert.match(error.userText, /^\S.{5,600}\.$/su, error.userText);
    assert.ok(error.code === 'bad-input' || error.code === 'not-found');
  }
  assert.ok(work.spent <= costMax, `${work.spent} for ${bytes.length} bytes`);
  assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false);
};

const fuzz = (arbitrary: fc.Arbitrary<Uint8Array>, costMax: (bytes: Uint8Array) => number): void => {
  Object.assign(tally, { cards: 0, sentences: 0 });
  fc.assert(
    fc.property(arbitrary, (bytes) => survive(bytes, costMax(bytes))),
    { numRuns: runs },
  );
  assert.equal(tally.cards + tally.sentences, runs);
  assert.ok(tally.cards > runs / 50 && tally.sentences > runs / 50, `both ends are reached: ${JSON.stringify(tally)}`);
};

const small = {
  name: 'Rook',
  first_mes: 'Hm.',
  alternate_greetings: ['a'],
  tags: [],
  extensions: { talkativeness: 0.5, depth_prompt: { prompt: 'x' } },
};

/** A card in which any value may be any other one. */
const oddCard = fc
  .tuple(
    fc.constantFrom<object>(small, { ...fullCard.data }),
    fc.dictionary(fc.constantFrom(...Object.keys(fullCard.data)), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.constantFrom(
      {},
      { spec: 'chara_card_v2', spec_version: '2.0' },
      { spec: 'chara_card_v3', spec_version: '3.9' },
      { spec: null },
    ),
  )
  .map(([card, odd, around]) => bytesOf('spec' in around ? { ...around, data: { ...card, ...odd } } : { ...card, ...odd }));

/** Half of them odd cards, half of them damaged text. */
const text = fc.oneof(
  oddCard,
  fc.tuple(fc.constantFrom(bytesOf(small), bytesOf(fullCard)), changes).map(([bytes, some]) => changed(bytes, some)),
);

describe('10,000 hostile inputs', () => {
  it('as a JSON card', () => {
    const good = [bytesOf(fullCard), bytesOf(small), bytesOf({ spec: 'chara_card_v2', data: small })];
    fuzz(inputs(good, '{"name":', oddCard), ({ length }) => 10 * length + 1000);
  });

  it('as a PNG', () => {
    const good = [pngWith(textChunk('chara', small)), pngWith(chunk('tEXt', Buffer.from('a\0b')), textChunk('ccv3', fullCard))];
    // Checksums that are right let the change reach what lies behind them.
    const inside = fc.oneof(
      text.map((bytes) => pngWith(textChunk('chara', Buffer.from(bytes)))),
      fc
        .tuple(fc.constantFrom(small, fullCard), changes)
        .map(([card, some]) => changed(Buffer.from(Buffer.from(bytesOf(card)).toString('base64'), 'latin1'), some))
        .map((bytes) => pngWith(chunk('tEXt', Buffer.concat([Buffer.from('ccv3\0'), bytes])))),
    );
    fuzz(inputs(good, '\x89PNG\r\n\x1a\n', inside), ({ length }) => 10 * length + 1000);
  });

  it('as a CHARX', () => {
    const withIcon = {
      ...fullCard,
      data: { ...fullCard.data, assets: [{ type: 'icon', name: 'main', uri: 'embeded://a.png' }] },
    };
    const icon = { 'a.png': pngWith() };
    const good = [charxWith(small, {}, 0), charxWith(small), charxWith(withIcon, icon), charxWith(withIcon, icon, 0)];
    const inside = text.map((bytes) => zipSync({ 'card.json': bytes, ...icon }, { level: 1 }));
    // A file that claims to unfold more than it can (a test found one whose 224 bytes claimed 3.8 million) is refused unread.
    // Deflate makes at most 1032 bytes of one, each of which is unpacked, checked and decoded besides being read as JSON;
    // what is not in proportion is bounded by what is unpacked at all.
    const costMax = (bytes: Uint8Array): number => Math.min(13 * 1032 * bytes.length, 6 * bounds.card.textBytesMax) + 1000;
    fuzz(inputs(good, 'PK\x03\x04', inside), costMax);
  });
});

describe('the largest hostile inputs', () => {
  it('are read within a heap of 64 MB', () => {
    const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
    const program = `
      import { readCard } from ${url('../../../src/persona/card/read-card.ts')};
      import { chunk, charxWith, pngWith, textChunk } from ${url('./card-kit.ts')};
      const much = (text, length = 3_900_000) => text.repeat(Math.floor(length / text.length));
      const json = (inside) => Buffer.from('{"name":"Rook","first_mes":"x","extra":' + inside + '}');
      const flat = '[' + much('[],', 190_000) + '0]';
      const inputs = [
        () => json('"' + much('x') + '"'),
        () => json('"' + much('\\\\u0100') + '"'),
        () => json(flat),
        () => json('{' + Array.from({ length: 90_000 }, (_, index) => '"k' + index + '":{}').join() + '}'),
        () => json('[' + Array.from({ length: 40_000 }, (_, index) => '{"k' + index + '":1}').join() + ']'),
        () => Buffer.from(much('[', 4_000_000)),
        () => Buffer.from('name: x\\nfirst_mes: y\\nl: [' + much('a,', 39_000) + ']'),
        () => Buffer.from(much('- ', 39_000)),
        () => Buffer.from('name: x\\n' + much('[]', 20_000)),
        () => Buffer.from('name: |\\n' + much('  line\\n', 120_000)),
        () => Buffer.from('name: "' + much('\\\\x', 250_000)),
        () => Buffer.from('name: "' + much('\\\\x', 39_000)),
        () => Buffer.from('a: ' + much(']', 19_000)),
        () => pngWith(textChunk('chara', json('"' + much('x', 3_800_000) + '"'))),
        () => pngWith(...Array(19_000).fill(chunk('abCd', new Uint8Array(300)))),
        () => charxWith(json('"' + much('x') + '"')),
        () => charxWith('{}', { 'a.png': new Uint8Array(60_000_000) }),
      ];
      for (const input of inputs) {
        const bytes = input();
        try { readCard(bytes); } catch (error) { if (error.code !== 'bad-input' && error.code !== 'not-found') throw error; }
      }
      process.stdout.write('done ' + inputs.length);
    `;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--max-old-space-size=64', '--input-type=module-typescript', '-e', program],
      { encoding: 'utf8' },
    );
    assert.equal(stdout, 'done 17', stderr.slice(0, 2000));
    assert.equal(status, 0);
  });
});
