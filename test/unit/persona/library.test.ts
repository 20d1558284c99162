// The personas and lorebooks that are shipped: loaded as the bot loads them, and held to what docs/personas.md says of them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { describe, it } from 'node:test';
import { isJsonObject } from '../../../src/core/json.ts';
import type { Lorebook, LoreEntry } from '../../../src/core/lorebook.ts';
import type { Persona } from '../../../src/core/persona.ts';
import {
  emptyLoreState,
  importLorebook,
  type LoreState,
  parseLorebookFile,
  prepareLorebook,
  readLoreState,
} from '../../../src/lore/index.ts';
import { rawOfCard } from '../../../src/persona/card/card-form.ts';
import { lintCard } from '../../../src/persona/card/lint-card.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { loadPersonas } from '../../../src/persona/load-personas.ts';
import { isVolatile, knownMacroNames, unknownMacros } from '../../../src/prompt/macros.ts';
import { asked, cases, idsOf, knowing, questions, reached, scanFor } from './library-cases.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'personas');
const personas = loadPersonas(folder, { defaultId: 'helper' });
const library = personas.list().filter(({ id }) => id !== 'helper');

const bookFiles = readdirSync(join(folder, 'lorebooks')).map((name) => ({
  name,
  read: parseLorebookFile(readFileSync(join(folder, 'lorebooks', name), 'utf8'), parse(name).name, `personas/lorebooks/${name}`),
}));
const books = new Map(bookFiles.flatMap(({ read: { book } }) => (book === undefined ? [] : [[book.id, book] as const])));
const bookNamed = (id: string): Lorebook => {
  const book = books.get(id);
  assert.ok(book, `there is no lorebook ${id}`);
  return book;
};
const personaNamed = (id: string): Persona => {
  const persona = personas.get(id);
  assert.ok(persona, `there is no persona ${id}`);
  return persona;
};
const pomfretBook = () => importLorebook(personaNamed('pomfret').characterBook, { id: 'pomfret', name: 'Pomfret' });

/** What stands in every prompt, wherever. */
const permanentTexts = (persona: Persona): readonly string[] => [
  ...earlyTexts(persona),
  persona.depthPrompt?.text ?? '',
  persona.postHistoryInstructions ?? '',
];
/** What stands before the conversation. */
const earlyTexts = (persona: Persona): readonly string[] =>
  [persona.systemPrompt, persona.description, persona.personality, persona.scenario].map((text) => text ?? '');
const greetingsOf = (persona: Persona): readonly string[] => [
  persona.greeting ?? '',
  ...(persona.alternateGreetings ?? []),
  ...(persona.groupOnlyGreetings ?? []),
];

const isPattern = (key: string): boolean => key.startsWith('/');

describe('the shipped personas', () => {
  it('are six and the helper, each with an id and a name of its own', () => {
    assert.deepEqual(
      personas.list().map(({ id }) => id),
      ['helper', 'dilys', 'ember', 'pomfret', 'rudd', 'storyteller', 'tansy'],
    );
    for (const names of [personas.list().map(({ name }) => name), personas.list().map(({ summary }) => summary)]) {
      assert.equal(new Set(names).size, names.length);
    }
  });

  for (const persona of library) {
    it(`${persona.id} has all that a persona can be met with`, () => {
      // A game master is made of its instruction; a character of the three texts.
      if (persona.systemPrompt === undefined) {
        for (const text of [persona.description, persona.personality, persona.scenario]) assert.ok((text ?? '').length > 200);
        const examples = (persona.exampleDialogue ?? '').split('<START>\n').slice(1);
        assert.ok(examples.length >= 4);
        for (const example of examples) {
          assert.match(example, /^\{\{user\}\}: .+\n\{\{char\}\}: .+/);
          const answer = example.slice(example.indexOf('{{char}}:')).trim();
          assert.ok(answer.length > 120 && answer.length < 520, `examples show how long answers are: ${answer.length}`);
        }
      }
      assert.ok(persona.depthPrompt ?? persona.postHistoryInstructions ?? persona.id === 'ember');
      const { alternateGreetings = [], groupOnlyGreetings = [], talkativeness = 0 } = persona;
      assert.ok(alternateGreetings.length >= 2 && alternateGreetings.length <= 3);
      assert.equal(groupOnlyGreetings.length, 1);
      assert.ok(talkativeness > 0 && talkativeness < 1);
      assert.ok((persona.tags ?? []).length >= 3);
      assert.ok((persona.creatorNotes ?? '').length > 100);
    });

    it(`${persona.id} is small enough for a small model`, () => {
      assert.ok(permanentTexts(persona).join('').length <= 5000);
      assert.ok([...permanentTexts(persona), persona.exampleDialogue ?? ''].join('').length <= 6000);
      for (const greeting of greetingsOf(persona)) assert.ok(greeting.length > 200 && greeting.length <= 900, greeting);
    });

    it(`${persona.id} greets whoever is there, not the one human who came first`, () => {
      for (const greeting of greetingsOf(persona)) assert.doesNotMatch(greeting, /\{\{user\}\}|<USER>/i);
    });
  }

  it('use macros that are known, and none that change what stands early', () => {
    for (const persona of personas.list()) {
      const texts = [...permanentTexts(persona), persona.exampleDialogue ?? '', ...greetingsOf(persona)];
      assert.deepEqual(texts.flatMap(unknownMacros), [], persona.id);
      for (const text of [...earlyTexts(persona), persona.exampleDialogue ?? '']) assert.ok(!isVolatile(text), persona.id);
      for (const text of earlyTexts(persona)) assert.doesNotMatch(text, /\{\{user\}\}|<USER>/i, persona.id);
      // A greeting is kept as it was sent: what is drawn in it must not change on the way back.
      for (const text of greetingsOf(persona)) assert.ok(!isVolatile(text), persona.id);
    }
    assert.match(personaNamed('dilys').greeting ?? '', /\{\{pick::/);
    assert.ok(isVolatile(personaNamed('storyteller').postHistoryInstructions ?? ''));
    assert.match(personaNamed('storyteller').postHistoryInstructions ?? '', /\{\{roll:1d20\}\}/);
  });

  it('have nothing that lint warns of, and lorebooks that are there', async () => {
    const options = {
      macros: { unknownIn: unknownMacros, names: knownMacroNames },
      hasLorebook: (name: string) => books.has(name),
    };
    for (const name of readdirSync(folder).filter((file) => /\.(?:yaml|json)$/.test(file)))
      assert.deepEqual(await lintCard(readCard(readFileSync(join(folder, name))).card, options), [], name);
    const worlds = library.flatMap(({ worldName }) => worldName ?? []);
    assert.deepEqual(new Set(worlds), new Set(books.keys()));
  });

  it('hold a scene of three, who know of one another and share a lorebook', () => {
    const scene = ['ember', 'tansy', 'rudd'].map(personaNamed);
    for (const { worldName, tags } of scene) {
      assert.equal(worldName, 'last-lantern');
      assert.ok(tags?.includes('scene'));
    }
    for (const { id, description, scenario } of scene.filter((persona) => persona.id !== 'ember')) {
      for (const other of scene.filter((persona) => persona.id !== id)) {
        const [word = ''] = other.name.split(' ');
        assert.ok(`${description} ${scenario}`.includes(word), `${id} does not know ${word}`);
      }
    }
  });

  it('hold a V3 card with a nickname and a lorebook in it, which comes out as it went in', () => {
    const bytes = readFileSync(join(folder, 'pomfret.json'));
    const { card, format } = readCard(bytes);
    assert.deepEqual([format, card.version, card.fields.nickname], ['json', 3, 'Captain Pomfret']);
    assert.deepEqual(rawOfCard(card, 3), JSON.parse(bytes.toString('utf8')));
    assert.ok(isJsonObject(card.raw.data) && Array.isArray(card.raw.data.group_only_greetings));
    assert.equal(readCard(readFileSync(join(folder, 'ember.yaml'))).card.version, 1);
  });
});

describe('the shipped lorebooks', () => {
  it('can be read, and every key in them found', () => {
    for (const { name, read } of bookFiles) assert.deepEqual(read.mistakes ?? [], [], name);
    assert.deepEqual([...books.keys()].sort(), ['flower-show', 'last-lantern']);
    const { book, warnings } = pomfretBook();
    assert.deepEqual(warnings, []);
    for (const each of [...books.values(), book]) assert.deepEqual(prepareLorebook(each).problems, []);
  });

  it('have entries with a title, an id and a short text, whose macros are known', () => {
    for (const book of [...books.values(), pomfretBook().book]) {
      for (const { id, title, content } of book.entries) {
        assert.ok(title !== '' && content.trim().length > 80 && content.length < 520, `${book.id}/${id}: ${content.length}`);
        assert.deepEqual(unknownMacros(content), []);
        if (book.id !== 'pomfret') assert.doesNotMatch(id, /^\d+$/);
      }
    }
  });

  for (const [bookId, lines] of Object.entries(reached)) {
    it(`${bookId}: every entry comes in by something that people say`, async () => {
      const book = bookId === 'pomfret' ? pomfretBook().book : bookNamed(bookId);
      assert.deepEqual(Object.keys(lines).sort(), book.entries.map(({ id }) => id).sort());
      for (const entry of book.entries) {
        const { said, random = 0, input = {} } = lines[entry.id] ?? { said: '' };
        const found = await asked(book, said, { ...knowing(entry), ...input, random: () => random });
        assert.ok(found.includes(entry.id), `${said} brings ${found.join(', ')}, not ${entry.id}`);
      }
    });
  }

  it('have no key in vain: each of them brings its entry', async () => {
    for (const book of books.values()) {
      for (const entry of book.entries.filter(({ isConstant, recursionLevel }) => !isConstant && recursionLevel === 0)) {
        const alone = { ...book, entries: [{ ...entry, group: '' }] };
        const wantsMore = entry.secondaryKeys.length > 0 && entry.secondaryLogic === 'and-any';
        for (const key of entry.keys.filter((written) => !isPattern(written))) {
          for (const also of wantsMore ? entry.secondaryKeys : ['']) {
            const found = await asked(alone, `Well, ${key} … ${also}?`, knowing(entry));
            assert.deepEqual(found, [entry.id], `${entry.id}: ${key} ${also}`);
          }
        }
      }
    }
  });

  it('stay out where nobody asks, but for the one entry that is always there', async () => {
    for (const book of books.values()) {
      const constant = book.entries.filter(({ isConstant }) => isConstant).map(({ id }) => id);
      assert.equal(constant.length, 1);
      assert.deepEqual(await asked(book, 'Hello everybody, how are you?'), constant);
    }
    assert.deepEqual(await asked(pomfretBook().book, 'Hello everybody, how are you?'), []);
  });

  for (const { bookId, name, said, active, inactive = [], input } of cases) {
    it(`${bookId}: ${name}`, async () => {
      const found = await asked(bookId === 'pomfret' ? pomfretBook().book : bookNamed(bookId), said, input);
      for (const id of active) assert.ok(found.includes(id), `${id} is missing in ${found.join(', ')}`);
      for (const id of inactive) assert.ok(!found.includes(id), `${id} should not be among ${found.join(', ')}`);
    });
  }

  it('use what they show', () => {
    const uses = (id: string, test: (entry: LoreEntry) => boolean): boolean => bookNamed(id).entries.some(test);
    const shown: readonly (readonly [string, (entry: LoreEntry) => boolean])[] = [
      ['sticky', ({ stickyMessages }) => stickyMessages > 0],
      ['cooldown', ({ cooldownMessages }) => cooldownMessages > 0],
      ['delay', ({ delayMessages }) => delayMessages > 0],
      ['a group', ({ group, groupWeight }) => group !== '' && groupWeight !== 100],
      ['secondary keys', ({ secondaryKeys }) => secondaryKeys.length > 0],
      ['a constant', ({ isConstant, preventsRecursion }) => isConstant && preventsRecursion],
      ['a level of recursion', ({ recursionLevel }) => recursionLevel > 0],
      ['an entry that recursion does not bring', ({ excludesRecursion }) => excludesRecursion],
      ['a character filter', ({ characterFilter }) => (characterFilter?.names.length ?? 0) > 0],
      ['a place at depth', ({ position }) => position === 'depth'],
      ['a regular expression', ({ keys }) => keys.some(isPattern)],
    ];
    for (const [what, test] of shown) assert.ok(uses('last-lantern', test), what);
    assert.ok(uses('flower-show', ({ secondaryLogic }) => secondaryLogic === 'not-any'));
    assert.ok(uses('flower-show', ({ usesGroupScore }) => usesGroupScore === true));
    // Filters name members that there are.
    const names = new Set(library.map(({ name }) => name));
    for (const { characterFilter } of bookNamed('last-lantern').entries) {
      for (const name of characterFilter?.names ?? []) assert.ok(names.has(name), name);
    }
  });

  for (const [bookId, table] of Object.entries(questions)) {
    it(`${bookId}: a question brings what was asked after, and nothing else`, async () => {
      const book = bookId === 'pomfret' ? pomfretBook().book : bookNamed(bookId);
      const constant = book.entries.filter(({ isConstant }) => isConstant).map(({ id }) => id);
      for (const [said, entries, name] of table) {
        const found = await asked(book, said, { ...(name !== undefined && { character: { names: [name], tags: [] } }) });
        const wanted = [...constant, ...entries.split(' ').filter((id) => id !== '')];
        assert.deepEqual(found.toSorted(), wanted.toSorted(), said);
      }
    });
  }

  it('lead from one entry to the next by their texts, where they are meant to', async () => {
    const links: string[] = [];
    for (const book of books.values()) {
      for (const { id, preventsRecursion, characterFilter } of book.entries) {
        if (preventsRecursion) continue;
        const only = book.entries.map((entry) => ({ ...entry, isConstant: entry.id === id, group: '' }));
        const input = characterFilter === undefined ? {} : { character: { names: characterFilter.names, tags: [] } };
        const { activated } = await scanFor({ ...book, entries: only }, '…', input);
        const title = book.entries.find((entry) => entry.id === id)?.title;
        for (const { entry, cause } of activated) {
          const isNext = cause.kind === 'keys' && cause.keys.some(({ at }) => at.in === 'entry' && at.entry === title);
          if (isNext) links.push(`${id} > ${entry.id}`);
        }
      }
    }
    assert.deepEqual(links.toSorted(), [
      'cellar > pass',
      'letter > long-combe',
      'map > long-combe',
      'marit > pass',
      'night-light > pass',
      'soot > cellar',
      'tent > tracks',
    ]);
    const without = { ...bookNamed('last-lantern'), isRecursive: false };
    assert.deepEqual((await asked(without, "Who's Marit?")).toSorted(), ['house', 'marit']);
  });

  it('have one verdict: the solution stays for eight messages, and no other charge is heard beside it', async () => {
    const book = bookNamed('flower-show');
    let state: LoreState = emptyLoreState;
    const verdicts: string[] = [];
    for (let count = 10; count <= 20; count += 1) {
      const said = count === 10 ? 'Tomos took it because of the chutney.' : 'Then I accuse Mr Brindle!';
      const activation = await scanFor(book, said, { messageCount: count, state });
      verdicts.push(idsOf(activation).find((id) => ['wrong', 'unproved', 'solution'].includes(id)) ?? '');
      state = readLoreState(JSON.parse(JSON.stringify(activation.state)));
    }
    assert.deepEqual(verdicts, [...Array.from({ length: 9 }, () => 'solution'), 'wrong', 'wrong']);
  });

  it('keep time: the bell stays for four messages, then rests for eight', async () => {
    const book = bookNamed('last-lantern');
    let state: LoreState = emptyLoreState;
    const heard: number[] = [];
    for (let count = 1; count <= 24; count += 1) {
      const said = count === 3 || count > 7 ? 'Was that a bell?' : 'Pass the salt.';
      const activation = await scanFor(book, said, { messageCount: count, state });
      if (idsOf(activation).includes('bell')) heard.push(count);
      state = readLoreState(JSON.parse(JSON.stringify(activation.state)));
    }
    assert.deepEqual(heard, [3, 4, 5, 6, 7, 16, 17, 18, 19, 20]);
  });

  it('let the night do one thing at a time, each of the three in its turn', async () => {
    const happenings = new Set<string>();
    for (const random of [0, 0.4, 0.6, 0.8, 0.99]) {
      const night = (await asked(bookNamed('last-lantern'), 'Listen to the storm', { random: () => random })).filter((id) =>
        id.startsWith('night-'),
      );
      assert.equal(night.length, 1);
      happenings.add(night.join());
    }
    assert.equal(happenings.size, 3);
  });

  it('keep to their budget when everything is asked at once, and keep the constant entry', async () => {
    for (const book of books.values()) {
      const everything = book.entries.flatMap(({ keys, secondaryKeys }) => [...keys, ...secondaryKeys]).join(', ');
      for (const { name } of library) {
        const activation = await scanFor(book, everything, { character: { names: [name], tags: [] } });
        assert.ok(activation.activated.some(({ entry }) => entry.isConstant));
        const tokens = activation.activated.reduce((sum, entry) => sum + entry.tokens, 0);
        assert.ok(tokens <= (book.budgetTokens ?? 0), `${book.id}: ${tokens}`);
      }
    }
  });
});
