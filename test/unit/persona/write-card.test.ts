import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bounds } from '../../../src/core/bounds.ts';
import { plainPicture } from '../../../src/persona/card/picture.ts';
import { type ReadCard, readCard } from '../../../src/persona/card/read-card.ts';
import { type WriteOptions, writeCard } from '../../../src/persona/card/write-card.ts';
import { bytesOf, charxWith, chunk, fullCard, fullFields, pngWith, sentenceOf, textChunk } from './card-kit.ts';

const again = (card: ReadCard, options: WriteOptions): ReadCard => readCard(writeCard(card, options));

describe('writeCard', () => {
  const full = readCard(bytesOf(fullCard));

  it('keeps everything of a V3 card in every format', () => {
    for (const format of ['json', 'yaml', 'png'] as const) {
      const read = again(full, { format });
      assert.deepEqual(read.card.raw, fullCard, format);
      assert.deepEqual(read.card.fields, fullFields);
      assert.equal(read.format, format);
    }
    assert.deepEqual(again(readCard(charxWith(fullCard)), { format: 'json' }).card.raw, fullCard);
  });

  it('keeps every field from one specification to the other and back', () => {
    const second = again(full, { format: 'json', version: 2 }).card;
    assert.deepEqual(second.raw, { ...fullCard, spec: 'chara_card_v2', spec_version: '2.0' });
    assert.deepEqual([second.version, second.fields], [2, fullFields]);
    assert.deepEqual(again(readCard(bytesOf(second.raw)), { format: 'json', version: 3 }).card.raw, fullCard);
  });

  it('gives V1 cards and those of older programs the present form, with what is unknown in them', () => {
    const old = {
      char_name: 'Rook',
      world_scenario: 's',
      description: 'd',
      first_mes: 'f',
      char_greeting: 'former',
      chat: 'x',
      talkativeness: '0.7',
    };
    const { card } = again(readCard(bytesOf(old)), { format: 'json' });
    assert.equal(card.version, 2);
    const { data } = card.raw as { data: Record<string, unknown> };
    assert.deepEqual(
      [data.name, data.scenario, data.first_mes, data.char_greeting, data.chat],
      ['Rook', 's', 'f', 'former', 'x'],
    );
    assert.deepEqual([data.tags, data.system_prompt, data.extensions], [[], '', {}], 'what the specification demands is there');
    assert.ok(!('char_name' in data) && !('world_scenario' in data));
    assert.deepEqual(card.fields, readCard(bytesOf(old)).card.fields);
  });

  it('keeps what is newer than it knows', () => {
    const newer = { ...fullCard, spec: 'chara_card_v4', spec_version: '4.0' };
    assert.deepEqual(again(readCard(bytesOf(newer)), { format: 'json' }).card.raw, newer);
  });

  it('keeps any unknown field, whatever stands in it', () => {
    const names = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('null', 'true', '1', '0x10', '<<', '~', '- a', '{{char}}', '#', 'a: b', '__proto'),
      )
      .filter((name) => name !== '__proto__');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('\ud800', 'a\u0000b', ' lead', '\n\n', 'yes', '1e3', '|', '---\nx', '\u2028', '\r\n', '\u0085'),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0 || 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 5, noNullPrototype: true }), (unknown) => {
        const raw = { ...fullCard, data: { ...unknown, ...fullCard.data, extensions: unknown } };
        const card = readCard(bytesOf(raw));
        for (const format of ['json', 'yaml', 'png'] as const)
          assert.deepEqual(again(card, { format }).card.raw, JSON.parse(JSON.stringify(raw)), format);
      }),
      { numRuns: 150 },
    );
  });

  it('puts both specifications into the picture, in place of the former card, and keeps all its other chunks', () => {
    const others = [
      chunk('tEXt', Buffer.from('Software\0brush')),
      chunk('gAMA', Buffer.from([0, 0, 177, 143])),
      textChunk('chara-ext-asset_:0', 'x'),
      chunk('eXIf', Buffer.alloc(9)),
    ];
    const picture = pngWith(textChunk('Chara', { name: 'Former', first_mes: 'x' }), ...others, textChunk('ccv3', fullCard));
    const written = Buffer.from(writeCard(readCard(picture), { format: 'png' }));
    for (const other of others) assert.ok(written.includes(Buffer.from(other)));
    const chunks = (keyword: string) => written.toString('latin1').split(`tEXt${keyword}\0`).length - 1;
    assert.deepEqual([chunks('chara'), chunks('Chara'), chunks('ccv3')], [1, 0, 1]);
    const [, second = ''] = /tEXtchara\0([\w+/=]+)/.exec(written.toString('latin1')) ?? [];
    assert.equal(JSON.parse(Buffer.from(second, 'base64').toString()).spec, 'chara_card_v2');
    assert.deepEqual(writeCard(readCard(written), { format: 'png' }), written, 'once more it is the same');
  });

  it('makes a plain picture where there is none, and says what it can not do', () => {
    const { picture } = again(full, { format: 'png' });
    assert.equal(picture?.mediaType, 'image/png');
    assert.notDeepEqual(plainPicture('Rook').bytes, plainPicture('Bee').bytes);
    const photo = { bytes: Buffer.from('\xff\xd8\xff', 'latin1'), mediaType: 'image/jpeg' } as const;
    assert.match(
      sentenceOf(() => writeCard(full, { format: 'png', picture: photo })),
      /JPEG/,
    );
    const large = readCard(bytesOf({ ...fullCard, large: 'x'.repeat(3_500_000) }));
    assert.match(
      sentenceOf(() => writeCard(large, { format: 'png' })),
      /too large/,
    );
    assert.match(
      sentenceOf(() => writeCard(large, { format: 'yaml' })),
      /YAML is too large/,
    );
    const wide = readCard(bytesOf({ ...fullCard, wide: Array(45_000).fill([]) }));
    assert.ok(writeCard(wide, { format: 'json' }).length <= bounds.card.textBytesMax);
  });
});
