import { bounds } from '../core/bounds.ts';
import { sentence } from '../core/sentence.ts';
import type { Place } from '../core/settings.ts';
import { createKeptValues, storeFailure, type ValueStore } from '../kept/kept-values.ts';
import type { ChannelTree } from '../platform/discord/index.ts';

/** Keeps what stands in what: the ids of its children under each id, and the servers in one record. */
export const createChannelTree = (store: ValueStore): ChannelTree => {
  const failed = storeFailure(
    'which channels stand in which servers could not be read or written',
    sentence('memoryUnreachable'),
  );
  const { childrenMax, notedMax } = bounds.discord.tree;
  const children = createKeptValues<readonly string[]>({
    store,
    prefix: 'discord:within',
    read: (stored) => (Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string') : []),
    keptMax: bounds.access.keptMax,
    failed,
  });
  const servers = createKeptValues<ReadonlyMap<string, number | undefined>>({
    store,
    prefix: 'discord',
    read: (stored) =>
      new Map(
        Object.entries(typeof stored === 'object' && stored !== null ? stored : {}).map(([id, leftAt]) => [
          id,
          typeof leftAt === 'number' ? leftAt : undefined,
        ]),
      ),
    write: (known) => Object.fromEntries([...known].map(([id, leftAt]) => [id, leftAt ?? null])),
    keptMax: 1,
    failed,
  });
  /** Pairs that are kept for certain. */
  const noted = new Set<string>();

  const noteIn = async (parentId: string, id: string): Promise<void> => {
    const pair = `${parentId}/${id}`;
    if (noted.has(pair)) return;
    await children.change(parentId, (known) => (known.includes(id) ? known : [...known, id].slice(-childrenMax)));
    noted.add(pair);
    const [oldest] = noted;
    if (noted.size > notedMax && oldest !== undefined) noted.delete(oldest);
  };

  const within = async (id: string, depth = 0): Promise<readonly string[]> => {
    const own = depth > depthMax ? [] : await children.get(id);
    const deeper = await Promise.all(own.map((child) => within(child, depth + 1)));
    return [...new Set([...own, ...deeper.flat()])];
  };

  const markServer = async (serverId: string, leftAt: number | undefined): Promise<void> => {
    await servers.change('servers', (known) =>
      known.has(serverId) && known.get(serverId) === leftAt ? known : new Map([...known, [serverId, leftAt]]),
    );
  };

  return {
    note: async ({ channelIds, serverId }: Place) => {
      if (serverId === undefined) return;
      const chain = [...channelIds, serverId];
      for (const [level, id] of channelIds.entries()) await noteIn(chain[level + 1] ?? serverId, id);
      if (!(await servers.get('servers')).has(serverId)) await markServer(serverId, undefined);
    },
    within: (id) => within(id),
    forget: async (id) => {
      for (const each of [...(await within(id)), id]) await children.change(each, () => undefined);
      noted.clear();
      await servers.change('servers', (known) => {
        if (!known.has(id)) return known;
        const rest = new Map([...known].filter(([other]) => other !== id));
        return rest.size === 0 ? undefined : rest;
      });
    },
    servers: () => servers.get('servers'),
    markServer,
  };
};

/** Server, category, channel, thread. */
const depthMax = 4;
