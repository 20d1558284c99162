// What the tests of src/turn/ share: the bot without its platforms, on a fake engine, and a port that notes everything.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import type Keyv from 'keyv';
import type { Turn } from '../../../src/core/conversation.ts';
import type { Logger } from '../../../src/core/logger.ts';
import type { Memory } from '../../../src/core/memory.ts';
import type { IncomingMessage, ReplyPort } from '../../../src/core/message.ts';
import type { Persona } from '../../../src/core/persona.ts';
import { promptText } from '../../../src/core/prompt.ts';
import type { ReplySettings, TriggerSettings } from '../../../src/core/settings.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { createAnswerQueue } from '../../../src/queue/answer-queue.ts';
import { openStore } from '../../../src/store/store.ts';
import { createRecentAnswers } from '../../../src/trigger/index.ts';
import { createArrivals, type PlaceServices, type RespondServices, respond } from '../../../src/turn/respond.ts';
import { createReviser, type Reviser } from '../../../src/turn/revise.ts';
import { createFakeEngine, type FakeEngine, type FakeEngineOptions } from '../../fakes/engine.ts';
import { shipped } from '../prompt/templates.ts';

export const conversation = 'test:channel';

export const replyDefaults: ReplySettings = {
  style: 'reply',
  voice: 'bot',
  streaming: true,
  longAnswers: 'split',
  linkPreviews: false,
  buttons: true,
};

export const triggerDefaults: TriggerSettings = {
  mention: true,
  direct: true,
  ownThreads: true,
  always: false,
  words: [],
  chance: 0,
  chanceCooldownSeconds: 300,
  bots: false,
};

export const helper: Persona = { id: 'helper', name: 'Helper', summary: 'Helps.' };
export const ember: Persona = { id: 'ember', name: 'Ember', summary: 'A fox.', description: 'Ember is a fox.' };

export type LogLine = { readonly level: keyof Logger; readonly fields: Readonly<Record<string, unknown>>; readonly text: string };

export type Bench = {
  readonly services: RespondServices;
  readonly memory: Memory;
  readonly engine: FakeEngine;
  readonly reviser: Reviser;
  readonly log: readonly LogLine[];
  /** A message said to the bot, dealt with altogether. */
  say(text: string, change?: Partial<IncomingMessage>, port?: TestPort): Promise<TestPort>;
  turns(): Promise<readonly Turn[]>;
};

export const createBench = async (
  options: FakeEngineOptions & {
    readonly store?: Keyv;
    readonly persona?: Persona;
    readonly services?: Partial<RespondServices>;
    readonly place?: Partial<PlaceServices>;
  } = {},
): Promise<Bench> => {
  const engine = createFakeEngine(options);
  const store = options.store ?? (await openStore('memory://'));
  const memory = createMemory({ store, now: () => 5_000 });
  const log: LogLine[] = [];
  const line =
    (level: keyof Logger) =>
    (fields: object, text: string): void => {
      log.push({ level, fields: { ...fields }, text });
    };
  const template = shipped('chatml');
  const personas = [options.persona ?? helper, ember];
  const services: RespondServices = {
    memory,
    engine,
    queue: createAnswerQueue({ slots: () => 2, bounds: { total: 64, perConversation: 8, perUser: 8 }, now: () => 0 }),
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    now: () => 7_000,
    recentAnswers: createRecentAnswers(),
    random: () => 0.5,
    arrivals: createArrivals(),
    listen: 'channel',
    at: async () => ({
      memory,
      engine,
      persona: ({ personaId }) => personas.find(({ id }) => id === personaId) ?? personas[0] ?? helper,
      template: () => template,
      outputTokensMax: 64,
      stopStrings: [],
      sampling: {},
      reasoning: 'hide',
      trigger: triggerDefaults,
      reply: replyDefaults,
      now: () => 7_000,
      random: () => 0.5,
      ...options.place,
    }),
    ...options.services,
  };
  let messages = 0;
  return {
    services,
    memory,
    engine,
    reviser: createReviser(services),
    log,
    async say(text, change = {}, port = createTestPort(`answer-${messages}`)) {
      await respond(services, messageOf(text, { id: `m${messages++}`, ...change }), port);
      return port;
    },
    turns: () => memory.turns(conversation),
  };
};

export const lastTurn = async ({ turns }: Bench): Promise<Turn> => (await turns()).at(-1) ?? assert.fail('no turns');

/** The prompt of a request, counted from the first, or from the last with a negative index. */
export const promptAt = ({ engine }: Bench, index: number): string =>
  promptText(engine.requests.at(index)?.prompt ?? assert.fail('no such request'));

export const messageOf = (text: string, change: Partial<IncomingMessage> = {}): IncomingMessage => ({
  conversation,
  id: 'm0',
  author: { id: 'test:ada', name: 'Ada', isBot: false },
  text,
  at: 1_000,
  addressed: 'direct',
  ...change,
});

export type TestPort = ReplyPort & {
  readonly shown: readonly string[];
  readonly finished: readonly string[];
  readonly notices: readonly string[];
  /** `begin`, `finish`, `notice`, `withdraw`, `end`, in order. */
  readonly calls: readonly string[];
};

/** @param messageId the id of the message that carries the answer, which is the same however often it is finished. */
export const createTestPort = (
  messageId: string,
  change: Partial<Pick<ReplyPort, 'finish' | 'lost' | 'show'>> = {},
): TestPort => {
  const [shown, finished, notices, calls]: [string[], string[], string[], string[]] = [[], [], [], []];
  return {
    shown,
    finished,
    notices,
    calls,
    begin: () => void calls.push('begin'),
    show: (text) => {
      shown.push(text);
      change.show?.(text);
    },
    finish: async (text) => {
      calls.push('finish');
      finished.push(text);
      return change.finish ? change.finish(text) : [messageId];
    },
    notice: async (text) => {
      calls.push('notice');
      notices.push(text);
    },
    withdraw: async () => void calls.push('withdraw'),
    end: () => void calls.push('end'),
    ...(change.lost && { lost: change.lost }),
  };
};

/** Something that is waited for until the test lets it go on. */
export const createGate = (): { readonly reached: Promise<void>; pass(): Promise<void>; open(): void } => {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  after(() => opened.resolve());
  return {
    reached: reached.promise,
    pass: () => {
      reached.resolve();
      return opened.promise;
    },
    open: () => opened.resolve(),
  };
};
