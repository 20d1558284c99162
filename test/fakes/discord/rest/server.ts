import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeDiscord } from '../discord-types.ts';
import type { FaultEffect, LoggedRequest } from '../fault-types.ts';
import type { World } from '../world.ts';
import { ApiError, apiErrors } from './errors.ts';
import { createFaults } from './faults.ts';
import type { LimitState } from './limits.ts';
import { createLimits } from './limits.ts';
import type { ApiResponse, ParsedBody } from './request.ts';
import { readBody } from './request.ts';
import type { Match, Route } from './router.ts';
import { findRoute } from './router.ts';
import { applicationRoutes } from './routes/applications.ts';
import { channelRoutes } from './routes/channels.ts';
import { guildRoutes } from './routes/guilds.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { messageRoutes } from './routes/messages.ts';
import { webhookRoutes } from './routes/webhooks.ts';

const apiPrefix = '/api/v10';

/** The HTTP side of `FakeDiscord`. */
export type RestControl = Pick<FakeDiscord, 'faults' | 'requests' | 'limitRate'>;

export type RestServer = {
  readonly control: RestControl;
  /** Listens on a free port and returns the origin. */
  listen(): Promise<string>;
  close(): Promise<void>;
};

const notFound: ApiResponse = { status: 404, body: apiErrors.notFound().body };

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const limitHeaders = (limit: LimitState, now: number): Record<string, string> => ({
  'x-ratelimit-limit': String(limit.limit),
  'x-ratelimit-remaining': String(limit.remaining),
  'x-ratelimit-reset': (limit.resetAt / 1000).toFixed(3),
  'x-ratelimit-reset-after': (Math.max(0, limit.resetAt - now) / 1000).toFixed(3),
  'x-ratelimit-bucket': limit.bucket,
});

const tooMany = (
  retryAfterS: number,
  isGlobal: boolean,
  scope: string,
): { response: ApiResponse; headers: Record<string, string> } => ({
  response: { status: 429, body: { message: 'You are being rate limited.', retry_after: retryAfterS, global: isGlobal } },
  headers: {
    'retry-after': String(retryAfterS),
    'x-ratelimit-scope': isGlobal ? 'global' : scope,
    ...(isGlobal
      ? { 'x-ratelimit-global': 'true' }
      : { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': retryAfterS.toFixed(3) }),
  },
});

export const createRestServer = (world: World, upgrade: Upgrade): RestServer => {
  // Routes with a fixed part stand before those with a parameter in its place.
  const routes: readonly Route[] = [
    ...applicationRoutes(world),
    ...channelRoutes(world),
    ...guildRoutes(world),
    ...messageRoutes(world),
    ...interactionRoutes(world),
    ...webhookRoutes(world),
  ];
  const faults = createFaults();
  const limits = createLimits(world.now, world.options.rateLimit ?? { limit: 50, windowMs: 1000 });
  const log: { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] }[] = [];
  const sockets = new Set<Socket>();
  const ended = new AbortController();

  const requests: RestControl['requests'] = ({ method, path } = {}) =>
    log.filter((each) => (method ?? each.method) === each.method && (path === undefined || each.path.search(path) >= 0));

  const handle = async (
    match: Match | 'wrong-method' | undefined,
    request: IncomingMessage,
    query: URLSearchParams,
    body: ParsedBody,
  ): Promise<ApiResponse> => {
    try {
      if (match === undefined) throw apiErrors.notFound();
      if (match === 'wrong-method') throw apiErrors.methodNotAllowed();
      if (match.route.auth === 'bot' && request.headers.authorization !== `Bot ${world.token}`) throw apiErrors.unauthorized();
      return await match.route.handle({ ...body, params: match.params, query });
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: error.body };
      throw error;
    }
  };

  const write = (response: ServerResponse, answer: ApiResponse, headers: Record<string, string>): void => {
    const text = answer.body === undefined ? undefined : JSON.stringify(answer.body);
    response.writeHead(answer.status, { ...headers, ...(text === undefined ? {} : { 'content-type': 'application/json' }) });
    response.end(text);
  };

  /** A request under a fault; undefined when its connection was broken. */
  const handleFaulty = async (
    effect: FaultEffect,
    response: ServerResponse,
    work: () => Promise<ApiResponse>,
  ): Promise<{ response: ApiResponse; headers: Record<string, string> } | undefined> => {
    if ('status' in effect) {
      if (effect.handled) await work();
      const { status, code = 0, message = `${status}: scripted fault`, errors } = effect;
      const body = { message, code, ...(errors === undefined ? {} : { errors }) };
      return { response: { status: effect.status, body }, headers: {} };
    }
    if ('rateLimit' in effect) {
      const { retryAfterS, global, scope } = effect.rateLimit;
      return tooMany(retryAfterS, global ?? false, scope ?? 'user');
    }
    if ('delayMs' in effect) {
      const early = effect.thenHandle ? undefined : await work();
      await sleep(effect.delayMs, undefined, { signal: ended.signal, ref: false });
      return { response: early ?? (await work()), headers: {} };
    }
    if (effect.handled) await work();
    response.socket?.destroy();
    return undefined;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = request.method ?? 'GET';
    if (url.pathname.startsWith('/attachments/')) return serveAttachment(url.pathname, response);
    if (!url.pathname.startsWith(`${apiPrefix}/`)) return write(response, notFound, {});
    const path = url.pathname.slice(apiPrefix.length);
    const entry: (typeof log)[number] = {
      method,
      path,
      query: url.searchParams,
      body: undefined,
      files: [],
      headers: request.headers,
      at: world.now(),
      step: world.nextStep(),
      status: undefined,
    };
    log.push(entry);
    const read = await readBody(request).catch((error: unknown) => {
      if (error instanceof ApiError) return error;
      throw error;
    });
    if (read instanceof ApiError) return write(response, { status: read.status, body: read.body }, {});
    entry.body = read.json;
    entry.files = [...read.files.values()].map((file) => file.name);

    const match = findRoute(routes, method, path);
    const pattern = typeof match === 'object' ? match.route.pattern : path;
    const limit = limits.count(method, pattern, path);
    const work = (): Promise<ApiResponse> => handle(match, request, url.searchParams, read);
    const effect = faults.take({ method, path, body: read.json });
    const answer =
      effect !== undefined
        ? await handleFaulty(effect, response, work)
        : limit.isExceeded
          ? tooMany(Math.ceil(limit.resetAt - world.now()) / 1000, false, 'user')
          : { response: await work(), headers: {} };
    if (answer === undefined) return;
    entry.status = answer.response.status;
    write(response, answer.response, { ...limitHeaders(limit, world.now()), ...answer.headers });
  };

  const serveAttachment = (path: string, response: ServerResponse): void => {
    const [, , channelId = '', attachmentId = ''] = path.split('/');
    const messages = [...(world.channels.get(channelId)?.messages.values() ?? [])];
    const file =
      world.uploads.get(attachmentId) ??
      messages.flatMap((message) => message.attachments).find((each) => each.id === attachmentId);
    if (file === undefined) write(response, notFound, {});
    else response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The fault is this server's own (or it is closing): say so to who asked, who would otherwise wait.
      if (!response.headersSent)
        write(response, { status: 500, body: { message: `loopback Discord: ${String(error)}`, code: 0 } }, {});
      else response.destroy();
    });
  });
  server.on('upgrade', upgrade);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  return {
    control: { faults, requests, limitRate: limits.add },
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      }),
    close: async () => {
      ended.abort();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
