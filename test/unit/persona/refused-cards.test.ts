// Cards that are hostile, damaged or none: each is refused with a sentence, at a bounded cost.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { bounds } from '../../../src/core/bounds.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { createWork } from '../../../src/persona/card/work.ts';
import { bytesOf, charxWith, chunk, fullCard, pixels, pngEnd, pngStart, pngWith, sentenceOf, textChunk } from './card-kit.ts';

const minimal = { name: 'Rook', first_mes: 'Hm.' };
const fieldsOf = (value: unknown) => readCard(bytesOf(value)).card.fields;

describe('readCard', () => {
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
