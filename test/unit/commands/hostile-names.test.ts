// Names that somebody gives: characters that nobody sees don't get into lists, where they make one thing look like another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMeCommand } from '../../../src/commands/me.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { file, manager, setUp as setUpLore } from './lore-commands-kit.ts';
import { member, setUp as setUpPersonas } from './persona-commands-kit.ts';
import { createTestMemory, createTestServices } from './services.ts';

const hostile = 'A\u202egnp\u200b.exe';
const shown = 'Agnp.exe';

test('of personas, by form and by card', async () => {
  const { call, personas } = await setUpPersonas();
  await call('persona create', { name: hostile, description: 'x' });
  const bytes = new TextEncoder().encode(JSON.stringify({ name: `\u2066${hostile} two`, description: 'x', first_mes: 'y' }));
  await call('persona import', { file: { name: 'a.json', read: async () => bytes } });
  const names = personas.list().map(({ name }) => name);
  for (const name of [shown, `${shown} two`]) assert.ok(names.includes(name), `${names.map((each) => JSON.stringify(each))}`);
  assert.equal((await call('persona create', { name: '\u200b\u200b', description: 'x' })).isFailure, true);
});

test('of lorebooks', async () => {
  const { call, catalogue } = await setUpLore();
  const world = JSON.stringify({ name: hostile, entries: { 0: { uid: 0, key: ['k'], content: 'x' } } });
  await call('lore import', { file: file('a.json', world) }, manager);
  await call('lore import', { file: file('b.yaml', `name: "\u2066${hostile} two"\nentries: []`) }, manager);
  await call('lore add', { book: `${hostile} three`, keys: 'k', content: 'x', create: true }, manager);
  const names = catalogue.list().map(({ name }) => name);
  for (const name of [shown, `${shown} two`, `${shown} three`])
    assert.ok(names.includes(name), `${names.map((each) => JSON.stringify(each))}`);
});

test('of humans', async () => {
  const services = createTestServices({ kept: createTestMemory() });
  await runCommand([createMeCommand(services)], member, 'me set', { name: hostile }, silentLogger);
  assert.equal((await services.people.of(member.user.id, undefined))?.name, shown);
});
