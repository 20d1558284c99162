// The Discord platform alone, with the real client, against the loopback Discord.
import { afterEach } from 'node:test';
import type { PaddockError } from '../../src/core/error.ts';
import { silentLogger } from '../../src/core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../src/core/message.ts';
import { createDiscordPlatform, type DiscordPlatformOptions } from '../../src/platform/discord/index.ts';
import type { Timers } from '../../src/reply/index.ts';
import {
  type FakeChannel,
  type FakeDiscord,
  type FakeDiscordOptions,
  type FakeMessage,
  startFakeDiscord,
} from '../fakes/discord/index.ts';

/** Time runs this much faster for the platform, so that its back-offs and pauses are short here. */
export const haste = 20;
export const fastTimers: Timers = {
  now: () => Date.now() * haste,
  after: (waitMs, callback) => {
    const timer = setTimeout(callback, waitMs / haste);
    return () => clearTimeout(timer);
  },
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const opened: { close(): Promise<void> }[] = [];

/** Closes something after the test that opened it, the last opened first. */
export const closeAfterwards = (thing: { close(): Promise<void> }): void => void opened.push(thing);

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

/** What the platform passed on, and what became of it. */
export type Received = {
  readonly messages: IncomingMessage[];
  readonly edits: { readonly conversation: string; readonly id: string; readonly text: string }[];
  readonly deletions: { readonly conversation: string; readonly ids: readonly string[] }[];
  /** By the id of the question: the ids of its answer's messages, and how many characters of it were written. */
  readonly delivered: Map<string, readonly string[]>;
  readonly written: Map<string, number>;
  readonly failures: unknown[];
  readonly fatal: PaddockError[];
  readonly log: { readonly level: string; readonly fields: object; readonly message: string }[];
};

/** A platform whose bot answers what it is asked with `answerTo(text)`, written in small pieces. */
export const open = async (
  settings: {
    readonly discord?: FakeDiscordOptions;
    readonly platform?: Partial<DiscordPlatformOptions>;
    readonly before?: (discord: FakeDiscord) => void;
  } = {},
  answerTo: (text: string) => string = (text) => `You said: ${text}`,
) => {
  const discord = await startFakeDiscord(settings.discord);
  closeAfterwards(discord);
  settings.before?.(discord);
  const received: Received = {
    messages: [],
    edits: [],
    deletions: [],
    delivered: new Map(),
    written: new Map(),
    failures: [],
    fatal: [],
    log: [],
  };
  const answer = async (message: IncomingMessage, port: ReplyPort): Promise<void> => {
    received.messages.push(message);
    if (message.addressed === 'none') return port.end();
    port.begin({ id: 'persona:test', name: 'Test' });
    try {
      const whole = answerTo(message.text);
      for (let length = 0; length < whole.length; length += Math.max(7, Math.ceil(whole.length / 60))) {
        if (port.lost?.aborted) break;
        port.show(whole.slice(0, length));
        received.written.set(message.id, length);
        await pause(3);
      }
      received.delivered.set(message.id, await port.finish(whole));
    } catch (error) {
      received.failures.push(error);
      await port.notice('That went wrong.');
    } finally {
      port.end();
    }
  };
  const write = (level: string) => (fields: object, message: string) => void received.log.push({ level, fields, message });
  const platform = createDiscordPlatform({
    token: discord.token,
    apiUrl: discord.apiUrl,
    editIntervalMs: 1000,
    logger: { ...silentLogger, info: write('info'), warn: write('warn'), error: write('error') },
    commands: [],
    timers: fastTimers,
    onMessage: answer,
    onEdit: async (conversation, id, text) => void received.edits.push({ conversation, id, text }),
    onDelete: async (conversation, ids) => void received.deletions.push({ conversation, ids }),
    onFatal: (error) => void received.fatal.push(error),
    ...settings.platform,
  });
  closeAfterwards(platform);
  return { discord, platform, received };
};

/** The same, started, in a server with one channel and one member. */
export const openInGuild = async (...args: Parameters<typeof open>) => {
  const all = await open(...args);
  const guild = all.discord.addGuild({ name: 'Meadow' });
  const channel = guild.addChannel({ name: 'general' });
  const ada = all.discord.addUser({ name: 'ada', displayName: 'Ada' });
  await all.platform.start();
  return { ...all, guild, channel, ada };
};

export const textOf = (messages: readonly FakeMessage[]): string => messages.map((message) => message.content).join('\n');
/** Resolves once the bot believes that these questions are answered. */
export const finished = (discord: FakeDiscord, received: Received, ...questions: readonly FakeMessage[]): Promise<unknown> =>
  discord.waitFor(() => questions.every((question) => received.delivered.has(question.id)), 'all answers');

export const answersTo = (channel: FakeChannel, question: FakeMessage): readonly FakeMessage[] =>
  channel.botMessages().filter((message) => message.replyToId === question.id);
