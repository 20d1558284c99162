// /persona create, edit, delete and restore.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTypedCommands } from '../../../src/platform/terminal/typed-commands.ts';
import { fullCard, fullFields, pngWith, textChunk } from '../persona/card-kit.ts';
import { elsewhere, fieldsOf, file, files, rook, setUp } from './persona-commands-kit.ts';
import { owner } from './services.ts';

describe('/persona create', () => {
  it('asks with a form, and makes a card of what is filled in', async () => {
    const { call, fill, press, personas, stored, services } = await setUp();
    const opened = await call('persona create');
    assert.deepEqual(Object.keys(fieldsOf(opened)), ['name', 'description', 'personality', 'scenario', 'greeting']);
    const made = await fill(opened, { name: ' Gwen \n the Bold ', description: 'Keeps bees.', greeting: 'Hi, {{user}}.' });
    assert.deepEqual([made.text, made.isPrivate], ['Gwen the Bold (gwen-the-bold) is a persona now.', false]);
    assert.deepEqual(personas.get('gwen-the-bold'), {
      id: 'gwen-the-bold',
      name: 'Gwen the Bold',
      summary: 'Keeps bees.',
      description: 'Keeps bees.',
      greeting: 'Hi, {{user}}.',
    });
    assert.deepEqual(stored(), ['gwen-the-bold.server-1.json']);
    await press(made, /Let it answer/);
    assert.deepEqual(await services.memory.settings('discord:30'), { personaId: 'gwen-the-bold' });
  });

  it('makes it at once of what is typed, and opens the form with what is not enough', async () => {
    const { call } = await setUp();
    assert.equal(
      (await call('persona create', { name: 'Gwen', description: 'Keeps bees.' })).text,
      'Gwen (gwen) is a persona now.',
    );
    assert.match(
      (await call('persona create', { name: 'gwen', description: 'Another.' })).text,
      /^gwen \(gwen-2\) is a persona now\.\nThere is a persona of that name already: Gwen \(gwen\)\.$/,
    );
    assert.deepEqual(fieldsOf(await call('persona create', { name: 'Bo', greeting: 'Ho.' })), {
      name: 'Bo',
      description: '',
      personality: '',
      scenario: '',
      greeting: 'Ho.',
    });
  });

  it('refuses names without anything to see, too long texts and more than there is room for, and stores nothing', async () => {
    const { call, stored } = await setUp();
    for (const [options, sentence] of [
      [{ name: '\u200b\u200b', description: 'x' }, /needs something in it that can be seen/],
      [{ name: '-', description: 'x' }, /needs something in it that can be seen/],
      [{ name: 'x'.repeat(65), description: 'x' }, /too long/],
      [{ name: 'x', description: 'x'.repeat(4001) }, /too long/],
    ] as const) {
      const outcome = await call('persona create', options);
      assert.match(outcome.text, sentence);
      assert.equal(outcome.isFailure, true);
    }
    assert.match((await call('persona-save', { s: 'nonsense', name: 'x' })).text, /has to be one of these/);
    assert.match((await call('persona-save', { s: 'speech', examples: 'x' })).text, /needs something in it that can be seen/);
    assert.deepEqual(stored(), []);
    for (let count = 0; count < bounds.personaLibrary.perOwnerMax; count += 1)
      await call('persona create', { name: `Many ${count}`, description: 'x' });
    for (const path of ['persona create', 'persona import'])
      assert.match(
        (await call(path, { name: 'x', description: 'x', file: file('x.json', rook) })).text,
        /There are 50 personas of yours/,
      );
    assert.match((await call('persona-save', { s: 'character', name: 'x' })).text, /There are 50 personas of yours/);
    assert.match((await call('persona edit', { name: 'ember' })).text, /There are 50 personas of yours/, 'a copy is one more');
    assert.equal((await call('persona create', { name: 'x', description: 'x' }, elsewhere)).isFailure, false, 'others have room');
    assert.equal((await call('persona create', { name: 'y', description: 'x' }, owner)).isFailure, false);
  });
});

describe('/persona edit', () => {
  it('changes what was changed in the form and leaves all else, in every part', async () => {
    const { call, fill, personas } = await setUp();
    await call('persona import', { file: file('rook.json', fullCard) });
    const change = async (part: string, given: Readonly<Record<string, string>>) =>
      await fill(await call('persona edit', { name: 'rook', part }), given);
    assert.equal((await change('character', { greeting: 'Oh, {{user}}.', scenario: '' })).text, 'Rook (rook) is changed.');
    await change('speech', { greetings: 'One.\n<start>\n\nTwo.\n <START>\n', talkativeness: '0,75' });
    await change('prompt', { depth: '7 assistant: Rook is awake.', system: '-' });
    await change('about', { tags: 'bird , wet,,', nickname: 'the\nRook', notes: 'Patience.' });
    const { scenario: _scenario, systemPrompt: _prompt, ...rest } = fullFields;
    assert.deepEqual(personas.card('rook').card.fields, {
      ...rest,
      greeting: 'Oh, {{user}}.',
      alternateGreetings: ['One.', 'Two.'],
      talkativeness: 0.75,
      depthPrompt: { text: 'Rook is awake.', depth: 7, role: 'assistant' },
      tags: ['bird', 'wet'],
      nickname: 'the Rook',
      creatorNotes: 'Patience.',
    });
    const { data } = personas.card('rook').card.raw as { data: Record<string, unknown> };
    assert.deepEqual([data.unheard_of, data.creation_date], [['kept'], 1_700_000_000], 'what nobody knows is still there');
    await change('prompt', { depth: 'Rook dreams.' });
    assert.deepEqual(personas.get('rook')?.depthPrompt, { text: 'Rook dreams.', depth: 4, role: 'system' });
    assert.match((await change('about', {})).text, /Nothing about Rook \(rook\) was changed\./);
  });

  it('keeps the picture of a card', async () => {
    const { call, fill, personas, stored } = await setUp();
    await call('persona import', { file: file('rook.png', pngWith(textChunk('chara', rook))) });
    await fill(await call('persona edit', { name: 'Rook' }), { greeting: 'Caw.' });
    assert.ok(stored().includes('rook.server-1.png'));
    assert.deepEqual([personas.get('rook')?.greeting, personas.avatar('rook')?.mediaType], ['Caw.', 'image/png']);
  });

  it('makes a changed copy of what is not the caller’s, and never touches people’s own files', async () => {
    const { call, fill, personas, folder } = await setUp();
    const opened = await call('persona edit', { name: 'ember' });
    const copied = await fill(opened, { greeting: 'Cold?' });
    assert.equal(copied.text, 'Ember is not yours to change, so here is a changed copy: Ember (ember-2).');
    assert.equal(readFileSync(join(folder, 'ember.yaml'), 'utf8'), files['ember.yaml']);
    assert.deepEqual([personas.get('ember')?.greeting, personas.get('ember-2')?.greeting], ['Warm?', 'Cold?']);
    assert.equal(personas.get('ember-2')?.description, 'Burns for {{user}}.', 'macros stay as they are');
    assert.equal(personas.ownerOf('ember-2'), 'server:1');
    assert.match((await fill(opened, {})).text, /^Nothing about Ember \(ember\)/, 'no copy of what is the same');
    // Also the bot's owner works on a copy.
    assert.match(
      (await fill(await call('persona edit', { name: 'robin' }, owner), { name: 'Rob' }, owner)).text,
      /copy: Rob \(rob\)/,
    );
    await call('persona import', { file: file('rook.json', rook) }, owner);
    const own = await fill(await call('persona edit', { name: 'rook' }), { description: 'A crow.' });
    assert.match(own.text, /^Rook is not yours to change, so here is a changed copy: Rook \(rook-2\)/);
  });

  it('leaves fields out that are too long for a form, and says so', async () => {
    const { call, fill, personas } = await setUp();
    const long = 'long '.repeat(1000).trim();
    await call('persona import', { file: file('rook.json', { ...rook, description: long, mes_example: long, extensions: {} }) });
    const opened = await call('persona edit', { name: 'rook' });
    assert.deepEqual(Object.keys(fieldsOf(opened)), ['name', 'personality', 'scenario', 'greeting']);
    const saved = await fill(opened, { personality: 'Dry.', greeting: '' });
    assert.match(
      saved.text,
      /is changed\.\nToo long for a form, so it stays as it is: Who it is, and what it looks like\. Change it in the file that \/persona export gives/,
    );
    const { description, personality, greeting } = personas.get('rook') ?? {};
    assert.deepEqual([description, personality, greeting], [long, 'Dry.', undefined]);
  });

  it('refuses what can’t be, and changes nothing then', async () => {
    const { call, fill, personas } = await setUp();
    await call('persona import', { file: file('rook.json', rook) });
    const speech = await call('persona edit', { name: 'rook', part: 'speech' });
    for (const talkativeness of ['often', '1.5', '-1', '0x1', '1e-1', '..'])
      assert.match((await fill(speech, { talkativeness })).text, /number from 0 to 1/, talkativeness);
    const prompt = await call('persona edit', { name: 'rook', part: 'prompt' });
    assert.match((await fill(prompt, { depth: '99999: x' })).text, /at most 10000/);
    const character = await call('persona edit', { name: 'rook' });
    assert.match((await fill(character, { name: '' })).text, /needs something in it that can be seen/);
    const about = await call('persona edit', { name: 'rook', part: 'about' });
    assert.match((await fill(about, { summary: 'x'.repeat(101) })).text, /too long/);
    assert.match((await call('persona edit', { name: 'roook' })).text, /Did you mean Rook\?/);
    assert.match((await call('persona edit', { name: 'rook', part: 'soul' })).text, /has to be one of these/);
    assert.deepEqual(personas.card('rook').card.raw, rook);
    await call('persona delete', { name: 'rook' });
    assert.match((await fill(character, { greeting: 'x' })).text, /I know no persona of that name/);
  });

  it('asks for the fields one by one in the terminal', async () => {
    const { commands, personas } = await setUp();
    const typed = createTypedCommands({ commands, context: owner, exportsFolder: undefined, logger: silentLogger, now: () => 0 });
    const type = async (...lines: readonly string[]): Promise<string> => {
      let said = '';
      for (const line of lines) said = (await typed.run(line)).text;
      return said;
    };
    assert.match(await type('/persona create'), /^A new persona\. .*\nWhat it is called \*:$/s);
    assert.match(
      await type('Gwen', 'Keeps bees.', '', '', 'Hi.'),
      /^Gwen \(gwen\) is a persona now\.\n\[Let it answer here\] \/persona use name:gwen$/,
    );
    assert.match(await type('/persona edit gwen'), /What it is called \* \[Gwen\]:$/);
    assert.match(await type('', '-', '', '', ''), /^Gwen \(gwen\) is changed\.\n\[Take that back\] \/persona restore name:gwen$/);
    assert.deepEqual(personas.get('gwen'), { id: 'gwen', name: 'Gwen', summary: 'Gwen', greeting: 'Hi.' });
    assert.match(await type('/persona restore name:gwen'), /Gwen \(gwen\) is as it was before/);
    assert.equal(personas.get('gwen')?.description, 'Keeps bees.');
    assert.match(await type('/persona delete gwen'), /\[Bring it back\] \/persona restore name:gwen$/);
  });
});

describe('/persona delete and restore', () => {
  it('remove a persona and bring it back, and take the last change back', async () => {
    const { call, press, fill, personas, choices } = await setUp();
    await call('persona import', { file: file('rook.json', rook) });
    assert.deepEqual(await choices('persona delete', 'name'), ['rook'], 'only what can be removed');
    assert.deepEqual(await choices('persona restore', 'name'), []);
    const removed = await call('persona delete', { name: 'rook' });
    assert.equal(removed.text, 'The persona Rook (rook) is removed.');
    assert.equal(personas.get('rook'), undefined);
    assert.deepEqual(await choices('persona restore', 'name'), ['rook']);
    assert.equal((await press(removed, /Bring it back/)).text, 'The persona Rook (rook) is back.');
    assert.match((await press(removed, /Bring it back/)).text, /Nothing of yours can be brought back/, 'once');
    const saved = await fill(await call('persona edit', { name: 'rook' }), { greeting: 'Caw.' });
    assert.match((await press(saved, /Take that back/)).text, /^Rook \(rook\) is as it was before/);
    assert.equal(personas.get('rook')?.greeting, 'Hm, {{user}}.');
    assert.equal((await call('persona restore', { name: 'ROOK' })).isFailure, false);
    assert.equal(personas.get('rook')?.greeting, 'Caw.');
  });

  it('keep the buttons of long ids within what Discord takes', async () => {
    const { call, press, personas } = await setUp();
    const name = 'A very long name that goes on and on until it is cut off'.padEnd(64, 'x');
    const made = await call('persona create', { name, description: 'x' });
    const { id } = personas.list().find((each) => each.name === name) ?? assert.fail(made.text);
    assert.ok(id.length > 50);
    assert.equal((await press(made, /Let it answer/)).isFailure, false);
    assert.equal((await press(await call('persona delete', { name: id }), /Bring it back/)).isFailure, false);
  });

  it('refuse what is not the caller’s, people’s files, the default and what is not there', async () => {
    const { call, personas, open } = await setUp();
    await call('persona import', { file: file('rook.json', rook) }, owner);
    assert.match((await call('persona delete', { name: 'ember' })).text, /Ember is a file of those who run me/);
    assert.match((await call('persona delete', { name: 'ember' }, owner)).text, /Ember is a file of those who run me/);
    assert.match((await call('persona delete', { name: 'rook' })).text, /Rook can be removed and replaced only by/);
    assert.match((await call('persona delete', { name: 'nobody' })).text, /I know no persona/);
    assert.match((await call('persona restore', { name: 'rook' })).text, /Nothing of yours/);
    assert.match((await call('persona restore', { name: '../robin' }, owner)).text, /Nothing of yours/);
    assert.deepEqual(
      (await open()).list().map(({ id }) => id),
      ['robin', 'ember', 'rook'],
    );
    await call('persona delete', { name: 'rook' }, owner);
    assert.match((await call('persona restore', { name: 'rook' })).text, /Nothing of yours/);
    assert.equal(personas.get('rook'), undefined);
  });
});
