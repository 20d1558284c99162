// Entries and books with every field at a value of its own.
import assert from 'node:assert/strict';
import { PaddockError } from '../../../src/core/error.ts';

export const named = { id: 'book', name: 'Book' };

/** An entry of a world file with every field at a value of its own, and one that nobody knows. */
export const worldEntry = {
  uid: 7,
  key: ['moon', '/lun+a/i'],
  keysecondary: ['red'],
  comment: 'The Moon',
  content: '@@depth 2\nIt hangs low.',
  constant: true,
  vectorized: true,
  selective: false,
  selectiveLogic: 3,
  addMemo: true,
  order: 42.5,
  position: 4,
  disable: true,
  ignoreBudget: true,
  excludeRecursion: true,
  preventRecursion: true,
  matchPersonaDescription: true,
  matchCharacterDescription: false,
  matchCharacterPersonality: true,
  matchCharacterDepthPrompt: false,
  matchScenario: true,
  matchCreatorNotes: false,
  delayUntilRecursion: true,
  probability: 35,
  useProbability: false,
  depth: 3,
  outletName: 'map',
  group: 'g, h',
  groupOverride: true,
  groupWeight: 55,
  scanDepth: 9,
  caseSensitive: true,
  matchWholeWords: false,
  useGroupScoring: true,
  automationId: 'auto',
  role: 2,
  sticky: 4,
  cooldown: 5,
  delay: 6,
  triggers: ['swipe'],
  displayIndex: 3,
  characterFilter: { isExclude: true, names: ['Vex'], tags: ['elf'] },
  someday: { new: [1, null, 'x'] },
};

export const plainWorldEntry = {
  uid: 8,
  key: [],
  keysecondary: [],
  content: '',
  role: null,
  sticky: null,
  scanDepth: null,
  caseSensitive: null,
};

export const world = { entries: { '7': worldEntry, '8': plainWorldEntry }, extensions: { tool: 1 }, originalData: { a: [] } };

export const cardEntry = {
  id: 'x1',
  keys: ['sun'],
  secondary_keys: ['hot', 'red'],
  comment: '',
  name: 'Sun',
  content: 'It burns.',
  constant: false,
  selective: true,
  insertion_order: -3,
  priority: 12,
  enabled: false,
  position: 'after_char',
  case_sensitive: true,
  use_regex: true,
  extensions: { agent: { deep: true } },
};

/** As SillyTavern writes them into cards. */
export const tavernEntry = {
  id: 2,
  keys: ['star'],
  secondary_keys: [],
  comment: 'Star',
  content: 'It shines.',
  constant: false,
  selective: true,
  insertion_order: 100,
  enabled: true,
  position: 'before_char',
  use_regex: true,
  extensions: {
    position: 4,
    exclude_recursion: true,
    display_index: 2,
    probability: 80,
    useProbability: true,
    depth: 1,
    selectiveLogic: 1,
    group: 'g',
    group_override: false,
    group_weight: 10,
    prevent_recursion: false,
    delay_until_recursion: 2,
    scan_depth: null,
    match_whole_words: null,
    use_group_scoring: false,
    case_sensitive: null,
    automation_id: '',
    role: 1,
    vectorized: false,
    sticky: 1,
    cooldown: 2,
    delay: 3,
    match_scenario: true,
  },
};

export const characterBook = {
  name: 'Sky',
  description: 'What is above.',
  scan_depth: 5,
  token_budget: 300,
  recursive_scanning: false,
  extensions: { maker: 'somebody' },
  entries: [cardEntry, tavernEntry],
  unknown: true,
};

/** For `assert.throws`: a refusal of what somebody brought, in words. */
export const hasSentence = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PaddockError, String(error));
  assert.equal(error.code, 'bad-input');
  assert.match(error.userText, pattern);
  return true;
};
