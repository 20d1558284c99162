import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { english, type Notice } from '../../../src/commands/locale/english.ts';
import { pathIn, say, translations } from '../../../src/commands/locale/index.ts';
import type { Command, CommandOption } from '../../../src/core/command.ts';
import { localeOf, type locales } from '../../../src/core/locale.ts';
import { createTestServices } from './services.ts';

type Described = {
  readonly path: string;
  readonly kind: 'word' | 'menu' | 'action';
  readonly name: string;
  readonly description: string;
  /** What stands beside it; names must not be given twice there. */
  readonly siblings: string;
};

/** Everything that has a name: commands, groups, options. */
const described = (commands: readonly Command[], above = ''): readonly Described[] =>
  commands.flatMap((command): readonly Described[] => {
    const path = `${above} ${command.name}`.trim();
    const kind = 'subcommands' in command ? 'slash' : (command.kind ?? 'slash');
    const own: Described = {
      path,
      kind: kind === 'slash' ? 'word' : kind === 'action' ? 'action' : 'menu',
      name: command.name,
      description: command.description,
      siblings: `${kind} ${above}`,
    };
    if ('subcommands' in command) return [own, ...described(command.subcommands, path)];
    const optionOf = (option: CommandOption): Described => ({
      path: `${path} ${option.name}`,
      kind: own.kind === 'word' ? 'word' : 'action',
      name: option.name,
      description: option.description,
      siblings: path,
    });
    return [own, ...command.options.map(optionOf)];
  });

const all = described(createCommands(createTestServices()));
const wordPattern = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const checkName = ({ kind, path }: Described, name: string): void => {
  assert.ok(name.length >= 1 && name.length <= 32, `${path}: ${name}`);
  if (kind !== 'word') return;
  assert.match(name, wordPattern, path);
  assert.equal(name, name.toLowerCase(), path);
};

const checkDescription = (path: string, description: string): void =>
  assert.ok(description.length >= 1 && description.length <= 100, `${path}: ${description.length} characters`);

test('every command, subcommand and option has an English name and description that Discord takes', () => {
  for (const each of all) {
    checkName(each, each.name);
    if (each.kind === 'word') assert.match(each.name, /^[a-z0-9_]+$/, each.path);
    checkDescription(each.path, each.description);
  }
});

/** What reads the same in other languages. */
const alike: ReadonlySet<Notice> = new Set(['tokensOne', 'tokensMany']);

for (const [locale, { commands, notices }] of Object.entries(translations)) {
  test(`every command, subcommand and option is translated: ${locale}`, () => {
    const taken = new Set<string>();
    for (const each of all.filter(({ kind }) => kind !== 'action')) {
      const [name, description] = commands[each.path] ?? [];
      assert.ok(name, `${locale} has no name for "${each.path}"; add it to src/commands/locale/${locale.toLowerCase()}.ts`);
      checkName(each, name);
      const place = `${each.siblings}: ${name}`;
      assert.ok(!taken.has(place), `${locale} has the name ${name} twice beside "${each.path}"`);
      taken.add(place);
      if (each.kind === 'menu') continue;
      assert.ok(description, `${locale} has no description for "${each.path}"`);
      checkDescription(`${locale} ${each.path}`, description);
      assert.notEqual(description, each.description, `${locale} "${each.path}" is still English`);
    }
  });

  test(`nothing is translated that does not exist: ${locale}`, () => {
    const paths = new Set(all.map(({ path }) => path));
    assert.deepEqual(
      Object.keys(commands).filter((path) => !paths.has(path)),
      [],
    );
  });

  test(`every notice is translated with the same placeholders: ${locale}`, () => {
    const placeholders = (text: string): readonly string[] => [...text.matchAll(/\{\w+\}/g)].map(([whole]) => whole).sort();
    for (const [notice, text] of Object.entries(english) as [Notice, string][]) {
      assert.deepEqual(placeholders(notices[notice]), placeholders(text), notice);
      if (!alike.has(notice)) assert.notEqual(notices[notice], text, `${locale} ${notice} is still English`);
    }
    // A button's label.
    assert.ok(notices.openForm.length <= 80);
  });
}

test('placeholders are filled with texts as they are, and unknown ones stay', () => {
  assert.equal(
    say('en', 'needsSubcommandNear', { command: '$&', word: '{near}', near: 'x' }),
    '$& has no {near}. Did you mean x?',
  );
  assert.equal(say('en', 'tooLarge', { option: 'count' }), 'count can be at most {max}.');
  assert.equal(pathIn('de', 'persona use'), 'persona nutzen');
  assert.equal(pathIn('de', 'no such thing'), 'no such thing');
});

test('languages are found by their tags in every form', () => {
  const cases: readonly (readonly [string | undefined, (typeof locales)[number]])[] = [
    ['de', 'de'],
    ['de_AT.UTF-8', 'de'],
    ['es-419', 'es'],
    ['pt-BR', 'pt-BR'],
    ['pt_PT@euro', 'pt-BR'],
    ['JA', 'ja'],
    ['C.UTF-8', 'en'],
    ['nl', 'en'],
    ['', 'en'],
    [undefined, 'en'],
  ];
  for (const [tag, locale] of cases) assert.equal(localeOf(tag), locale, tag);
});
