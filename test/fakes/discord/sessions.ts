import { GatewayIntentBits } from 'discord-api-types/v10';
import type { WebSocket } from 'ws';
import { guildCreatePayload } from './guild-payloads.ts';
import { memberPayload, userPayload } from './payloads.ts';
import type { GuildRecord } from './records.ts';
import type { World } from './world.ts';
import { randomToken } from './world.ts';

export type Packet = { readonly op: number; readonly s: number | null; readonly t: string | null; readonly d: unknown };

/** What the bot was told since it identified; outlives its connections. */
export type Session = {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [number, number];
  sequence: number;
  /** The newest dispatches, the last one of number `sequence`: what a resumed connection may have missed. */
  readonly sent: Packet[];
  socket: WebSocket | undefined;
};

/** The connection ends with this close code. */
export class GatewayClose extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

const undecodable = (): GatewayClose => new GatewayClose(4002, 'Error while decoding payload.');

const knownIntents = Object.values(GatewayIntentBits).reduce<number>(
  (bits, bit) => (typeof bit === 'number' ? bits | bit : bits),
  0,
);

const privileged = [
  ['message-content', GatewayIntentBits.MessageContent],
  ['guild-members', GatewayIntentBits.GuildMembers],
  ['guild-presences', GatewayIntentBits.GuildPresences],
] as const;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sends a packet if the socket still takes it. */
export const sendPacket = (socket: WebSocket, packet: Packet): void => {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(packet));
};

/** All sessions of the bot, and what they are told. */
export type Sessions = {
  /** Op 2. @throws GatewayClose */
  identify(socket: WebSocket, data: unknown): Session;
  /** Op 6; undefined when the session is not known (any more). @throws GatewayClose */
  resume(socket: WebSocket, data: unknown): Session | undefined;
  /** Op 8. */
  sendMembers(session: Session, data: Record<string, unknown>): void;
  /** Tells every session, whatever its intents. */
  tellAll(event: string, data: unknown): void;
  forget(session?: Session): void;
};

/** Makes the sessions, and takes the world's dispatches for them. */
export const createSessions = (world: World): Sessions => {
  const sessions = new Map<string, Session>();
  const replayMax = world.options.replayMax ?? Number.POSITIVE_INFINITY;

  const tell = (session: Session, event: string, data: unknown): void => {
    session.sequence += 1;
    world.nextStep();
    const packet = { op: 0, s: session.sequence, t: event, d: data };
    session.sent.push(packet);
    if (session.sent.length > 2 * replayMax) session.sent.splice(0, session.sent.length - replayMax);
    if (session.socket !== undefined) sendPacket(session.socket, packet);
  };

  const isOfShard = ([number, total]: Session['shard'], guild: GuildRecord | undefined): boolean =>
    guild === undefined ? number === 0 : Number((BigInt(guild.id) >> 22n) % BigInt(total)) === number;

  world.dispatch = ({ event, guild, data, intents }) => {
    for (const session of sessions.values()) {
      if (!isOfShard(session.shard, guild) || (intents !== 0 && (session.intents & intents) === 0)) continue;
      tell(session, event, data(session.intents));
    }
  };

  const checkIntents = (intents: number): void => {
    if ((intents & ~knownIntents) !== 0) throw new GatewayClose(4013, 'Invalid intent(s).');
    const allowed = world.options.privilegedIntents ?? privileged.map(([name]) => name);
    for (const [name, bit] of privileged)
      if ((intents & bit) !== 0 && !allowed.includes(name)) throw new GatewayClose(4014, 'Disallowed intent(s).');
  };

  const shardOf = (data: unknown): Session['shard'] => {
    const [number = 0, total = 1] = Array.isArray(data) ? data.map(Number) : [];
    if (!(number >= 0 && number < total)) throw new GatewayClose(4010, 'Invalid shard.');
    return [number, total];
  };

  const ready = (session: Session, guilds: readonly GuildRecord[]): unknown => ({
    v: 10,
    user: { ...userPayload(world.bot), verified: true, mfa_enabled: true, email: null, flags: 0 },
    user_settings: {},
    guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
    session_id: session.id,
    session_type: 'normal',
    resume_gateway_url: world.origin.replace('http', 'ws'),
    private_channels: [],
    relationships: [],
    presences: [],
    guild_join_requests: [],
    shard: session.shard,
    application: { id: world.applicationId, flags: 1 << 19 },
    geo_ordered_rtc_regions: [],
    _trace: [],
  });

  return {
    identify: (socket, data) => {
      if (!isRecord(data) || typeof data.intents !== 'number' || !isRecord(data.properties)) throw undecodable();
      if (data.token !== world.token) throw new GatewayClose(4004, 'Authentication failed.');
      checkIntents(data.intents);
      const session: Session = {
        id: randomToken(16),
        intents: data.intents,
        shard: shardOf(data.shard),
        sequence: 0,
        sent: [],
        socket,
      };
      sessions.set(session.id, session);
      const guilds = [...world.guilds.values()].filter((guild) => isOfShard(session.shard, guild));
      tell(session, 'READY', Object.assign({}, ready(session, guilds), world.options.rawReady));
      if ((session.intents & GatewayIntentBits.Guilds) !== 0)
        for (const guild of guilds.filter((each) => each.isAvailable))
          tell(session, 'GUILD_CREATE', guildCreatePayload(world, guild, session.intents));
      return session;
    },

    resume: (socket, data) => {
      if (!isRecord(data) || typeof data.seq !== 'number') throw undecodable();
      if (data.token !== world.token) throw new GatewayClose(4004, 'Authentication failed.');
      const session = typeof data.session_id === 'string' ? sessions.get(data.session_id) : undefined;
      if (session === undefined) return undefined;
      if (data.seq > session.sequence) throw new GatewayClose(4007, 'Invalid seq.');
      if (session.socket !== socket) session.socket?.terminate();
      session.socket = socket;
      const dropped = session.sequence - session.sent.length;
      if (data.seq < dropped) return undefined;
      for (const packet of session.sent.slice(data.seq - dropped)) sendPacket(socket, packet);
      tell(session, 'RESUMED', { _trace: [] });
      return session;
    },

    sendMembers: (session, data) => {
      const guild = world.guilds.get(String(data.guild_id));
      if (guild === undefined) return;
      const ids = [data.user_ids ?? []].flat().map(String);
      const query = typeof data.query === 'string' ? data.query.toLowerCase() : undefined;
      const limit = typeof data.limit === 'number' && data.limit > 0 ? data.limit : 1000;
      const found = [...guild.members.values()].filter(({ user, nickname }) =>
        query === undefined
          ? ids.includes(user.id)
          : [user.name, user.displayName, nickname ?? ''].some((name) => name.toLowerCase().startsWith(query)),
      );
      tell(session, 'GUILD_MEMBERS_CHUNK', {
        guild_id: guild.id,
        members: found.slice(0, limit).map(memberPayload),
        not_found: ids.filter((id) => !guild.members.has(id)),
        chunk_index: 0,
        chunk_count: 1,
        ...(data.nonce === undefined ? {} : { nonce: data.nonce }),
      });
    },

    tellAll: (event, data) => {
      for (const session of sessions.values()) tell(session, event, data);
    },

    forget: (session) => {
      if (session === undefined) sessions.clear();
      else sessions.delete(session.id);
    },
  };
};
