import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from '../../../src/commands/command-line.ts';
import { commandAt, typedCommands } from '../../../src/commands/command-tree.ts';
import { createCommands } from '../../../src/commands/index.ts';
import { lowestRank } from '../../../src/commands/rank.ts';
import { requireOwnerOrModerator } from '../../../src/commands/refusal.ts';
import { type CommandOutcome, runCommand } from '../../../src/commands/run-command.ts';
import type { CommandServices } from '../../../src/commands/services.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestServices, everyone, mara, owner, robin } from './services.ts';

const call = (
  services: CommandServices,
  name: string,
  options: Record<string, string> = {},
  context: CommandContext = everyone,
): Promise<CommandOutcome> => runCommand(createCommands(services), context, name, options, silentLogger);

test('/reset stops the running answer before it forgets, frees the evaluated state, and greets anew', async () => {
  const services = createTestServices({ counts: { 'terminal:local': 7, 'discord:1': 3 } });
  const outcome = await call(services, 'reset');
  assert.match(outcome.text, /forgotten 7 messages/);
  assert.deepEqual(services.log, ['stop', 'reset', 'greet robin']);
  assert.deepEqual(services.engine.forgotten, ['terminal:local']);
  assert.equal(await services.memory.count('discord:1'), 3);
  assert.match((await call(services, 'reset')).text, /nothing to forget/);
});

test('/reset says one message in the singular', async () => {
  const outcome = await call(createTestServices({ counts: { 'terminal:local': 1 } }), 'reset');
  assert.match(outcome.text, /forgotten 1 message here/);
});

test('/persona alone shows who answers and everybody else with their summaries', async () => {
  const { text } = await call(createTestServices(), 'persona list');
  assert.match(text, /^Robin answers here: Helps with everything\./);
  assert.match(text, /- Old Mara \(old-mara\): Tells stories\./);
});

test('/persona takes an id or a display name in any case, switches this conversation only, and greets', async () => {
  for (const name of ['old-mara', 'OLD-MARA', 'old mara', 'Old Mara']) {
    const services = createTestServices();
    const { text, isFailure } = await call(services, 'persona use', { name });
    assert.equal(isFailure, false);
    assert.match(text, /Old Mara answers here from now on\.\n\nSit down, Ash\. Old Mara has a tale\./);
    assert.deepEqual(await services.memory.settings('terminal:local'), { personaId: 'old-mara' });
    assert.deepEqual(await services.memory.settings('discord:1'), {});
    assert.match((await call(services, 'persona use', { name })).text, /already answers/);
  }
});

test('/persona puts a name with replacement patterns into the greeting as it is', async () => {
  const context = { ...everyone, user: { id: 'terminal:x', name: "$& $' {{char}}" } };
  const { text } = await call(createTestServices(), 'persona use', { name: 'old-mara' }, context);
  assert.ok(text.includes("Sit down, $& $' {{char}}. Old Mara"), text);
});

test('/persona suggests the nearest name, and asks for the id where two share a name', async () => {
  const unknown = await call(createTestServices(), 'persona use', { name: 'robn' });
  assert.equal(unknown.isFailure, true);
  assert.match(unknown.text, /Did you mean Robin\?/);
  assert.match((await call(createTestServices(), 'persona use', { name: 'zzzz' })).text, /\/persona list lists/);
  const twins = createTestServices({ personaList: [robin, mara, { ...mara, id: 'young-mara' }] });
  assert.match((await call(twins, 'persona use', { name: 'Old Mara' })).text, /old-mara, young-mara/);
});

test('a chosen persona whose file is gone falls back to the default', async () => {
  const services = createTestServices();
  await services.memory.configure('terminal:local', { personaId: 'removed' });
  assert.match((await call(services, 'persona list')).text, /^Robin answers here/);
});

test('/persona completes names, and ids where a name is taken twice', async () => {
  const twins = createTestServices({ personaList: [robin, mara, { ...mara, id: 'young-mara' }] });
  const [option] = commandAt(createCommands(twins), 'persona use')?.command.options ?? [];
  assert.deepEqual(await option?.choices?.(everyone, '', {}), ['Robin', 'old-mara', 'young-mara']);
  assert.deepEqual(await option?.choices?.(everyone, 'RO', {}), ['Robin']);
});

test('/status shows model, persona, memory, queue, uptime and memory use', async () => {
  const { text, isPrivate } = await call(createTestServices({ counts: { 'terminal:local': 12 } }), 'status');
  assert.equal(isPrivate, true);
  for (const part of [
    'Fake, on cpu',
    'answers at once: 1',
    'Robin',
    'remembered here: 12',
    '1 running, 2 waiting',
    '3 h 25 min',
    '120 MiB',
  ]) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
});

test('/status says whether a model is being loaded or none is', async () => {
  const services = createTestServices();
  const told = async (isLoading: boolean) =>
    (await call({ ...services, engine: { ...services.engine, model: undefined, isLoading } }, 'status')).text;
  assert.match(await told(true), /^Model: being loaded\n/);
  assert.match(await told(false), /^Model: none loaded at the moment\n/);
});

test('/chat takes a typed line whole, without quotes', async () => {
  const { options } = parseCommandLine('/chat what is up private:yes', createCommands(createTestServices()), {
    locale: 'en',
    where: 'terminal',
  });
  assert.deepEqual(options, { text: 'what is up', private: 'yes' });
});

test('/help lists what the caller may call, explains one command, and suggests', async () => {
  const services = createTestServices();
  const list = (await call(services, 'help')).text;
  for (const command of typedCommands(createCommands(services))) {
    assert.equal(list.includes(`/${command.name}`), lowestRank(command) === 'everyone', command.name);
  }
  assert.match(list, /^\/persona list\|show\|use\|clear/m);
  const group = (await call(services, 'help', { command: '/Persona' })).text;
  assert.match(group, /^\/persona list: .*\n\/persona show \[name\]: .*\n- name: .*\n\/persona use <name>: .*\n- name: /);
  assert.match((await call(services, 'help', { command: 'persona use' })).text, /^\/persona use <name>: .*\n- name: .*$/);
  const unknown = await call(services, 'help', { command: 'reste' });
  assert.equal(unknown.isFailure, true);
  assert.match(unknown.text, /Did you mean \/reset\?/);
});

test('nobody but the owner loads a model, and only the owner is shown files to choose', async () => {
  const services = createTestServices({ files: ['a.gguf'] });
  for (const rank of ['everyone', 'moderator'] as const) {
    const outcome = await call(services, 'model', { name: 'a.gguf' }, { ...everyone, rank });
    assert.equal(outcome.isFailure, true);
    assert.match(outcome.text, /Only the owner/);
  }
  const [option] = commandAt(createCommands(services), 'model')?.command.options ?? [];
  assert.deepEqual(await option?.choices?.(everyone, '', {}), []);
  assert.deepEqual(await option?.choices?.(owner, '', {}), ['a.gguf']);
});

test('/persona show tells about any persona, /persona clear goes back to the default one', async () => {
  const services = createTestServices();
  assert.match(
    (await call(services, 'persona show', { name: 'old mara' })).text,
    /^Old Mara \(old-mara\): Tells stories\.\n\nSit down, Ash/,
  );
  assert.match((await call(services, 'persona show')).text, /^Robin \(robin\)/);
  await call(services, 'persona use', { name: 'old-mara' });
  assert.match((await call(services, 'persona clear')).text, /^Robin answers here again/);
  assert.deepEqual(await services.memory.settings('terminal:local'), {});
});

test('/queue shows to everybody and is cleared by moderators; /say is for moderators', async () => {
  const services = createTestServices({ stopAnswers: async () => 3 });
  assert.match((await call(services, 'queue show')).text, /^Answers being written: 1, waiting: 2/);
  assert.match((await call(services, 'queue clear')).text, /moderators only/);
  const moderator = { ...everyone, rank: 'moderator' } as const;
  assert.equal((await call(services, 'queue clear', {}, moderator)).text, 'Stopped answers: 3.');
  assert.match((await call(services, 'say', { text: 'Hello' })).text, /moderators only/);
  const said = await call(services, 'say', { text: ' Hello ' }, moderator);
  assert.deepEqual([said.text, said.isPrivate], ['Hello', false]);
});

test('what belongs to somebody is touched by that person and moderators only', () => {
  requireOwnerOrModerator(everyone, everyone.user.id);
  requireOwnerOrModerator({ ...everyone, rank: 'moderator' }, 'discord:1');
  for (const other of ['discord:1', undefined])
    assert.throws(() => requireOwnerOrModerator(everyone, other), /Only whoever asked/);
});
