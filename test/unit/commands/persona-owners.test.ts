// Whose personas are, and what others see of them.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CommandContext } from '../../../src/core/command.ts';
import { createPersonaPersonalData } from '../../../src/persona/persona-personal-data.ts';
import { alone, elsewhere, file, member, rook, setUp } from './persona-commands-kit.ts';

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
