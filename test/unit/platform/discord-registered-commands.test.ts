// What is told to Discord of every command of the bot keeps Discord's limits, in every language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { describeCommands } from '../../../src/platform/discord/describe-command.ts';
import { createTestServices } from '../commands/services.ts';

/** What stands in any command, option or choice. */
type Told = {
  readonly name: string;
  readonly name_localizations?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly description_localizations?: Readonly<Record<string, string>>;
  readonly value?: string | number;
  readonly options?: readonly Told[];
  readonly choices?: readonly Told[];
};

const described = describeCommands(createCommands(createTestServices())) as unknown as readonly Told[];
const partsOf = (told: Told): readonly Told[] => [told, ...[...(told.options ?? []), ...(told.choices ?? [])].flatMap(partsOf)];
/** Characters of a text in the language in which it is longest. */
const longest = (text = '', others: Readonly<Record<string, string>> = {}): number =>
  Math.max(text.length, ...Object.values(others).map(({ length }) => length));
/** Discord adds up names, descriptions and values of a command with all that stands in it. */
const sizeOf = (told: Told): number =>
  partsOf(told)
    .map(
      (part) =>
        longest(part.name, part.name_localizations) +
        longest(part.description, part.description_localizations) +
        String(part.value ?? '').length,
    )
    .reduce((sum, size) => sum + size, 0);

for (const told of described)
  test(`${told.name} has at most 8,000 characters, and its lists at most 25 entries`, () => {
    assert.ok(sizeOf(told) <= 8000, `${sizeOf(told)} characters`);
    for (const { name, options = [], choices = [] } of partsOf(told))
      assert.ok(options.length <= 25 && choices.length <= 25, `${name} has ${options.length} options, ${choices.length} choices`);
  });

test('the sizes count every language', () => {
  const told = { name: 'ab', name_localizations: { de: 'abcd' }, description: 'x', choices: [{ name: 'c', value: 'ccc' }] };
  assert.equal(sizeOf(told), 4 + 1 + 1 + 3);
});

test('there are at most 100 commands, 15 menus of messages and as many of users', () => {
  const count = (type: number): number => described.filter((told) => Reflect.get(told, 'type') === type).length;
  assert.ok(count(1) <= 100 && count(2) <= 15 && count(3) <= 15);
});

/** Names of formats, which are the same everywhere. */
const formats = new Set(['json', 'jsonl', 'yaml', 'png']);

test('every choice that is a word has a name in every language, and no two of a list the same', () => {
  const lists = described.flatMap(partsOf).filter(({ choices = [] }) => choices.length > 0);
  assert.ok(lists.length > 10, `${lists.length}`);
  for (const { name: option, choices = [] } of lists) {
    for (const { name, name_localizations: names = {} } of choices.filter(({ name }) => !formats.has(name))) {
      const languages = ['de', 'es-419', 'es-ES', 'fr', 'ja', 'pt-BR'];
      assert.deepEqual(Object.keys(names).sort(), languages, `${option}: ${name}; add it to src/commands/locale/choices.ts`);
      for (const each of Object.values(names)) assert.ok(each.length >= 1 && each.length <= 100, `${option}: ${each}`);
    }
    for (const language of ['de', 'fr', 'es-ES', 'ja', 'pt-BR']) {
      const all = choices.map(({ name, name_localizations }) => name_localizations?.[language] ?? name);
      assert.equal(new Set(all).size, all.length, `${option} in ${language}: ${all}`);
    }
  }
});
