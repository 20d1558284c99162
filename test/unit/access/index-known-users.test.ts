import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { indexKnownUsers } from '../../../src/access/index-known-users.ts';
import { createUserIndex } from '../../../src/access/user-index.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createMemory } from '../../../src/memory/memory.ts';
import { openStore } from '../../../src/store/store.ts';

for (const kind of ['memory', 'sqlite'] as const)
  test(`who spoke before there was an index gets into it, once (${kind})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'paddock-index-'));
    const store = await openStore(kind === 'memory' ? 'memory://' : `sqlite://${join(folder, 'bot.db')}`);
    const memory = createMemory({ store, now: () => 1 });
    try {
      for (let turn = 0; turn < 150; turn += 1)
        await memory.append(`discord:${turn % 3}`, {
          ...{ role: 'user', text: `word ${turn}`, at: 1, messageIds: [`m${turn}`] },
          speaker: { id: `discord:u${turn < 100 ? turn % 2 : 2}`, name: 'Somebody' },
        });
      const index = createUserIndex(store);
      assert.equal(await indexKnownUsers({ store, memory, index, logger: silentLogger }), 3);
      for (const user of [0, 1, 2])
        assert.deepEqual([...(await index.conversationsOf(`discord:u${user}`))].sort(), ['discord:0', 'discord:1', 'discord:2']);
      assert.equal(await indexKnownUsers({ store, memory, index, logger: silentLogger }), 0);
    } finally {
      await memory.close();
      rmSync(folder, { recursive: true });
    }
  });
