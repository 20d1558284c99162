import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { defineCommand } from '../../../src/commands/define-command.ts';
import type { Command, CommandContext, OptionValue } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTypedCommands } from '../../../src/platform/terminal/typed-commands.ts';
import { startTerminal } from './terminal-kit.ts';

const context: CommandContext = {
  conversation: 'terminal:local',
  where: 'terminal',
  user: { id: 'terminal:ash', name: 'ash' },
  rank: 'owner',
  locale: 'en',
};

const folder = async (test: TestContext): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'paddock-typed-'));
  test.after(() => rm(path, { recursive: true }));
  return path;
};

const saved: Readonly<Record<string, OptionValue | undefined>>[] = [];
const commands: readonly Command[] = [
  {
    name: 'note',
    description: 'Notes',
    subcommands: [
      defineCommand({
        name: 'edit',
        description: 'Opens the form',
        rank: 'everyone',
        options: [],
        run: async () => ({
          text: '',
          isPrivate: true,
          form: {
            title: 'A note',
            call: 'note save',
            values: { id: '7' },
            fields: [
              { option: 'title', label: 'Title', isRequired: true },
              { option: 'text', label: 'Text', value: 'as before' },
            ],
          },
        }),
      }),
      defineCommand({
        name: 'save',
        description: 'What the form calls',
        rank: 'everyone',
        options: [
          { name: 'id', description: 'Which', isRequired: true },
          { name: 'title', description: 'Title' },
          { name: 'text', description: 'Text' },
        ],
        run: async (_context, options) => {
          saved.push({ ...options });
          return { text: 'saved', isPrivate: true };
        },
      }),
    ],
  },
  defineCommand({
    name: 'export',
    description: 'Gives files',
    rank: 'everyone',
    options: [{ name: 'name', description: 'Which', isRequired: true }],
    run: async (_context, { name }) => ({ text: 'Here', isPrivate: true, files: [{ name, bytes: Buffer.from('{}') }] }),
  }),
  defineCommand({
    name: 'import',
    description: 'Takes a file',
    rank: 'everyone',
    options: [{ name: 'file', description: 'Which', kind: 'attachment', isRequired: true }],
    run: async (_context, { file }) => ({ text: `${file.name}: ${Buffer.from(await file.read(10))}`, isPrivate: true }),
  }),
  defineCommand({
    name: 'offer',
    description: 'Buttons',
    rank: 'everyone',
    options: [],
    run: async () => ({
      text: 'Choose',
      isPrivate: true,
      components: [
        { kind: 'button', label: 'Save', call: 'note save', values: { id: 'a b' } },
        { kind: 'button', label: 'Hidden', call: 'only buttons' },
        { kind: 'menu', label: 'Which', call: 'export', option: 'name', choices: [{ label: 'One', value: '1' }] },
      ],
    }),
  }),
  defineCommand({
    name: 'work',
    description: 'Takes long',
    rank: 'everyone',
    options: [],
    run: async ({ progress }) => {
      for (let step = 0; step < 100; step += 1) progress?.(`step ${step}`);
      return { text: 'done', isPrivate: true };
    },
  }),
];

const create = (exportsFolder?: string, now = () => 5) =>
  createTypedCommands({ commands, context, exportsFolder, logger: silentLogger, now });

test('a form is asked for field by field; blank lines keep what was there, and required fields are asked for again', async () => {
  const typed = create();
  assert.match((await typed.run('/note edit')).text, /^A note\. .*\nTitle \*:$/);
  assert.equal(typed.isAsking, true);
  assert.deepEqual(await typed.run('  '), { text: 'Title *:', isFailure: true });
  assert.equal((await typed.run('A /slash title')).text, 'Text [as before]:');
  assert.equal((await typed.run('')).text, 'saved');
  assert.deepEqual(saved.at(-1), { id: '7', title: 'A /slash title', text: 'as before' });
  assert.equal(typed.isAsking, false);

  await typed.run('/note edit');
  assert.match((await typed.run('/cancel')).text, /nothing was changed/);
  assert.equal(typed.isAsking, false);
  assert.equal(saved.length, 1);
});

test('files are saved under plain names inside their folder, and none is overwritten', async (test) => {
  const exports = join(await folder(test), 'exports');
  const typed = create(exports);
  for (const name of ['memory.json', 'memory.json', '../../evil.sh', '.hidden', 'a b\u001b[2J.txt']) {
    assert.match((await typed.run(`/export ${name}`)).text, /^Here\nSaved as .*exports/);
  }
  assert.deepEqual((await readdir(exports)).sort(), ['a_b_2J.txt', 'evil.sh', 'hidden', 'memory-2.json', 'memory.json']);
  assert.equal(await readFile(join(exports, 'memory-2.json'), 'utf8'), '{}');
  assert.match((await create().run('/export x')).text, /could not be saved/);
});

test('a path stands for a file, within its bound', async (test) => {
  const path = join(await folder(test), 'card one.json');
  await writeFile(path, '{"a":1}');
  const typed = create();
  assert.equal((await typed.run(`/import ${path}`)).text, 'card one.json: {"a":1}');
  await writeFile(path, 'x'.repeat(11));
  assert.deepEqual(await typed.run(`/import "${path}"`), {
    text: 'The file card one.json is too large. At most 1 MB can be taken.',
    isFailure: true,
  });
  assert.match((await typed.run('/import /no/such/file')).text, /can’t be read/);
  assert.match((await typed.run(`/import ${tmpdir()}`)).text, /can’t be read/);
});

test('buttons are shown as what can be typed in their place', async () => {
  assert.equal((await create().run('/offer')).text, 'Choose\n[Save] /note save id:"a b"\nWhich\n[One] /export name:1');
});

test('progress is shown at a pace that people can read', async () => {
  let now = 0;
  const shown: string[] = [];
  const typed = create(undefined, () => (now += 100));
  await typed.run('/work', (text) => shown.push(text));
  assert.deepEqual(shown, ['step 0', 'step 20', 'step 40', 'step 60', 'step 80']);
});

test('the chat takes the lines of a form before anything else, and speaks the language of the environment', async () => {
  const terminal = startTerminal({ commands, environment: { NO_COLOR: '1', LANG: 'de_DE.UTF-8' } });
  terminal.input.end('/note edit\n/not a command\n\n/note edti\nhello\n');
  assert.equal(await terminal.running, 0);
  assert.match(terminal.printed(), /^A note\. Eine leere Zeile .*\nTitle \*:\nText \[as before\]:\nsaved\nYou said: hello\n$/);
  assert.deepEqual(saved.at(-1), { id: '7', title: '/not a command', text: 'as before' });
  assert.match(terminal.noticed(), /Meintest du edit\?/);
});
