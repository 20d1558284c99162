import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCall } from '../../../src/commands/custom-id.ts';
import { createCommands } from '../../../src/commands/index.ts';
import type { CommandButton } from '../../../src/core/command.ts';
import { isDiscordFile } from '../../../src/platform/discord/attachments.ts';
import { renderComponents, renderForm } from '../../../src/platform/discord/components.ts';
import { describeCommands } from '../../../src/platform/discord/describe-command.ts';
import { createTestServices } from '../commands/services.ts';

const button = (label: string): CommandButton => ({ kind: 'button', label, call: 'page', values: { number: label } });

test('buttons stand five in a row, menus alone, and no more than five rows', () => {
  const menu = {
    kind: 'menu',
    label: 'Choose',
    call: 'page',
    option: 'number',
    choices: Array.from({ length: 30 }, (_, index) => ({ label: `Page ${index}`, value: String(index) })),
  } as const;
  const rows = renderComponents([...['1', '2', '3', '4', '5', '6'].map(button), menu, button('7'), menu, menu], '42');
  assert.deepEqual(
    rows.map(({ components }) => components.length),
    [5, 1, 1, 1, 1],
  );
  const [first] = rows[0]?.components ?? [];
  assert.deepEqual(first && 'custom_id' in first && decodeCall(first.custom_id), {
    call: 'page',
    values: { number: '1' },
    askerId: '42',
  });
  const [list] = rows[2]?.components ?? [];
  assert.equal(list && 'options' in list && list.options.length, 25);
});

test('labels, titles and values are cut to what Discord takes, never inside a character', () => {
  const [row] = renderComponents(
    [
      { ...button('1'), label: '😀'.repeat(60) },
      { ...button('1'), label: ' ' },
    ],
    '42',
  );
  const labels = row?.components.map((each) => ('label' in each ? (each.label ?? '') : '')) ?? [];
  assert.ok(labels.every((label) => label.length <= 80 && label.isWellFormed()));
  assert.equal(labels[1], '…');
  const form = renderForm(
    {
      title: 'T'.repeat(60),
      call: 'note save',
      fields: Array.from({ length: 7 }, (_, index) => ({ option: `o${index}`, label: 'L'.repeat(60), value: 'v'.repeat(5000) })),
    },
    '42',
    () => 9000,
  );
  assert.deepEqual([form.title.length, form.components.length], [45, 5]);
  assert.ok(JSON.stringify(form).includes(`"value":"${'v'.repeat(4000)}"`));
});

test('files are fetched from Discord’s own hosts, or from the Discord that was configured', () => {
  const api = 'https://discord.com/api';
  const loopback = 'http://127.0.0.1:4321/api';
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['https://cdn.discordapp.com/attachments/1/2/a.png?ex=1', api, true],
    ['https://media.discordapp.net/x', api, true],
    ['http://cdn.discordapp.com/x', api, false],
    ['https://cdn.discordapp.com:8443/x', api, false],
    ['https://user:pass@cdn.discordapp.com/x', api, false],
    ['https://cdn.discordapp.com.evil.example/x', api, false],
    ['https://evil.example/cdn.discordapp.com', api, false],
    ['https://discord.com/api/x', api, false],
    ['http://169.254.169.254/latest', api, false],
    ['file:///etc/passwd', api, false],
    ['not a url', api, false],
    ['http://127.0.0.1:4321/attachments/1', loopback, true],
    ['http://127.0.0.1:4322/attachments/1', loopback, false],
    ['http://localhost:4321/attachments/1', loopback, false],
  ];
  for (const [url, apiUrl, isAllowed] of cases) assert.equal(isDiscordFile(url, apiUrl), isAllowed, url);
});

test('all commands as Discord is told them keep its limits', () => {
  const described = describeCommands(createCommands(createTestServices()));
  assert.ok(described.length > 0 && described.filter(({ type }) => type === 1).length <= 100);
  for (const type of [2, 3] as const) assert.ok(described.filter((each) => each.type === type).length <= 15);
  type Part = {
    readonly name: string;
    readonly description?: string;
    readonly name_localizations?: Readonly<Record<string, string>> | null;
    readonly description_localizations?: Readonly<Record<string, string>> | null;
    readonly options?: readonly Part[];
  };
  const longest = (text: string, others: Readonly<Record<string, string>> | null | undefined): number =>
    Math.max(text.length, ...Object.values(others ?? {}).map((each) => each.length));
  const characters = (part: Part): number =>
    longest(part.name, part.name_localizations) +
    longest(part.description ?? '', part.description_localizations) +
    (part.options ?? []).reduce((sum, each) => sum + characters(each), 0);
  const checkOptions = (part: Part): void => {
    assert.ok((part.options ?? []).length <= 25, part.name);
    (part.options ?? []).forEach(checkOptions);
  };
  for (const command of described as readonly Part[]) {
    assert.ok(characters(command) <= 8000, command.name);
    checkOptions(command);
    assert.deepEqual(Object.keys(command.name_localizations ?? {}), ['de', 'fr', 'es-ES', 'es-419', 'ja', 'pt-BR'], command.name);
  }
  const access = (name: string) => described.find((command) => command.name === name)?.default_member_permissions;
  assert.deepEqual([access('persona'), access('prompt')], [null, '8192']);
});
