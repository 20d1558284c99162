import { crc32, deflateSync } from 'node:zlib';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { PaddockError } from '../../../src/core/error.ts';

/** A V3 card that says something in every field there is, and in some that nobody knows. */
export const fullCard = {
  spec: 'chara_card_v3',
  spec_version: '3.0',
  data: {
    name: 'Rook',
    nickname: 'the Rook',
    description: 'A {{char}} of few words.',
    personality: 'Dry.',
    scenario: 'A tower.',
    first_mes: 'You again.',
    mes_example: '<START>\n{{user}}: Hi\n{{char}}: Hm.',
    creator_notes: 'Be patient.',
    system_prompt: 'Stay. {{original}}',
    post_history_instructions: 'Short.',
    alternate_greetings: ['Oh.', 'What now?'],
    group_only_greetings: ['All of you again.'],
    tags: ['bird', 'dry'],
    creator: 'nobody',
    character_version: '1.2',
    creation_date: 1_700_000_000,
    source: ['https://example.com/rook'],
    assets: [{ type: 'icon', uri: 'ccdefault:', name: 'main', ext: 'png' }],
    extensions: {
      talkativeness: '0.25',
      world: 'Towers',
      depth_prompt: { prompt: 'Rook is tired.', depth: 2, role: 'user' },
      'other/program': { nested: [1, 'two', null, { deep: true }] },
    },
    character_book: {
      name: 'Towers',
      entries: [{ keys: ['tower'], content: 'It is high.', enabled: true, insertion_order: 1, extensions: {} }],
    },
    unheard_of: ['kept'],
  },
  also_unheard_of: { kept: 'too' },
};

/** What it means. */
export const fullFields = {
  name: 'Rook',
  nickname: 'the Rook',
  summary: 'Dry.',
  systemPrompt: 'Stay. {{original}}',
  description: 'A {{char}} of few words.',
  personality: 'Dry.',
  scenario: 'A tower.',
  greeting: 'You again.',
  alternateGreetings: ['Oh.', 'What now?'],
  groupOnlyGreetings: ['All of you again.'],
  exampleDialogue: '<START>\n{{user}}: Hi\n{{char}}: Hm.',
  postHistoryInstructions: 'Short.',
  depthPrompt: { text: 'Rook is tired.', depth: 2, role: 'user' },
  talkativeness: 0.25,
  creatorNotes: 'Be patient.',
  creator: 'nobody',
  version: '1.2',
  tags: ['bird', 'dry'],
  worldName: 'Towers',
  characterBook: fullCard.data.character_book,
};

export const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

// A writer of its own, so that the reader is not checked against itself.
export const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
};

export const textChunk = (keyword: string, value: unknown): Uint8Array =>
  chunk('tEXt', Buffer.from(`${keyword}\0${Buffer.from(bytesOf(value)).toString('base64')}`, 'latin1'));

const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
export const pngStart = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header)]);
export const pixels = chunk('IDAT', deflateSync(Buffer.from([0, 10, 20, 30])));
export const pngEnd = chunk('IEND', new Uint8Array());

/** A picture of one pixel with these chunks before its pixels. */
export const pngWith = (...chunks: readonly Uint8Array[]): Uint8Array => Buffer.concat([pngStart, ...chunks, pixels, pngEnd]);

export const charxWith = (card: unknown, files: Zippable = {}, level: 0 | 9 = 9): Uint8Array =>
  zipSync({ 'card.json': strToU8(Buffer.from(bytesOf(card)).toString()), ...files }, { level });

/** The sentence with which something fails. */
export const sentenceOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof PaddockError) return error.userText;
    throw error;
  }
  throw new Error('nothing was wrong');
};
