// /lore list, show, attach, detach, test, import and export.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCall } from '../../../src/commands/custom-id.ts';
import { createLoreCommand } from '../../../src/commands/lore.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTypedCommands } from '../../../src/platform/terminal/typed-commands.ts';
import { bytesOf as cardBytes, pngWith, textChunk } from '../persona/card-kit.ts';
import { alone, file, files, manager, member, moderator, setUp, temporary, world } from './lore-commands-kit.ts';
import { lorebooksWith } from './lore-kit.ts';
import { createTestServices, everyone, mara, owner } from './services.ts';

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
    const { text } = await call('lore show', { book: 'the pass' }, moderator);
    assert.equal(
      text,
      'The Pass (pass), entries: 3\nA mountain road.\n- Inn: inn, Last Lantern\n- Snow: pass\n- gate (switched off)',
    );
    assert.equal(
      (await call('lore show', { book: 'pass', entry: 'snow' }, moderator)).text,
      'Snow\nKeys, separated by commas: pass\nSecondary keys: winter\nSettings, such as order: 50: order: 5\n\nDeep.',
    );
    assert.match((await call('lore show', { book: 'pas' }, moderator)).text, /Did you mean/);
    assert.match((await call('lore show', { book: 'pass', entry: 'sno' }, moderator)).text, /Did you mean Snow\?/);
    assert.match((await call('lore show', { book: 'pass', entry: 'zzzzz' }, moderator)).text, /The Pass has no such entry\./);
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

describe('/lore test', () => {
  it('says which entries a text would bring in, and why, and why not the others', async () => {
    const { call } = await setUp();
    const { text, isPrivate } = await call('lore test', { text: 'the inn at the pass', book: 'pass' }, moderator);
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
      moderator,
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
      const [only] = (await call('lore export', options, moderator)).files ?? [];
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
