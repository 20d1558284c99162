// A scene of three on the bench of kit.ts: ports of further answers, and who spoke.
import type { AnswerSurface, SurfaceOptions } from '../../../src/core/answer-surface.ts';
import type { Turn } from '../../../src/core/conversation.ts';
import type { HumanPersona } from '../../../src/core/human-persona.ts';
import type { Persona } from '../../../src/core/persona.ts';
import type { Scene } from '../../../src/core/scene.ts';
import type { RespondServices } from '../../../src/turn/respond.ts';
import type { FakeEngineOptions } from '../../fakes/engine.ts';
import { shipped } from '../prompt/templates.ts';
import {
  type Bench,
  conversation,
  createBench,
  createTestPort,
  helper,
  replyDefaults,
  type TestPort,
  triggerDefaults,
} from './kit.ts';

export const fox: Persona = { id: 'fox', name: 'Ember', summary: '', description: 'Ember is a fox.' };
export const owl: Persona = { id: 'owl', name: 'Old Tamm', summary: '', description: 'Tamm is an owl.', talkativeness: 0 };
export const newt: Persona = { id: 'newt', name: 'Pip', summary: '', description: 'Pip is a newt.', talkativeness: 1 };
export const voice: Persona = { id: 'voice', name: 'Narrator', summary: '', systemPrompt: 'Tell what happens.' };

export const three: Scene = {
  members: [{ personaId: 'fox' }, { personaId: 'owl' }, { personaId: 'newt' }],
  speaking: 'list',
  cards: 'swap',
};

export type SceneBench = Bench & {
  /** Of answers after the first, in order. */
  readonly further: readonly {
    readonly port: TestPort;
    readonly messageId: string | undefined;
    readonly options: SurfaceOptions;
  }[];
  readonly portOn: AnswerSurface['portOn'];
  /** Names of who spoke, in order. */
  spoken(): Promise<readonly string[]>;
};

export const createSceneBench = async (
  scene: Scene | undefined,
  options: FakeEngineOptions & {
    readonly services?: (bench: { readonly portOn: AnswerSurface['portOn'] }) => Partial<RespondServices>;
    readonly humans?: Readonly<Record<string, HumanPersona>>;
    readonly random?: () => number;
  } = {},
): Promise<SceneBench> => {
  const further: { port: TestPort; messageId: string | undefined; options: SurfaceOptions }[] = [];
  const portOn: AnswerSurface['portOn'] = (_conversation, messageId, how = {}) => {
    const port = createTestPort(`further-${further.length}`);
    further.push({ port, messageId, options: how });
    return port;
  };
  const personas = [helper, fox, owl, newt, voice];
  const random = options.random ?? (() => 0.5);
  const bench = await createBench({
    ...options,
    place: {
      persona: ({ personaId }) => personas.find(({ id }) => id === personaId) ?? helper,
      personaById: (id) => personas.find((persona) => persona.id === id),
      human: async (id) => options.humans?.[id],
      template: () => shipped('chatml'),
      trigger: triggerDefaults,
      reply: replyDefaults,
      random,
    },
    services: { portOn, random, ...options.services?.({ portOn }) },
  });
  if (scene) await bench.memory.configure(conversation, { scene });
  const spoken = async (): Promise<readonly string[]> => (await bench.turns()).map(({ speaker }: Turn) => speaker.name);
  return { ...bench, further, portOn, spoken };
};
