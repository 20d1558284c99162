// What the bot adds to every message: from Discord's event to the engine's request, and from the engine's text to the call that
// posts it. The whole bot with its real client on a loopback Discord, the real store, and an engine that answers at once.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, createApp } from '../src/app/app.ts';
import { createDiscord } from '../src/app/discord.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { silentLogger } from '../src/core/logger.ts';
import { percentile } from '../src/engine/llama/bench/stopwatch.ts';
import { startDiscordThread } from './discord-worker.ts';
import { createInstantEngine } from './instant-engine.ts';

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

export const measureOverhead = async (
  root: string,
  sizes: Pick<Overhead, 'channels' | 'messages' | 'conversations' | 'store'> & {
    /** From one message to the next at least. */
    readonly messageMs: number;
    /** Messages before those that are measured. */
    readonly warmUp: number;
  },
): Promise<Overhead> => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-bench-'));
  const people = 20;
  const discord = await startDiscordThread({ channels: sizes.channels, people });
  let [askedAt, answeredAt] = [0, 0];
  const engine = createInstantEngine(
    answer,
    () => {
      askedAt = discord.now();
    },
    () => {
      answeredAt = discord.now();
    },
  );
  const store = sizes.store === 'memory' ? 'memory://' : `sqlite://${join(folder, 'bench.db')}`;
  const file = join(folder, 'paddock.yaml');
  writeFileSync(file, `memory: { store: '${store}', historyOnFirstUse: 0 }\ntemplate: chatml\n`);
  const config = loadConfig({
    root,
    file,
    env: { PADDOCK_DATA: join(folder, 'data'), DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl },
  });
  const dealtWith = createSignal();
  const app = await createApp(config, silentLogger, { shutdown: () => {}, engine });
  const told: App = {
    ...app,
    respond: async (message, port) => {
      await app.respond(message, port);
      dealtWith.give();
    },
  };
  const platform = createDiscord(told, config, { logger: silentLogger, onFatal: dealtWith.fail });
  let postedAt: number | undefined;
  const onRequest = (message: unknown): void => {
    if (isPost(message)) postedAt ??= discord.now();
  };
  subscribe('undici:request:create', onRequest);
  try {
    await platform.start();
    const measured: { readonly toEngine: number; readonly toDiscord: number }[] = [];
    const { warmUp } = sizes;
    for (let index = -warmUp; index < sizes.messages; index++) {
      const place = (index + warmUp) % sizes.channels;
      postedAt = undefined;
      const [startedAt] = await Promise.all([
        discord.say(place, (index + warmUp) % people, `message ${index} of a person who wants to know something`),
        dealtWith.taken(),
      ]);
      const doneAt = discord.now();
      if (postedAt === undefined || askedAt < startedAt) throw new Error('a message was not answered');
      if (sizes.conversations === 'new') await app.memory.reset(`discord:${discord.channelIds[place]}`);
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
    await app.close();
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
