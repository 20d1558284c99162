import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CardChanges, changeCard, newCard } from '../../../src/persona/card/change-card.ts';
import { plainPicture } from '../../../src/persona/card/picture.ts';
import { cardOfPersona, type ReadCard, readCard } from '../../../src/persona/card/read-card.ts';
import { bytesOf, charxWith, chunk, fullCard, fullFields, pngWith, textChunk } from './card-kit.ts';

const changed = (bytes: Uint8Array | ReadCard, changes: CardChanges): ReadCard =>
  readCard(changeCard(bytes instanceof Uint8Array ? readCard(bytes) : bytes, changes));
const webp = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), Buffer.from('pixels')]);

/** Every field that can be changed, said anew. */
const anew = {
  name: 'Raven',
  nickname: 'Rav',
  summary: 'A line.',
  description: 'Black as {{random::night::ink}}.',
  personality: 'Wet.',
  scenario: 'A well.',
  greeting: 'Oh, {{user}}.',
  alternateGreetings: ['Hm.'],
  groupOnlyGreetings: [],
  exampleDialogue: '<START>\n{{char}}: Caw.',
  systemPrompt: 'Go. {{original}}',
  postHistoryInstructions: 'Long.',
  depthPrompt: { text: 'Rook is awake.', depth: 7, role: 'system' },
  talkativeness: 0.9,
  creatorNotes: 'None.',
  creator: 'somebody',
  version: '2',
  tags: ['corvid'],
} as const satisfies CardChanges;

describe('changeCard', () => {
  it('changes every field there is and nothing else', () => {
    const { card } = changed(bytesOf(fullCard), anew);
    const { groupOnlyGreetings: _empty, ...rest } = anew;
    const { worldName, characterBook } = fullFields;
    assert.deepEqual(card.fields, { ...rest, worldName, characterBook });
    const { data } = card.raw as { data: Record<string, unknown> };
    assert.deepEqual([data.unheard_of, data.creation_date, card.raw.also_unheard_of], [['kept'], 1_700_000_000, { kept: 'too' }]);
    assert.deepEqual(
      (data.extensions as Record<string, unknown>)['other/program'],
      fullCard.data.extensions['other/program'],
      'what others keep in it',
    );
  });

  it('changes nothing when nothing is named', () => {
    assert.deepEqual(changed(bytesOf(fullCard), {}).card.raw, fullCard);
  });

  it('empties fields', () => {
    const nothing = Object.fromEntries(Object.keys(anew).map((name) => [name, undefined]));
    const { fields } = changed(bytesOf(fullCard), { ...nothing, name: 'Rook' }).card;
    const { name, worldName, characterBook } = fullFields;
    assert.deepEqual(fields, { name, summary: 'Rook', worldName, characterBook });
  });

  it('changes a card of the first specification, and one of older programs', () => {
    const old = { char_name: 'Rook', world_scenario: 'A tower.', char_greeting: 'Hi.', talkativeness: '0.7', chat: 'kept' };
    const { card } = changed(bytesOf(old), { scenario: undefined, greeting: 'Ho.', talkativeness: undefined });
    assert.deepEqual([card.version, card.fields], [2, { name: 'Rook', summary: 'Rook', greeting: 'Ho.' }]);
    assert.equal((card.raw as { data: Record<string, unknown> }).data.chat, 'kept');
  });

  it('lets the fields beside `data`, for older programs, say the same', () => {
    const both = {
      spec: 'chara_card_v2',
      spec_version: '2.0',
      name: 'Rook',
      first_mes: 'Hi.',
      creatorcomment: 'old',
      tags: ['a'],
      talkativeness: '0.1',
      data: { name: 'Rook', first_mes: 'Hi.', creator_notes: 'old', extensions: { talkativeness: '0.1' } },
    };
    const { raw } = changed(bytesOf(both), { greeting: 'Ho.', creatorNotes: 'new', tags: ['b'], talkativeness: 0.2 }).card;
    assert.deepEqual(raw, {
      ...both,
      first_mes: 'Ho.',
      creatorcomment: 'new',
      tags: ['b'],
      talkativeness: 0.2,
      data: { name: 'Rook', first_mes: 'Ho.', creator_notes: 'new', tags: ['b'], extensions: { talkativeness: 0.2 } },
    });
  });

  it('keeps the picture, of whatever kind and wherever it is', () => {
    const odd = chunk('tEXt', Buffer.from('Title\0Mine', 'latin1'));
    const png = pngWith(odd, textChunk('chara', { name: 'Rook', first_mes: 'x' }));
    const inPng = changed(png, { greeting: 'y' });
    assert.deepEqual([inPng.format, inPng.card.fields.greeting], ['png', 'y']);
    assert.ok(Buffer.from(inPng.picture?.bytes ?? []).includes('Title\0Mine'), 'with all that is in it besides');

    const icon = (uri: string) => ({ ...fullCard.data, assets: [{ type: 'icon', uri, name: 'main', ext: 'x' }] });
    const wrapped = (uri: string) => ({ ...fullCard, data: icon(uri) });
    const archive = charxWith(wrapped('embeded://a.png'), { 'a.png': pngWith() });
    const fromArchive = changed(archive, { greeting: 'y' });
    assert.deepEqual([fromArchive.format, fromArchive.picture?.mediaType], ['png', 'image/png']);

    const other = changed(charxWith(wrapped('embeded://a.webp'), { 'a.webp': webp }), { greeting: 'y' });
    assert.deepEqual([other.format, other.picture?.mediaType], ['json', 'image/webp']);
    assert.deepEqual(Buffer.from(other.picture?.bytes ?? []), webp);

    const within = `data:image/webp;base64,${webp.toString('base64')}`;
    assert.deepEqual(
      (changed(bytesOf(wrapped(within)), { greeting: 'y' }).card.raw as { data: { assets: unknown } }).data.assets,
      icon(within).assets,
    );

    const persona = { id: 'x', name: 'Ember', summary: 'A fire.' };
    const beside: ReadCard = { card: cardOfPersona(persona), format: 'yaml', picture: plainPicture('x') };
    const copy = changed(beside, { greeting: 'y' });
    assert.deepEqual([copy.format, copy.card.fields], ['png', { name: 'Ember', summary: 'A fire.', greeting: 'y' }]);
  });
});

describe('newCard', () => {
  it('is a card of the third specification that says what was given', () => {
    const { card, format } = readCard(newCard({ name: 'Gwen', greeting: 'Hi, {{user}}.', description: 'Keeps bees.' }));
    assert.deepEqual([card.version, format, card.raw.spec, card.warnings], [3, 'json', 'chara_card_v3', []]);
    assert.deepEqual(card.fields, {
      name: 'Gwen',
      summary: 'Keeps bees.',
      greeting: 'Hi, {{user}}.',
      description: 'Keeps bees.',
    });
  });
});
