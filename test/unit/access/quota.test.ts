import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createQuota } from '../../../src/access/quota.ts';
import { bounds } from '../../../src/core/bounds.ts';

const ash = { userId: 'discord:1', serverId: '40', rank: 'everyone' } as const;
const none = { perUserPerHour: 0, perServerPerHour: 0 };
const minute = 60_000;
const hour = 60 * minute;

test('a person gets so many answers an hour, and is told when there is room again', () => {
  let now = 5 * minute + 1;
  const quota = createQuota(() => now);
  const limits = { ...none, perUserPerHour: 2 };
  assert.equal(quota.take(ash, limits), undefined);
  now += 10 * minute;
  assert.equal(quota.take(ash, limits), undefined);
  const refusal = quota.take(ash, limits);
  assert.deepEqual([refusal?.of, refusal?.limit], ['user', 2]);
  assert.ok(refusal && refusal.waitMs > 0);
  now += refusal.waitMs - 1;
  assert.ok(quota.take(ash, limits));
  now += 1;
  assert.equal(quota.take(ash, limits), undefined);
});

test('a server gets so many for all together; a refused answer is counted for nobody', () => {
  const quota = createQuota(() => 0);
  const limits = { perUserPerHour: 5, perServerPerHour: 2 };
  assert.equal(quota.take({ ...ash, userId: 'discord:2' }, limits), undefined);
  assert.equal(quota.take({ ...ash, userId: 'discord:3' }, limits), undefined);
  assert.equal(quota.take(ash, limits)?.of, 'server');
  assert.deepEqual(quota.used(ash), { user: 0, server: 2 });
  assert.equal(quota.take({ ...ash, serverId: '41' }, limits), undefined);
});

test('the owner of the bot is not counted; moderators are', () => {
  const quota = createQuota(() => 0);
  const limits = { ...none, perUserPerHour: 1 };
  for (let round = 0; round < 5; round += 1) assert.equal(quota.take({ ...ash, rank: 'owner' }, limits), undefined);
  assert.equal(quota.take({ ...ash, rank: 'moderator' }, limits), undefined);
  assert.ok(quota.take({ ...ash, rank: 'moderator' }, limits));
});

test('what came to nothing can be given back, and a limit that is set later counts at once', () => {
  const quota = createQuota(() => 0);
  quota.take(ash, none);
  quota.take(ash, none);
  assert.ok(quota.take(ash, { ...none, perUserPerHour: 2 }));
  quota.giveBack(ash);
  assert.equal(quota.take(ash, { ...none, perUserPerHour: 2 }), undefined);
});

test('in no hour there are ever more than the limit, however they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 * minute }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (pauses, limit) => {
        let now = 0;
        const quota = createQuota(() => now);
        const taken: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const refusal = quota.take(ash, { ...none, perUserPerHour: limit });
          if (refusal === undefined) taken.push(now);
          else assert.ok(refusal.waitMs > 0 && refusal.waitMs <= hour + minute, String(refusal.waitMs));
        }
        for (const start of taken) assert.ok(taken.filter((at) => at >= start && at < start + hour).length <= limit);
      },
    ),
  );
});

test('no more people are counted than the bound says', () => {
  const quota = createQuota(() => 0);
  const first = { userId: 'first', rank: 'everyone' } as const;
  quota.take(first, none);
  for (let user = 0; user < bounds.quotaKeysMax; user += 1) quota.take({ userId: `u${user}`, rank: 'everyone' }, none);
  assert.equal(quota.used(first).user, 0);
  assert.equal(quota.used({ userId: `u${bounds.quotaKeysMax - 1}` }).user, 1);
});
