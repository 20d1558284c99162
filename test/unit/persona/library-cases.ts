import type { Lorebook, LoreEntry } from '../../../src/core/lorebook.ts';
import { type Activation, activate, emptyLoreState, prepareLorebook, type ScanInput } from '../../../src/lore/index.ts';

/** Something that somebody says, and what else the scan has to know. */
export type Line = { readonly said: string; readonly random?: number; readonly input?: Partial<ScanInput> };

/** For each entry of each book something that people may well say and that brings it in. */
export const reached: Readonly<Record<string, Readonly<Record<string, Line>>>> = {
  'last-lantern': {
    house: { said: 'Good evening.' },
    pass: { said: 'Is the pass really closed?' },
    bell: { said: 'I heard something ring.' },
    'going-out': { said: 'We have to look for your wife!' },
    marit: { said: "Who's Marit?" },
    'marit-comes': { said: 'There is somebody at the door. Marit?' },
    letter: { said: 'What is under the crock?' },
    map: { said: 'May I see your map?' },
    'long-combe': { said: 'Does the red line go by Long Combe?', input: { character: { names: ['Nessa Rudd'], tags: [] } } },
    soot: { said: 'What are all those strokes?' },
    cellar: { said: 'I lift the trapdoor.' },
    bishop: { said: 'Does the dog bite?' },
    soup: { said: 'I would kill for a dumpling.' },
    'night-roof': { said: 'What a storm.', random: 0 },
    'night-lamp': { said: 'What a storm.', random: 0.6 },
    'night-light': { said: 'I look out of the window.', random: 0.95 },
  },
  'flower-show': {
    persons: { said: 'Good morning.' },
    tent: { said: 'I look behind the sweet peas.' },
    tracks: { said: 'Are there any tracks outside?' },
    book: { said: 'Whose library book is it?' },
    blanket: { said: 'Is anything else missing?' },
    rule: { said: 'Why would anyone take it?' },
    pram: { said: 'Has anybody got a pram?' },
    vestry: { said: 'Open the vestry, please.' },
    brindle: { said: 'Send for Mr Brindle.' },
    okafor: { said: 'Who was at the tea tent?' },
    lal: { said: 'Ask the vicar.' },
    mali: { said: 'Does he have a sister?' },
    tomos: { said: 'Call Tomos.' },
    wrong: { said: 'I accuse Mr Brindle!' },
    unproved: { said: 'It was Tomos!' },
    solution: { said: 'Tomos took it himself, in the pram, because of Rule 14.' },
  },
  pomfret: {
    '0': { said: 'Full ahead.', input: { answerCount: 4 } },
    '1': { said: 'How do we get off this island?', input: { greeting: 2 } },
    '2': { said: 'Swans ahead!' },
    '3': { said: 'Is that Number Four?' },
    '4': { said: 'Can we stop for ice cream?' },
    '5': { said: 'I can read the sign!', input: { answerCount: 9 } },
    '6': { said: 'Captain, can you swim?' },
  },
};

/** What comes in together, and what stays out. */
export const cases: readonly (Line & {
  readonly bookId: string;
  readonly name: string;
  readonly active: readonly string[];
  readonly inactive?: readonly string[];
})[] = [
  {
    bookId: 'last-lantern',
    name: 'a passage is no pass, and salt is passed without snow',
    said: 'Pass the salt down the passage.',
    active: ['house'],
    inactive: ['pass'],
  },
  {
    bookId: 'last-lantern',
    name: 'Marit stays out in the snow before the twentieth message',
    said: 'A knock at the door: Marit?',
    input: { messageCount: 19 },
    active: ['marit'],
    inactive: ['marit-comes'],
  },
  {
    bookId: 'last-lantern',
    name: 'Marit comes in at the twentieth message',
    said: 'A knock at the door: Marit?',
    input: { messageCount: 20 },
    active: ['marit', 'marit-comes'],
  },
  {
    bookId: 'last-lantern',
    name: 'a door without Marit is a door',
    said: 'Shut the door.',
    active: [],
    inactive: ['marit', 'marit-comes'],
  },
  {
    bookId: 'last-lantern',
    name: 'going out for wood is nothing that needs a rope',
    said: 'I go out for logs.',
    active: [],
    inactive: ['going-out'],
  },
  {
    bookId: 'last-lantern',
    name: 'the letter is known to Tansy, and leads to the next valley',
    said: 'What is in the letter?',
    input: { character: { names: ['Tansy', 'tansy'], tags: [] } },
    active: ['letter', 'long-combe'],
    inactive: ['map'],
  },
  {
    bookId: 'last-lantern',
    name: 'the letter is not known to Ember',
    said: 'What is in the letter, and what is on the map?',
    input: { character: { names: ['Ember', 'ember'], tags: [] } },
    active: ['house'],
    inactive: ['letter', 'map', 'long-combe'],
  },
  {
    bookId: 'last-lantern',
    name: 'nobody speaks of the letter in the first minutes',
    said: 'What is in the letter?',
    input: { messageCount: 7, character: { names: ['Tansy'], tags: [] } },
    active: [],
    inactive: ['letter'],
  },
  {
    bookId: 'last-lantern',
    name: 'the next valley comes up only with the letter or the map',
    said: 'Is there another way, by Long Combe?',
    active: [],
    inactive: ['long-combe'],
  },
  {
    bookId: 'last-lantern',
    name: "Ember's crooked stroke leads to the cellar, and that to the pass, and there it ends",
    said: 'Tell me about the smuggler.',
    input: { character: { names: ['Ember'], tags: [] } },
    active: ['soot', 'cellar', 'pass'],
    inactive: ['bell', 'marit'],
  },
  {
    bookId: 'flower-show',
    name: 'what Dilys said herself brings nothing in, and acquits nobody',
    said: 'I accuse Mr Brindle!',
    input: {
      messages: [
        { name: 'Dilys Prothero', text: 'Tomos, the boy, the tent, the book, the pram, chutney: all this is minuted.' },
        { name: 'Ada', text: 'I accuse Mr Brindle!' },
      ],
    },
    active: ['wrong', 'brindle'],
    inactive: ['tomos', 'tent', 'book', 'pram', 'rule', 'unproved', 'solution'],
  },
  {
    bookId: 'flower-show',
    name: 'a witness pushes neither a thing nor another witness in',
    said: 'Bernadette, what did you see?',
    active: ['okafor'],
    inactive: ['pram', 'brindle', 'tomos', 'mali', 'lal'],
  },
  {
    bookId: 'flower-show',
    name: 'of two witnesses the one of whom more is said is heard',
    said: 'Did the Reverend Lal hear Mr Brindle with his torch?',
    active: ['lal'],
    inactive: ['brindle'],
  },
  {
    bookId: 'flower-show',
    name: 'accusing anybody else is wrong',
    said: 'Brindle did it!',
    active: ['wrong', 'brindle'],
    inactive: ['solution'],
  },
  {
    bookId: 'flower-show',
    name: 'accusing Tomos is not, but wants a reason',
    said: 'Tomos did it!',
    active: ['unproved', 'tomos'],
    inactive: ['wrong', 'solution'],
  },
  {
    bookId: 'flower-show',
    name: 'his name alone is no solution',
    said: 'Good morning, Tomos.',
    active: ['tomos'],
    inactive: ['solution', 'wrong'],
  },
  {
    bookId: 'flower-show',
    name: 'and nothing is solved by guessing at once',
    said: 'Tomos did it, because of the chutney!',
    input: { messageCount: 5 },
    active: ['tomos'],
    inactive: ['solution', 'unproved'],
  },
  {
    bookId: 'pomfret',
    name: 'the megaphone is heard at every fourth answer only',
    said: 'Full ahead.',
    input: { answerCount: 6 },
    active: [],
    inactive: ['0'],
  },
  {
    bookId: 'pomfret',
    name: 'and not at the very first',
    said: 'Full ahead.',
    input: { answerCount: 0 },
    active: [],
    inactive: ['0'],
  },
  {
    bookId: 'pomfret',
    name: 'who began at the jetty is not aground',
    said: 'Is that an island?',
    input: { greeting: 0 },
    active: [],
    inactive: ['1'],
  },
  {
    bookId: 'pomfret',
    name: 'the far end is out of reach at first',
    said: 'Make for the far end!',
    input: { answerCount: 7 },
    active: [],
    inactive: ['5'],
  },
  {
    bookId: 'pomfret',
    name: 'there is no ice cream in a collision',
    said: 'Collision at the kiosk!',
    active: [],
    inactive: ['4'],
  },
];

/**
 * What players ask, and everything that comes in for it besides the entry that is always there: a game is given away
 * by what comes in too much. As who knows of nothing, unless a name stands in front.
 */
export const questions: Readonly<Record<string, readonly (readonly [said: string, entries: string, as?: string])[]>> = {
  'flower-show': [
    ['Thank you, Dilys. Item 1 noted; I table a motion to adjourn.', ''],
    ['What do you think, Dilys?', ''],
    ['We look at the tent.', 'tent tracks'],
    ['What is under the tablecloth?', 'tent tracks'],
    ['And the ground outside?', 'tracks'],
    ['What are these wheels from?', 'tracks'],
    ['Whose library book is it?', 'book'],
    ['Is anything else missing?', 'blanket'],
    ['What do the rules say about judging?', 'rule'],
    ['Why would anybody want a marrow?', 'rule'],
    ['Who has a pram?', 'pram'],
    ['What does Dilys think about the boy?', 'tomos'],
    ['Did Tomos hear anything?', 'tomos'],
    ['Whose marrow was it?', 'tomos'],
    ['Fetch his sister.', 'mali'],
    ['Who was in the tea tent last night?', 'okafor'],
    ['What did the vicar see?', 'lal'],
    ['Send for the champion.', 'brindle'],
    ['We go to the church and open the vestry.', 'vestry'],
    ['I accuse Mr Brindle, who is jealous of Tomos.', 'wrong brindle'],
    ['I accuse Mr Brindle, and he knows it.', 'brindle wrong'],
    ['I say the vicar took it!', 'lal wrong'],
    ['It was Tomos!', 'tomos unproved'],
    ['I accuse the boy.', 'tomos unproved'],
    ['Tomos took it because it was to be cut in half.', 'tomos solution'],
    ["It was the boy, he couldn't see it made into chutney.", 'tomos rule solution'],
  ],
  'last-lantern': [
    ['Good evening, is there a bed?', ''],
    ['I give Tansy back her key ring.', ''],
    ['How far is it to the pass?', 'pass'],
    ['Which way does the goat track go?', 'pass'],
    ['Was that the bell?', 'bell'],
    ['Did you hear something ringing up there?', 'bell'],
    ['Who is the second bowl for?', 'marit pass'],
    ['We go out and look for Marit!', 'going-out marit pass'],
    ['I search my pockets.', ''],
    ['What is down in the cellar?', 'cellar pass'],
    ['Tell me about the smuggler.', 'soot cellar pass', 'Ember'],
    ['Tell me about the smuggler.', '', 'Tansy'],
    ['What is in that letter?', 'letter long-combe', 'Tansy'],
    ['What is in that letter?', '', 'Nessa Rudd'],
    ['What are you sitting on?', 'map long-combe', 'Nessa Rudd'],
    ['What are you sitting on?', '', 'Ember'],
    ['Does the dog like soup?', 'bishop soup'],
    ['What a storm!', 'night-roof'],
  ],
  pomfret: [
    ['Aye, Captain!', ''],
    ['Swans to port!', '2'],
    ['Is Desmond out today?', '3'],
    ['May we have ice cream?', '4'],
    ['Is it deep here?', '6'],
    ["What's at the far end?", ''],
  ],
};

const countTokens = async (texts: readonly string[]): Promise<readonly number[]> =>
  texts.map((text) => Math.ceil(text.length / 4));

/** A scan of one book for one message, late in a conversation and with every draw falling on the first. */
export const scanFor = (book: Lorebook, said: string, input: Partial<ScanInput> = {}): Promise<Activation> =>
  activate(
    {
      books: [{ book: prepareLorebook(book), scope: 'character' }],
      messages: [{ name: 'Ada', text: said }],
      messageCount: 100,
      contextTokens: 4096,
      state: emptyLoreState,
      random: () => 0,
      ...input,
    },
    countTokens,
  );
/** Who is active, in the order of their claims. */
export const idsOf = ({ activated }: Activation): readonly string[] => activated.map(({ entry }) => entry.id);
export const asked = async (book: Lorebook, said: string, input: Partial<ScanInput> = {}): Promise<readonly string[]> =>
  idsOf(await scanFor(book, said, input));

/** As somebody for whom the entry exists. */
export const knowing = ({ characterFilter }: LoreEntry): Partial<ScanInput> =>
  characterFilter === undefined ? {} : { character: { names: characterFilter.names, tags: [] } };
