import type { Client } from 'discord.js';
import { PaddockError } from '../../core/error.ts';
import { type EventLabel, labelOf } from './event-guard.ts';

/** Told of a dispatch whose handling failed. */
export type OnPacketTrouble = (label: EventLabel, error: unknown) => void;

type Method = (this: unknown, ...args: readonly unknown[]) => unknown;

/**
 * discord.js handles dispatches in listeners that catch nothing: one that is not as it expects, or an exception in one
 * of its users' listeners, would end the process. Here it ends the handling of that dispatch. Only this client is changed.
 *
 * @throws when the library is no longer made in this way.
 */
export const guardPackets = (client: Pick<Client, 'ws'>, onTrouble: OnPacketTrouble): void => {
  const handlePacket = methodOf(client.ws, 'handlePacket');
  // Every way to a handler leads through this method, also that of packets which waited for the start.
  Reflect.set(client.ws, 'handlePacket', (packet: unknown, shard: unknown): unknown => {
    try {
      return handlePacket.call(client.ws, packet, shard);
    } catch (error) {
      onTrouble(labelOfPacket(packet), error);
      return true;
    }
  });
};

/**
 * The same for a connection, which reads of a dispatch before it hands it on. Failures of its own work, such as connecting
 * again, are not held back: after them it would be dead without a word.
 *
 * @throws as `guardPackets`.
 */
export const guardShard = (shard: object, onTrouble: OnPacketTrouble): void => {
  const onMessage = methodOf(shard, 'onMessage');
  Reflect.set(shard, 'onMessage', async (data: unknown, isBinary: unknown): Promise<void> => {
    try {
      await onMessage.call(shard, data, isBinary);
    } catch (error) {
      const packet = dispatchOf(data);
      if (packet === undefined) throw error;
      onTrouble(labelOfPacket(packet), error);
    }
  });
};

const methodOf = (owner: object, name: string): Method => {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method === 'function') return method as Method;
  const sentence = `The installed discord.js has no ${name} any more, without which one bad event could end the bot. Install the versions of package-lock.json (npm ci).`;
  throw new PaddockError('configuration-invalid', sentence, { userText: sentence });
};

const labelOfPacket = (packet: unknown): EventLabel =>
  typeof packet === 'object' && packet !== null && 't' in packet
    ? labelOf(packet.t, 'd' in packet ? packet.d : undefined)
    : labelOf(undefined, undefined);

/** What came, if it is a dispatch; read again only here, where handling it has failed. */
const dispatchOf = (data: unknown): object | undefined => {
  if (typeof data !== 'string') return undefined;
  const packet: unknown = JSON.parse(data);
  return typeof packet === 'object' && packet !== null && 'op' in packet && packet.op === 0 ? packet : undefined;
};
