import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { bounds } from '../../../src/core/bounds.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { createWork } from '../../../src/persona/card/work.ts';
import {
  bytesOf,
  charxWith,
  chunk,
  fullCard,
  fullFields,
  pixels,
  pngEnd,
  pngStart,
  pngWith,
  sentenceOf,
  textChunk,
} from './card-kit.ts';

const minimal = { name: 'Rook', first_mes: 'Hm.' };
const fieldsOf = (value: unknown) => readCard(bytesOf(value)).card.fields;

describe('readCard', () => {
  it('knows every field of a V3 card', () => {
    const { card, format, picture } = readCard(bytesOf(fullCard));
    assert.deepEqual(card.fields, fullFields);
    assert.deepEqual(card.raw, fullCard);
    assert.deepEqual([card.version, card.warnings, format, picture], [3, [], 'json', undefined]);
  });

  it('reads V1 and V2, and the names of older programs', () => {
    const v1 = { name: 'Rook', description: 'd', personality: 'Dry.', scenario: 's', first_mes: 'f', mes_example: 'm' };
    const fields = {
      name: 'Rook',
      summary: 'Dry.',
      description: 'd',
      personality: 'Dry.',
      scenario: 's',
      greeting: 'f',
      exampleDialogue: 'm',
    };
    const older = {
      char_name: 'Rook',
      char_persona: 'd',
      personality: 'Dry.',
      world_scenario: 's',
      char_greeting: 'f',
      example_dialogue: 'm',
    };
    for (const [card, version] of [
      [v1, 1],
      [older, 1],
      [{ spec: 'chara_card_v2', spec_version: '2.0', data: v1 }, 2],
      [{ data: v1 }, 2],
      [{ ...v1, name: 'Not this one', spec: 'chara_card_v2', spec_version: '2.0', data: v1 }, 2],
      [{ spec: 'chara_card_v3', spec_version: '3.0', data: v1 }, 3],
    ] as const) {
      const read = readCard(bytesOf(card)).card;
      assert.deepEqual(read.fields, fields);
      assert.equal(read.version, version);
      assert.deepEqual(read.warnings, []);
    }
  });

  it('reads a persona in the own form, too', () => {
    const yaml = 'name: Rook\ngreeting: Hm.\nsystemPrompt: Stay.\ndepthPrompt: { text: x }\n';
    const { fields, version, raw } = readCard(bytesOf(yaml)).card;
    assert.deepEqual(fields, {
      name: 'Rook',
      summary: 'Stay.',
      greeting: 'Hm.',
      systemPrompt: 'Stay.',
      depthPrompt: { text: 'x', depth: 4, role: 'system' },
    });
    assert.equal(version, 3);
    assert.deepEqual(readCard(bytesOf(raw)).card.fields, fields, 'as a card it says the same');
  });

  it('warns of a newer or unknown specification, and reads on', () => {
    for (const [spec, spec_version, warning] of [
      ['chara_card_v3', '3.1', /newer/],
      ['chara_card_v4', '4.0', /newer/],
      ['chara_card_v2', 2.5, /newer/],
      ['something', '1', /calls its form "something"/],
      [7, '1', /calls its form "7"/],
    ] as const) {
      const { card } = readCard(bytesOf({ spec, spec_version, data: minimal }));
      assert.equal(card.fields.greeting, 'Hm.');
      assert.match(card.warnings.join(), warning);
    }
  });

  it('takes what it can use of fields of the wrong kind', () => {
    assert.deepEqual(
      fieldsOf({
        ...minimal,
        tags: 'bird, dry',
        alternate_greetings: ['Oh.', 7, null, '  '],
        group_only_greetings: null,
        character_book: [],
        nickname: 7,
        extensions: { talkativeness: 12, depth_prompt: { prompt: 'x', depth: 'deep', role: 2 } },
      }),
      {
        name: 'Rook',
        summary: 'Rook',
        greeting: 'Hm.',
        tags: ['bird', 'dry'],
        alternateGreetings: ['Oh.'],
        talkativeness: 1,
        depthPrompt: { text: 'x', depth: 4, role: 'assistant' },
      },
    );
    assert.equal(fieldsOf({ ...minimal, talkativeness: '0' }).talkativeness, 0);
    assert.equal(fieldsOf({ ...minimal, extensions: 'none', character_version: 2 }).version, '2');
    assert.equal(fieldsOf({ name: `${'a'.repeat(63)}🐜`, first_mes: 'x' }).name, 'a'.repeat(63));
    assert.equal(fieldsOf({ name: 'two\nlines', first_mes: 'x' }).name, 'two lines');
    const odd = fieldsOf('{"name": "Rook", "first_mes": "a\\ud800b\\u0000c\\r\\nd"}');
    assert.equal(odd.greeting, 'a\ufffdbc\nd');
  });

  it('reads JSON that is almost right: a byte order mark, a comma too many, a comment, a line break in a text', () => {
    for (const text of [
      '\ufeff{"name":"Rook","first_mes":"Hm."}',
      '{"name":"Rook","first_mes":"Hm.",}',
      '{"name":"Rook", # a\n"first_mes":"Hm."}',
    ]) {
      assert.equal(readCard(bytesOf(text)).card.fields.greeting, 'Hm.', text);
    }
    assert.equal(readCard(bytesOf('{"name":"Rook","first_mes":"Hm,\n  I see."}')).card.fields.greeting, 'Hm, I see.');
    assert.equal(fieldsOf('{"name":"Rook","name":"Bee","first_mes":"x"}').name, 'Bee', 'the last one, as everywhere');
  });

  it('reads the ccv3 chunk of a PNG before chara, whatever the case, and the picture is the file', () => {
    const png = pngWith(chunk('tEXt', Buffer.from('Comment\0hi')), textChunk('chara', minimal), textChunk('CCv3', fullCard));
    const { card, format, picture } = readCard(png);
    assert.deepEqual(card.fields, fullFields);
    assert.equal(format, 'png');
    assert.deepEqual(picture, { bytes: png, mediaType: 'image/png' });
    assert.equal(readCard(pngWith(textChunk('Chara', minimal))).card.fields.greeting, 'Hm.');
    const animated = pngWith(chunk('acTL', Buffer.alloc(8)), textChunk('chara', minimal));
    assert.equal(readCard(animated).format, 'png');
    assert.equal(
      readCard(Buffer.concat([pngWith(textChunk('chara', minimal)), Buffer.from('behind the end')])).card.fields.name,
      'Rook',
    );
  });

  it('reads a CHARX with the picture that the card names', () => {
    const icon = pngWith();
    const withIcon = (uri: string) => ({
      ...fullCard,
      data: {
        ...fullCard.data,
        assets: [
          { type: 'background', uri: 'embeded://b.png', name: 'main' },
          { type: 'icon', uri, name: 'main', ext: 'png' },
        ],
      },
    });
    for (const level of [0, 9] as const) {
      const { card, format, picture } = readCard(
        charxWith(withIcon('embeded://assets/icon/main.png'), { 'assets/icon/main.png': icon }, level),
      );
      assert.deepEqual(card.fields, fullFields);
      assert.equal(format, 'charx');
      assert.deepEqual(picture && Buffer.from(picture.bytes), icon);
    }
    assert.equal(readCard(charxWith(withIcon('embeded://missing.png'))).picture, undefined);
    assert.equal(readCard(charxWith(withIcon('embeded://card.json'))).picture, undefined, 'no picture');
    assert.equal(readCard(charxWith(withIcon('https://example.com/a.png'))).picture, undefined, 'nothing is fetched');
    assert.equal(
      readCard(bytesOf(withIcon(`data:image/png;base64,${Buffer.from(icon).toString('base64')}`))).picture?.mediaType,
      'image/png',
    );
    const behindPhoto = Buffer.concat([Buffer.from('\xff\xd8\xff\xe0 a photograph', 'latin1'), charxWith(fullCard)]);
    assert.equal(readCard(behindPhoto).picture?.mediaType, 'image/jpeg');
  });

  const png = pngWith(textChunk('chara', minimal));
  const damaged = (bytes: Uint8Array, at: number): Uint8Array =>
    Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
  const charx = Buffer.from(charxWith(fullCard));
  const end = charx.length - 22;
  const charxSet = (change: (copy: Buffer) => void): Uint8Array => {
    const copy = Buffer.from(charx);
    change(copy);
    return copy;
  };
  const directory = charx.readUInt32LE(end + 16);
  const refused: readonly (readonly [name: string, bytes: Uint8Array, sentence: RegExp])[] = [
    ['nothing', new Uint8Array(), /empty/],
    ['50 MB of JSON', bytesOf(`{"name":"Rook","first_mes":"${'x'.repeat(50_000_000)}"}`), /larger than 8 MB/],
    ['too much JSON', bytesOf(`{"name":"Rook","first_mes":"${'x'.repeat(bounds.card.textBytesMax)}"}`), /larger than 4 MB/],
    ['deep JSON', bytesOf('['.repeat(1_000_000)), /nested too deeply/],
    ['deep objects', bytesOf(`{"name":"x","data":${'{"a":'.repeat(100_000)}`), /nested too deeply/],
    ['many values', bytesOf(`[${'0,'.repeat(1_000_000)}0]`), /more fields than any/],
    ['deep YAML', bytesOf(`a: ${'['.repeat(100_000)}`), /too large or too intricate/],
    ['YAML in steps', bytesOf('- '.repeat(100_000)), /too large or too intricate/],
    [
      'aliases that unfold',
      bytesOf(
        `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replaceAll(
          /./g,
          (l) =>
            `${l}: &${l} [${Array(9)
              .fill(`*${String.fromCharCode(l.charCodeAt(0) - 1)}`)
              .join()}]\n`,
        )}`,
      ),
      /too many values/,
    ],
    ['__proto__', bytesOf('{"name":"Rook","first_mes":"x","extensions":{"__proto__":{"isAdmin":true}}}'), /__proto__/],
    ['__proto__ in escapes', bytesOf('{"name":"Rook","\\u005f_proto__":{"isAdmin":true}}'), /__proto__/],
    ['broken JSON', bytesOf('{"name": "Rook'), /can not be used: card\.json:1:\d+/],
    ['a list', bytesOf('[]'), /no character card/],
    ['a text', bytesOf('hello'), /no character card/],
    ['no name', bytesOf({ first_mes: 'x' }), /name: is missing/],
    ['an invisible name', bytesOf({ name: '\u200b\u0000', first_mes: 'x' }), /can be seen/],
    [
      'wrong fields',
      bytesOf({ spec: 'chara_card_v2', data: { name: 'x', first_mes: 7, scenario: [] } }),
      /data\.scenario: expected a text, got a list.*data\.first_mes|data\.first_mes: expected a text, got 7/,
    ],
    ['no data', bytesOf({ spec: 'chara_card_v2' }), /data: is missing/],
    ['other encoding', Buffer.from('name: R\xfcok', 'latin1'), /not UTF-8/],
    ['zeros', new Uint8Array(1000), /card/],
    ['a PNG cut off', png.subarray(0, png.length - 5), /ends in the middle/],
    ['a PNG of its signature', png.subarray(0, 8), /ends in the middle/],
    ['a PNG without end', Buffer.concat([pngStart, pixels]), /ends in the middle/],
    [
      'a chunk longer than the file',
      Buffer.concat([pngStart, Buffer.from([0xff, 0xff, 0xff, 0xff]), pixels]),
      /ends in the middle/,
    ],
    ['a wrong checksum of the card', damaged(png, pngStart.length + 20), /checksum/],
    ['a wrong checksum of the pixels', damaged(png, png.length - 20), /checksum/],
    ['no header', Buffer.concat([png.subarray(0, 8), pixels, pngEnd]), /does not begin with its size/],
    [
      'countless chunks',
      pngWith(...Array<Uint8Array>(bounds.card.chunksMax + 1).fill(chunk('abCd', new Uint8Array()))),
      /too many parts/,
    ],
    ['bad base64', pngWith(chunk('tEXt', Buffer.from('chara\0e30=?'))), /not valid base64/],
    ['base64 cut off', pngWith(chunk('tEXt', Buffer.from('chara\0eyJhI'))), /not valid base64/],
    ['base64 of no text', pngWith(chunk('tEXt', Buffer.from('ccv3\0/////w=='))), /not UTF-8/],
    ['an empty card chunk', pngWith(chunk('tEXt', Buffer.from('chara\0'))), /no character card/],
    ['a picture without a card', pngWith(), /no character card in this picture/],
    ['a compressed card', pngWith(chunk('zTXt', Buffer.from('chara\0\0xx'))), /zTXt chunk/],
    ['an international card', pngWith(chunk('iTXt', Buffer.from('ccv3\0\0\0\0\0xx'))), /iTXt chunk/],
    ['a photograph', Buffer.from('\xff\xd8\xff\xe0 a photograph', 'latin1'), /only PNG files/],
    ['an archive cut off', charx.subarray(0, charx.length - 30), /damaged/],
    ['an archive without directory', Buffer.from('PK\x03\x04'), /damaged/],
    ['an archive without card', zipSync({ 'other.json': strToU8('{}') }), /no card\.json/],
    ['a wrong checksum in an archive', charxSet((copy) => copy.writeUInt32LE(1, directory + 16)), /damaged/],
    ['a password', charxSet((copy) => copy.writeUInt16LE(1, directory + 8)), /password/],
    ['another packing', charxSet((copy) => copy.writeUInt16LE(14, directory + 10)), /packed in a way/],
    ['zip64', charxSet((copy) => copy.writeUInt32LE(0xffffffff, end + 16)), /zip64/],
    ['an entry behind the end', charxSet((copy) => copy.writeUInt32LE(0x7fffffff, directory + 42)), /damaged/],
    [
      'many entries',
      charxWith(
        minimal,
        Object.fromEntries(Array.from({ length: bounds.card.entriesMax }, (_, index) => [`${index}`, strToU8('')])),
      ),
      /more than 256 files/,
    ],
    ['a bomb by its own words', charxWith(minimal, { 'a.png': new Uint8Array(70_000_000) }), /unpacks to more than 64 MB/],
    ['a large card in an archive', charxWith(`{"name":"${'x'.repeat(5_000_000)}"}`), /larger than 4 MB/],
    ['a bomb that lies about its size', lyingBomb(), /damaged/],
  ];
  for (const [name, bytes, sentence] of refused) {
    it(`refuses ${name} with a sentence`, () => {
      const work = createWork();
      assert.match(
        sentenceOf(() => readCard(bytes, { work })),
        sentence,
      );
      assert.ok(
        work.spent <= 10 * Math.min(bytes.length, bounds.card.fileBytesMax) + 1000,
        `${work.spent} for ${bytes.length} bytes`,
      );
    });
  }

  it('leaves every object of the program as it was', () => {
    for (const text of [
      '{"name":"x","first_mes":"y","constructor":{"prototype":{"isAdmin":true}}}',
      '{"__proto__":{"isAdmin":true},"name":"x"}',
    ]) {
      try {
        readCard(bytesOf(text));
      } catch {}
    }
    assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false);
    assert.equal(fieldsOf({ name: 'x', first_mes: 'y', constructor: { name: 'z' }, hasOwnProperty: 1 }).name, 'x');
  });

  it('stops once a card has cost too much', () => {
    assert.match(
      sentenceOf(() => readCard(bytesOf(fullCard), { work: createWork(100) })),
      /too long/,
    );
  });
});

/** An archive whose card claims a few bytes and has 50 MB. */
function lyingBomb(): Uint8Array {
  const packed = deflateRawSync(Buffer.alloc(50_000_000, ' '));
  const bytes = Buffer.from(zipSync({ 'card.json': [new Uint8Array(packed), { level: 0 }] }));
  const end = bytes.length - 22;
  const directory = bytes.readUInt32LE(end + 16);
  bytes.writeUInt16LE(8, directory + 10);
  bytes.writeUInt32LE(100, directory + 24);
  return bytes;
}
