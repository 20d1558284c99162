import { setMaxListeners } from 'node:events';
import {
  type Client,
  type ClientEvents,
  Events,
  GatewayDispatchEvents,
  type RESTGetAPIGatewayBotResult,
  Routes,
} from 'discord.js';
import type { AnswerSurface } from '../../core/answer-surface.ts';
import { bounds } from '../../core/bounds.ts';
import type { Command } from '../../core/command.ts';
import type { ConversationKey } from '../../core/conversation.ts';
import { PaddockError } from '../../core/error.ts';
import type { Logger } from '../../core/logger.ts';
import type { IncomingMessage, ReplyPort } from '../../core/message.ts';
import type { Place, ReplySettings } from '../../core/settings.ts';
import type { SpeakerPicture } from '../../persona/speaker-pictures.ts';
import { systemTimers, type Timers } from '../../reply/index.ts';
import { createAnswerPorts } from './answer-ports.ts';
import { createAnswerThreads } from './answer-threads.ts';
import { type BackOffOptions, isTransient, sleep, withBackOff } from './back-off.ts';
import { createChannelNotes, type SeenStore } from './channel-notes.ts';
import { createClient, type DiscordClient } from './client.ts';
import { listenForDeletions } from './deletions.ts';
import { createEventGuard, labelOf } from './event-guard.ts';
import { failureFields } from './failures.ts';
import { createGuilds, type Guilds } from './guilds.ts';
import { conversationOf } from './inbound.ts';
import { createIntake } from './intake.ts';
import { handleInteraction } from './interactions.ts';
import { inviteOf } from './invite.ts';
import { createNames } from './names.ts';
import { createNewestAnswers } from './newest-answers.ts';
import { createOpenNotices, type NoticeStore } from './open-notices.ts';
import { createOwnRemovals } from './own-removals.ts';
import { createPlacing } from './placing.ts';
import { fetchOwnerIds } from './ranks.ts';
import { createReferences, noteReferences } from './raw-messages.ts';
import { refusalOfBudget, refusalOfClose, refusalOfGreeting, refusalOfRequest, refusalOfToken } from './refusals.ts';
import { registerCommands } from './registration.ts';
import { createSeenEvents } from './seen-events.ts';
import { createTokenCheck } from './token-check.ts';
import { createWebhooks } from './webhooks.ts';
import type { WornStore } from './worn-pictures.ts';

/** Discord's own REST interface. */
const discordApi = 'https://discord.com/api';

export type DiscordPlatformOptions = {
  readonly token: string;
  /** Base of Discord's REST interface, without version. [Discord's own] */
  readonly apiUrl?: string;
  /** Least time between two edits of an answer, in milliseconds. */
  readonly editIntervalMs: number;
  readonly logger: Logger;
  readonly commands: readonly Command[];
  readonly timers?: Timers;
  /** The clock by which questions are too old to be answered, in milliseconds since 1970. [the machine's] */
  now?(): number;
  /** Messages that are fetched from before the first question in a channel; 0 for none. [0] */
  readonly historyOnFirstUse?: number;
  /** Where the last message of each channel is kept, so that what comes while the bot is away is fetched at the next start. [nowhere] */
  readonly seen?: SeenStore;
  /** The picture that goes with a speaker's own name. [nobody has one] */
  pictureOf?(speakerId: string): SpeakerPicture | undefined;
  /** Where it is kept which webhooks wear which pictures. [nowhere: they are put on again after a restart] */
  readonly worn?: WornStore;
  /** Where it is kept which notices stand, so that the next start takes away what a crash leaves. [nowhere] */
  readonly notices?: NoticeStore;
  /** A message that the bot may hear, and where its answer goes. */
  onMessage(message: IncomingMessage, port: ReplyPort): Promise<void>;
  /**
   * Whether a message may get an answer: only then are its files read, and what was said before it fetched.
   * [when it is addressed to the bot]
   */
  mayAnswer?(message: IncomingMessage): boolean;
  /**
   * What was said and is not to be answered, oldest first: before the first question in a channel (`history`), or while the
   * bot was away (`missed`). Resolves with the ids of those that were not known.
   */
  heard?(messages: readonly IncomingMessage[], occasion: 'history' | 'missed'): Promise<readonly string[]>;
  /**
   * In which form a message that is addressed to the bot is answered there. Only the style is used here: `thread` opens one on
   * the message, and the message is passed on as one of the thread. [never in a thread]
   */
  replySettingsAt?(place: Place | undefined, message: IncomingMessage): Promise<ReplySettings>;
  /** The text of a message changed. */
  onEdit(conversation: ConversationKey, messageId: string, text: string): Promise<void>;
  onDelete(conversation: ConversationKey, messageIds: readonly string[]): Promise<void>;
  /** A channel or thread was deleted, and everything in it. */
  onForget?(conversation: ConversationKey): Promise<void>;
  /** Discord has closed the connection for good, after the start. */
  onFatal(error: PaddockError): void;
};

/** The bot on Discord. */
export interface DiscordPlatform extends Guilds {
  /**
   * Resolves once messages arrive. While Discord can't be reached it tries again and again; rejects with a
   * `PaddockError` (`discord-refused`) when that can't help.
   */
  start(): Promise<void>;
  /**
   * To be called before the answers under way are ended: what Discord takes at once is still delivered, and what it does not
   * is given up, so that whoever waits for a delivery soon knows what stands in the chat.
   */
  drain(): void;
  /** Ends the connection. Answers that are not delivered by then reject. */
  close(): Promise<void>;
  /** Answers that stand in channels already. */
  readonly answers: AnswerSurface;
}

export const createDiscordPlatform = (options: DiscordPlatformOptions): DiscordPlatform => {
  const { logger, timers = systemTimers } = options;
  const guard = createEventGuard(logger);
  const client = createClient(options.apiUrl, (label, error) => {
    guard.report(label, error);
    if (label.event === GatewayDispatchEvents.Ready && !client.isReady()) refuse(refusalOfGreeting());
  });
  const seen = createSeenEvents(timers.now);
  const names = createNames();
  const references = createReferences();
  const notes = createChannelNotes({ timers, logger, ...(options.seen && { store: options.seen }) });
  const draining = new AbortController();
  const closing = new AbortController();
  setMaxListeners(0, draining.signal, closing.signal); // every wait of a back-off and every request listens to them
  const backOff: BackOffOptions = {
    timers,
    signal: draining.signal,
    onRetry: (error, waitMs) => logger.warn({ waitMs, ...failureFields(error) }, 'a request to Discord failed; trying again'),
  };
  let ownerIds: ReadonlySet<string> = new Set();
  let refuse = options.onFatal; // told when Discord ends the connection for good
  const token = options.token.replace(/^Bot /, '');
  const checkToken = createTokenCheck(client.rest, token, backOff, (refusal) => refuse(refusal));

  const ownRemovals = createOwnRemovals();
  const threads = createAnswerThreads({ client, backOff, logger, ...replySettingsOf(options) });
  const openNotices = createOpenNotices({ rest: client.rest, backOff, ownRemovals, logger, store: options.notices });
  const ports = createAnswerPorts({
    ...{ client, rest: client.rest, timers, logger, threads, ownRemovals, openNotices },
    draining: draining.signal,
    closing: closing.signal,
    editIntervalMs: options.editIntervalMs,
    onUnauthorised: checkToken,
    pictureOf: (speakerId) => options.pictureOf?.(speakerId),
    webhooks: createWebhooks({
      ...{ rest: client.rest, timers, logger, draining: draining.signal, worn: options.worn },
      bot: () => ({ applicationId: client.application?.id ?? '', name: client.user?.username ?? 'bot' }),
    }),
    newestAnswers: createNewestAnswers((channelId, error) =>
      logger.debug({ channelId, ...failureFields(error) }, 'the buttons of an earlier answer could not be taken away'),
    ),
  });

  const { onMessage, onEdit, onDelete } = options;
  const placing = createPlacing({ threads, ports, ownRemovals, onMessage, onEdit, onDelete });

  const intake = createIntake({
    ...{ client, names, seen, notes, references, guard, logger, backOff },
    apiUrl: options.apiUrl ?? discordApi,
    historyMessagesMax: options.historyOnFirstUse ?? 0,
    now: options.now ?? Date.now,
    mayAnswer: (message) => options.mayAnswer?.(message) ?? message.addressed !== 'none',
    onMessage: placing.said,
    onHeard: async (messages, occasion) => (await options.heard?.(messages, occasion)) ?? [],
    onEdit: placing.edited,
    onDelete: placing.removed,
    onForget: async (conversation) => {
      await options.onForget?.(conversation);
      await options.worn?.save(conversation.slice(conversationOf('').length), {});
    },
  });

  /** Listens to an event. Nothing that fails in the handling of one may reach another one. */
  const on = <Name extends keyof ClientEvents>(event: Name, handle: (...about: ClientEvents[Name]) => unknown): void => {
    client.on(event, (...about) => guard.run(labelOf(event, about[0]), () => handle(...about)));
  };

  const listen = (): void => {
    noteReferences(client, references);
    on(Events.MessageCreate, intake.created);
    on(Events.MessageUpdate, (_before, message) => intake.updated(message));
    listenForDeletions(client, guard, intake);
    client.ws.on(GatewayDispatchEvents.Ready, intake.sessionIsNew);
    client.ws.on(GatewayDispatchEvents.GuildCreate, intake.guildIsTold);
    on(Events.ShardReady, intake.catchUp);
    on(Events.InteractionCreate, async (interaction) => {
      if (!seen.isFirst(interaction.id)) return;
      const services = { commands: options.commands, names, timers, signal: draining.signal, logger, ownerIds: () => ownerIds };
      await handleInteraction(interaction, services);
    });
    on(Events.ShardDisconnect, ({ code }) => {
      const refusal = refusalOfClose(code);
      if (refusal !== undefined) refuse(refusal);
    });
    on(Events.ShardReconnecting, () => {
      if (!closing.signal.aborted) logger.info({}, 'the connection to Discord was lost; connecting again');
    });
    on(Events.ShardResume, (_shard, replayed) => logger.info({ replayed }, 'the connection to Discord is back'));
    on(Events.ShardError, (error) => logger.warn(failureFields(error), 'the connection to Discord failed'));
    on(Events.Error, (error) => logger.error(failureFields(error), 'the Discord client failed'));
    on(Events.Warn, (message) => logger.warn({ message }, 'the Discord client warns'));
    client.rest.on('rateLimited', ({ method, route, timeToReset }) =>
      logger.debug({ method, route, waitMs: timeToReset }, 'waiting for a rate limit'),
    );
  };

  const start = async (): Promise<void> => {
    const refusedToken = refusalOfToken(options.token);
    if (refusedToken !== undefined) throw refusedToken;
    const refused = Promise.withResolvers<never>();
    refused.promise.catch(() => {}); // raced below
    refuse = refused.reject;
    listen();
    const closed = Promise.withResolvers<never>();
    closing.signal.addEventListener('abort', () => closed.reject(new Error('The platform was closed before it had started.')));
    closed.promise.catch(() => {});
    const ready = new Promise<void>((resolve) => void client.once(Events.ClientReady, () => resolve()));
    await Promise.race([
      notes
        .load()
        .then(connect)
        .then(() => ready),
      refused.promise,
      closed.promise,
    ]);
    refuse = options.onFatal;
    void openNotices.tidy();
    if (client.isReady()) await settleIn(client);
  };

  /** Connects for the first time. Resolves also when that failed and the client's shard goes on trying. */
  const connect = async (): Promise<void> => {
    client.rest.setToken(token);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const gateway = (await client.rest.get(Routes.gatewayBot())) as RESTGetAPIGatewayBotResult;
        const refusal = refusalOfBudget(gateway.session_start_limit);
        if (refusal !== undefined) throw refusal;
        await client.login(options.token);
        return;
      } catch (error) {
        if (error instanceof PaddockError) throw error;
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

  const drain = (): void => {
    draining.abort();
    const cancel = timers.after(bounds.discord.drainMsMax, () => closing.abort());
    closing.signal.addEventListener('abort', cancel);
  };

  const close = async (): Promise<void> => {
    draining.abort();
    closing.abort();
    const ended = new AbortController();
    const all = Promise.all([notes.close(), openNotices.close(), end(client)]);
    await Promise.race([all, sleep(timers, bounds.discord.closeMsMax, ended.signal)]);
    ended.abort();
  };

  const end = async (client: DiscordClient): Promise<void> => {
    await client
      .end()
      .catch((error: unknown) => logger.debug(failureFields(error), 'the connection to Discord did not end well'));
    client.removeAllListeners();
  };

  return { start, drain, close, answers: ports.surface, ...createGuilds(client) };
};

const replySettingsOf = ({ replySettingsAt }: DiscordPlatformOptions) => (replySettingsAt ? { replySettingsAt } : {});
