import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import Keyv from 'keyv';
import { createAccessControl } from '../../../src/access/access-control.ts';
import { createOptOuts } from '../../../src/access/opt-outs.ts';
import { createPersonalData } from '../../../src/access/personal-data.ts';
import { createQuota } from '../../../src/access/quota.ts';
import { createUserIndex, indexUsers } from '../../../src/access/user-index.ts';
import type { QueuedRequest } from '../../../src/commands/request-log.ts';
import type { AnswerActions, CommandServices, PlaceSettings } from '../../../src/commands/services.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { loadPresets } from '../../../src/config/load-presets.ts';
import { createOverrides } from '../../../src/config/overrides.ts';
import { createSettingsCascade } from '../../../src/config/settings-cascade.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import type { ConversationKey, ConversationSettings } from '../../../src/core/conversation.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Memory } from '../../../src/core/memory.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createHumanPersonas } from '../../../src/people/human-personas.ts';
import { expandMacros } from '../../../src/prompt/macros.ts';
import type { RoleplayActions } from '../../../src/turn/roleplay-actions.ts';
import { createFakeEngine, type FakeEngine, type FakeEngineOptions } from '../../fakes/engine.ts';
import { noLorebooks } from './lore-kit.ts';
import { noImportedPersonas } from './persona-kit.ts';

export const robin: Persona = { id: 'robin', name: 'Robin', summary: 'Helps with everything.' };
export const mara: Persona = {
  id: 'old-mara',
  name: 'Old Mara',
  summary: 'Tells stories.',
  greeting: 'Sit down, {{user}}. {{char}} has a tale.',
};

export const everyone: CommandContext = {
  conversation: 'terminal:local',
  where: 'terminal',
  user: { id: 'terminal:ash', name: 'Ash' },
  rank: 'everyone',
  locale: 'en',
};
export const owner: CommandContext = { ...everyone, rank: 'owner' };

/** As much of a memory as the commands use: how many turns there are, and settings. */
const createCountingMemory = (counts: Record<ConversationKey, number>): Memory => {
  const settings = new Map<ConversationKey, ConversationSettings>();
  const unused = async (): Promise<never> => {
    throw new Error('the commands have no need of this');
  };
  return {
    append: unused,
    appendIf: unused,
    turns: unused,
    turn: unused,
    turnsOf: unused,
    pin: unused,
    change: unused,
    remove: unused,
    removeAfter: unused,
    forget: unused,
    copy: unused,
    counts: unused,
    first: unused,
    findByMessage: unused,
    editMessage: unused,
    deleteMessages: unused,
    close: unused,
    count: async (conversation) => counts[conversation] ?? 0,
    async reset(conversation) {
      const count = counts[conversation] ?? 0;
      counts[conversation] = 0;
      return count;
    },
    settings: async (conversation) => settings.get(conversation) ?? {},
    async configure(conversation, { personaId }) {
      settings.set(conversation, personaId === undefined ? {} : { personaId });
    },
  };
};

const root = mkdtempSync(join(tmpdir(), 'paddock-commands-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'config', 'models'), { recursive: true });
writeFileSync(join(root, 'config', 'paddock.yaml'), 'persona: robin\nquota: {perUserPerHour: 20}\n');
writeFileSync(join(root, 'config', 'models', 'calm.yaml'), 'name: Calm\nsampling: {temperature: 0.3}\n');
const config = loadConfig({ root, env: {} });
const presets = loadPresets(config.folders.presets, root);
const cascade = createSettingsCascade(config, presets);

/** Real settings over an empty store: the preset `calm`, 20 answers an hour. */
const createSettings = (store: Keyv): PlaceSettings => {
  const overrides = createOverrides({ store, logger: silentLogger });
  return {
    overrides,
    at: async (place, given) => cascade.settingsAt(place, undefined, given ?? (await overrides.at(place))),
    explain: async (place) => cascade.explainAt(place, undefined, await overrides.at(place)),
    limit: async (place, name, by) => cascade.limitAt(place, name, by, await overrides.at(place)),
    presets: () => [...presets.keys()],
    templates: () => ['chatml', 'alpaca'],
  };
};

export type TestServices = CommandServices & {
  readonly engine: FakeEngine;
  /** What was done to memory, answers and the bot, in order. */
  readonly log: string[];
  readonly requested: QueuedRequest[];
};

/** A real memory that keeps the index of users, and what stands beside it in the same store. */
export const createTestMemory = (now: () => number = () => 1_000) => {
  const store = new Keyv({ throwOnErrors: true });
  const index = createUserIndex(store);
  return { store, index, memory: indexUsers(createMemory({ store, now }), index) };
};

/** Services of which the tests can change every part; `log` tells the order of what was done to them. */
export const createTestServices = (
  given: Partial<Omit<CommandServices, 'engine'>> & {
    readonly counts?: Record<ConversationKey, number>;
    readonly personaList?: readonly Persona[];
    readonly files?: readonly string[];
    readonly engineOptions?: FakeEngineOptions;
    /** For a memory that remembers; the store then also holds all else. */
    readonly kept?: ReturnType<typeof createTestMemory>;
  } = {},
): TestServices => {
  const { counts, personaList, files, engineOptions, kept = createTestMemory(), ...changed } = given;
  const log: string[] = [];
  const requested: QueuedRequest[] = [];
  const engine = createFakeEngine(engineOptions);
  const memory = given.kept === undefined ? createCountingMemory(counts ?? {}) : kept.memory;
  const personas = personaList ?? [robin, mara];
  const now = (): number => 1_000 + (3 * 3600 + 25 * 60) * 1000;
  const optOuts = createOptOuts(kept.store);
  const stopAnswers = async (): Promise<number> => {
    log.push('stop');
    return 0;
  };
  const services: TestServices = {
    log,
    requested,
    queue: {
      state: () => ({ waiting: 2, running: 1 }),
      cancel: (conversation, messageId) => {
        log.push(`cancel ${conversation} ${messageId}`);
        return 1;
      },
    },
    requests: () => requested,
    stopAnswers,
    endAutoScene: () => false,
    explain: async () => {
      throw new Error('only /prompt has need of this');
    },
    personas: { ...noImportedPersonas, list: () => personas, get: (id) => personas.find((persona) => persona.id === id) },
    models: { folder: '/srv/bot/data/models', root: '/srv/bot', list: async () => files ?? [] },
    personaAt: async (_place, { personaId }) => personas.find((persona) => persona.id === personaId) ?? robin,
    licenceNotice: async () => undefined,
    lore: noLorebooks,
    settings: createSettings(kept.store),
    access: createAccessControl({ store: kept.store, logger: silentLogger }),
    quota: createQuota(now),
    optOuts,
    personalData: createPersonalData({ memory: kept.memory, engine, index: kept.index, optOuts, stopAnswers, now }),
    answers: createFakeAnswers(memory, log),
    roleplay: createFakeRoleplay(log),
    people: createHumanPersonas(kept.store),
    bot: {
      reload: async () => {
        log.push('reload');
        return [];
      },
      shutdown: async () => void log.push('shutdown'),
      servers: async () => [{ id: '42', name: 'Meadow', members: 7 }],
      leave: async (id) => {
        log.push(`leave ${id}`);
        return id === '42';
      },
    },
    answerCounts: () => ({
      answers: 4,
      failures: 1,
      promptTokens: 1000,
      cachedTokens: 750,
      outputTokens: 200,
      writingMs: 20_000,
      readingMs: 2_000,
    }),
    startedAt: 1_000,
    now,
    memoryBytes: () => 120 * 1_048_576,
    ...changed,
    engine,
    memory: {
      ...memory,
      reset: (conversation) => {
        log.push('reset');
        return memory.reset(conversation);
      },
    },
  };
  return services;
};

/** Roleplay where nothing can be shown besides the replies of commands; what was asked for is in the log. */
const createFakeRoleplay = (log: string[]): RoleplayActions => ({
  speak: async ({ userId }, personaId) => {
    log.push(`${personaId} speaks for ${userId}`);
    return true;
  },
  greet: async (_where, personas, { isInScene = false }) => {
    log.push(`greet ${personas.map(({ id }) => id).join(' ')}${isInScene ? ' in a scene' : ''}`);
    return 0;
  },
  greeting: async (_where, { name, greeting }, { userName }) =>
    greeting && expandMacros(greeting, { char: name, user: userName }),
  impersonate: async (_where, { name }) => `${name} would say this.`,
  summarise: async () => undefined,
});

/** What was asked of the answers, in the log; swipes and edits really change memory. */
const createFakeAnswers = (memory: Memory, log: string[]): AnswerActions => ({
  regenerate: async ({ conversation, userId }, { turnId, guidance }) => {
    log.push(`regenerate ${turnId} for ${userId}${guidance === undefined ? '' : `: ${guidance}`}`);
    return memory.change(conversation, turnId, { kind: 'add', text: 'another answer' });
  },
  continueAnswer: async ({ conversation, userId }, { turnId }) => {
    log.push(`continue ${turnId} for ${userId}`);
    return memory.turn(conversation, turnId);
  },
  swipe: async ({ conversation }, { turnId, ...target }) => {
    const turn = await memory.turn(conversation, turnId);
    if (turn === undefined) throw new Error('no such turn');
    const index = 'to' in target ? target.to : turn.shown + target.by;
    const moved = await memory.change(conversation, turnId, { kind: 'show', index });
    log.push(`swipe ${turnId} to ${index}`);
    return { turn: moved ?? turn, isMoved: moved !== undefined };
  },
  editAnswer: async ({ conversation }, { turnId, text }) => {
    log.push(`edit ${turnId}`);
    const turn = await memory.change(conversation, turnId, { kind: 'replace', text });
    if (turn === undefined) throw new Error('no such turn');
    return turn;
  },
  replyAs: async (_where, { personaId, turnId, messageId }) => void log.push(`${personaId} replies to ${turnId} in ${messageId}`),
  withdraw: async (_where, messageIds) => void log.push(`withdraw ${messageIds.join(' ')}`),
  openThread: async (_where, messageId) => {
    log.push(`thread on ${messageId}`);
    return 'discord:777';
  },
  ask: async ({ userId }, { text, personaId, isPrivate }, onText) => {
    log.push(`ask ${userId} ${isPrivate ? 'privately' : 'openly'} ${personaId ?? 'whoever'}: ${text}`);
    onText('The an');
    return { text: 'The answer.', speaker: { id: 'persona:robin', name: 'Robin' } };
  },
});
