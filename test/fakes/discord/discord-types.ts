import type { FakeFaults, LoggedRequest } from './fault-types.ts';
import type { FakeChannel, FakeGuild, FakeInteraction, FakeMessage, FakeUser, OptionValue, PrivilegedIntent } from './types.ts';

export type FakeDiscordOptions = {
  /** The bot's token. [one made for this instance] */
  readonly token?: string;
  /** The bot's account name. [`paddock`] */
  readonly botName?: string;
  /** What is switched on in the portal; asking for more closes with 4014. [all three] */
  readonly privilegedIntents?: readonly PrivilegedIntent[];
  /** [41 250] */
  readonly heartbeatIntervalMs?: number;
  /** What `GET /gateway/bot` says. [1000 of 1000, one identify at a time] */
  readonly sessionStartLimit?: {
    readonly total?: number;
    readonly remaining?: number;
    readonly resetAfterMs?: number;
    readonly maxConcurrency?: number;
  };
  readonly shards?: number;
  /** Every route allows this many requests in this time and answers more with 429. [50 in 1000 ms] */
  readonly rateLimit?: { readonly limit: number; readonly windowMs: number };
  /** How long an interaction waits for its first callback. [3000] */
  readonly acknowledgeMsMax?: number;
  /** At least so many dispatches of a session are kept to be sent again. [all] */
  readonly replayMax?: number;
  /** Fields that READY has instead of its own. */
  readonly rawReady?: Readonly<Record<string, unknown>>;
};

/** A Discord on 127.0.0.1. */
export interface FakeDiscord {
  /** For discord.js: `new Client({ rest: { api: discord.apiUrl } })`. */
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly token: string;
  readonly applicationId: string;
  readonly bot: FakeUser;
  /** Owns the application. */
  readonly owner: FakeUser;
  readonly faults: FakeFaults;
  /** Number of the last thing that happened: every change of a message, request and dispatch takes the next one. */
  readonly step: number;

  addUser(options: {
    readonly name: string;
    readonly displayName?: string;
    readonly isBot?: boolean;
    /** The language of the client, which interactions tell. [`en-US`] */
    readonly locale?: string;
  }): FakeUser;
  /** The bot joins a guild. [`owner`: the owner of the application] */
  /** @param options.locale the language that its community settings name. [en-US] */
  addGuild(options: { readonly name: string; readonly owner?: FakeUser; readonly locale?: string }): FakeGuild;
  /** The direct message channel between the bot and a user. */
  openDirectMessage(user: FakeUser): FakeChannel;
  /** @throws when there is none. */
  channel(id: string): FakeChannel;
  /** Deleted and ephemeral messages are found too. @throws when there is none. */
  message(id: string): FakeMessage;
  edit(message: FakeMessage, text: string): void;
  delete(message: FakeMessage): void;

  /** Commands registered globally, or in a guild, as the bot sent them. */
  commands(guild?: FakeGuild): readonly { readonly id: string; readonly name: string; readonly description: string }[];
  /** The global commands and those of guilds, word for word as the bot sent them. */
  registeredCommands(): readonly Readonly<Record<string, unknown>>[];
  /**
   * A user calls a slash command (`name` or `name sub` or `name group sub`).
   * @throws when it isn't registered there, or options are unknown or missing.
   */
  callCommand(
    user: FakeUser,
    channel: FakeChannel,
    name: string,
    options?: Readonly<Record<string, OptionValue>>,
  ): FakeInteraction;
  /** A user types in the option `focused`, whose text so far stands in `options`. */
  autocomplete(
    user: FakeUser,
    channel: FakeChannel,
    name: string,
    options: Readonly<Record<string, OptionValue>>,
    focused: string,
  ): FakeInteraction;
  /** A user calls a command of a message's context menu. */
  callMessageCommand(user: FakeUser, message: FakeMessage, name: string): FakeInteraction;
  /** A user calls a command of another user's context menu. */
  callUserCommand(user: FakeUser, channel: FakeChannel, target: FakeUser, name: string): FakeInteraction;
  pressButton(user: FakeUser, message: FakeMessage, customId: string): FakeInteraction;
  chooseInMenu(user: FakeUser, message: FakeMessage, customId: string, values: readonly string[]): FakeInteraction;
  /** Sends the form that an interaction opened. */
  submitModal(user: FakeUser, opened: FakeInteraction, values: Readonly<Record<string, string>>): FakeInteraction;

  /** All requests so far, oldest first. */
  requests(filter?: { readonly method?: string; readonly path?: RegExp }): readonly LoggedRequest[];
  /** Gives the routes that match an own limit. */
  limitRate(rule: { readonly method?: string; readonly path: RegExp; readonly limit: number; readonly windowMs: number }): void;

  /** Accepted IDENTIFYs. */
  readonly identifies: number;
  /** Accepted RESUMEs. */
  readonly resumes: number;
  /** Open gateway sockets. */
  readonly connections: number;
  readonly heartbeats: number;
  /** The presence that the bot last set. */
  readonly presence: { readonly status: string; readonly activities: readonly { readonly name: string }[] } | undefined;
  /** Ends all gateway sockets: with a close code, or (none) without a word. Sessions stay resumable unless `forget`. */
  dropConnections(options?: { readonly code?: number; readonly forget?: boolean }): void;
  /** Op 7. */
  requestReconnect(): void;
  /** Op 9; `false` forgets the sessions. */
  invalidateSession(isResumable: boolean): void;
  /** The next IDENTIFY gets this close code. */
  closeOnNextIdentify(code: number): void;
  /** The next `times` gateway connections are refused with 503. */
  refuseConnections(times: number): void;
  /** False: heartbeats are no longer acknowledged. */
  setHeartbeatAcks(isOn: boolean): void;
  /** Op 1: asks the bot for a heartbeat and resolves with the last sequence number it has seen. */
  requestHeartbeat(): Promise<number | null>;
  /** Tells the sessions of a message that they were told of already. */
  tellAgain(message: FakeMessage): void;
  /** Sends any dispatch to the sessions, whatever their intents. */
  dispatch(event: string, data: unknown): void;

  /**
   * Resolves with the first value other than undefined and false.
   * @throws after `timeoutMs` [5000] with the label, and with what `read` last threw.
   */
  waitFor<Value>(read: () => Value | undefined | false, label: string | (() => string), timeoutMs?: number): Promise<Value>;
  /**
   * Ends all sockets and servers; a process with nothing else to do can exit. Stop the bot first: a discord.js client
   * that loses its connection here tries to reconnect for ever, even when it is destroyed during its first pause.
   */
  close(): Promise<void>;
}
