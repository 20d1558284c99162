import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { commandAt } from '../../../src/commands/command-tree.ts';
import { encodeCall } from '../../../src/commands/custom-id.ts';
import { createLoreCommand, createLoreSaveCommand } from '../../../src/commands/lore.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import { bounds } from '../../../src/core/bounds.ts';
import type { CommandAttachment, CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTypedCommands } from '../../../src/platform/terminal/typed-commands.ts';
import { bytesOf as cardBytes, pngWith, textChunk } from '../persona/card-kit.ts';
import { lorebooksWith } from './lore-kit.ts';
import { createTestServices, everyone, mara, owner } from './services.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-lore-commands-'));
after(() => rmSync(temporary, { recursive: true }));

const files = {
  'pass.yaml':
    'name: The Pass\ndescription: A mountain road.\nentries:\n  - {title: Inn, keys: [inn, Last Lantern], content: "The only inn, by the {{char}} road."}\n  - {title: Snow, keys: [pass], secondaryKeys: [winter], content: Deep., order: 5}\n  - {keys: [gate], content: Shut., isEnabled: false}\n',
  'names.yaml': 'name: Names\nentries:\n  - {keys: ["{{char}}"], content: That is me.}\n',
};
const place = { serverId: '1', channelIds: ['30'] };
const member: CommandContext = {
  ...everyone,
  conversation: 'discord:30',
  where: 'server',
  place,
  user: { id: 'discord:7', name: 'Ash' },
};
const moderator: CommandContext = { ...member, rank: 'moderator' };
const manager: CommandContext = { ...moderator, managesServer: true };
const elsewhere: CommandContext = { ...moderator, conversation: 'discord:40', place: { serverId: '2', channelIds: ['40'] } };
const alone: CommandContext = {
  ...member,
  conversation: 'discord:50',
  where: 'direct',
  place: { channelIds: ['50'] },
  rank: 'moderator',
};

const setUp = async () => {
  const lore = await lorebooksWith(temporary, files);
  const services = createTestServices({ lore: lore.parts });
  const commands = [createLoreCommand(services), createLoreSaveCommand(services)];
  const call = (path: string, options: GivenOptions = {}, context: CommandContext = owner) =>
    runCommand(commands, context, path, options, silentLogger);
  const choices = async (path: string, option: string, typed: string, given = {}, context: CommandContext = owner) =>
    await commandAt(commands, path)
      ?.command.options.find(({ name }) => name === option)
      ?.choices?.(context, typed, given);
  return { ...lore, services, commands, call, choices };
};
const file = (name: string, bytes: Uint8Array | string): CommandAttachment => ({
  name,
  read: async () => (typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes),
});
const world = JSON.stringify({ entries: { 0: { uid: 0, key: ['sea'], content: 'Salt.' } } });

describe('/lore list and show', () => {
  it('tells what counts here, and why, and what else there is', async () => {
    const { call } = await setUp();
    const { text, isPrivate } = await call('lore list', {}, member);
    assert.equal(isPrivate, true);
    assert.match(
      text,
      /^No lorebook counts here\.\nOthers there are:\n- Names \(names\), entries: 1\n- The Pass \(pass\), entries: 3\n/,
    );
    await call('lore attach', { book: 'pass' });
    await call('lore attach', { book: 'names', scope: 'persona' });
    const lines = (await call('lore list')).text.split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      'Lorebooks that count here:',
      '- The Pass (pass), entries: 3: in this conversation',
      '- Names (names), entries: 1: wherever Robin answers',
    ]);
  });

  it('shows a book with its keys, and one entry whole', async () => {
    const { call } = await setUp();
    const { text } = await call('lore show', { book: 'the pass' }, member);
    assert.equal(
      text,
      'The Pass (pass), entries: 3\nA mountain road.\n- Inn: inn, Last Lantern\n- Snow: pass\n- gate (switched off)',
    );
    assert.equal(
      (await call('lore show', { book: 'pass', entry: 'snow' }, member)).text,
      'Snow\nKeys, separated by commas: pass\nSecondary keys: winter\nSettings, such as order: 50: order: 5\n\nDeep.',
    );
    assert.match((await call('lore show', { book: 'pas' }, member)).text, /Did you mean/);
    assert.match((await call('lore show', { book: 'pass', entry: 'sno' }, member)).text, /Did you mean Snow\?/);
    assert.match((await call('lore show', { book: 'pass', entry: 'zzzzz' }, member)).text, /The Pass has no such entry\./);
  });

  it('completes books, and the entries of the book that is given', async () => {
    const { choices } = await setUp();
    assert.deepEqual(await choices('lore show', 'book', 'pas'), [{ label: 'The Pass (pass)', value: 'pass' }]);
    assert.deepEqual(await choices('lore show', 'entry', '', { book: 'pass' }), [
      { label: 'Inn', value: '0' },
      { label: 'Snow', value: '1' },
      { label: 'gate', value: '2' },
    ]);
    assert.deepEqual(await choices('lore show', 'entry', '', { book: 'none' }), []);
    assert.deepEqual(await choices('lore show', 'entry', ''), []);
  });
});

describe('/lore attach and detach', () => {
  it('are for those to whom the place belongs', async () => {
    const { call, attachments } = await setUp();
    const tried = async (context: CommandContext, scope?: string) => {
      const { isFailure } = await call('lore attach', { book: 'pass', ...(scope && { scope }) }, context);
      await call('lore detach', { book: 'pass', ...(scope && { scope }) }, owner);
      await attachments.detach({ kind: 'conversation', id: context.conversation }, 'pass');
      return isFailure;
    };
    for (const [context, scope, isRefused] of [
      [member, undefined, true],
      [moderator, undefined, false],
      [{ ...alone, rank: 'everyone' }, undefined, false],
      [everyone, undefined, false],
      [moderator, 'server', true],
      [manager, 'server', false],
      [alone, 'server', true],
      [manager, 'everywhere', true],
      [owner, 'everywhere', false],
      [manager, 'persona', true],
      [owner, 'persona', false],
    ] as const) {
      assert.equal(await tried(context, scope), isRefused, `${context.rank} ${context.where} ${scope}`);
    }
  });

  it('say what changed, and where', async () => {
    const { call, attachments } = await setUp();
    const say = async (path: string, options: GivenOptions, context = owner) => (await call(path, options, context)).text;
    assert.equal(await say('lore attach', { book: 'pass' }), 'The Pass counts in this conversation from now on.');
    assert.equal(await say('lore attach', { book: 'pass' }), 'The Pass counts in this conversation already.');
    assert.equal(await say('lore detach', { book: 'The Pass' }), 'The Pass does not count in this conversation any more.');
    assert.match(await say('lore detach', { book: 'pass' }), /was not attached in this conversation/);
    assert.match(await say('lore attach', { book: 'pass', scope: 'persona', persona: 'Old Mara' }), /wherever Old Mara answers/);
    assert.deepEqual(await attachments.at({ kind: 'persona', id: mara.id }), ['pass']);
    assert.match(await say('lore attach', { book: 'pass', scope: 'server' }), /no server here/);
    assert.match(await say('lore attach', { book: 'pass', scope: 'moon' }), /has to be one of these/);
    assert.match(await say('lore attach', { book: 'zzz' }), /\/lore list lists those/);
  });

  it('detach also what is gone', async () => {
    const { call, attachments } = await setUp();
    await call('lore import', { file: file('sea.json', world) });
    await call('lore attach', { book: 'sea' });
    await call('lore remove', { book: 'sea' });
    assert.equal((await call('lore detach', { book: 'sea' })).isFailure, false);
    assert.deepEqual(await attachments.at({ kind: 'conversation', id: owner.conversation }), []);
  });
});

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

describe('/lore test', () => {
  it('says which entries a text would bring in, and why, and why not the others', async () => {
    const { call } = await setUp();
    const { text, isPrivate } = await call('lore test', { text: 'the inn at the pass', book: 'pass' }, member);
    assert.equal(isPrivate, true);
    assert.equal(
      text,
      'Would come into the prompt (1 of 3 entries, 8 tokens):\n- Inn: "inn" in the newest message\nWould not:\n- Snow: a key was found, but none of "winter"\n- gate: it is switched off',
    );
  });

  it('takes the books that count here, and the names of who talks', async () => {
    const { call } = await setUp();
    assert.match(
      (await call('lore test', { text: 'Robin?' })).text,
      /No lorebook counts here\. Name one, or use \/lore attach first\./,
    );
    await call('lore attach', { book: 'names' });
    assert.match((await call('lore test', { text: 'Robin?' })).text, /- \{\{char\}\}: "\{\{char\}\}" in the newest message/);
    assert.match((await call('lore test', { text: 'nobody' })).text, /^No entry would come into the prompt\./);
  });

  it('takes a whole line in the terminal', async () => {
    const { commands, call } = await setUp();
    await call('lore attach', { book: 'pass' });
    const typed = createTypedCommands({ commands, context: owner, exportsFolder: undefined, logger: silentLogger, now: () => 0 });
    for (const line of ['the old inn', '"the old inn" pass', 'book:pass the old inn']) {
      assert.match((await typed.run(`/lore test ${line}`)).text, /- Inn: "inn" in the newest message/, line);
    }
    assert.match((await typed.run('/lore test "the old inn" pas')).text, /no lorebook of that name/);
  });

  it('counts with the model where it can', async () => {
    const lore = await lorebooksWith(temporary, files);
    const services = createTestServices({ lore: { ...lore.parts, countTokens: async (texts) => texts.map(() => 77) } });
    const { text } = await runCommand(
      [createLoreCommand(services)],
      member,
      'lore test',
      { text: 'inn', book: 'pass' },
      silentLogger,
    );
    assert.match(text, /1 of 3 entries, 77 tokens/);
  });
});

describe('/lore import and export', () => {
  it('take world files, books of cards, cards and YAML, and offer to use them', async () => {
    const { call, catalogue } = await setUp();
    const book = { name: 'Inside', entries: [{ keys: ['x'], content: 'y', enabled: true, insertion_order: 1, extensions: {} }] };
    const card = { spec: 'chara_card_v2', spec_version: '2.0', data: { name: 'Rook', first_mes: 'Hm.', character_book: book } };
    const imported = async (name: string, bytes: Uint8Array | string) =>
      (await call('lore import', { file: file(name, bytes) })).text;
    assert.equal(await imported('Old Maps.json', world), 'Taken in: the lorebook Old Maps (old-maps), entries: 1.');
    assert.equal(await imported('c.json', JSON.stringify(card)), 'Taken in: the lorebook Inside (inside), entries: 1.');
    assert.equal(
      await imported('c.png', pngWith(textChunk('chara', card))),
      'Taken in: the lorebook Inside (inside-2), entries: 1.',
    );
    assert.equal(await imported('b.yaml', 'name: Ünder\nentries: []'), 'Taken in: the lorebook Ünder (under), entries: 0.');
    assert.match(await imported('x.png', pngWith(textChunk('chara', { name: 'Rook', first_mes: 'Hm.' }))), /no lorebook in it/);
    assert.match(await imported('x.json', cardBytes({ name: 'Rook', first_mes: 'Hm.' })), /without a lorebook in it/);
    assert.match(await imported('x.bin', Uint8Array.of(0, 1, 2, 3)), /\.$/);
    assert.match(
      await imported('r.json', JSON.stringify({ entries: { 0: { uid: 0, key: ['/(?=x)/'], content: 'y' } } })),
      /Remarks:\n- The key .* is never found/,
    );
    const reply = await call('lore import', { file: file('m.json', world), replace: 'inside' });
    const [button] = reply.components ?? [];
    assert.ok(button && encodeCall({ ...button, askerId: '9'.repeat(20) }));
    await call(button.call, button.values);
    assert.match((await call('lore list')).text, /Inside \(inside\), entries: 1: in this conversation/);
    assert.equal((await catalogue.get('inside'))?.book.entries[0]?.content, 'Salt.');
  });

  it('give a book as it is kept, or in another form', async () => {
    const { call } = await setUp();
    const given = async (options: GivenOptions) => {
      const [only] = (await call('lore export', options, member)).files ?? [];
      return [only?.name, Buffer.from(only?.bytes ?? []).toString()] as const;
    };
    assert.deepEqual(await given({ book: 'pass' }), ['pass.yaml', files['pass.yaml']]);
    const [name, text] = await given({ book: 'pass', format: 'world' });
    assert.deepEqual([name, JSON.parse(text).entries[1].keysecondary], ['pass.json', ['winter']]);
    assert.equal(
      JSON.parse((await given({ book: 'pass', format: 'card' }))[1]).data.entries[0].content,
      'The only inn, by the {{char}} road.',
    );
    assert.match((await given({ book: 'pass', format: 'yaml' }))[1], /^name: The Pass/);
  });
});
