// What the bot adds to every message: from Discord's event to the engine's request, and from the engine's text to the call that
// posts it. The real client on a loopback Discord, the real store on disk, and an engine that answers at once.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bounds } from '../src/core/bounds.ts';
import type { Engine } from '../src/core/engine.ts';
import { silentLogger } from '../src/core/logger.ts';
import type { Persona } from '../src/core/persona.ts';
import { percentile, type Stopwatch } from '../src/engine/llama/bench/stopwatch.ts';
import { createMemory } from '../src/memory/memory.ts';
import { createSerial } from '../src/memory/serial.ts';
import { createDiscordPlatform } from '../src/platform/discord/index.ts';
import { chooseTemplate, loadTemplates } from '../src/prompt/index.ts';
import { createAnswerQueue } from '../src/queue/answer-queue.ts';
import { openStore } from '../src/store/store.ts';
import { createRecentAnswers } from '../src/trigger/index.ts';
import { type RespondServices, respond } from '../src/turn/respond.ts';
import { startFakeDiscord } from '../test/fakes/discord/index.ts';
import { createFakeEngine } from '../test/fakes/engine.ts';

/** Milliseconds a message. */
export type Overhead = {
  readonly channels: number;
  readonly messages: number;
  /** Whether every question was the first one of its conversation, or came behind all those before. */
  readonly conversations: 'new' | 'growing';
  /** With `memory` nothing waits for the disk, whose pace is none of the bot's. */
  readonly store: 'sqlite' | 'memory';
  /** From before the event is written to the socket until the engine is asked; with `sqlite`, memory is on disk by then. */
  readonly toEngine: Percentiles;
  /** From the engine's text until the client makes the call that posts it. */
  readonly toDiscord: Percentiles;
  /** Of these, the two together, of each message. */
  readonly both: Percentiles;
};
export type Percentiles = { readonly p50: number; readonly p99: number };

const answer = 'An answer that is long enough to be worth a message of its own at once.';
const persona: Persona = { id: 'bench', name: 'Bench', summary: 'Measures.', description: 'Bench answers as shortly as it can.' };

export const measureOverhead = async (
  root: string,
  watch: Stopwatch,
  sizes: Pick<Overhead, 'channels' | 'messages' | 'conversations' | 'store'> & {
    /** From one message to the next at least. */
    readonly messageMs: number;
  },
): Promise<Overhead> => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-bench-'));
  const discord = await startFakeDiscord({ rateLimit: { limit: 1_000_000, windowMs: 1000 } });
  const memory = createMemory({
    store: await openStore(sizes.store === 'memory' ? 'memory://' : `sqlite://${join(folder, 'bench.db')}`),
    now: Date.now,
    logger: silentLogger,
  });
  let [askedAt, answeredAt] = [0, 0];
  const fake = createFakeEngine({
    answers: [[answer]],
    beforePiece: async () => {
      answeredAt = watch.now();
    },
  });
  const engine: Engine = {
    ...fake,
    get model() {
      return fake.model;
    },
    generate: (request) => {
      askedAt = watch.now();
      return fake.generate(request);
    },
  };
  const services = await createServices(root, memory, engine);
  const dealtWith = createSignal();
  const platform = createDiscordPlatform({
    token: discord.token,
    apiUrl: discord.apiUrl,
    editIntervalMs: 1000,
    logger: silentLogger,
    commands: [],
    onMessage: async (message, port) => {
      await respond(services, message, port);
      dealtWith.give();
    },
    onEdit: async () => {},
    onDelete: async () => {},
    onFatal: (error) => dealtWith.fail(error),
  });
  let postedAt: number | undefined;
  const onRequest = (message: unknown): void => {
    if (isPost(message)) postedAt ??= watch.now();
  };
  subscribe('undici:request:create', onRequest);
  try {
    const guild = discord.addGuild({ name: 'Bench' });
    const channels = Array.from({ length: sizes.channels }, (_, index) => guild.addChannel({ name: `channel-${index}` }));
    const people = Array.from({ length: 20 }, (_, index) => discord.addUser({ name: `person${index}` }));
    await platform.start();
    const measured: { readonly toEngine: number; readonly toDiscord: number }[] = [];
    /** The first messages meet code that has not run yet. */
    const warmUp = Math.ceil(sizes.messages / 5);
    for (let index = -warmUp; index < sizes.messages; index++) {
      const place = (index + warmUp) % sizes.channels;
      const [channel, person] = [channels[place], people[(index + warmUp) % people.length]];
      if (!channel || !person) break;
      postedAt = undefined;
      const startedAt = watch.now();
      channel.say(person, `${discord.bot.mention} message ${index} of a person who wants to know something`);
      await dealtWith.taken();
      const doneAt = watch.now();
      if (postedAt === undefined || askedAt < startedAt) throw new Error('a message was not answered');
      if (sizes.conversations === 'new') await memory.reset(`discord:${channel.id}`);
      await sleep(Math.max(0, sizes.messageMs - (doneAt - startedAt)));
      if (index >= 0) measured.push({ toEngine: askedAt - startedAt, toDiscord: postedAt - answeredAt });
    }
    return {
      channels: sizes.channels,
      conversations: sizes.conversations,
      store: sizes.store,
      messages: measured.length,
      toEngine: percentiles(measured.map(({ toEngine }) => toEngine)),
      toDiscord: percentiles(measured.map(({ toDiscord }) => toDiscord)),
      both: percentiles(measured.map(({ toEngine, toDiscord }) => toEngine + toDiscord)),
    };
  } finally {
    unsubscribe('undici:request:create', onRequest);
    await platform.close();
    await discord.close();
    await memory.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

const percentiles = (values: readonly number[]): Percentiles => ({ p50: percentile(values, 0.5), p99: percentile(values, 0.99) });

/** Whether what undici tells is a message that is posted. */
const isPost = (message: unknown): boolean => {
  if (typeof message !== 'object' || message === null || !('request' in message)) return false;
  const { request } = message;
  if (typeof request !== 'object' || request === null || !('method' in request) || !('path' in request)) return false;
  return request.method === 'POST' && /\/channels\/\d+\/messages$/.test(String(request.path));
};

/** Waits for one thing at a time. */
const createSignal = () => {
  let waiting = Promise.withResolvers<void>();
  return {
    give: () => waiting.resolve(),
    fail: (error: unknown) => waiting.reject(error),
    taken: async () => {
      await waiting.promise;
      waiting = Promise.withResolvers<void>();
    },
  };
};

const createServices = async (root: string, memory: RespondServices['memory'], engine: Engine): Promise<RespondServices> => {
  const templates = await loadTemplates([join(root, 'config', 'templates')]);
  const now = Date.now;
  return {
    memory,
    engine,
    queue: createAnswerQueue({ slots: () => 2, bounds: bounds.queue, now }),
    logger: silentLogger,
    now,
    arrivals: createSerial({ waitingMax: bounds.memoryOperationsMax, refusal: () => new Error('too many messages wait') }),
    recentAnswers: createRecentAnswers(),
    random: Math.random,
    listen: 'channel',
    at: async () => ({
      memory,
      engine,
      persona: () => persona,
      template: () => chooseTemplate(templates, 'chatml')(engine.model),
      outputTokensMax: 256,
      stopStrings: [],
      sampling: {},
      reasoning: 'hide',
      trigger: {
        mention: true,
        direct: true,
        ownThreads: true,
        always: false,
        words: [],
        chance: 0,
        chanceCooldownSeconds: 0,
        bots: false,
      },
      reply: { style: 'reply', voice: 'bot', streaming: true, longAnswers: 'split', linkPreviews: false, buttons: true },
      now,
      random: Math.random,
    }),
  };
};
