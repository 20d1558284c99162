import type { CommandServices } from '../../../src/commands/services.ts';
import type { CommandContext } from '../../../src/core/command.ts';
import type { ConversationKey, ConversationSettings } from '../../../src/core/conversation.ts';
import type { Memory } from '../../../src/core/memory.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { createFakeEngine, type FakeEngine, type FakeEngineOptions } from '../../fakes/engine.ts';

export const robin: Persona = { id: 'robin', name: 'Robin', summary: 'Helps with everything.' };
export const mara: Persona = {
  id: 'old-mara',
  name: 'Old Mara',
  summary: 'Tells stories.',
  greeting: 'Sit down, {{user}}. {{char}} has a tale.',
};

export const everyone: CommandContext = {
  conversation: 'terminal:local',
  user: { id: 'terminal:ash', name: 'Ash' },
  rank: 'everyone',
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
    turns: unused,
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

export type TestServices = CommandServices & { readonly engine: FakeEngine; readonly log: string[] };

/** Services of which the tests can change every part; `log` tells the order of what was done to them. */
export const createTestServices = (
  given: Partial<CommandServices> & {
    readonly counts?: Record<ConversationKey, number>;
    readonly personaList?: readonly Persona[];
    readonly files?: readonly string[];
    readonly engineOptions?: FakeEngineOptions;
  } = {},
): TestServices => {
  const log: string[] = [];
  const engine = createFakeEngine(given.engineOptions);
  const memory = createCountingMemory(given.counts ?? {});
  const personas = given.personaList ?? [robin, mara];
  return {
    log,
    queue: { state: () => ({ waiting: 2, running: 1 }) },
    stopAnswers: async () => {
      log.push('stop');
      return 0;
    },
    explain: async () => {
      throw new Error('only /prompt has need of this');
    },
    personas: { list: () => personas, get: (id) => personas.find((persona) => persona.id === id) },
    models: { folder: '/srv/bot/data/models', list: async () => given.files ?? [] },
    personaAt: (_place, { personaId }) => personas.find((persona) => persona.id === personaId) ?? robin,
    licenceNotice: () => undefined,
    startedAt: 1_000,
    now: () => 1_000 + (3 * 3600 + 25 * 60) * 1000,
    memoryBytes: () => 120 * 1_048_576,
    ...given,
    engine,
    memory: {
      ...memory,
      reset: (conversation) => {
        log.push('reset');
        return memory.reset(conversation);
      },
    },
  };
};
