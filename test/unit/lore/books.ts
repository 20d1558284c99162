import { type Lorebook, type LoreEntry, loreEntryDefaults } from '../../../src/core/lorebook.ts';
import { type Activation, activate, emptyLoreState, prepareLorebook, type ScanInput } from '../../../src/lore/index.ts';

/** An entry of a test: `id` and `content` follow from its place unless given. */
export type TestEntry = Partial<LoreEntry>;

/** A book of test entries; an entry's id is its title, else a letter by its place. */
export const bookOf = (entries: readonly TestEntry[], fields: Partial<Lorebook> = {}): Lorebook => ({
  id: 'book',
  name: 'Book',
  description: '',
  ...fields,
  entries: entries.map((entry, index): LoreEntry => {
    const id = entry.id ?? entry.title ?? String.fromCharCode(97 + index);
    return { ...loreEntryDefaults, content: `lore of ${id}.`, ...entry, id };
  }),
});

/** Messages from lines: `Ada: hello`; a line without a name is Ada's. */
export const messagesOf = (lines: readonly string[]): ScanInput['messages'] =>
  lines.map((line) => {
    const [, name = 'Ada', text = ''] = /^(?:([A-Z]\w*): )?(.*)$/s.exec(line) ?? [];
    return { name, text };
  });

/** Randomness that gives these numbers in turn, then fails. */
export const inTurn = (...numbers: readonly number[]): (() => number) => {
  let at = 0;
  return () => {
    const next = numbers[at];
    at += 1;
    if (next === undefined) throw new Error('more randomness was asked for than the test expects');
    return next;
  };
};

/** One token a word. */
export const countWords = async (texts: readonly string[]): Promise<readonly number[]> =>
  texts.map((text) => text.split(/\s+/).filter((word) => word !== '').length);

/** A scan of books for lines, everything else plain. */
export const scanLines = (
  books: Lorebook | ScanInput['books'],
  lines: readonly string[],
  input: Partial<ScanInput> = {},
): Promise<Activation> =>
  activate(
    {
      books: 'name' in books ? [{ book: prepareLorebook(books), scope: 'global' }] : books,
      messages: messagesOf(lines),
      messageCount: lines.length,
      contextTokens: 4000,
      state: emptyLoreState,
      random: inTurn(),
      ...input,
    },
    countWords,
  );

/** The ids of the active entries, in the order of their claims. */
export const activeIds = ({ activated }: Activation): readonly string[] => activated.map(({ entry }) => entry.id);
