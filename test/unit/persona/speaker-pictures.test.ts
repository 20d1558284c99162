// Pictures from anywhere, as chats get them: real ones, small enough, with nothing in them but what is seen.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { bounds } from '../../../src/core/bounds.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { lintCard } from '../../../src/persona/card/lint-card.ts';
import { pictureOf, plainPicture } from '../../../src/persona/card/picture.ts';
import { pngOf } from '../../../src/persona/card/png.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { writeCard } from '../../../src/persona/card/write-card.ts';
import { pictureSizeOf } from '../../../src/persona/picture-size.ts';
import { shownPictureOf } from '../../../src/persona/shown-picture.ts';
import { createSpeakerPictures } from '../../../src/persona/speaker-pictures.ts';
import { bytesOf, fullCard } from './card-kit.ts';

const shown = (bytes: Uint8Array) => {
  const picture = pictureOf(bytes);
  assert.ok(picture);
  return shownPictureOf(picture);
};

const pngSized = (width: number, height: number, pixels: Uint8Array = deflateSync(Buffer.alloc(10))): Uint8Array => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return pngOf([
    { type: 'IHDR', data: header },
    { type: 'tEXt', data: Buffer.from('chara\0aaaa') },
    { type: 'eXIf', data: Buffer.from('where it was taken') },
    { type: 'acTL', data: Buffer.alloc(8) },
    { type: 'IDAT', data: pixels },
    { type: 'IEND', data: new Uint8Array() },
  ]);
};
const gif = (width: number, height: number): Uint8Array => {
  const bytes = Buffer.from('GIF89a0000\0\0\0;', 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
};
/** With a segment before the frame, and filling before that. */
const jpeg = (width: number, height: number): Uint8Array => {
  const frame = Buffer.from('ffc20011080000000003011100021100031100', 'hex');
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from('ffd8ffffe000046161', 'hex'), frame, Buffer.from('ffd9', 'hex')]);
};

test('the size that a picture says it has', () => {
  for (const bytes of [pngSized(300, 200), gif(300, 200), jpeg(300, 200)]) {
    const picture = pictureOf(bytes);
    assert.ok(picture);
    assert.deepEqual(pictureSizeOf(picture), { width: 300, height: 200 });
  }
});

test('of a PNG only what is seen is shown, so that a card’s text is neither counted nor handed on', () => {
  const bare = plainPicture('Rook');
  const text = 'x'.repeat(bounds.shownPicture.bytesMax * 2);
  const card = readCard(bytesOf({ ...fullCard, data: { ...fullCard.data, creator_notes: text } }));
  const bytes = writeCard(card, { format: 'png', picture: bare });
  assert.ok(bytes.length > bounds.shownPicture.bytesMax);
  assert.deepEqual(Buffer.from(shown(bytes).shown?.bytes ?? []), Buffer.from(bare.bytes));
  const whole = Buffer.from(shown(pngSized(10, 10)).shown?.bytes ?? []).toString('latin1');
  assert.match(whole, /IHDR.*IDAT.*IEND/s);
  assert.doesNotMatch(whole, /tEXt|eXIf|acTL|taken/);
});

const { bytesMax, sideMax } = bounds.shownPicture;
const cases: readonly (readonly [name: string, bytes: Uint8Array, problem: RegExp | undefined])[] = [
  ['a PNG', pngSized(512, 768), undefined],
  ['a JPEG', jpeg(512, 768), undefined],
  ['a GIF', gif(512, 768), undefined],
  ['the largest sides', pngSized(sideMax, sideMax), undefined],
  ['sides too large', pngSized(sideMax + 1, 10), /4097 × 10 pixels.*at most 4096/],
  ['a GIF as large as it can say', gif(65_535, 1), /65535 × 1/],
  ['too many bytes', pngSized(10, 10, Buffer.alloc(bytesMax)), /has 1025 KiB.*at most 1024/],
  ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'), /WebP/],
  ['no width', pngSized(0, 10), /damaged/],
  ['a PNG that ends in the middle', pngSized(10, 10).subarray(0, 60), /ends in the middle/],
  ['a PNG of its beginning alone', pngSized(10, 10).subarray(0, 12), /damaged/],
  [
    'a PNG without pixels',
    pngOf([
      { type: 'IHDR', data: Buffer.alloc(13, 1) },
      { type: 'IEND', data: new Uint8Array() },
    ]),
    /pixels/,
  ],
  ['a JPEG without a frame', Buffer.from('ffd8ffd9ffd9ffd9ffd9', 'hex'), /damaged/],
  ['a JPEG whose segments lead nowhere', Buffer.from('ffd8ffe00000ffd9ffd9ffd9', 'hex'), /damaged/],
  ['a JPEG that begins its pixels first', Buffer.from('ffd8ffda000cffc200110800ff00ff', 'hex'), /damaged/],
];
for (const [name, bytes, problem] of cases)
  test(`${name}: ${problem === undefined ? 'shown' : 'a sentence'}`, () => {
    const result = shown(bytes);
    if (problem === undefined) assert.ok(result.shown);
    else assert.match(result.problem ?? '', problem);
  });

test('10,000 pictures that are none: never a crash, and what is shown is small', () => {
  const starts = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF89a', 'RIFF\0\0\0\0WEBP'].map((start) => Buffer.from(start, 'latin1'));
  const anything = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }));
  const real = fc.constantFrom(pngSized(3, 3), gif(3, 3), jpeg(3, 3));
  const broken = fc.tuple(real, fc.nat(200), fc.nat(255)).map(([bytes, at, byte]) => {
    const changed = Uint8Array.from(bytes);
    changed[at % changed.length] = byte;
    return [changed];
  });
  fc.assert(
    fc.property(fc.oneof(anything, broken), (parts) => {
      const picture = pictureOf(Buffer.concat(parts));
      const { shown, problem } = picture === undefined ? { problem: 'none' } : shownPictureOf(picture);
      assert.ok(shown === undefined ? (problem ?? '') !== '' : shown.bytes.length <= bytesMax);
    }),
    { numRuns: 10_000 },
  );
});

test('a speaker’s picture is read when its file is new, and told once when it can not be shown', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-'));
  try {
    const path = join(folder, 'rook.png');
    let writes = 0;
    const put = (bytes: Uint8Array): void => {
      writeFileSync(path, bytes);
      writes += 1;
      utimesSync(path, writes, writes);
    };
    const rook: Persona = { id: 'rook', name: 'Rook', summary: '', avatar: { kind: 'picture', path } };
    const told: object[] = [];
    const pictures = createSpeakerPictures({
      persona: (id) => (id === 'rook' ? rook : undefined),
      logger: { ...silentLogger, warn: (fields) => void told.push(fields) },
    });
    const of = () => pictures.of('persona:rook');
    assert.equal(of(), undefined, 'there is no file');
    put(plainPicture('one').bytes);
    const one = of();
    assert.ok(one);
    assert.equal(of()?.key, one.key);
    assert.deepEqual(Buffer.from(one.read()?.bytes ?? []), Buffer.from(shownPictureOf(plainPicture('one')).shown?.bytes ?? []));
    put(plainPicture('two').bytes);
    assert.equal(one.read(), undefined, 'another one is there');
    assert.notEqual(of()?.key, one.key);
    put(plainPicture('one').bytes);
    assert.equal(of()?.key, one.key, 'the same picture has the same key');
    assert.deepEqual(told, []);
    put(Buffer.from('<svg onload="…">'));
    assert.equal(of(), undefined);
    assert.equal(of(), undefined);
    assert.equal(told.length, 1);
    for (const id of ['persona:unknown', 'discord:42', 'rook', 'persona:', '']) assert.equal(pictures.of(id), undefined);
    rmSync(path);
    assert.equal(of(), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a card whose picture nobody will see is told so', async () => {
  const { card } = readCard(bytesOf(fullCard));
  const large = pictureOf(pngSized(5000, 10));
  assert.ok(large);
  assert.deepEqual(await lintCard(card, { picture: plainPicture('x') }), []);
  const [warning, ...more] = await lintCard(card, { picture: large });
  assert.match(warning?.text ?? '', /5000 × 10 pixels.*nobody will see it/);
  assert.deepEqual(more, []);
});
