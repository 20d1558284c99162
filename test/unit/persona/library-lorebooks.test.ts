// The lorebooks that are shipped: what people say brings in what docs/personas.md says of them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoreEntry } from '../../../src/core/lorebook.ts';
import { emptyLoreState, type LoreState, prepareLorebook, readLoreState } from '../../../src/lore/index.ts';
import { unknownMacros } from '../../../src/prompt/macros.ts';
import { cases, questions, reached } from './library-cases.ts';
import { asked, bookFiles, bookNamed, books, idsOf, knowing, library, pomfretBook, scanFor } from './library-kit.ts';

const isPattern = (key: string): boolean => key.startsWith('/');

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
