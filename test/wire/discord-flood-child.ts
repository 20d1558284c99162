// The bot of discord-flood.test.ts, in a process of its own whose memory is measured.
import { setTimeout as pause } from 'node:timers/promises';
import { bounds } from '../../src/core/bounds.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { createDiscordPlatform } from '../../src/platform/discord/index.ts';

const [apiUrl = '', token = '', share = '1'] = process.argv.slice(2);
const { gc } = globalThis;
if (gc === undefined || process.send === undefined) throw new Error('To be forked with --expose-gc.');

// A part of the flood is to fill a part of what all of it fills.
for (const name of ['seenEventsMax', 'activeChannelsMax', 'namedPeopleTotalMax', 'usersMax', 'directChannelsMax'] as const)
  Reflect.set(bounds.discord, name, bounds.discord[name] * Number(share));

const saved = new Map<string, unknown>();
let heard = 0;
let asked = 0;
let answered = 0;
let failed = 0;
const fail = (): void => {
  failed += 1;
};

const platform = createDiscordPlatform({
  token,
  apiUrl,
  editIntervalMs: 1000,
  logger: { ...silentLogger, warn: fail, error: fail },
  commands: [],
  historyOnFirstUse: 5,
  seen: {
    load: async () => new Map(),
    save: async (channelId, seen) => void saved.set(channelId, seen),
    forget: async (channelId) => void saved.delete(channelId),
  },
  heard: async (messages) => messages.map(({ id }) => id),
  onMessage: async (message, port) => {
    heard += 1;
    if (heard % 500 === 0) process.send?.({ heard });
    try {
      if (message.addressed !== 'mention') return;
      asked += 1;
      port.begin({ id: 'persona:test', name: 'Test' });
      await port.finish('Yes.');
      answered += 1;
    } finally {
      port.end();
    }
  },
  onEdit: async () => {},
  onDelete: async () => {},
  onFatal: () => {},
});

process.on('message', async () => {
  while (answered < asked && failed === 0) await pause(50);
  for (let round = 0; round < 5; round += 1) {
    gc();
    await pause(50);
  }
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heard, answered, failed, bytes: heapUsed + external });
});
process.on('disconnect', async () => {
  await platform.close();
  process.exit(0);
});

await platform.start();
process.send({ heard });
