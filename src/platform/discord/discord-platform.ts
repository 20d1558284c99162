import { setMaxListeners } from 'node:events';
import {
  type Client,
  Events,
  GatewayDispatchEvents,
  type Message,
  OAuth2Scopes,
  PermissionFlagsBits,
  type RESTGetAPIGatewayBotResult,
  Routes,
} from 'discord.js';
import { bounds } from '../../core/bounds.ts';
import type { Command } from '../../core/command.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import type { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../core/message.ts';
import { systemTimers, type Timers } from '../../reply/index.ts';
import { type BackOffOptions, isTransient, sleep, withBackOff } from './back-off.ts';
import { createClient, type DiscordClient } from './client.ts';
import { failureFields } from './failures.ts';
import { conversationOf, editedTextOf, incomingOf } from './inbound.ts';
import { handleInteraction } from './interactions.ts';
import { createLastMessages, fetchMissed } from './missed-messages.ts';
import { createNames } from './names.ts';
import { fetchOwnerIds } from './ranks.ts';
import { refusalOfBudget, refusalOfClose, refusalOfRequest, refusalOfToken } from './refusals.ts';
import { registerCommands } from './registration.ts';
import { createReplyPort } from './reply-port.ts';
import { createSeenEvents } from './seen-events.ts';

export type DiscordPlatformOptions = {
  readonly token: string;
  /** Base of Discord's REST interface, without version. [Discord's own] */
  readonly apiUrl?: string;
  /** Whether messages of other bots are passed on at all. */
  readonly answerBots: boolean;
  /** Least time between two edits of an answer, in milliseconds. */
  readonly editIntervalMs: number;
  readonly logger: Logger;
  readonly commands: readonly Command[];
  readonly timers?: Timers;
  /** A message that the bot may hear, and where its answer goes. */
  onMessage(message: IncomingMessage, port: ReplyPort): Promise<void>;
  /** The text of a message changed. */
  onEdit(conversation: ConversationKey, messageId: string, text: string): Promise<void>;
  onDelete(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  /** Discord has closed the connection for good, after the start. */
  onFatal(error: PaddockError): void;
};

/** The bot on Discord. */
export interface DiscordPlatform {
  /**
   * Resolves once messages arrive. While Discord can't be reached it tries again and again; rejects with a
   * `PaddockError` (`discord-refused`) when that can't help.
   */
  start(): Promise<void>;
  /** Ends the connection. Answers that are not delivered by then reject. */
  close(): Promise<void>;
}

export const createDiscordPlatform = (options: DiscordPlatformOptions): DiscordPlatform => {
  const { logger, timers = systemTimers } = options;
  const client = createClient(options.apiUrl);
  const seen = createSeenEvents(timers.now);
  const names = createNames();
  const lastMessages = createLastMessages();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every wait of a back-off listens to it
  const backOff: BackOffOptions = {
    timers,
    signal: closing.signal,
    onRetry: (error, waitMs) => logger.warn({ waitMs, ...failureFields(error) }, 'a request to Discord failed; trying again'),
  };
  let ownerIds: ReadonlySet<string> = new Set();
  let missedFrom: ReadonlyMap<string, string> | undefined;

  const handleMessage = (message: Message): void => {
    lastMessages.note(message.channelId, message.id);
    if (!seen.isFirst(message.id)) return;
    const incoming = incomingOf(message, names);
    if (incoming === undefined || (incoming.author.isBot && !options.answerBots)) return;
    const port = createReplyPort({
      rest: client.rest,
      channelId: message.channelId,
      messageId: message.id,
      timers,
      signal: closing.signal,
      logger,
      editIntervalMs: options.editIntervalMs,
    });
    guard('a message', options.onMessage(incoming, port));
  };

  /** Nothing that fails in the handling of one event may reach another one. */
  const guard = (what: string, work: Promise<void>): void => {
    work.catch((error: unknown) => logger.error({ what, ...failureFields(error) }, 'an event of Discord could not be handled'));
  };

  const listen = (refuse: (refusal: PaddockError) => void): void => {
    client.on(Events.MessageCreate, (message) => handleMessage(message));
    client.on(Events.MessageUpdate, (_before, message) => {
      const text = editedTextOf(message, names);
      if (text !== undefined) guard('an edit', options.onEdit(conversationOf(message.channelId), message.id, text));
    });
    client.on(Events.MessageDelete, ({ channelId, id }) =>
      guard('a deletion', options.onDelete(conversationOf(channelId), [id])),
    );
    client.on(Events.MessageBulkDelete, (messages, channel) =>
      guard('deletions', options.onDelete(conversationOf(channel.id), [...messages.keys()])),
    );
    client.on(Events.InteractionCreate, (interaction) => {
      if (!seen.isFirst(interaction.id)) return;
      const services = { commands: options.commands, names, timers, signal: closing.signal, logger, ownerIds: () => ownerIds };
      guard('an interaction', handleInteraction(interaction, services));
    });
    client.on(Events.ShardDisconnect, ({ code }) => {
      const refusal = refusalOfClose(code);
      if (refusal !== undefined) refuse(refusal);
    });
    client.on(Events.ShardReconnecting, () => logger.info({}, 'the connection to Discord was lost; connecting again'));
    client.on(Events.ShardResume, (_shard, replayed) => logger.info({ replayed }, 'the connection to Discord is back'));
    client.on(Events.ShardError, (error) => logger.warn(failureFields(error), 'the connection to Discord failed'));
    client.on(Events.Error, (error) => logger.error(failureFields(error), 'the Discord client failed'));
    client.on(Events.Warn, (message) => logger.warn({ message }, 'the Discord client warns'));
    client.rest.on('rateLimited', ({ method, route, timeToReset }) =>
      logger.debug({ method, route, waitMs: timeToReset }, 'waiting for a rate limit'),
    );
    catchUp();
  };

  /** A session that could not be resumed has lost what was written meanwhile: it is fetched once the new one stands. */
  const catchUp = (): void => {
    let sessions = 0;
    client.ws.on(GatewayDispatchEvents.Ready, () => {
      sessions += 1;
      if (sessions > 1) missedFrom ??= lastMessages.snapshot();
    });
    client.on(Events.ShardReady, () => {
      if (missedFrom === undefined) return;
      const last = missedFrom;
      missedFrom = undefined;
      logger.info({ channels: last.size }, 'the connection to Discord is new; fetching what was missed');
      guard('missed messages', fetchMissed(client, last, { ...backOff, logger }, handleMessage));
    });
  };

  const start = async (): Promise<void> => {
    const refusedToken = refusalOfToken(options.token);
    if (refusedToken !== undefined) throw refusedToken;
    const refused = Promise.withResolvers<never>();
    refused.promise.catch(() => {}); // raced below
    let isStarted = false;
    listen((refusal) => (isStarted ? options.onFatal(refusal) : refused.reject(refusal)));
    const closed = Promise.withResolvers<never>();
    closing.signal.addEventListener('abort', () => closed.reject(new Error('The platform was closed before it had started.')));
    closed.promise.catch(() => {});
    const ready = new Promise<void>((resolve) => void client.once(Events.ClientReady, () => resolve()));
    await Promise.race([connect().then(() => ready), refused.promise, closed.promise]);
    isStarted = true;
    if (client.isReady()) await settleIn(client);
  };

  /** Connects for the first time. Resolves also when that failed and the client's shard goes on trying. */
  const connect = async (): Promise<void> => {
    client.rest.setToken(options.token.replace(/^Bot /, ''));
    for (let attempt = 0; ; attempt += 1) {
      try {
        const gateway = (await client.rest.get(Routes.gatewayBot())) as RESTGetAPIGatewayBotResult;
        const refusal = refusalOfBudget(gateway.session_start_limit);
        if (refusal !== undefined) throw refusal;
        await client.login(options.token);
        return;
      } catch (error) {
        const refusal = refusalOfRequest(error);
        if (refusal !== undefined) throw refusal;
        if (client.ws.shards.size > 0) return; // a shard exists, and connects again by itself
        if (!isTransient(error)) throw error;
        const waitMs = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5));
        logger.warn({ waitMs, ...failureFields(error) }, 'Discord can not be reached; trying again');
        await sleep(timers, waitMs, closing.signal);
        if (closing.signal.aborted) throw error;
      }
    }
  };

  /** What is nice to have from the start, but does not keep the bot from answering when it fails. */
  const settleIn = async (ready: Client<true>): Promise<void> => {
    const { application, guilds, user, rest } = ready;
    logger.info({ user: user.username, servers: guilds.cache.size }, 'on Discord');
    if (guilds.cache.size === 0)
      logger.info({ invite: inviteOf(ready) }, 'the bot is in no server yet: open the link to invite it');
    try {
      ownerIds = await withBackOff(() => fetchOwnerIds(ready), backOff);
      const hasChanged = await registerCommands(rest, application.id, options.commands, backOff);
      logger.info({ commands: options.commands.length, hasChanged }, 'the commands are registered');
    } catch (error) {
      logger.error(failureFields(error), 'the commands could not be registered; those registered before still work');
    }
  };

  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.race([end(client), sleep(timers, bounds.discord.closeMsMax, new AbortController().signal)]);
  };

  const end = async (client: DiscordClient): Promise<void> => {
    await client
      .end()
      .catch((error: unknown) => logger.debug(failureFields(error), 'the connection to Discord did not end well'));
    client.removeAllListeners();
  };

  return { start, close };
};

/** The link by which the bot is invited, with the permissions that it needs and no others. */
const inviteOf = (client: Client<true>): string =>
  client.generateInvite({
    scopes: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands],
    permissions: [
      PermissionFlagsBits.ViewChannel,
      PermissionFlagsBits.SendMessages,
      PermissionFlagsBits.SendMessagesInThreads,
      PermissionFlagsBits.ReadMessageHistory,
    ],
  });
