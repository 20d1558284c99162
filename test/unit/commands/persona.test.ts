import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { commandAt } from '../../../src/commands/command-tree.ts';
import { encodeCall } from '../../../src/commands/custom-id.ts';
import { createCommands } from '../../../src/commands/index.ts';
import type { GivenOptions } from '../../../src/commands/read-options.ts';
import { type CommandOutcome, runCommand } from '../../../src/commands/run-command.ts';
import { bounds } from '../../../src/core/bounds.ts';
import type { CommandAttachment, CommandButton, CommandContext } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { readCard } from '../../../src/persona/card/read-card.ts';
import { createPersonaPersonalData } from '../../../src/persona/persona-personal-data.ts';
import { createTypedCommands } from '../../../src/platform/terminal/typed-commands.ts';
import { bytesOf, charxWith, fullCard, fullFields, pngWith, textChunk } from '../persona/card-kit.ts';
import { personasWith } from './persona-kit.ts';
import { createTestServices, everyone, owner } from './services.ts';

const temporary = mkdtempSync(join(tmpdir(), 'paddock-persona-commands-'));
after(() => rmSync(temporary, { recursive: true }));

const place = { serverId: '1', channelIds: ['30'] };
const user = { id: 'discord:7', name: 'Ash' };
const member: CommandContext = { ...everyone, conversation: 'discord:30', where: 'server', place, user };
const moderator: CommandContext = { ...member, rank: 'moderator' };
const elsewhere: CommandContext = { ...moderator, conversation: 'discord:40', place: { serverId: '2', channelIds: ['40'] } };
const alone: CommandContext = { ...moderator, conversation: 'discord:50', where: 'direct', place: { channelIds: ['50'] } };
const files = {
  'robin.yaml': 'name: Robin\nsummary: Helps with everything.\n',
  'ember.yaml': 'name: Ember\nsummary: A fire.\ndescription: "Burns for {{user}}."\ngreeting: Warm?\n',
};

const setUp = async (more: Readonly<Record<string, string | Uint8Array>> = {}) => {
  const kit = await personasWith(temporary, { ...files, ...more });
  const services = createTestServices({
    personas: kit.personas,
    personaAt: async (_place, { personaId = '' }) => kit.personas.get(personaId) ?? kit.personas.default,
  });
  const commands = createCommands(services);
  const call = (path: string, options: GivenOptions = {}, context: CommandContext = moderator) =>
    runCommand(commands, context, path, options, silentLogger);
  /** Presses a button under a reply. Its id has to be one that Discord takes. */
  const press = (outcome: CommandOutcome, label: RegExp, context: CommandContext = moderator) => {
    const button =
      buttonsOf(outcome).find((each) => label.test(each.label)) ?? assert.fail(`no button ${label} under ${outcome.text}`);
    assert.ok(encodeCall({ ...button, askerId: '9'.repeat(20) }).length <= 100);
    return call(button.call, button.values ?? {}, context);
  };
  /** Fills in the form that a reply opens: what it shows, and in place of it what is given. */
  const fill = (outcome: CommandOutcome, given: Readonly<Record<string, string>>, context: CommandContext = moderator) => {
    const form = outcome.form ?? assert.fail(`no form, but: ${outcome.text}`);
    assert.ok(encodeCall({ ...form, askerId: '9'.repeat(20) }).length <= 100);
    assert.ok(form.title.length <= 45 && form.fields.length <= 5 && form.fields.every(({ label }) => label.length <= 45));
    return call(form.call, { ...form.values, ...fieldsOf(outcome), ...given }, context);
  };
  const choices = async (path: string, option: string, typed = '', context: CommandContext = moderator) =>
    await commandAt(commands, path)
      ?.command.options.find(({ name }) => name === option)
      ?.choices?.(context, typed, {});
  const stored = (): readonly string[] => (existsSync(kit.importedFolder) ? readdirSync(kit.importedFolder).sort() : []);
  return { ...kit, services, commands, call, press, fill, choices, stored };
};
const buttonsOf = ({ components = [] }: CommandOutcome): readonly CommandButton[] =>
  components.filter((each): each is CommandButton => each.kind === 'button');
const labelsOf = (outcome: CommandOutcome): readonly string[] => buttonsOf(outcome).map(({ label }) => label);
const fieldsOf = ({ form }: CommandOutcome): Readonly<Record<string, string>> =>
  Object.fromEntries((form?.fields ?? []).map(({ option, value = '' }) => [option, value]));
const file = (name: string, bytes: unknown): CommandAttachment => ({ name, read: async () => bytesOf(bytes) });
const rook = { name: 'Rook', description: 'A bird.', first_mes: 'Hm, {{user}}.' };

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

describe('/persona import', () => {
  it('takes cards of every kind in, with remarks on what may not be meant so', async () => {
    const { call, personas } = await setUp();
    const card = (name: string) => ({ name, first_mes: '{{user}}: Hi!', description: 'Says {{chra}}.' });
    for (const [name, bytes] of [
      ['a.png', pngWith(textChunk('chara', card('A')))],
      ['b.charx', charxWith(card('B'))],
      ['c.json', card('C')],
      ['d.yaml', 'name: D\nfirst_mes: "{{user}}: Hi!"\ndescription: "Says {{chra}}."\n'],
    ] as const) {
      const { text, isPrivate, isFailure } = await call('persona import', { file: file(name, bytes) });
      const id = name.charAt(0);
      assert.deepEqual([isPrivate, isFailure], [false, false], text);
      assert.match(
        text,
        new RegExp(`^Taken in: ${id.toUpperCase()} \\(${id}\\): Says \\{\\{chra\\}\\}\\.\nRemarks on the card:\n`),
      );
      assert.match(text, /- description: .*chra.* is no macro I know; did you mean \{\{char\}\}\?/);
      assert.match(text, /- first_mes: The character speaks for \{\{user\}\} here/);
      assert.equal(personas.get(id)?.greeting, '{{user}}: Hi!', 'macros stay as they are');
    }
    const silent = { ...rook, mes_example: '{{char}}: Caw.' };
    assert.doesNotMatch((await call('persona import', { file: file('rook.json', silent) })).text, /Remarks/);
  });

  it('bounds the remarks on a hostile card', async () => {
    const { call } = await setUp();
    const hostile = {
      name: '@everyone',
      first_mes: Array.from({ length: 500 }, (_, index) => `{{x${index}}}`).join(' '),
      alternate_greetings: Array.from({ length: 100 }, (_, index) => `{{y${index}${'z'.repeat(250)}}}`),
    };
    const { text } = await call('persona import', { file: file('x.json', hostile) });
    assert.match(text, /- and \d+ more$/);
    assert.ok(text.length < 4000, `${text.length} characters`);
  });

  it('says of a name that is there already, and puts the new one in its place at a button', async () => {
    const { call, press, personas, stored } = await setUp();
    const first = await call('persona import', { file: file('rook.json', rook) });
    assert.deepEqual(labelsOf(first), ['Let it answer here']);
    const newer = await call('persona import', {
      file: file('rook.png', pngWith(textChunk('chara', { ...rook, first_mes: 'New.' }))),
    });
    assert.match(
      newer.text,
      /^Taken in: Rook \(rook-2\): A bird\.\nThere is a persona of that name already: Rook \(rook\)\.\nTo put this one in its place, call \/persona import with replace:rook\./,
    );
    assert.deepEqual(labelsOf(newer), ['Let it answer here', 'Replace Rook (rook)']);
    assert.deepEqual([personas.get('rook')?.greeting, personas.get('rook-2')?.greeting], ['Hm, {{user}}.', 'New.']);
    const replaced = await press(newer, /Replace/);
    assert.deepEqual([replaced.text, replaced.replacesMessage], ['Rook (rook) has taken the place of the former one.', true]);
    assert.deepEqual([personas.get('rook')?.greeting, personas.get('rook-2')], ['New.', undefined]);
    assert.deepEqual(stored(), ['.removed', 'rook.server-1.png']);
    assert.match((await press(newer, /Replace/)).text, /I know no persona/, 'a second press');
    assert.match((await press(replaced, /Take that back/)).text, /as it was before/);
    assert.equal(personas.get('rook')?.greeting, 'Hm, {{user}}.');
    // A file of people can't be replaced, so nothing offers it.
    const ember = await call('persona import', { file: file('e.json', { name: 'EMBER', first_mes: 'x', description: 'x' }) });
    assert.match(ember.text, /There is a persona of that name already: Ember \(ember\)\.$/);
    assert.deepEqual(labelsOf(ember), ['Let it answer here']);
  });

  it('replaces the one that is named, if it is the caller’s', async () => {
    const { call, press, personas, choices } = await setUp();
    await call('persona import', { file: file('rook.json', rook) });
    const raven = file('r.json', { name: 'Raven', first_mes: 'x', description: 'x' });
    assert.deepEqual(await choices('persona import', 'replace'), ['rook']);
    const replaced = await call('persona import', { file: raven, replace: 'rook' });
    assert.equal(replaced.text, 'Raven (rook) has taken the place of the former one.');
    assert.equal(personas.get('rook')?.name, 'Raven');
    await press(replaced, /Take that back/);
    assert.equal(personas.get('rook')?.name, 'Rook');
    assert.match((await call('persona import', { file: raven, replace: 'ember' })).text, /Ember is a file of those who run me/);
    assert.match((await call('persona import', { file: raven, replace: 'rook' }, elsewhere)).text, /I know no persona/);
    assert.equal(personas.get('rook')?.name, 'Rook');
  });

  it('says in a sentence what is wrong with a file, and stores nothing', async () => {
    const { call, stored } = await setUp();
    const png = pngWith(textChunk('chara', rook));
    for (const [bytes, sentence] of [
      [png.subarray(0, png.length - 20), /ends in the middle/],
      [Buffer.concat([png.subarray(0, 60), Buffer.from([1]), png.subarray(61)]), /damaged|ends in the middle/],
      [pngWith(), /no character card in this picture/],
      ['{"name":"x"', /./],
      ['just some words', /no character card/],
      [`${'['.repeat(100_000)}`, /nested too deeply/],
      ['{"name":"x","first_mes":"y","data":{"__proto__":{"a":1},"name":"x"}}', /__proto__/],
      ['', /empty/],
      [new Uint8Array(9_000_000), /larger than 8 MB/],
      [charxWith(Buffer.alloc(5_000_000, 0x20)), /larger than 4 MB/],
      [{ name: ' ', first_mes: 'x' }, /name/],
    ] as const) {
      const outcome = await call('persona import', { file: file('x.bin', bytes) });
      assert.deepEqual([outcome.isFailure, outcome.isPrivate], [true, true]);
      assert.match(outcome.text, sentence);
    }
    assert.match((await call('persona import', { file: 'x.png' })).text, /has to be a file/);
    assert.deepEqual(stored(), []);
  });

  it('asks for no more bytes than a card may have', async () => {
    const { call } = await setUp();
    let asked: number | undefined;
    const read = async (bytesMax?: number): Promise<Uint8Array> => {
      asked = bytesMax;
      throw new PaddockError('bad-input', 'too large', { userText: 'The file is too large.' });
    };
    assert.equal((await call('persona import', { file: { name: 'x', read } })).text, 'The file is too large.');
    assert.equal(asked, bounds.card.fileBytesMax);
  });
});

describe('/persona export', () => {
  it('gives a card in every format, which reads back to the same', async () => {
    const { call } = await setUp();
    await call('persona import', { file: file('rook.json', fullCard) });
    for (const format of ['json', 'yaml', 'png'] as const) {
      const { files: given = [], isPrivate } = await call('persona export', { name: 'rook', format }, member);
      const [exported] = given;
      assert.deepEqual([given.length, exported?.name, isPrivate], [1, `rook.${format}`, true]);
      const read = readCard(exported?.bytes ?? new Uint8Array());
      assert.deepEqual([read.format, read.card.raw], [format, fullCard]);
    }
  });

  it('without a format, gives the card as it is kept', async () => {
    const { call } = await setUp({ 'own.charx': charxWith({ ...rook, name: 'Own' }) });
    const charx = charxWith(rook, { 'assets/a.txt': new Uint8Array([1, 2, 3]) });
    await call('persona import', { file: file('rook.charx', charx) });
    const kept = async (name: string) => (await call('persona export', { name }, member)).files?.[0];
    assert.deepEqual(await kept('rook'), { name: 'rook.charx', bytes: Buffer.from(charx) });
    assert.equal((await kept('own'))?.name, 'own.charx');
    const ember = await kept('ember');
    assert.equal(ember?.name, 'ember.yaml', 'one that is no card becomes one');
    assert.equal(readCard(ember?.bytes ?? new Uint8Array()).card.fields.greeting, 'Warm?');
  });

  it('says why a picture can’t hold a card', async () => {
    const { call } = await setUp();
    const gif = Buffer.from('GIF89a pixels');
    const data = {
      ...fullCard.data,
      assets: [{ type: 'icon', uri: `data:image/gif;base64,${gif.toString('base64')}`, name: 'main' }],
    };
    await call('persona import', { file: file('rook.json', { ...fullCard, data }) });
    assert.match(
      (await call('persona export', { name: 'rook', format: 'png' })).text,
      /picture of Rook is a GIF, and cards fit into PNG/,
    );
    assert.match((await call('persona export', { name: 'rook', format: 'gif' })).text, /has to be one of these: json, yaml, png/);
    assert.match((await call('persona export', { name: 'nobody' })).text, /I know no persona/);
  });
});

describe('/persona reload', () => {
  it('reads the library anew, for the owner, and tells of what was passed over', async () => {
    const { services, call } = await setUp();
    assert.equal((await call('persona reload', {}, owner)).text, 'Read anew.\nPersonas there are: 2.');
    assert.deepEqual(services.log, ['reload']);
    assert.match((await call('persona reload')).text, /is for the owner of the bot only/);
    const told = createTestServices({ bot: { ...services.bot, reload: async () => ['x.json: This file is empty.'] } });
    const { text } = await runCommand(createCommands(told), owner, 'persona reload', {}, silentLogger);
    assert.match(text, /^Read anew, but not these:\n- x\.json: This file is empty\.\n/);
  });
});

describe('whose personas are', () => {
  it('shows those of one server to nobody elsewhere, wherever a persona can be named', async () => {
    const { call, choices, services, press } = await setUp();
    const card = { name: 'Secret Rook', first_mes: 'x', description: 'x' };
    const imported = await call('persona import', { file: file('rook.json', card) });
    const shown = async (context: CommandContext): Promise<boolean> => {
      const texts = [(await call('persona list', {}, context)).text];
      for (const [path, option] of [
        ['persona use', 'name'],
        ['persona show', 'name'],
        ['persona default', 'name'],
        ['persona edit', 'name'],
        ['persona export', 'name'],
        ['chat', 'persona'],
        ['scene add', 'persona'],
        ['lore attach', 'persona'],
      ] as const)
        texts.push(JSON.stringify(await choices(path, option, 'sec', context)));
      const isEach = texts.map((text) => /secret/i.test(text));
      assert.equal(new Set(isEach).size, 1, texts.join('\n'));
      return isEach[0] ?? false;
    };
    assert.deepEqual(
      [await shown(member), await shown(elsewhere), await shown(alone), await shown({ ...elsewhere, rank: 'owner' })],
      [true, false, false, true],
    );
    for (const path of ['use', 'show', 'edit', 'delete', 'export', 'default', 'restore'])
      assert.equal((await call(`persona ${path}`, { name: 'secret-rook' }, elsewhere)).isFailure, true, path);
    assert.equal((await call('persona-save', { p: 'secret-rook', s: 'character', name: 'Mine' }, elsewhere)).isFailure, true);
    assert.equal((await call('persona-replace', { p: 'secret-rook', by: 'secret-rook' }, elsewhere)).isFailure, true);
    assert.equal((await call('config set', { name: 'persona', value: 'secret-rook' }, elsewhere)).isFailure, true);
    assert.equal((await press(imported, /Let it answer/, elsewhere)).isFailure, true);
    assert.deepEqual(await services.memory.settings('discord:40'), {});
    assert.equal((await press(imported, /Let it answer/, member)).isFailure, false);
    // Another server's of the same name is no clash, and none of its business.
    const theirs = await call('persona import', { file: file('rook.json', card) }, elsewhere);
    assert.doesNotMatch(theirs.text, /already/);
    assert.match(theirs.text, /\(secret-rook-2\)/);
  });

  it('keeps what somebody brings in a direct message for direct messages', async () => {
    const { call, personas } = await setUp();
    await call('persona import', { file: file('rook.json', rook) }, alone);
    assert.equal(personas.ownerOf('rook'), 'discord:7');
    assert.equal((await call('persona use', { name: 'rook' }, alone)).isFailure, false);
    assert.equal((await call('persona use', { name: 'rook' }, member)).isFailure, true, 'a server chooses its own');
    const other: CommandContext = { ...alone, user: { id: 'discord:8', name: 'Bo' } };
    assert.equal((await call('persona use', { name: 'rook' }, other)).isFailure, true);
    assert.equal((await call('persona delete', { name: 'rook' }, alone)).isFailure, false);
  });

  it('exports and deletes them with what else is kept of a person', async () => {
    const { call, personas, stored, importedFolder } = await setUp();
    const data = createPersonaPersonalData(personas);
    assert.equal(await data.export('discord:7'), undefined);
    for (const name of ['Rook', 'Gone']) await call('persona import', { file: file('x.json', { ...rook, name }) }, alone);
    await call('persona delete', { name: 'gone' }, alone);
    await call('persona import', { file: file('x.json', rook) });
    assert.deepEqual(await data.export('discord:7'), [
      { id: 'rook', name: 'Rook' },
      { id: 'gone', name: 'gone' },
    ]);
    await data.delete('discord:7');
    assert.equal(await data.export('discord:7'), undefined);
    assert.deepEqual([stored(), readdirSync(join(importedFolder, '.removed'))], [['.removed', 'rook-2.server-1.json'], []]);
  });

  it('are brought, made, changed and removed by moderators only, through a forged form or button too', async () => {
    const { call, stored, personas } = await setUp();
    await call('persona import', { file: file('rook.json', rook) });
    for (const [path, options] of [
      ['persona create', { name: 'x', description: 'x' }],
      ['persona edit', { name: 'rook' }],
      ['persona delete', { name: 'rook' }],
      ['persona restore', { name: 'rook' }],
      ['persona import', { file: file('x.json', rook) }],
      ['persona-save', { p: 'rook', s: 'character', name: 'Hacked' }],
      ['persona-replace', { p: 'rook', by: 'rook' }],
    ] as const) {
      const outcome = await call(path, options, member);
      assert.match(outcome.text, /is for moderators only/, path);
    }
    assert.deepEqual([stored(), personas.get('rook')?.name], [['rook.server-1.json'], 'Rook']);
  });
});
