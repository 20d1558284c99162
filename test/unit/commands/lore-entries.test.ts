// The entries of lorebooks as commands change them, and who may.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCall } from '../../../src/commands/custom-id.ts';
import { bounds } from '../../../src/core/bounds.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTypedCommands } from '../../../src/platform/terminal/typed-commands.ts';
import { alone, elsewhere, file, member, moderator, setUp, world } from './lore-commands-kit.ts';
import { owner } from './services.ts';

describe('/lore add, edit, remove and toggle', () => {
  it('add an entry at once, or ask with a form that fits into what Discord takes', async () => {
    const { call, catalogue } = await setUp();
    const said = await call('lore add', { book: 'pass', keys: 'bridge, /b{1,2}/', content: 'Narrow.' });
    assert.equal(said.text, 'The entry bridge of The Pass is saved.');
    const { form } = await call('lore add', { book: 'pass', keys: 'well' });
    assert.ok(form && form.fields.length <= 5);
    assert.ok(encodeCall({ ...form, askerId: '9'.repeat(20) }).length <= 100);
    assert.ok(form.title.length <= 45 && form.fields.every(({ label }) => label.length <= 45));
    await call(form.call, {
      ...form.values,
      keys: 'well',
      content: 'Deep.',
      settings: 'order: 7\nposition: depth',
      secondary: 'water',
    });
    const entries = (await catalogue.get('pass'))?.book.entries ?? [];
    assert.deepEqual(
      entries
        .slice(3)
        .map(({ id, keys, secondaryKeys, content, order, position }) => [id, keys, secondaryKeys, content, order, position]),
      [
        ['3', ['bridge', '/b{1,2}/'], [], 'Narrow.', 100, 'before'],
        ['4', ['well'], ['water'], 'Deep.', 7, 'depth'],
      ],
    );
  });

  it('edit by a form that holds what there is; what it empties is gone, what it can’t show stays', async () => {
    const { call, catalogue } = await setUp();
    const odd = {
      entries: { 3: { uid: 3, key: ['sea'], keysecondary: ['deep'], comment: 'Sea', content: 'Salt.', order: 5, odd: [1] } },
    };
    await call('lore import', { file: file('sea.json', JSON.stringify(odd)) });
    const { form } = await call('lore edit', { book: 'sea', entry: 'Sea' });
    const shown = Object.fromEntries(form?.fields.map(({ option, value }) => [option, value]) ?? []);
    assert.deepEqual(shown, { keys: 'sea', content: 'Salt.', title: 'Sea', secondary: 'deep', settings: 'order: 5' });
    assert.deepEqual(form?.values, { b: 'sea', e: '3' });
    const { text } = await call('lore-save', { ...form?.values, keys: 'sea, tide', content: 'Salty.', secondary: '-' });
    assert.equal(text, 'The entry sea of sea is saved.');
    const { entries } = JSON.parse(Buffer.from((await catalogue.file('sea')).bytes).toString());
    const { key, keysecondary, comment, content, order, odd: kept } = entries[3];
    assert.deepEqual(
      { key, keysecondary, comment, content, order, kept },
      {
        key: ['sea', 'tide'],
        keysecondary: [],
        comment: '',
        content: 'Salty.',
        order: 100,
        kept: [1],
      },
    );
  });

  it('name books and entries with long ids in a form', async () => {
    const { call, catalogue } = await setUp();
    const long = { name: 'L'.repeat(80), entries: { a: { uid: `entry ${'é'.repeat(50)}`, key: ['x'], content: 'y' } } };
    await call('lore import', { file: file('long.json', JSON.stringify(long)) });
    const [book] = catalogue.list();
    const { form } = await call('lore edit', { book: book?.id ?? '', entry: 'x' });
    assert.ok(form && encodeCall({ ...form, askerId: '9'.repeat(20) }).length <= 100);
    assert.match((await call('lore-save', { ...form.values, content: 'z' })).text, /is saved/);
    assert.equal((await catalogue.get(book?.id ?? ''))?.book.entries[0]?.content, 'z');
    assert.match((await call('lore-save', { ...form.values, e: 'gone', content: 'z' })).text, /no such entry/);
    assert.match((await call('lore-save', { b: '#xxxx', content: 'z' })).text, /no lorebook of that name/);
  });

  it('refuse settings that mean nothing, and texts too long for a form', async () => {
    const { call, catalogue } = await setUp();
    const { text } = await call('lore-save', { b: 'pass', content: 'x', settings: 'ordr: 5' });
    assert.match(text, /^These settings can’t be used: ordr: is not known; did you mean order\?/);
    const long = { entries: { 0: { uid: 0, key: ['sea'], content: 'x'.repeat(4001) } } };
    await call('lore import', { file: file('sea.json', JSON.stringify(long)) });
    assert.match((await call('lore edit', { book: 'sea', entry: 'sea' })).text, /more than 4000 characters.*\/lore export/);
    assert.equal((await catalogue.get('pass'))?.entries.length, 3);
  });

  it('begin a new book only when asked to', async () => {
    const { call, catalogue } = await setUp();
    assert.match((await call('lore add', { book: 'The Pas', content: 'x' })).text, /Did you mean The Pass\?/);
    await call('lore add', { book: 'My World', content: 'x', keys: 'y', create: true });
    assert.deepEqual(
      (await catalogue.get('my-world'))?.book.entries.map(({ content }) => content),
      ['x'],
    );
    await call('lore add', { book: 'my world', content: 'z', create: true });
    assert.equal((await catalogue.get('my-world'))?.book.entries.length, 2, 'the one there is');
  });

  it('switch an entry and take it away; a book comes back by its button', async () => {
    const { call, catalogue } = await setUp();
    assert.match((await call('lore toggle', { book: 'pass', entry: 'gate' })).text, /gate of The Pass is switched on/);
    assert.match((await call('lore toggle', { book: 'pass', entry: 'gate' })).text, /switched off/);
    assert.match((await call('lore remove', { book: 'pass', entry: 'inn' })).text, /entry Inn of The Pass is removed/);
    const removed = await call('lore remove', { book: 'pass' });
    assert.equal((await catalogue.get('pass'))?.entries.length, 3, 'what people wrote is back');
    const [button] = removed.components ?? [];
    assert.ok(button && encodeCall({ ...button, askerId: '9'.repeat(20) }));
    await call(button.call, button.values);
    assert.equal((await catalogue.get('pass'))?.entries.length, 2);
    await call('lore remove', { book: 'names' }).then(({ text }) => assert.match(text, /only they can remove it/));
  });

  it('asks in the terminal field by field', async () => {
    const { commands, catalogue } = await setUp();
    const typed = createTypedCommands({ commands, context: owner, exportsFolder: undefined, logger: silentLogger, now: () => 0 });
    const lines = ['/lore edit pass Snow', 'pass, col', '', 'The snow', '', '{order: 9, depth: 2}'];
    let last = '';
    for (const line of lines) last = (await typed.run(line)).text;
    assert.equal(last, 'The entry The snow of The Pass is saved.');
    const entry = (await catalogue.get('pass'))?.book.entries[1];
    assert.deepEqual(
      [entry?.keys, entry?.secondaryKeys, entry?.content, entry?.order, entry?.depth],
      [['pass', 'col'], ['winter'], 'Deep.', 9, 2],
    );
  });
});

describe('who may change a lorebook', () => {
  it('is who runs the bot; of what was brought, the moderators of that server, or that person', async () => {
    const { call, catalogue } = await setUp();
    assert.match((await call('lore import', { file: file('sea.json', world) }, member)).text, /for moderators only/);
    assert.equal((await call('lore import', { file: file('sea.json', world) }, moderator)).isFailure, false);
    assert.equal((await call('lore import', { file: file('own.json', world) }, alone)).isFailure, false);
    const change = async (book: string, context: CommandContext) =>
      !(await call('lore add', { book, keys: 'a', content: 'b' }, context)).isFailure;
    assert.deepEqual(await Promise.all([moderator, owner, elsewhere, alone].map((who) => change('sea', who))), [
      true,
      true,
      false,
      false,
    ]);
    // The one who brought it may in a server, too; others of the server don't even see it.
    const another = { ...moderator, user: { id: 'discord:8', name: 'Fir' } };
    assert.deepEqual(await Promise.all([alone, moderator, another, elsewhere].map((who) => change('own', who))), [
      true,
      true,
      false,
      true,
    ]);
    assert.deepEqual(await Promise.all([moderator, alone].map((who) => change('pass', who))), [false, false]);
    assert.equal((await catalogue.get('pass'))?.entries.length, 3);
    for (const [path, options] of [
      ['lore toggle', { book: 'pass', entry: 'inn' }],
      ['lore edit', { book: 'pass', entry: 'inn' }],
      ['lore remove', { book: 'pass' }],
      ['lore import', { file: file('x.json', world), replace: 'pass' }],
      ['lore-save', { b: 'pass', content: 'x' }],
      ['lore restore', { book: 'pass' }],
    ] as const) {
      assert.match((await call(path, options, moderator)).text, /can be changed only by/, path);
    }
  });

  it('keeps one server’s books out of another’s sight', async () => {
    const { call, choices } = await setUp();
    await call('lore import', { file: file('sea.json', world) }, moderator);
    const seen = async (context: CommandContext) => (await choices('lore show', 'book', '', {}, context))?.length;
    assert.deepEqual(await Promise.all([member, elsewhere, owner].map(seen)), [3, 2, 3]);
    for (const path of ['lore show', 'lore export', 'lore attach']) {
      assert.match((await call(path, { book: 'sea' }, elsewhere)).text, /no lorebook of that name/, path);
    }
    assert.match((await call('lore test', { book: 'sea', text: 'x' }, elsewhere)).text, /no lorebook of that name/);
    assert.doesNotMatch((await call('lore list', {}, elsewhere)).text, /sea/);
  });

  it('has a bound of books, for each server and person', async () => {
    const { call, owners } = await setUp();
    for (let index = 0; index < bounds.loreLibrary.perOwnerMax; index += 1) {
      assert.equal((await call('lore import', { file: file('a.json', world) }, moderator)).isFailure, false);
    }
    assert.match((await call('lore import', { file: file('a.json', world) }, moderator)).text, /50 lorebooks of yours already/);
    assert.match((await call('lore add', { book: 'New', create: true, content: 'x' }, moderator)).text, /50 lorebooks of yours/);
    assert.equal((await call('lore import', { file: file('a.json', world) }, elsewhere)).isFailure, false);
    assert.equal((await call('lore import', { file: file('a.json', world) }, owner)).isFailure, false);
    assert.equal(await owners.of('a'), 'server:1');
  });
});
