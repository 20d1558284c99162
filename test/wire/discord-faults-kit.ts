// The bot's own way of answering behind the real client, and a Discord on which much goes wrong: what goes wrong is
// drawn from a seed; for posts by the question and the attempt it concerns, so that it does not hang on the machine's speed.
import { DefaultRestOptions } from 'discord.js';
import { promptText } from '../../src/core/prompt.ts';
import { createAnswerQueue } from '../../src/queue/answer-queue.ts';
import { hearPast } from '../../src/turn/hear-past.ts';
import { respond } from '../../src/turn/respond.ts';
import { tellPlaces } from '../../src/turn/waiting-notice.ts';
import type { FakeDiscord, FakeMessage, FaultableRequest, FaultEffect } from '../fakes/discord/index.ts';
import { createBench } from '../unit/turn/kit.ts';
import { closeAfterwards, fastTimers, open, pause } from './discord-kit.ts';

/** A request that Discord has not answered by then is sent again; ten times faster here than the library's standard. */
const requestMsMax = 400;
const slowMs = 650;

/** From 0 up to 1, the same for the same words. */
export const drawn = (...words: readonly (string | number)[]): number => {
  let hash = 2_166_136_261;
  for (const character of words.join('/')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_917);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

const slow: readonly FaultEffect[] = [
  { delayMs: slowMs, thenHandle: true },
  { delayMs: slowMs, thenHandle: false },
];
const effects: readonly FaultEffect[] = [
  ...slow,
  { status: 500 },
  { status: 502, handled: true },
  { status: 503 },
  { rateLimit: { retryAfterS: 0.06 } },
  { rateLimit: { retryAfterS: 0.04, scope: 'shared' } },
  { rateLimit: { retryAfterS: 0.05, global: true } },
  { dropSocket: true, handled: true },
  { dropSocket: true, handled: false },
];
const pick = (from: readonly FaultEffect[], at: number): FaultEffect | undefined => from[Math.floor(at * from.length)];

/** How a fault is called in the count of those that struck. */
const nameOf = (effect: FaultEffect): string =>
  'status' in effect
    ? `${effect.status}${effect.handled ? ' handled' : ''}`
    : 'rateLimit' in effect
      ? `429 ${effect.rateLimit.global ? 'global' : (effect.rateLimit.scope ?? 'route')}`
      : 'delayMs' in effect
        ? `slow ${effect.thenHandle ? 'before' : 'after'}`
        : `dropped ${effect.handled ? 'after' : 'before'}`;

const wordsOf = (number: number): string =>
  number % 10 === 0
    ? Array.from({ length: 90 }, (_, index) => ` Thought ${drawn(number, index).toString(36).slice(2)}.`).join('')
    : ' And that is all.';
/** The answer to a question: mostly short, every tenth one in two messages. */
export const answerTo = (number: number): string => `This answers ${number}.${wordsOf(number)}`.trim();

/** Answers on their way at once. */
const slots = 16;

/** Makes requests fail: every post is slow once and may fail twice more, a part of all others fails at the first try. */
const addFaults = (discord: FakeDiscord, seed: number, numberOf: (questionId: string) => number | undefined) => {
  const struck = new Map<string, number>();
  const attempts = new Map<string, number>();
  const effectOn = ({ method, path, body }: FaultableRequest): FaultEffect | undefined => {
    if (method === 'POST' && path.endsWith('/messages')) {
      const nonce = String((body as { readonly nonce?: unknown }).nonce);
      const [, questionId = '', chunk = ''] = /^(\d+)-?(.*)$/.exec(nonce) ?? [];
      const number = numberOf(questionId);
      const attempt = (attempts.get(nonce) ?? 0) + 1;
      attempts.set(nonce, attempt);
      if (number === undefined || attempt > 3) return undefined;
      const at = drawn(seed, 'post', number, chunk, attempt);
      if (attempt === 1) return pick(slow, at);
      return at < 0.4 ? pick(effects, at / 0.4) : undefined;
    }
    if (!/^\/channels\/\d+\/(?:messages|typing)/.test(path)) return undefined;
    const key = `${method} ${path}`;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    // Drawn by how many different requests came before: ids are others in every run, and edits depend on the machine's pace.
    const at = drawn(seed, method, attempts.size, attempt);
    return at < 0.12 ? pick(effects, at / 0.12) : undefined;
  };
  discord.faults.add({
    path: /./,
    times: Number.POSITIVE_INFINITY,
    effect: (request) => {
      const effect = effectOn(request);
      if (effect !== undefined) struck.set(nameOf(effect), (struck.get(nameOf(effect)) ?? 0) + 1);
      return effect;
    },
  });
  return struck;
};

/** Until the test's end, clients made from now on send as many requests as they like; by themselves, they send 50 a second. */
export const quickenRequests = (change: { readonly timeout?: number } = {}): void => {
  const standard = { ...DefaultRestOptions };
  Object.assign(DefaultRestOptions, { globalRequestsPerSecond: 100_000, ...change });
  closeAfterwards({ close: async () => void Object.assign(DefaultRestOptions, standard) });
};

/** The bot on a fake engine, connected, in a Discord without servers yet. */
export const openFaulty = async (seed: number) => {
  quickenRequests({ timeout: requestMsMax });
  const bench = await createBench({
    answerTo: ({ prompt }) => {
      const [, number = '0'] = [...promptText(prompt).matchAll(/question #(\d+)/g)].at(-1) ?? [];
      const answer = answerTo(Number(number));
      return [answer.slice(0, 8), answer.slice(8, 40), answer.slice(40)];
    },
    // So that edits happen too.
    beforePiece: () => pause(15),
    services: {
      queue: createAnswerQueue({
        slots: () => slots,
        bounds: { total: 1000, perConversation: 100, perUser: 100 },
        now: Date.now,
      }),
    },
  });
  const { services, memory } = bench;
  const { discord, platform, received } = await open({
    discord: { rateLimit: { limit: 1_000_000, windowMs: 1000 } },
    platform: {
      // Who waits is told so, in messages that must be gone in the end as well.
      onMessage: (message, port) =>
        respond({ ...services, queue: tellPlaces(services.queue, message, port, fastTimers) }, message, port),
      heard: (messages, occasion) => hearPast({ memory, listen: 'channel', isHeard: async () => true }, messages, occasion),
      onEdit: async (conversation, id, text) => void (await memory.editMessage(conversation, id, text)),
      onDelete: async (conversation, ids) => {
        for (const id of ids) services.queue.cancel(conversation, id);
        await memory.deleteMessages(conversation, ids);
      },
    },
  });
  const numbers = new Map<string, number>();
  const struck = addFaults(discord, seed, (id) => numbers.get(id));
  const note = (question: FakeMessage, number: number): void => void numbers.set(question.id, number);
  return { discord, platform, received, bench, note, struck };
};
