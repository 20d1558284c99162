// What models write, sent in every way there is, onto a Discord that checks every request.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiscordAPIError, type REST } from 'discord.js';
import fc from 'fast-check';
import { silentLogger } from '../../../../src/core/logger.ts';
import type { ReplySettings } from '../../../../src/core/settings.ts';
import { createNewestAnswers } from '../../../../src/platform/discord/newest-answers.ts';
import { createOwnRemovals } from '../../../../src/platform/discord/own-removals.ts';
import { createReplyPort, type ReplyPortOptions } from '../../../../src/platform/discord/reply-port.ts';
import { namePrefix, prefixCharacters, withoutPrefix } from '../../../../src/platform/discord/speaker-name.ts';
import { createWebhooks } from '../../../../src/platform/discord/webhooks.ts';
import { splitParts, type Timers } from '../../../../src/reply/index.ts';
import { fences, texts, withoutWhite } from './hostile-texts.ts';

type Body = Readonly<Record<string, unknown>> & { readonly content?: string; readonly nonce?: string };
type Sent = { readonly body: Body; readonly files?: readonly { readonly data: Buffer }[] };

/** One channel, seen from its REST interface. Every body is checked when it comes. */
const createPlace = (mayHaveWebhooks: boolean) => {
  const messages = new Map<string, string>();
  const byNonce = new Map<string, string>();
  let file: string | undefined;
  let lastId = 100_000_000_000_000_000n;
  const check = ({ body, files }: Sent): void => {
    assert.deepEqual(body.allowed_mentions, { parse: [], replied_user: false });
    assert.ok(body.content === undefined || (body.content.length > 0 && body.content.length <= 2000), `${body.content?.length}`);
    assert.ok(body.content === undefined || body.content.isWellFormed() || body.content.length < 3);
    assert.ok(String(body.username ?? 'x').length <= 80);
    if (files !== undefined) file = files.map(({ data }) => data.toString()).join('');
    else if (Array.isArray(body.attachments)) file = undefined;
  };
  const post = async (route: string, sent: Sent): Promise<unknown> => {
    if (route.endsWith('/webhooks')) {
      if (mayHaveWebhooks) return { id: '7', token: 'secret' };
      throw new DiscordAPIError({ code: 50_013, message: 'Missing Permissions' }, 50_013, 403, 'POST', route, {});
    }
    check(sent);
    const { nonce = '', content = '' } = sent.body;
    const known = byNonce.get(nonce);
    lastId += 1n;
    const id = known ?? String(lastId);
    if (nonce !== '') byNonce.set(nonce, id);
    if (known === undefined) messages.set(id, content);
    return { id, content: messages.get(id), webhook_id: route.includes('/webhooks/') ? '7' : undefined };
  };
  const idIn = (route: string): string => route.slice(route.lastIndexOf('/') + 1);
  const rest = {
    post,
    get: async () => [],
    patch: async (route: string, sent: Sent) => {
      check(sent);
      assert.ok(messages.has(idIn(route)));
      if (sent.body.content !== undefined) messages.set(idIn(route), sent.body.content);
    },
    delete: async (route: string) => void messages.delete(idIn(route)),
  };
  return { rest: rest as unknown as REST, messages, file: () => file };
};

/** Every pause is over at once. */
const createHurry = (): Timers => {
  let now = 0;
  return {
    now: () => now,
    after: (waitMs, callback) => {
      now += waitMs;
      queueMicrotask(callback);
      return () => {};
    },
  };
};

const name = 'Em*ber* of <@1> Discord';
const reply: ReplySettings = {
  style: 'reply',
  voice: 'bot',
  streaming: true,
  longAnswers: 'split',
  linkPreviews: false,
  buttons: true,
};
type Manner = {
  readonly look: { readonly name: string } | undefined;
  readonly mayHaveWebhooks: boolean;
  readonly longAnswers: ReplySettings['longAnswers'];
  readonly former: number;
  readonly style?: ReplySettings['style'];
};
const ways = {
  reply: { look: undefined, mayHaveWebhooks: false, longAnswers: 'split', former: 0 },
  plain: { look: undefined, mayHaveWebhooks: false, longAnswers: 'split', former: 0, style: 'plain' },
  webhook: { look: { name }, mayHaveWebhooks: true, longAnswers: 'split', former: 0 },
  prefixed: { look: { name }, mayHaveWebhooks: false, longAnswers: 'split', former: 0 },
  file: { look: undefined, mayHaveWebhooks: false, longAnswers: 'file', former: 0 },
  edit: { look: undefined, mayHaveWebhooks: false, longAnswers: 'split', former: 2 },
} as const;
type Way = keyof typeof ways;

/** Sends a text in one way; gives the texts of the messages that carry it, and the file. */
const send = async (
  way: Way,
  text: string,
  streamed: number,
): Promise<{ contents: readonly string[]; file?: string | undefined }> => {
  const { look, mayHaveWebhooks, longAnswers, former, style = 'reply' }: Manner = ways[way];
  const { rest, messages, file } = createPlace(mayHaveWebhooks);
  const timers = createHurry();
  const draining = new AbortController().signal;
  const services = { rest, timers, draining, closing: draining, logger: silentLogger };
  const options: ReplyPortOptions = {
    ...services,
    channelId: '1',
    webhookChannelId: '1',
    messageId: '2',
    nonceBase: '2',
    askerId: '3',
    editIntervalMs: 1000,
    onUnauthorised: () => assert.fail('the token is refused'),
    webhooks: createWebhooks({ ...services, bot: () => ({ applicationId: '4', name: 'Discord bot' }) }),
    newestAnswers: createNewestAnswers({ logger: { debug: (fields) => assert.fail(JSON.stringify(fields)) } }),
    ownRemovals: createOwnRemovals(),
    reply: { ...reply, longAnswers, style },
    ...(look && { look }),
    ...(former > 0 && {
      former: { messageIds: ['10', '11'], positionOf: () => ({ index: 1, count: 2 }) },
    }),
  };
  if (former > 0) for (const id of ['10', '11']) messages.set(id, 'the old text');
  const port = createReplyPort(options);
  if (streamed > 0) {
    port.show(text.slice(0, Math.ceil(text.length * streamed)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ids = await port.finish(text);
  port.end();
  // Nothing else stands there but the one notice about missing webhooks.
  const others = [...messages].filter(([id]) => !ids.includes(id));
  assert.ok(
    others.length <= 1 && others.every(([, content]) => content.startsWith('I may not use webhooks')),
    JSON.stringify(others),
  );
  return { contents: ids.map((id) => messages.get(id) ?? ''), file: file() };
};

test('10,000 texts, each in every way: nothing pings, nothing is too long, no fence is broken, nothing is lost', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom(0, 0, 0, 0.5, 1), async (text, streamed) => {
      const whole = new Map<number, ReturnType<typeof splitParts>>();
      for (const way of Object.keys(ways) as Way[]) {
        const { contents, file } = await send(way, text, streamed);
        if (file !== undefined) {
          assert.equal(file, text);
          assert.equal(contents.length, 1);
          files += 1;
          continue;
        }
        const prefix = ways[way].look === undefined ? '' : namePrefix(name);
        const charactersMax = 2000 - prefixCharacters(prefix);
        const parts = whole.get(charactersMax) ?? splitParts(text, charactersMax);
        whole.set(charactersMax, parts);
        assert.equal(contents.length, parts.length, way);
        const slices = parts.map(({ start, end }) => text.slice(start, end));
        assert.equal(withoutWhite(slices.join('')), withoutWhite(text), way);
        for (const [index, part] of parts.entries()) {
          const content = contents[index] ?? '';
          const isPrefixed = way === 'prefixed' && index === 0;
          if (isPrefixed) assert.ok(content.startsWith(prefix));
          assert.equal(isPrefixed ? withoutPrefix(content) : content, part.before + slices[index] + part.after, way);
          if (index < parts.length - 1) assert.equal(fences(content) % 2, 0, way);
        }
      }
    }),
    { numRuns: 10_000 },
  );
  assert.ok(files > 0);
});
