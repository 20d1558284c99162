import { randomBytes } from 'node:crypto';
import type { FakeDiscordOptions } from './discord-types.ts';
import type {
  AttachmentRecord,
  ChannelRecord,
  CommandRecord,
  GuildRecord,
  InteractionRecord,
  MemberRecord,
  MessageRecord,
  UserRecord,
  WebhookRecord,
} from './records.ts';
import { createSnowflakes } from './snowflakes.ts';

/** What a gateway session is told; `data` may depend on the intents that the session asked for. */
export type Dispatch = {
  readonly event: string;
  readonly guild: GuildRecord | undefined;
  readonly data: (intents: number) => unknown;
  /** A session needs one of these bits; 0 is for everybody. */
  readonly intents: number;
};

/** All state, and the few things that every part needs. */
export type World = {
  readonly options: FakeDiscordOptions;
  readonly token: string;
  readonly applicationId: string;
  readonly bot: UserRecord;
  readonly owner: UserRecord;
  readonly users: Map<string, UserRecord>;
  readonly guilds: Map<string, GuildRecord>;
  readonly channels: Map<string, ChannelRecord>;
  readonly messages: Map<string, MessageRecord>;
  readonly webhooks: Map<string, WebhookRecord>;
  /** By token. */
  readonly interactions: Map<string, InteractionRecord>;
  readonly commands: Map<string, CommandRecord>;
  /** Files handed in with commands, by id. */
  readonly uploads: Map<string, AttachmentRecord>;
  /** By author, channel and nonce. */
  readonly nonces: Map<string, MessageRecord>;
  /** `http://127.0.0.1:port`, set once the server listens. */
  origin: string;
  now(): number;
  nextId(): string;
  nextStep(): number;
  readonly step: number;
  /** Set by the gateway. */
  dispatch: (dispatch: Dispatch) => void;
};

/** A secret of the length that Discord's have. */
export const randomToken = (bytes: number): string => randomBytes(bytes).toString('base64url');

export const createWorld = (options: FakeDiscordOptions): World => {
  const now = (): number => Date.now();
  const nextId = createSnowflakes(now);
  const user = (name: string, displayName: string, isBot: boolean): UserRecord => ({
    id: nextId(),
    name,
    displayName,
    isBot,
    refusesDirectMessages: false,
  });
  const bot = user(options.botName ?? 'paddock', options.botName ?? 'paddock', true);
  const owner = user('owner', 'The Owner', false);
  let step = 0;
  return {
    options,
    token: options.token ?? `${Buffer.from(bot.id).toString('base64url')}.${randomToken(4)}.${randomToken(28)}`,
    applicationId: bot.id,
    bot,
    owner,
    users: new Map([bot, owner].map((each) => [each.id, each])),
    guilds: new Map(),
    channels: new Map(),
    messages: new Map(),
    webhooks: new Map(),
    interactions: new Map(),
    commands: new Map(),
    uploads: new Map(),
    nonces: new Map(),
    origin: '',
    now,
    nextId,
    nextStep: () => ++step,
    get step() {
      return step;
    },
    dispatch: () => {},
  };
};

/** The member of a user in a guild; made when the user isn't one yet. */
export const memberOf = (world: World, guild: GuildRecord, user: UserRecord): MemberRecord => {
  const known = guild.members.get(user.id);
  if (known !== undefined) return known;
  const member: MemberRecord = { user, nickname: undefined, roleIds: [], joinedAt: world.now() };
  guild.members.set(user.id, member);
  return member;
};

export const channelsOf = (world: World, guild: GuildRecord): readonly ChannelRecord[] =>
  [...world.channels.values()].filter((channel) => channel.guild === guild && !channel.isDeleted);
