import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import {
  activate,
  bookBytes,
  characterBookOf,
  emptyLoreState,
  explainActivation,
  importLorebook,
  lorebookFileText,
  parseLorebook,
  parseLorebookFile,
  prepareLorebook,
  readBook,
  readLoreState,
  worldOf,
} from '../../../src/lore/index.ts';
import { messagesOf } from './books.ts';

const named = { id: 'fuzz', name: 'Fuzz' };

const key = fc.oneof(
  fc.constantFrom('moon', 'Sun', 'red sky', '猫', '/mo+n/i', '/(?=x)/', '/(a+)+$/', '/[/', '', '{{char}}', '__proto__'),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.string({ maxLength: 12, unit: 'binary' }).map((body) => `/${body}/i`),
);
const content = fc.oneof(
  fc.constantFrom('the moon', 'a sun in the red sky', '@@depth 3\ntext', '@@activate', '@@@x\n@@role user\nmoon'),
  fc.string({ maxLength: 30, unit: 'binary' }),
);
/** A value of the right kind most of the time, anything else otherwise. */
const roughly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });
const small = fc.integer({ min: -2, max: 9 });

const worldEntry = fc.record(
  {
    uid: roughly(small),
    key: roughly(fc.array(key, { maxLength: 4 })),
    keysecondary: roughly(fc.array(key, { maxLength: 3 })),
    content: roughly(content),
    constant: roughly(fc.boolean()),
    selective: roughly(fc.boolean()),
    selectiveLogic: roughly(fc.integer({ min: 0, max: 4 })),
    order: roughly(small),
    position: roughly(fc.integer({ min: 0, max: 8 })),
    role: roughly(fc.integer({ min: 0, max: 3 })),
    disable: roughly(fc.boolean()),
    excludeRecursion: roughly(fc.boolean()),
    delayUntilRecursion: roughly(fc.oneof(fc.boolean(), small)),
    probability: roughly(fc.integer({ min: 0, max: 100 })),
    group: roughly(fc.constantFrom('', 'g', 'g,h')),
    groupOverride: roughly(fc.boolean()),
    groupWeight: roughly(small),
    useGroupScoring: roughly(fc.boolean()),
    scanDepth: roughly(small),
    caseSensitive: roughly(fc.boolean()),
    matchWholeWords: roughly(fc.boolean()),
    sticky: roughly(small),
    cooldown: roughly(small),
    delay: roughly(small),
    characterFilter: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
);
const cardEntry = fc.record(
  {
    id: roughly(small),
    keys: roughly(fc.array(key, { maxLength: 4 })),
    secondary_keys: roughly(fc.array(key, { maxLength: 3 })),
    content: roughly(content),
    selective: roughly(fc.boolean()),
    use_regex: roughly(fc.boolean()),
    enabled: roughly(fc.boolean()),
    insertion_order: roughly(small),
    priority: roughly(small),
    position: roughly(fc.constantFrom('before_char', 'after_char')),
    extensions: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: ['keys'] },
);
const book = fc.record(
  {
    entries: fc.oneof(
      fc.dictionary(fc.string({ maxLength: 3 }), roughly(worldEntry), { maxKeys: 6 }),
      fc.array(roughly(cardEntry), { maxLength: 6 }),
      fc.jsonValue({ maxDepth: 4 }),
    ),
    scan_depth: roughly(small),
    token_budget: roughly(small),
    recursive_scanning: roughly(fc.boolean()),
  },
  { requiredKeys: ['entries'] },
);

test('10,000 fuzzed lorebooks: read, scanned, explained and written without a crash, within bounds', {
  timeout: 120_000,
}, async () => {
  let usable = 0;
  let active = 0;
  await fc.assert(
    fc.asyncProperty(
      book,
      fc.array(content, { maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 9 }),
      async (value, lines, chances) => {
        let imported: ReturnType<typeof parseLorebook>;
        try {
          imported = parseLorebook(JSON.stringify(value), named);
        } catch (error) {
          assert.ok(error instanceof PaddockError, String(error));
          return;
        }
        usable += 1;
        const prepared = prepareLorebook(imported.book);
        let state = emptyLoreState;
        let draws = 0;
        for (const messageCount of [3, 4]) {
          const activation = await activate(
            {
              books: [{ book: prepared, scope: 'global' }],
              messages: messagesOf(lines),
              messageCount,
              contextTokens: 100,
              state,
              random: () => {
                draws += 1;
                return (chances[draws % (chances.length || 1)] ?? 50) / 100;
              },
            },
            async (texts) => texts.map((text) => text.length),
          );
          active += activation.activated.length;
          state = readLoreState(JSON.parse(JSON.stringify(activation.state)));
          assert.deepEqual(state, activation.state);
          assert.equal(explainActivation(activation).length, imported.book.entries.length);
          assert.ok(activation.budget.tokensUsed <= activation.budget.tokensMax);
          assert.ok(activation.cost.patternSteps <= bounds.loreScan.patternStepsMax);
          assert.ok(activation.cost.steps < 20_000);
        }
        const written = usable % 2 === 0 ? worldOf(imported.book) : characterBookOf(imported.book);
        assert.equal(importLorebook(written, named).book.entries.length, imported.book.entries.length);
      },
    ),
    { numRuns: 10_000 },
  );
  assert.ok(usable > 5000 && active > 800, `only ${usable} usable books with ${active} active entries`);
});

test('what goes to the other format and back means the same', async () => {
  const meaning = (value: ReturnType<typeof importLorebook>['book']) =>
    value.entries.map(({ origin: _origin, id: _id, ...entry }) => entry);
  fc.assert(
    fc.property(fc.array(worldEntry, { maxLength: 4 }), (entries) => {
      const { book: first } = importLorebook(
        { entries: Object.fromEntries(entries.map((entry, index) => [index, { ...entry, uid: index }])) },
        named,
      );
      const { book: card } = importLorebook(JSON.parse(JSON.stringify(characterBookOf(first))), named);
      const { book: back } = importLorebook(JSON.parse(JSON.stringify(worldOf(card))), named);
      assert.deepEqual(meaning(card), meaning(first));
      assert.deepEqual(meaning(back), meaning(first));
      const yaml = parseLorebookFile(lorebookFileText(first), 'fuzz', 'fuzz.yaml');
      if (yaml.book !== undefined) assert.deepEqual(meaning(yaml.book), meaning(first));
    }),
    { numRuns: 300 },
  );
});

/** A text with pieces put in, taken out and doubled. */
const damaged = (seed: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: seed.length }),
        length: fc.nat({ max: 8 }),
        put: fc.oneof(
          fc.constantFrom(...'[]{}:,"\'&*!|>#%@?-\n\t', '- ', '&a', '*a', '<<: *a', '__proto__', '1e999', '\\u0000'),
          fc.string({ unit: 'binary', maxLength: 4 }),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((changes) => changes.reduce((text, { at, length, put }) => text.slice(0, at) + put + text.slice(at + length), seed));

test('10,000 damaged files are read or refused in a sentence, and what was read can be written', () => {
  const yaml =
    'name: P\nscanDepth: 2\nentries:\n  - {title: a, keys: [b, "/c/i"], content: "x", order: 5}\n  - keys: &k [q]\n    content: |\n      two\n    secondaryKeys: *k\n';
  const json = '{"name":"s","entries":{"0":{"uid":0,"key":["a"],"content":"b","extensions":{"x":1}}}}';
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(damaged(yaml), damaged(json)), (text) => {
      try {
        const { book, format } = readBook(new TextEncoder().encode(text), 'fuzz');
        const again = readBook(bookBytes(book, format), 'fuzz').book;
        const meaning = ({ origin: _origin, ...entry }: (typeof book)['entries'][number]) => entry;
        assert.deepEqual(again.entries.map(meaning), book.entries.map(meaning));
        read += 1;
      } catch (error) {
        assert.ok(error instanceof PaddockError && error.code === 'bad-input', String(error));
        assert.match(error.userText, /\.$/);
      }
    }),
    { numRuns: 10_000 },
  );
  assert.ok(read > 300, `only ${read} could be read`);
});
