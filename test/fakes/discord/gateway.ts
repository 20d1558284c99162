import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayOpcodes } from 'discord-api-types/v10';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { FakeDiscord } from './discord-types.ts';
import type { Session } from './sessions.ts';
import { createSessions, GatewayClose, isRecord, sendPacket } from './sessions.ts';
import type { World } from './world.ts';

type Connection = { readonly socket: WebSocket; session: Session | undefined; received: number; readonly since: number };

/** How many packets a minute a connection may send before it is closed with 4008. */
const packetsMax = 120;
const packetBytesMax = 4096;

/** The gateway's part of `FakeDiscord`. */
export type GatewayControl = Pick<
  FakeDiscord,
  | 'identifies'
  | 'resumes'
  | 'connections'
  | 'heartbeats'
  | 'presence'
  | 'dropConnections'
  | 'requestReconnect'
  | 'invalidateSession'
  | 'closeOnNextIdentify'
  | 'refuseConnections'
  | 'setHeartbeatAcks'
  | 'requestHeartbeat'
  | 'dispatch'
>;

export type Gateway = {
  readonly control: GatewayControl;
  /** Takes a connection over from the HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
};

export const createGateway = (world: World): Gateway => {
  const server = new WebSocketServer({ noServer: true });
  const sessions = createSessions(world);
  const connections = new Set<Connection>();
  const heartbeatWaiters: ((sequence: number | null) => void)[] = [];
  const counts = { identifies: 0, resumes: 0, heartbeats: 0 };
  const script = { closeOnIdentify: undefined as number | undefined, refusals: 0, isAcknowledging: true };
  let presence: FakeDiscord['presence'];

  const sendOp = (socket: WebSocket, op: number, d: unknown): void => sendPacket(socket, { op, d, s: null, t: null });

  const setPresence = (data: Record<string, unknown>): void => {
    const activities = (Array.isArray(data.activities) ? data.activities : []).filter(isRecord);
    presence = { status: String(data.status), activities: activities.map((activity) => ({ name: String(activity.name) })) };
  };

  const heartbeat = (socket: WebSocket, data: unknown): void => {
    counts.heartbeats += 1;
    if (script.isAcknowledging) sendOp(socket, GatewayOpcodes.HeartbeatAck, null);
    for (const waiter of heartbeatWaiters.splice(0)) waiter(typeof data === 'number' ? data : null);
  };

  const authenticate = (connection: Connection, op: unknown, data: unknown): void => {
    const { socket } = connection;
    if (connection.session !== undefined) throw new GatewayClose(4005, 'Already authenticated.');
    if (op === GatewayOpcodes.Resume) {
      connection.session = sessions.resume(socket, data);
      if (connection.session === undefined) sendOp(socket, GatewayOpcodes.InvalidSession, false);
      else counts.resumes += 1;
      return;
    }
    const code = script.closeOnIdentify;
    script.closeOnIdentify = undefined;
    if (code !== undefined) throw new GatewayClose(code, 'Scripted.');
    connection.session = sessions.identify(socket, data);
    counts.identifies += 1;
    if (isRecord(data) && isRecord(data.presence)) setPresence(data.presence);
  };

  const receive = (connection: Connection, text: string): void => {
    connection.received += 1;
    if (connection.received > packetsMax && world.now() - connection.since < 60_000)
      throw new GatewayClose(4008, 'Rate limited.');
    let packet: unknown;
    try {
      packet = JSON.parse(text);
    } catch {
      // Told below, like every other packet that is none.
    }
    if (!isRecord(packet) || Buffer.byteLength(text) > packetBytesMax)
      throw new GatewayClose(4002, 'Error while decoding payload.');
    const { op, d } = packet;
    if (op === GatewayOpcodes.Heartbeat) heartbeat(connection.socket, d);
    else if (op === GatewayOpcodes.Identify || op === GatewayOpcodes.Resume) authenticate(connection, op, d);
    else if (connection.session === undefined) throw new GatewayClose(4003, 'Not authenticated.');
    else if (op === GatewayOpcodes.PresenceUpdate && isRecord(d)) setPresence(d);
    else if (op === GatewayOpcodes.RequestGuildMembers && isRecord(d)) sessions.sendMembers(connection.session, d);
    else if (op !== GatewayOpcodes.VoiceStateUpdate && op !== GatewayOpcodes.RequestSoundboardSounds)
      throw new GatewayClose(4001, 'Unknown opcode.');
  };

  /** Runs what a client asked for; when it was wrong, the connection ends with the fitting code. */
  const guarded = (socket: WebSocket, work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof GatewayClose) socket.close(error.code, error.message);
      else socket.close(4000, String(error).slice(0, 100));
    }
  };

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const connection: Connection = { socket, session: undefined, received: 0, since: world.now() };
    connections.add(connection);
    socket.on('error', () => {});
    socket.on('message', (data) => guarded(socket, () => receive(connection, data.toString())));
    socket.on('close', (code) => {
      connections.delete(connection);
      const { session } = connection;
      if (session?.socket !== socket) return;
      session.socket = undefined;
      // A client that closes with 1000 or 1001 gives its session up.
      if (code === 1000 || code === 1001) sessions.forget(session);
    });
    guarded(socket, () => {
      const query = new URL(request.url ?? '/', 'ws://127.0.0.1').searchParams;
      if (query.get('v') !== '10') throw new GatewayClose(4012, 'Invalid API version.');
      if ((query.get('encoding') ?? 'json') !== 'json' || query.has('compress'))
        throw new GatewayClose(4002, 'This gateway speaks plain JSON.');
      sendOp(socket, GatewayOpcodes.Hello, { heartbeat_interval: world.options.heartbeatIntervalMs ?? 41_250, _trace: [] });
    });
  };

  const control: GatewayControl = {
    get identifies() {
      return counts.identifies;
    },
    get resumes() {
      return counts.resumes;
    },
    get heartbeats() {
      return counts.heartbeats;
    },
    get connections() {
      return connections.size;
    },
    get presence() {
      return presence;
    },
    dropConnections: ({ code, forget } = {}) => {
      if (forget === true) sessions.forget();
      for (const { socket, session } of connections) {
        // From here on the session only remembers: what goes into a closing socket would be lost.
        if (session?.socket === socket) session.socket = undefined;
        if (code === undefined) socket.terminate();
        else socket.close(code);
      }
    },
    requestReconnect: () => {
      for (const { socket } of connections) sendOp(socket, GatewayOpcodes.Reconnect, null);
    },
    invalidateSession: (isResumable) => {
      for (const connection of connections) {
        const { session, socket } = connection;
        if (session !== undefined) session.socket = undefined;
        if (session !== undefined && !isResumable) sessions.forget(session);
        connection.session = undefined;
        sendOp(socket, GatewayOpcodes.InvalidSession, isResumable);
      }
    },
    closeOnNextIdentify: (code) => {
      script.closeOnIdentify = code;
    },
    refuseConnections: (times) => {
      script.refusals = times;
    },
    setHeartbeatAcks: (isOn) => {
      script.isAcknowledging = isOn;
    },
    requestHeartbeat: () =>
      new Promise((resolve) => {
        heartbeatWaiters.push(resolve);
        for (const { socket } of connections) sendOp(socket, GatewayOpcodes.Heartbeat, null);
      }),
    dispatch: sessions.tellAll,
  };

  return {
    control,
    upgrade: (request, socket, head) => {
      if (script.refusals > 0) {
        script.refusals -= 1;
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, request));
    },
    close: async () => {
      for (const { socket } of connections) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
