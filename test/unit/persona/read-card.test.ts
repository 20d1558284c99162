import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeCard } from '../../../src/persona/card/change-card.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { bytesOf, charxWith, chunk, fullCard, fullFields, pngWith, textChunk } from './card-kit.ts';

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

  it('reads a note, and writes it into the extensions of a card', () => {
    const yaml =
      'name: Rook\ngreeting: Hm.\nnote: { text: " Rain. ", mode: before, interval: 2, position: scenario, role: user }\n';
    const { fields, raw } = readCard(bytesOf(yaml)).card;
    const note = { text: 'Rain.', mode: 'before', interval: 2, position: { at: 'note' }, role: 'user' } as const;
    assert.deepEqual(fields.note, note);
    const again = readCard(bytesOf(raw));
    assert.deepEqual(again.card.fields.note, note, 'as a card it says the same');
    assert.deepEqual(readCard(changeCard(again, { greeting: 'Oh.' })).card.fields.note, note, 'changing the rest keeps it');
    const other = { text: 'Snow.', mode: 'replace', interval: 1, position: { at: 'depth', depth: 7 }, role: 'system' } as const;
    const changed = readCard(changeCard(again, { note: other }));
    assert.deepEqual(changed.card.fields.note, other);
    assert.equal(readCard(changeCard(changed, { note: undefined })).card.fields.note, undefined);
    const short = fieldsOf({ ...minimal, extensions: { paddock: { note: { text: 'x' } } } }).note;
    assert.deepEqual(short, { text: 'x', mode: 'replace', interval: 1, position: { at: 'depth', depth: 4 }, role: 'system' });
  });

  it('passes over a note that is none, with a warning', () => {
    const long = { text: 'x', depth: 1e9 };
    for (const note of ['x', 7, [], {}, long, { text: 'x', mode: 'over' }, { text: 'x', interval: -1 }, { text: 'x', more: 1 }]) {
      const { card } = readCard(bytesOf({ ...minimal, extensions: { paddock: { note } } }));
      assert.equal(card.fields.note, undefined);
      assert.ok(
        card.warnings.some((warning) => /note in the card/.test(warning)),
        JSON.stringify(note),
      );
    }
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
});
