import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { createLoreAttachments, createLorePersonalData, createLoreStates, type LoreQuestion } from '../../../src/lore/index.ts';
import { insertsAt, type PromptInsert } from '../../../src/prompt/inserts.ts';
import { lorebooksWith, memoryStore } from '../commands/lore-kit.ts';
import { countWords, messagesOf } from './books.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-lore-'));
after(() => rmSync(temporary, { recursive: true }));

const rook: Persona = { id: 'rook', name: 'Rook', nickname: 'Rooky', summary: 'A bird.', tags: ['bird'] };
const book = (name: string, ...entries: readonly string[]): string =>
  `name: ${name}\nentries:${entries.length === 0 ? ' []' : ''}\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
const files = {
  'pass.yaml': book('The Pass', '{title: Inn, keys: [inn], content: The only inn.}'),
  'sea.yaml': book('The Sea', '{keys: [inn], content: Salt.}'),
  'storm.yaml': book('Storm', '{id: s, keys: [storm], content: It blows., stickyMessages: 2}'),
};
const place = { serverId: '1', channelIds: ['30', '20', '10'] };
const question = (lines: readonly string[], more: Partial<LoreQuestion> = {}): LoreQuestion => ({
  conversation: 'discord:30',
  persona: rook,
  messages: messagesOf(lines),
  messageCount: lines.length,
  contextTokens: 1000,
  countTokens: countWords,
  ...more,
});
const textsOf = ({ inserts }: { readonly inserts: readonly PromptInsert[] }): readonly string[] =>
  inserts.map(({ text }) => text);

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

describe('timed effects', () => {
  const setUp = async () => {
    const made = await lorebooksWith(temporary, files);
    await made.attachments.attach({ kind: 'conversation', id: 'discord:30' }, 'storm');
    const ask = (said: string, messageCount: number) => made.service.prepare(question([said], { messageCount }));
    return { ...made, ask };
  };

  it('begin with an answer that is kept, last over a restart, and end', async () => {
    const { ask, store } = await setUp();
    await ask('a storm', 1);
    assert.deepEqual(textsOf(await ask('calm', 2)), [], 'the answer was not kept');
    await (await ask('a storm', 3)).keep();
    assert.ok(store.values.has('lore:state:discord:30'));
    const again = await lorebooksWith(temporary, files);
    for (const [key, value] of store.values) again.store.values.set(key, value);
    const told = async (messageCount: number) => {
      const lore = await again.service.prepare(question(['calm'], { messageCount }));
      await lore.keep();
      return textsOf(lore);
    };
    assert.deepEqual([await told(4), await told(5), await told(6)], [['It blows.'], ['It blows.'], []]);
    assert.equal(again.store.values.has('lore:state:discord:30'), false, 'nothing is kept of what is over');
  });

  it('are written only where they changed', async () => {
    const { ask, store } = await setUp();
    await (await ask('a storm', 3)).keep();
    const { set } = store.calls;
    await (await ask('calm', 4)).keep();
    await (await ask('calm', 5)).keep();
    assert.equal(store.calls.set, set);
  });

  it('are forgotten, also those of an answer that was being made', async () => {
    const { ask, service, store, attachments } = await setUp();
    const late = await ask('a storm', 3);
    await (await ask('a storm', 3)).keep();
    await service.forget('discord:30');
    await late.keep();
    assert.equal(store.values.has('lore:state:discord:30'), false);
    assert.deepEqual(await attachments.at({ kind: 'conversation', id: 'discord:30' }), ['storm'], 'the book stays');
    await (await ask('a storm', 3)).keep();
    assert.equal(store.values.has('lore:state:discord:30'), true);
    await service.forget('discord:30', { isWhole: true });
    assert.deepEqual([...store.values.keys()], []);
    assert.deepEqual(textsOf(await ask('a storm', 4)), []);
  });

  it('go with a branch', async () => {
    const { ask, service } = await setUp();
    await (await ask('a storm', 3)).keep();
    await service.copy('discord:30', 'discord:31');
    const there = { conversation: 'discord:31', messageCount: 4 };
    assert.deepEqual(textsOf(await service.prepare(question(['calm'], there))), ['It blows.']);
  });
});

describe('attachments', () => {
  it('are changed one after the other, and kept', async () => {
    const store = memoryStore();
    const attachments = createLoreAttachments({ store });
    const at = { kind: 'server', id: '1' } as const;
    assert.deepEqual(await Promise.all(['a', 'b', 'a', 'c'].map((id) => attachments.attach(at, id))), [true, true, false, true]);
    assert.deepEqual(await Promise.all([attachments.detach(at, 'b'), attachments.detach(at, 'x')]), [true, false]);
    assert.deepEqual(await createLoreAttachments({ store }).at(at), ['a', 'c']);
    await attachments.detach(at, 'a');
    await attachments.detach(at, 'c');
    assert.equal(store.values.size, 0);
  });

  it('have a bound in each place, and in memory', async () => {
    const store = memoryStore();
    const attachments = createLoreAttachments({ store });
    for (let index = 0; index < bounds.loreLibrary.attachedMax; index += 1)
      await attachments.attach({ kind: 'everywhere' }, `b${index}`);
    await assert.rejects(attachments.attach({ kind: 'everywhere' }, 'more'), { code: 'bad-input', userText: /at most 20/ });
    const at = (index: number) => attachments.at({ kind: 'conversation', id: `c:${index}` });
    for (let index = 0; index < bounds.loreLibrary.placesMax; index += 1) await at(index);
    const { get } = store.calls;
    await at(bounds.loreLibrary.placesMax - 1);
    assert.equal(store.calls.get, get);
    await at(bounds.loreLibrary.placesMax);
    await at(0);
    assert.equal(store.calls.get, get + 2, 'the one used longest ago is read again');
  });

  it('pass over what can be no book, and never take a failing store for an empty one', async () => {
    const store = memoryStore();
    store.values.set('lore:attached:everywhere', ['a', 7, '../x', null, 'b']);
    assert.deepEqual(await createLoreAttachments({ store }).at({ kind: 'everywhere' }), ['a', 'b']);
    let fails = true;
    const shaky = { ...store, get: async (key: string) => (fails ? Promise.reject(new Error('disk')) : store.get(key)) };
    const attachments = createLoreAttachments({ store: shaky });
    await assert.rejects(attachments.for({ conversation: 'c:1' }), { code: 'store-failed', isRetryable: true });
    await assert.rejects(attachments.attach({ kind: 'everywhere' }, 'c'), { code: 'store-failed' });
    await assert.rejects(createLoreStates({ store: shaky }).open('c:1'), { code: 'store-failed' });
    fails = false;
    assert.deepEqual(await attachments.at({ kind: 'everywhere' }), ['a', 'b'], 'asked for again');
  });
});

describe('what is kept of a person', () => {
  it('are the lorebooks they brought, which can be deleted for good', async () => {
    const { catalogue, owners, importedFolder, store } = await lorebooksWith(temporary, files);
    const data = createLorePersonalData({ catalogue, owners });
    assert.equal(await data.export('discord:7'), undefined);
    const bytes = new TextEncoder().encode(files['sea.yaml']);
    for (const [id, owner] of [
      ['mine', 'discord:7'],
      ['gone', 'discord:7'],
      ['theirs', 'discord:8'],
    ] as const) {
      await catalogue.add(bytes, { id });
      await owners.set(id, owner);
    }
    await catalogue.replace('mine', bytes);
    await catalogue.remove('gone');
    assert.deepEqual(await data.export('discord:7'), [
      { id: 'mine', name: 'The Sea' },
      { id: 'gone', name: 'gone' },
    ]);
    await data.delete('discord:7');
    assert.deepEqual(readdirSync(importedFolder).sort(), ['.removed', 'theirs.yaml']);
    assert.deepEqual(readdirSync(join(importedFolder, '.removed')), []);
    assert.deepEqual(store.values.get('lore:owners'), { theirs: 'discord:8' });
    assert.equal(await catalogue.get('mine'), undefined);
    assert.deepEqual(
      catalogue.list().map(({ id }) => id),
      ['pass', 'sea', 'storm', 'theirs'],
    );
  });
});
