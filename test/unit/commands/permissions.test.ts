// Who may call what, and where: every command × role × place. A command that is not in the table fails the test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCommands, type CommandAt } from '../../../src/commands/command-tree.ts';
import { createCommands } from '../../../src/commands/index.ts';
import { ranksAtLeast } from '../../../src/commands/rank.ts';
import { runCommand } from '../../../src/commands/run-command.ts';
import type { CommandContext, CommandOption, CommandPlace, OptionValue, Rank } from '../../../src/core/command.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import { createTestMemory, createTestServices } from './services.ts';

type Rule = {
  readonly rank: Rank;
  readonly places?: readonly CommandPlace[];
  /** In servers, where it is everybody's affair. [rank] */
  readonly rankInServer?: Rank;
  /** Also for whoever asked for the answer, below the rank of a moderator. */
  readonly isForAsker?: true;
};
const ranks = ['everyone', 'moderator', 'server-owner', 'owner'] as const;
const places = ['server', 'thread', 'direct', 'terminal'] as const;

const everyone: Rule = { rank: 'everyone' };
const asker: Rule = { rank: 'everyone', isForAsker: true };
const moderator: Rule = { rank: 'moderator' };
const owner: Rule = { rank: 'owner' };

const rules: Readonly<Record<string, Rule>> = {
  chat: everyone,
  reset: { rank: 'everyone', rankInServer: 'moderator' },
  stop: asker,
  regenerate: asker,
  continue: asker,
  undo: asker,
  swipe: asker,
  'persona list': everyone,
  'persona show': everyone,
  'persona use': everyone,
  'persona clear': everyone,
  'persona default': moderator,
  'persona create': moderator,
  'persona edit': moderator,
  'persona delete': moderator,
  'persona restore': moderator,
  'persona import': moderator,
  'persona export': moderator,
  'persona reload': owner,
  'persona-save': moderator,
  'persona-replace': moderator,
  'memory show': moderator,
  'memory edit': moderator,
  'memory forget': moderator,
  'memory pin': moderator,
  'memory unpin': moderator,
  'memory search': moderator,
  'memory export': moderator,
  'memory import': moderator,
  'config show': moderator,
  'config set': moderator,
  'config reset': moderator,
  'config preset': moderator,
  sampling: moderator,
  template: moderator,
  limit: moderator,
  'access show': moderator,
  'access allow': moderator,
  'access block': moderator,
  'access remove': moderator,
  model: everyone,
  prompt: moderator,
  status: everyone,
  stats: everyone,
  'queue show': everyone,
  'queue cancel': everyone,
  'queue clear': moderator,
  say: moderator,
  'admin reload': owner,
  'admin shutdown': owner,
  'admin servers': owner,
  'admin leave': owner,
  Regenerate: asker,
  Continue: asker,
  'Edit reply': asker,
  'Delete from memory': asker,
  'Rewind here': moderator,
  'Branch to thread': { ...asker, places: ['server'] },
  'Reply as persona': everyone,
  'Show prompt': moderator,
  Pin: moderator,
  Stop: asker,
  Block: { rank: 'moderator', places: ['server', 'thread'] },
  'Forget this user': moderator,
  'edit answer': asker,
  'reply as': everyone,
  'stop answer': asker,
  'privacy export': everyone,
  'privacy delete': everyone,
  'privacy optout': everyone,
  'privacy optin': everyone,
  help: everyone,
  'lore list': everyone,
  'lore show': moderator,
  'lore attach': { rank: 'everyone', rankInServer: 'moderator' },
  'lore detach': { rank: 'everyone', rankInServer: 'moderator' },
  'lore add': moderator,
  'lore edit': moderator,
  'lore remove': moderator,
  'lore restore': moderator,
  'lore toggle': moderator,
  'lore test': moderator,
  'lore import': moderator,
  'lore export': moderator,
  'lore-save': moderator,
  // A channel's scene, note, scenario and summary belong to all who talk there.
  'scene start': { rank: 'everyone', rankInServer: 'moderator' },
  'scene end': { rank: 'everyone', rankInServer: 'moderator' },
  'scene add': { rank: 'everyone', rankInServer: 'moderator' },
  'scene remove': { rank: 'everyone', rankInServer: 'moderator' },
  'scene mute': { rank: 'everyone', rankInServer: 'moderator' },
  'scene unmute': { rank: 'everyone', rankInServer: 'moderator' },
  'scene mode': { rank: 'everyone', rankInServer: 'moderator' },
  'scene cards': { rank: 'everyone', rankInServer: 'moderator' },
  'scene scenario': { rank: 'everyone', rankInServer: 'moderator' },
  'scene auto': { rank: 'everyone', rankInServer: 'moderator' },
  'scenario set': { rank: 'everyone', rankInServer: 'moderator' },
  'scenario clear': { rank: 'everyone', rankInServer: 'moderator' },
  'note set': { rank: 'everyone', rankInServer: 'moderator' },
  'note clear': { rank: 'everyone', rankInServer: 'moderator' },
  'summary edit': { rank: 'everyone', rankInServer: 'moderator' },
  'summary make': { rank: 'everyone', rankInServer: 'moderator' },
  'summary clear': { rank: 'everyone', rankInServer: 'moderator' },
  'summary on': { rank: 'everyone', rankInServer: 'moderator' },
  'summary off': { rank: 'everyone', rankInServer: 'moderator' },
  'scene show': everyone,
  'scene speak': everyone,
  'scene narrator': everyone,
  'scenario show': everyone,
  'note persona': everyone,
  'note show': everyone,
  'summary show': everyone,
  'me show': everyone,
  'me set': everyone,
  'me clear': everyone,
  greeting: everyone,
  impersonate: everyone,
};

const conversation = 'discord:30';
const ada = { id: 'discord:1', name: 'Ada' };
const stranger = { id: 'discord:2', name: 'Eve' };

const placeOf = (where: CommandPlace): CommandContext['place'] =>
  where === 'terminal'
    ? undefined
    : where === 'direct'
      ? { channelIds: ['30'] }
      : { channelIds: where === 'thread' ? ['30', '20', '10'] : ['30', '10'], serverId: '40' };

const contextOf = ({ command }: CommandAt, where: CommandPlace, rank: Rank, user = stranger): CommandContext => {
  const place = placeOf(where);
  return {
    ...{ conversation, where, rank, user, locale: 'en', roleIds: [], managesServer: rank !== 'everyone' },
    ...(place && { place }),
    ...(command.kind === 'message-menu' && {
      target: { kind: 'message', messageId: 'm2', authorId: 'discord:9', isOwn: true, text: 'An answer.' },
    }),
    ...(command.kind === 'user-menu' && { target: { kind: 'user', user: { ...ada, isBot: false } } }),
  };
};

/** Something that fits each option that has to be given. */
const sample = ({ name, kind = 'text', values = [], min = 1 }: CommandOption): OptionValue => {
  const texts: Readonly<Record<string, string>> = { message: 'm2', persona: 'robin', server: '42', which: '1', value: '0.5' };
  switch (kind) {
    case 'text':
      return name === 'name' ? 'sampling.temperature' : (texts[name] ?? 'something');
    case 'choice':
      return values[0] ?? '';
    case 'integer':
    case 'number':
      return min;
    case 'boolean':
      return true;
    case 'user':
      return { ...ada, isBot: false };
    case 'channel':
    case 'role':
      return { id: '50', name: 'fifty' };
    case 'attachment':
      return { name: 'file.json', read: async () => new TextEncoder().encode('{}') };
    default:
      return kind satisfies never;
  }
};
const given = ({ command }: CommandAt): Readonly<Record<string, OptionValue>> =>
  Object.fromEntries(command.options.filter(({ isRequired }) => isRequired).map((option) => [option.name, sample(option)]));

const errors: string[] = [];
const logger: Logger = {
  ...silentLogger,
  error: (fields) => {
    const error = String(Reflect.get(fields, 'error'));
    // A part that these services leave out on purpose.
    if (!error.includes('this test has no')) errors.push(JSON.stringify({ ...fields, error }));
  },
};

const notMade = new PaddockError('engine-failed', 'no prompt here', { userText: 'There is no prompt here.' });

/** One question of Ada's with its answer, which is being written again on her wish. */
const open = async () => {
  const kept = createTestMemory();
  const { turn } = await kept.memory.append(conversation, {
    role: 'user',
    speaker: ada,
    text: 'A question?',
    at: 1,
    messageIds: ['m1'],
  });
  const speaker = { id: 'persona:robin', name: 'Robin' };
  await kept.memory.append(conversation, {
    role: 'assistant',
    speaker,
    text: 'An answer.',
    at: 2,
    messageIds: ['m2'],
    replyTo: turn.id,
  });
  const services = createTestServices({ kept, explain: () => Promise.reject(notMade) });
  services.requested.push({ conversation, userId: ada.id, messageId: 'm1', isRunning: true, place: 0, waitMs: 0 });
  return { services, kept };
};

const call = async (at: CommandAt, context: CommandContext) => {
  const { services, kept } = await open();
  const outcome = await runCommand(createCommands(services), context, at.path, given(at), logger);
  const isDenied =
    outcome.isFailure && /is for (?:moderators|the owner)|can’t be called here|Only whoever asked/.test(outcome.text);
  return { outcome, isDenied, services, turns: await kept.memory.turns(conversation) };
};

const commands = allCommands(createCommands(createTestServices()));

test('every command has its line in the table, and every line its command', () => {
  assert.deepEqual(commands.map(({ path }) => path).sort(), Object.keys(rules).sort());
});

for (const at of commands) {
  const rule = rules[at.path];
  if (rule === undefined) continue; // the test above fails then
  test(`${at.path} can be called by those it is for, where it is for, and by nobody else`, async () => {
    for (const rank of ranks)
      for (const where of places) {
        const label = `${at.path} by ${rank} in ${where}`;
        const isPlace: boolean = rule.places?.includes(where) ?? true;
        const inServer = where === 'server' || where === 'thread' ? rule.rankInServer : undefined;
        const isRank = ranksAtLeast(rank, rule.isForAsker ? 'moderator' : (inServer ?? rule.rank));
        const { outcome, isDenied, services, turns } = await call(at, contextOf(at, where, rank));
        assert.equal(isDenied, !(isPlace && isRank), `${label}: ${outcome.text}`);
        if (isDenied) {
          assert.equal(outcome.isPrivate, true, label);
          assert.deepEqual(
            [services.log, turns.map(({ alternatives }) => alternatives)],
            [[], [['A question?'], ['An answer.']]],
            label,
          );
        }
        if (rule.isForAsker && isPlace && rank === 'everyone')
          assert.equal((await call(at, contextOf(at, where, rank, ada))).isDenied, false, `${label}, for whoever asked`);
      }
    assert.deepEqual(errors.splice(0), []);
  });

  test(`${at.path}: whoever is blocked ${/^(?:privacy|help)/.test(at.path) ? 'can still call it' : 'can’t call it'}`, async () => {
    const where = rule.places?.[0] ?? 'server';
    for (const rank of ['everyone', 'moderator'] as const) {
      const { services } = await open();
      await services.access.put('bot', 'block', { kind: 'user', id: stranger.id });
      const context = contextOf(at, where, rank);
      const outcome = await runCommand(createCommands(services), context, at.path, given(at), logger);
      const isForAll = /^(?:privacy|help)/.test(at.path);
      if (ranksAtLeast(rank, rule.rank)) assert.equal(/You can’t use me here/.test(outcome.text), !isForAll, outcome.text);
      if (!isForAll) {
        assert.equal(outcome.isFailure, true);
        assert.deepEqual(services.log, []);
        const command = allCommands(createCommands(services)).find(({ path }) => path === at.path)?.command;
        for (const { choices } of command?.options ?? []) assert.deepEqual((await choices?.(context, '', {})) ?? [], []);
      }
    }
  });
}
