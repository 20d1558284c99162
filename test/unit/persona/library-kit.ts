// What is shipped, loaded as the bot loads it, and scans of its lorebooks.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { Lorebook, LoreEntry } from '../../../src/core/lorebook.ts';
import type { Persona } from '../../../src/core/persona.ts';
import {
  type Activation,
  activate,
  emptyLoreState,
  importLorebook,
  parseLorebookFile,
  prepareLorebook,
  type ScanInput,
} from '../../../src/lore/index.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';

export const folder = join(import.meta.dirname, '..', '..', '..', 'personas');
export const personas = loadPersonas(folder, { defaultId: 'helper' });
export const library = personas.list().filter(({ id }) => id !== 'helper');

export const bookFiles = readdirSync(join(folder, 'lorebooks')).map((name) => ({
  name,
  read: parseLorebookFile(readFileSync(join(folder, 'lorebooks', name), 'utf8'), parse(name).name, `personas/lorebooks/${name}`),
}));
export const books = new Map(bookFiles.flatMap(({ read: { book } }) => (book === undefined ? [] : [[book.id, book] as const])));
export const bookNamed = (id: string): Lorebook => {
  const book = books.get(id);
  assert.ok(book, `there is no lorebook ${id}`);
  return book;
};
export const personaNamed = (id: string): Persona => {
  const persona = personas.get(id);
  assert.ok(persona, `there is no persona ${id}`);
  return persona;
};
export const pomfretBook = () => importLorebook(personaNamed('pomfret').characterBook, { id: 'pomfret', name: 'Pomfret' });

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
