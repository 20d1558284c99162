import { setMaxListeners } from 'node:events';
import { type Client, type ClientEvents, Events, GatewayDispatchEvents } from 'discord.js';
import type { AnswerSurface } from '../../core/answer-surface.ts';
import { bounds } from '../../core/bounds.ts';
import { systemTimers } from '../../reply/index.ts';
import { createAnswerPorts } from './answer-ports.ts';
import { createAnswerThreads } from './answer-threads.ts';
import { type BackOffOptions, sleep, withBackOff } from './back-off.ts';
import { createChannelNotes } from './channel-notes.ts';
import { createClient, type DiscordClient } from './client.ts';
import { connect } from './connect.ts';
import { listenForDeletions } from './deletions.ts';
import { createEventGuard, labelOf } from './event-guard.ts';
import { contentFreeFields, failureFields } from './failures.ts';
import { createGuilds, type Guilds } from './guilds.ts';
import { conversationOf } from './inbound.ts';
import { createIntake } from './intake.ts';
import { handleInteraction } from './interactions.ts';
import { inviteOf } from './invite.ts';
import { createLeftServers } from './left-servers.ts';
import { createNames } from './names.ts';
import { createNewestAnswers } from './newest-answers.ts';
import { createOpenNotices } from './open-notices.ts';
import { createOwnRemovals } from './own-removals.ts';
import { createPlacing } from './placing.ts';
import type { DiscordPlatformOptions } from './platform-options.ts';
import { fetchOwnerIds } from './ranks.ts';
import { createReferences, noteReferences } from './raw-messages.ts';
import { refusalOfClose, refusalOfGreeting, refusalOfToken } from './refusals.ts';
import { registerCommands } from './registration.ts';
import { createSeenEvents } from './seen-events.ts';
import { createTokenCheck } from './token-check.ts';
import { createWebhooks } from './webhooks.ts';

/** Discord's own REST interface. */
const discordApi = 'https://discord.com/api';

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
    newestAnswers: createNewestAnswers(options),
  });

  const { onEdit, onDelete, tree } = options;
  const onMessage: DiscordPlatformOptions['onMessage'] = async (message, port) => {
    // Only that it is forgotten one day hangs on it.
    if (message.place)
      tree
        ?.note(message.place)
        .catch((error) => logger.warn(contentFreeFields(error), 'where a channel stands could not be saved'));
    await options.onMessage(message, port);
  };
  const placing = createPlacing({ threads, ports, ownRemovals, onMessage, onEdit, onDelete });

  const forgetChannel = async (channelId: string): Promise<void> => {
    notes.forget(channelId);
    await options.onForget?.(conversationOf(channelId));
    await options.worn?.save(channelId, {});
  };

  const intake = createIntake({
    ...{ client, names, seen, notes, references, guard, logger, backOff },
    apiUrl: options.apiUrl ?? discordApi,
    historyMessagesMax: options.historyOnFirstUse ?? 0,
    now: options.now ?? Date.now,
    prospect: options.prospect ?? (async ({ addressed }) => (addressed === 'none' ? 'no' : 'yes')),
    onMessage: placing.said,
    ...(options.remembered && { remembered: options.remembered }),
    onHeard: async (messages, occasion) => (await options.heard?.(messages, occasion)) ?? [],
    onEdit: placing.edited,
    onDelete: placing.removed,
    onForget: async (conversation) => {
      const id = conversation.slice(conversationOf('').length);
      const ids = [id, ...((await options.tree?.within(id)) ?? [])];
      // One that fails keeps no other; the tree remembers it until the server is left.
      const done = await Promise.allSettled(ids.map(forgetChannel));
      for (const each of done) if (each.status === 'rejected') throw each.reason;
      await options.tree?.forget(id);
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
        .then(() => connect({ client, login: options.token, token, timers, signal: closing.signal, logger }))
        .then(() => ready),
      refused.promise,
      closed.promise,
    ]);
    refuse = options.onFatal;
    void openNotices.tidy();
    if (tree) {
      const { now = Date.now, onForgetServer = async () => {} } = options;
      const leftServers = { client, tree, timers, now, logger, forgetChannel, forgetServer: onForgetServer };
      void createLeftServers({ ...leftServers, signal: closing.signal }).start();
    }
    if (client.isReady()) await settleIn(client);
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
