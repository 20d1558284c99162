import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Persona } from '../../../src/core/persona.ts';
import { insertsAt, type PromptInsert } from '../../../src/prompt/inserts.ts';
import { lorebooksWith } from '../commands/lore-kit.ts';
import { book, files, place, question, rook, temporary, textsOf } from './service-kit.ts';

describe('lore for an answer', () => {
  it('costs nothing where no book is attached', async () => {
    const { service, store } = await lorebooksWith(temporary, files);
    const untouched = (): never => assert.fail('asked for nothing');
    const ask = async () => {
      const costly = { countTokens: untouched, expand: untouched, place };
      const lore = await service.prepare(question(['the inn in a storm'], costly));
      await lore.keep();
      return lore;
    };
    const lore = await ask();
    assert.deepEqual(
      [lore.inserts, lore.noteTop, lore.noteBottom, lore.outlets.size, lore.activation],
      [[], [], [], 0, undefined],
    );
    // Its channels, persona, server and everywhere were looked up, once.
    assert.deepEqual(store.calls, { get: 6, set: 0, delete: 0 });
    for (let times = 0; times < 100; times += 1) await ask();
    assert.deepEqual(store.calls, { get: 6, set: 0, delete: 0 });
  });

  it('reads and writes no state for books without timed effects', async () => {
    const { service, store, attachments } = await lorebooksWith(temporary, files);
    await attachments.attach({ kind: 'everywhere' }, 'pass');
    await service.prepare(question(['x']));
    const before = { ...store.calls };
    const lore = await service.prepare(question(['the inn']));
    await lore.keep();
    assert.deepEqual(textsOf(lore), ['The only inn.']);
    assert.deepEqual(store.calls, before);
  });

  it('counts books of the conversation, then the persona, the server and everywhere, each once', async () => {
    const all = Object.fromEntries(
      ['g', 's', 'p', 't', 'c'].map((id) => [`${id}.yaml`, book(id, `{keys: [inn], content: ${id}}`)]),
    );
    const { service, attachments } = await lorebooksWith(temporary, {
      ...all,
      'own.yaml': book('Own Book', '{keys: [inn], content: own}'),
    });
    const { attach } = attachments;
    await attach({ kind: 'everywhere' }, 'g');
    await attach({ kind: 'server', id: '1' }, 's');
    await attach({ kind: 'persona', id: 'rook' }, 'p');
    // The thread's channel.
    await attach({ kind: 'conversation', id: 'discord:20' }, 'c');
    await attach({ kind: 'conversation', id: 'discord:30' }, 't');
    await attach({ kind: 'everywhere' }, 't');
    await attach({ kind: 'server', id: '2' }, 'g');
    const persona: Persona = {
      ...rook,
      worldName: 'own BOOK',
      characterBook: { name: 'Inside', entries: [{ keys: ['inn'], content: 'inside' }] },
    };
    const books = await service.books({ conversation: 'discord:30', place, persona });
    assert.deepEqual(
      books.map(({ book: { book }, scope }) => [book.id, scope]),
      [
        ['t', 'conversation'],
        ['c', 'conversation'],
        ['p', 'character'],
        ['own', 'character'],
        ['persona:rook', 'character'],
        ['s', 'server'],
        ['g', 'global'],
      ],
    );
    const { activation } = await service.prepare(question(['inn'], { place, persona }));
    assert.deepEqual(
      activation?.activated.map(({ text }) => text),
      ['t', 'c', 'p', 'own', 'inside', 's', 'g'],
    );
    // Elsewhere.
    assert.deepEqual(
      (await service.books({ conversation: 'terminal:local', persona: { ...rook, id: 'other' } })).map(
        ({ book: { book } }) => book.id,
      ),
      ['g', 't'],
    );
  });

  it('takes a card’s book once where the library has the one it names', async () => {
    const { service } = await lorebooksWith(temporary, files);
    const inside = (name: string) => ({ name, entries: [{ keys: ['inn'], content: 'inside' }] });
    for (const [name, wanted] of [
      ['The Pass', ['pass']],
      ['', ['pass']],
      ['Another', ['pass', 'persona:rook']],
    ] as const) {
      const persona = { ...rook, worldName: 'The Pass', characterBook: inside(name) };
      const books = await service.books({ conversation: 'c:1', persona });
      assert.deepEqual(
        books.map(({ book: { book } }) => book.id),
        wanted,
      );
    }
    const books = await service.books({
      conversation: 'c:1',
      persona: { ...rook, worldName: 'Nowhere', characterBook: inside('Nowhere') },
    });
    assert.deepEqual(
      books.map(({ book: { book } }) => book.id),
      ['persona:rook'],
    );
  });

  it('prepares a card’s book once, anew for another card, and goes on without a bad one', async () => {
    const { service } = await lorebooksWith(temporary, {});
    const persona: Persona = { ...rook, characterBook: { entries: [{ keys: ['inn'], content: 'one' }] } };
    const [first] = await service.books({ conversation: 'c:1', persona });
    assert.equal((await service.books({ conversation: 'c:2', persona: { ...persona } }))[0]?.book, first?.book);
    const other = { ...persona, characterBook: { entries: [{ keys: ['inn'], content: 'two' }] } };
    assert.deepEqual(textsOf(await service.prepare(question(['inn'], { persona: other }))), ['two']);
    assert.deepEqual(await service.books({ conversation: 'c:1', persona: { ...rook, characterBook: { entries: 7 } } }), []);
  });

  it('gives texts in the prompt’s own form, with the names of their entries', async () => {
    const entries = [
      '{title: A, isConstant: true, content: before}',
      '{title: B, isConstant: true, content: after, position: after}',
      '{id: c, isConstant: true, content: top, position: examples-top}',
      '{isConstant: true, content: bottom, position: examples-bottom}',
      '{isConstant: true, content: deep, position: depth, depth: 3, role: assistant}',
      '{isConstant: true, content: note1, position: note-top}',
      '{title: N, isConstant: true, content: note2, position: note-bottom}',
      '{isConstant: true, content: out1, position: outlet, outletName: here, order: 1}',
      '{isConstant: true, content: out2, position: outlet, outletName: here, order: 2}',
    ];
    const { service, attachments } = await lorebooksWith(temporary, { 'all.yaml': book('All', ...entries) });
    await attachments.attach({ kind: 'everywhere' }, 'all');
    const lore = await service.prepare(question(['x']));
    // Has to be assignable: this line is the check.
    const inserts: readonly PromptInsert[] = lore.inserts;
    assert.deepEqual(insertsAt(inserts, 'before'), [{ source: 'lore', label: 'A', text: 'before', position: { at: 'before' } }]);
    assert.deepEqual(
      inserts.map(({ label, text, position: { at } }) => [label, text, at]),
      [
        ['A', 'before', 'before'],
        ['B', 'after', 'after'],
        ['c', 'top', 'examples-top'],
        ['3', 'bottom', 'examples-bottom'],
        ['4', 'deep', 'depth'],
      ],
    );
    assert.deepEqual(inserts.at(-1)?.position, { at: 'depth', depth: 3, role: 'assistant' });
    assert.deepEqual([lore.noteTop, lore.noteBottom], [[{ label: '5', text: 'note1' }], [{ label: 'N', text: 'note2' }]]);
    assert.deepEqual([...lore.outlets], [['here', 'out1\nout2']]);
  });

  it('searches what entries ask for, with macros of the persona expanded and none of the human’s', async () => {
    const entries = [
      '{keys: [Rooky], content: described, sources: [character-description]}',
      '{keys: ["{{char}}"], content: never, sources: [persona-description]}',
      '{keys: [shy], content: self, sources: [persona-description]}',
      '{isConstant: true, content: for birds, characterFilter: {names: [], tags: [bird], isExclude: false}}',
      '{isConstant: true, content: for others, characterFilter: {names: [rook], tags: [], isExclude: true}}',
      '{isConstant: true, content: swiped, triggers: [swipe]}',
    ];
    const { service, attachments } = await lorebooksWith(temporary, { 'all.yaml': book('All', ...entries) });
    await attachments.attach({ kind: 'everywhere' }, 'all');
    const expanded: string[] = [];
    const lore = await service.prepare(
      question(['hello'], {
        persona: { ...rook, description: '{{char}} is old.', personality: 'never asked for' },
        humanDescription: 'I am shy, {{user}}.',
        expand: (text) => {
          expanded.push(text);
          return text.replace('{{char}}', 'Rooky').replace('{{user}}', 'Rooky');
        },
      }),
    );
    assert.deepEqual([...textsOf(lore)].sort(), ['described', 'for birds', 'self']);
    assert.ok(!expanded.includes('never asked for') && !expanded.includes('I am shy, {{user}}.'));
    assert.ok(textsOf(await service.prepare(question(['hello'], { trigger: 'swipe' }))).includes('swiped'));
  });
});
