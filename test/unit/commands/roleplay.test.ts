// The commands for roleplay: scenes, notes, scenarios, summaries, and who somebody is.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCommands } from '../../../src/commands/index.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext, CommandReply, OptionValue } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Persona } from '../../../src/core/persona.ts';
import type { Scene } from '../../../src/core/scene.ts';
import { createTestMemory, createTestServices, everyone, mara, robin } from './services.ts';

const pip: Persona = { id: 'pip', name: 'Pip', summary: 'A newt.' };
const conversation = 'discord:30';
const inServer: CommandContext = {
  ...everyone,
  conversation,
  where: 'server',
  place: { channelIds: ['30', '10'], serverId: '40' },
  user: { id: 'discord:1', name: 'Ada' },
  rank: 'moderator',
};

const create = (given: Parameters<typeof createTestServices>[0] = {}) => {
  const kept = createTestMemory();
  const services = createTestServices({ kept, personaList: [robin, mara, pip], ...given });
  const commands = createCommands(services);
  const call = (
    path: string,
    options: Readonly<Record<string, OptionValue>> = {},
    context: CommandContext = inServer,
  ): Promise<CommandReply & { readonly isFailure: boolean }> => runCommand(commands, context, path, options, silentLogger);
  const settings = () => kept.memory.settings(conversation);
  const sceneNow = async (): Promise<Scene> => (await settings()).scene ?? assert.fail('no scene');
  const say = async (text: string): Promise<string> => {
    const said = { role: 'user', speaker: inServer.user, text, at: 1, messageIds: [text] } as const;
    return (await kept.memory.append(conversation, said)).turn.id;
  };
  return { services, memory: kept.memory, call, settings, sceneNow, say };
};

describe('/scene', () => {
  it('begins with the personas named, stops what is written, and lets them greet', async () => {
    const { call, sceneNow, services } = create();
    const { text, isPrivate } = await call('scene start', { personas: 'robin, Old Mara,, Robin', mode: 'list' });
    assert.equal(text, 'The scene begins with Robin, Old Mara.');
    assert.equal(isPrivate, false);
    assert.deepEqual(await sceneNow(), {
      members: [{ personaId: 'robin' }, { personaId: 'old-mara' }],
      speaking: 'list',
      cards: 'swap',
    });
    assert.deepEqual(services.log, ['stop', 'greet robin old-mara in a scene']);
    assert.ok(services.engine.forgotten.includes(conversation));
    assert.match((await call('scene start', { personas: ', ' })).text, /1 to 16 members/);
    assert.match((await call('scene start', { personas: 'Robn' })).text, /Did you mean Robin\?/);
  });

  it('ends, and forgets what was evaluated for its members', async () => {
    const { call, settings, services } = create();
    assert.match((await call('scene end')).text, /no scene here\. \/scene start/);
    await call('scene start', { personas: 'Robin, Pip' });
    await call('persona use', { name: 'Pip' });
    assert.equal((await call('scene end')).text, 'The scene is over. Pip answers here.');
    assert.equal((await settings()).scene, undefined);
    assert.ok(services.engine.forgotten.includes(`${conversation}#pip`));
  });

  it('lets members come later without what was said before, unless they are to know it', async () => {
    const { call, sceneNow, say } = create();
    await call('scene start', { personas: 'Robin' });
    await say('A secret.');
    const newest = await say('Another one.');
    await call('scene add', { persona: 'Pip' });
    await call('scene add', { persona: 'Old Mara', knows_all: true });
    assert.deepEqual((await sceneNow()).members, [
      { personaId: 'robin' },
      { personaId: 'pip', joinedAfterId: newest },
      { personaId: 'old-mara' },
    ]);
    assert.match((await call('scene add', { persona: 'Pip' })).text, /takes part already/);
    assert.match((await call('scene show')).text, /- Pip \(came later\)\n- Old Mara\n/);
  });

  it('lets members leave, but not the last one, and be muted and not', async () => {
    const { call, sceneNow, services } = create();
    await call('scene start', { personas: 'Robin, Pip' });
    await call('scene mute', { persona: 'Pip' });
    assert.deepEqual((await sceneNow()).members[1], { personaId: 'pip', isMuted: true });
    await call('scene unmute', { persona: 'pip' });
    assert.deepEqual((await sceneNow()).members[1], { personaId: 'pip' });
    await call('scene remove', { persona: 'Robin' });
    assert.ok(services.engine.forgotten.includes(`${conversation}#robin`));
    assert.match((await call('scene remove', { persona: 'Pip' })).text, /last one here/);
    assert.match((await call('scene mute', { persona: 'Robin' })).text, /takes no part/);
  });

  it('changes how they take turns, and each change leaves the rest as it is', async () => {
    const { call, sceneNow } = create();
    await call('scene start', { personas: 'Robin, Pip' });
    await call('scene mode', { mode: 'manual' });
    await call('scene cards', { cards: 'join-all' });
    await call('scene scenario', { text: ' A cellar. ' });
    await call('scene auto', {});
    await call('scene auto', { pause: 60 });
    await call('scene narrator', { persona: 'Old Mara' });
    const members = [{ personaId: 'robin' }, { personaId: 'pip' }];
    const auto = { turnsMax: 4, pauseMs: 60_000 };
    const whole = { members, speaking: 'manual', cards: 'join-all', scenario: 'A cellar.', auto, narratorId: 'old-mara' };
    assert.deepEqual(await sceneNow(), whole);
    assert.match(
      (await call('scene show')).text,
      /manual[\s\S]*join-all[\s\S]*up to 4 turns, 60 seconds[\s\S]*Old Mara narrates[\s\S]*> A cellar\./,
    );
    await call('scene scenario');
    await call('scene auto', { turns: 0 });
    await call('scene narrator', { persona: 'none' });
    assert.deepEqual(await sceneNow(), { members, speaking: 'manual', cards: 'join-all' });
  });

  it('lets one speak now, muted or not, and the narrator', async () => {
    const { call, services } = create();
    await call('scene start', { personas: 'Robin, Pip' });
    await call('scene mute', { persona: 'Pip' });
    const asRegular = { ...inServer, rank: 'everyone' } as const;
    assert.equal((await call('scene speak', { persona: 'Pip' }, asRegular)).isFailure, false);
    assert.match((await call('scene narrator', {}, asRegular)).text, /Nobody narrates/);
    await call('scene narrator', { persona: 'Old Mara' });
    await call('scene narrator', {}, asRegular);
    assert.deepEqual(services.log.slice(2), ['pip speaks for discord:1', 'old-mara speaks for discord:1']);
    assert.match((await call('scene speak', { persona: 'Old Mara' })).text, /takes no part/);
  });

  it('is for everybody in threads that the bot opened', async () => {
    const { call } = create();
    const place = { channelIds: ['30', '20', '10'], serverId: '40', isOwnThread: true };
    const own: CommandContext = { ...inServer, where: 'thread', rank: 'everyone', place };
    assert.equal((await call('scene start', { personas: 'Robin' }, own)).isFailure, false);
    const { isOwnThread: _own, ...others } = place;
    assert.match((await call('scene end', {}, { ...own, place: others })).text, /for moderators only/);
  });
});

describe('/note', () => {
  it('is written with its place, changed in parts, shown and cleared', async () => {
    const { call, settings } = create();
    assert.match((await call('note set', { interval: 2 })).text, /needs some text/);
    await call('note set', { text: ' Rain. ' });
    assert.deepEqual((await settings()).note, {
      text: 'Rain.',
      interval: 1,
      position: { at: 'depth', depth: 4 },
      role: 'system',
    });
    await call('note set', { position: 'scenario', role: 'user', interval: 3 });
    assert.deepEqual((await settings()).note, { text: 'Rain.', interval: 3, position: { at: 'note' }, role: 'user' });
    await call('note set', { text: 'Snow.' });
    assert.deepEqual((await settings()).note?.position, { at: 'note' });
    await call('note set', { depth: 0 });
    assert.deepEqual((await settings()).note?.position, { at: 'depth', depth: 0 });
    assert.match((await call('note show')).text, /Snow\.\n\n.*: 0, with one in 3 messages of people; user\./);
    await call('note clear');
    assert.equal((await settings()).note, undefined);
    assert.match((await call('note show')).text, /no note here/);
  });

  it('shows the note that the persona brings', async () => {
    const note = { text: 'It rains.', interval: 1, position: { at: 'depth', depth: 3 }, role: 'system', mode: 'before' } as const;
    const { call } = create({ personaList: [robin, { ...pip, note }] });
    assert.equal((await call('note persona')).text, 'Robin brings no note of its own.');
    await call('persona use', { name: 'Pip' });
    const { text, isPrivate } = await call('note persona');
    assert.match(text, /^It rains\.\n\n.*: 3, every time \(1\); system\.\nIt stands right before the note of this/);
    assert.equal(isPrivate, true);
  });

  it('opens a form that holds what there is', async () => {
    const { call } = create();
    await call('note set', { text: 'Rain.', depth: 2 });
    const { form = assert.fail('no form') } = await call('note set');
    assert.deepEqual(Object.fromEntries(form.fields.map(({ option, value }) => [option, value])), {
      text: 'Rain.',
      interval: '1',
      depth: '2',
      position: 'chat',
      role: 'system',
    });
  });
});

describe('/scenario and /summary', () => {
  it('set, show and clear the scenario', async () => {
    const { call, settings } = create();
    await call('scenario set', { text: 'A ship. ' });
    assert.equal((await settings()).scenario, 'A ship.');
    assert.equal((await call('scenario show')).text, 'A ship.');
    await call('scenario clear');
    assert.equal((await settings()).scenario, undefined);
  });

  it('write, show, make, switch and clear the summary; what it covers stays', async () => {
    const made = { text: 'They met.', throughId: 'x' };
    const { call, settings, memory } = create();
    assert.match((await call('summary show')).text, /no summary yet/);
    assert.match((await call('summary make')).text, /nothing to summarise/);
    await memory.configure(conversation, { summary: made });
    assert.equal((await call('summary edit')).form?.fields[0]?.value, 'They met.');
    await call('summary edit', { text: 'They parted. ' });
    assert.deepEqual((await settings()).summary, { text: 'They parted.', throughId: 'x' });
    await call('summary off');
    assert.equal((await settings()).isSummarised, false);
    assert.match((await call('summary show')).text, /They parted\.\n\n.*switched off/);
    await call('summary on');
    assert.equal((await settings()).isSummarised, undefined);
    await call('summary clear');
    assert.equal((await settings()).summary, undefined);
  });
});

describe('/me', () => {
  it('is kept for everywhere, a server or a channel, shown to its human only, and taken back', async () => {
    const { call, services } = create();
    const own = { ...inServer, rank: 'everyone' } as const;
    assert.match((await call('me show', {}, own)).text, /nothing about yourself/);
    await call('me set', { name: ' Captain  May ', description: 'A sailor.' }, own);
    await call('me set', { avatar: 'https://example.org/may.png' }, own);
    await call('me set', { name: 'May', scope: 'server' }, own);
    const { people } = services;
    assert.deepEqual(await people.of(own.user.id, { channelIds: ['7'] }), {
      name: 'Captain May',
      description: 'A sailor.',
      avatarUrl: 'https://example.org/may.png',
    });
    const shown = await call('me show', {}, own);
    assert.ok(shown.isPrivate);
    assert.match(shown.text, /^In this server \(this counts here\)\nMay\n\nEverywhere\nCaptain May\nA sailor\.\nhttps:/);
    assert.equal(shown.pictureUrl, undefined, 'the one that counts here has none');
    assert.equal((await call('me show', {}, { ...own, place: { channelIds: ['9'] } })).pictureUrl, 'https://example.org/may.png');
    const { form } = await call('me set', { scope: 'server' }, own);
    assert.deepEqual(form?.values, { scope: 'server' });
    assert.equal(form?.fields[0]?.value, 'May');
    await call('me clear', { scope: 'server' }, own);
    assert.equal((await people.of(own.user.id, own.place))?.name, 'Captain May');
    await call('me clear', {}, own);
    assert.equal((await people.all(own.user.id)).size, 0);
    assert.match((await call('me clear', {}, own)).text, /said nothing/);
  });

  it('takes no picture but from the web, and no server where there is none', async () => {
    const { call } = create();
    const near = [
      'https://localhost/a.png',
      'https://127.0.0.1/a.png',
      'https://[::1]/a.png',
      'https://me:secret@example.org/a.png',
    ];
    for (const avatar of ['javascript:alert(1)', 'http://example.org/a.png', 'nothing', ...near])
      assert.match((await call('me set', { avatar })).text, /begins with https/);
    const direct: CommandContext = { ...everyone, where: 'direct', place: { channelIds: ['9'] } };
    assert.equal((await call('me set', { name: 'May', scope: 'server' }, direct)).isFailure, true);
  });
});

describe('/greeting and /impersonate', () => {
  it('lets whoever answers begin, and only where nothing was said', async () => {
    const { call, services, say } = create();
    assert.match((await call('greeting')).text, /has a greeting that can be shown/);
    await call('scene start', { personas: 'Robin, Pip' });
    await call('scene mute', { persona: 'Robin' });
    await call('greeting');
    assert.deepEqual(
      services.log.filter((line) => line.startsWith('greet')),
      ['greet robin', 'greet robin pip in a scene', 'greet pip in a scene'],
    );
    await say('Hello.');
    assert.match((await call('greeting')).text, /\/reset starts anew/);
  });

  it('shows the line to its human only', async () => {
    const { call } = create();
    assert.deepEqual(await call('impersonate'), { text: 'Ada would say this.', isPrivate: true, isFailure: false });
  });
});
