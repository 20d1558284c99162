// What the bot registers of its commands with Discord.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCommand } from '../../src/commands/define-command.ts';
import type { Command } from '../../src/core/command.ts';
import type { FakeDiscord } from '../fakes/discord/index.ts';
import { openFrame } from './discord-interactions-kit.ts';
import { open } from './discord-kit.ts';

test('what is registered tells options, places and permissions', async () => {
  const { discord } = await openFrame();
  const registered = new Map(discord.registeredCommands().map((body) => [String(body.name), body]));
  assert.deepEqual(
    [...registered.keys()],
    ['settings', 'note', 'page', 'Rewind here', 'Forget this user', 'upload', 'export', 'work'],
  );
  const { default_member_permissions, contexts, integration_types, options } = registered.get('settings') ?? {};
  assert.deepEqual([default_member_permissions, contexts, integration_types], [null, [0, 1], [0]]);
  const [set] = options as { readonly type: number; readonly options: readonly Readonly<Record<string, unknown>>[] }[];
  assert.deepEqual(
    set?.options.map(({ name, type, required }) => [name, type, required]),
    [
      ['key', 3, true],
      ['scope', 3, false],
      ['count', 4, false],
      ['share', 10, false],
      ['is_on', 5, false],
      ['whom', 6, false],
      ['channel', 7, false],
      ['role', 8, false],
    ],
  );
  const localised = { de: 'Kanal', fr: 'salon', 'es-ES': 'canal', 'es-419': 'canal', ja: 'チャンネル', 'pt-BR': 'canal' };
  const [first, second] = (set?.options[1]?.choices ?? []) as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(first, { name: 'channel', name_localizations: localised, value: 'channel' });
  assert.deepEqual([second?.name, second?.value], ['server', 'server']);
  assert.deepEqual([set?.options[2]?.min_value, set?.options[2]?.max_value], [1, 5]);
  assert.deepEqual(
    [registered.get('Forget this user')?.type, registered.get('Forget this user')?.default_member_permissions],
    [2, '8192'],
  );
  assert.equal(registered.get('Rewind here')?.type, 3);
});

test('registration keeps what is not ours, sends nothing without a change, and never an empty list', async () => {
  const ping = (description: string): Command =>
    defineCommand({
      name: 'help',
      description,
      rank: 'moderator',
      options: [{ name: 'command', description: 'Which', min: 1, max: 9 }],
      run: async () => ({ text: 'pong', isPrivate: true }),
    });
  const before = async (discord: FakeDiscord): Promise<void> => {
    const url = `${discord.apiUrl}/v10/applications/${discord.applicationId}/commands`;
    const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify([
      { name: 'launch', type: 4, handler: 1 },
      { name: 'old', description: 'Gone' },
    ]);
    assert.equal((await fetch(url, { method: 'PUT', headers, body })).status, 200);
  };
  const { discord, platform } = await open({ platform: { commands: [ping('Pongs')] } });
  const puts = (): number => discord.requests({ method: 'PUT', path: /commands$/ }).length;
  const names = (): readonly unknown[] => discord.registeredCommands().map(({ name }) => name);
  await before(discord);
  await platform.start();
  await platform.close();
  assert.deepEqual([names(), puts()], [['launch', 'help'], 2]);
  const [, help] = discord.registeredCommands();
  assert.deepEqual(
    help?.name_localizations,
    Object.fromEntries([
      ['de', 'hilfe'],
      ['fr', 'aide'],
      ['es-ES', 'ayuda'],
      ['es-419', 'ayuda'],
      ['ja', 'ヘルプ'],
      ['pt-BR', 'ajuda'],
    ]),
  );

  for (const [commands, count] of [
    [[ping('Pongs')], 2],
    [[], 2],
    [[ping('Pongs back')], 3],
  ] as const) {
    const { platform: again } = await open({ platform: { commands, apiUrl: discord.apiUrl, token: discord.token } });
    await again.start();
    await again.close();
    assert.deepEqual([names().length, names().includes('launch'), puts()], [2, true, count]);
  }
});
