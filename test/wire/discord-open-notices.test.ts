// “Two answers come before yours”, left standing by a bot that has crashed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNoticeStore } from '../../src/app/discord-stores.ts';
import { bounds } from '../../src/core/bounds.ts';
import type { ReplyPort } from '../../src/core/message.ts';
import { createDiscordPlatform, type NoticeStore } from '../../src/platform/discord/index.ts';
import { startFakeDiscord } from '../fakes/discord/index.ts';
import { closeAfterwards, fastTimers } from './discord-kit.ts';
import { createPlainStore } from './plain-store.ts';

/** Bots, one after the other, that let everybody wait. */
const openQueue = async (notices?: NoticeStore) => {
  const discord = await startFakeDiscord({ rateLimit: { limit: 100_000, windowMs: 1000 } });
  closeAfterwards(discord);
  const guild = discord.addGuild({ name: 'Meadow' });
  const ada = discord.addUser({ name: 'ada' });
  const start = async (store: NoticeStore | undefined = notices) => {
    const ports: ReplyPort[] = [];
    const troubles: string[] = [];
    const note = (_fields: object, message: string) => void troubles.push(message);
    const deleted: string[] = [];
    const platform = createDiscordPlatform({
      ...{ token: discord.token, apiUrl: discord.apiUrl, editIntervalMs: 1000, timers: fastTimers, commands: [] },
      logger: { debug: () => {}, info: () => {}, warn: note, error: note },
      ...(store && { notices: store }),
      onMessage: async (_message, port) => {
        ports.push(port);
        port.waits?.('Two answers come before yours.');
      },
      onEdit: async () => {},
      onDelete: async (_conversation, ids) => void deleted.push(...ids),
      onFatal: (error) => assert.fail(error),
    });
    closeAfterwards(platform);
    await platform.start();
    return { platform, ports, troubles, deleted };
  };
  const ask = async (name: string) => {
    const channel = guild.addChannel({ name });
    channel.say(ada, `${discord.bot.mention} Are you there?`);
    const notice = await discord.waitFor(() => channel.botMessages()[0], `the notice in ${name}`);
    return { channel, notice };
  };
  return { discord, start, ask };
};

test('what a crash leaves standing, the next start takes away, and nothing else', async () => {
  const plain = createPlainStore();
  const { discord, start, ask } = await openQueue(createNoticeStore(plain));
  const first = await start();
  const [ended, left, taken, closed] = [await ask('ended'), await ask('left'), await ask('taken'), await ask('closed')];
  first.ports[0]?.end();
  await discord.waitFor(() => ended.notice.isDeleted, 'the notice of what is over');
  await first.platform.close();
  assert.ok(!left.notice.isDeleted);

  // Somebody was faster; and there is a channel where the bot sees nothing any more.
  taken.notice.delete();
  closed.channel.deny('ViewChannel');
  discord.faults.add({ method: 'DELETE', path: new RegExp(left.notice.id), times: 2, effect: { status: 503 } });
  const second = await start();
  await discord.waitFor(() => left.notice.isDeleted, 'the notice is gone');
  await discord.waitFor(() => plain.size === 0, 'nothing is kept any more');
  const removals = discord.requests({ method: 'DELETE', path: /\/messages\// });
  assert.equal(removals.length, 1 + 3 + 1 + 1, 'one, three tries for one, and one for each of the others');
  assert.deepEqual(new Set(second.troubles), new Set(['a request to Discord failed; trying again']));
  assert.deepEqual(second.deleted, [], 'it takes its own removals for nobody’s wish');
  await second.platform.close();

  const before = discord.requests({ method: 'DELETE' }).length;
  const third = await start();
  const again = await ask('again');
  third.ports[0]?.end();
  await discord.waitFor(() => again.notice.isDeleted && plain.size === 0, 'it');
  assert.equal(discord.requests({ method: 'DELETE' }).length, before + 1);
});

test('a store that fails keeps nobody from answers', async () => {
  const broken: NoticeStore = {
    load: async () => {
      throw new Error('out of order');
    },
    save: async () => {
      throw new Error('out of order');
    },
  };
  const { discord, start, ask } = await openQueue(broken);
  const { ports, troubles, platform } = await start();
  const { notice } = await ask('here');
  ports[0]?.end();
  await discord.waitFor(() => notice.isDeleted, 'the notice is gone');
  await platform.close();
  assert.deepEqual(
    new Set(troubles),
    new Set(['it could not be read which notices stand', 'it could not be saved which notices stand']),
  );
});

test('what is kept has a bound, and what is of no form that we know is nothing', async () => {
  const plain = createPlainStore();
  await plain.set('discord:notices', [{ channelId: 5 }]);
  assert.deepEqual(await createNoticeStore(plain).load(), []);
  assert.ok(bounds.discord.openNoticesMax >= bounds.queue.total);
});
