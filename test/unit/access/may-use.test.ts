import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AccessEntry, type AccessSubject, accessKinds, mayUse } from '../../../src/access/may-use.ts';
import type { Rank } from '../../../src/core/command.ts';

const ash: AccessSubject = { userId: 'discord:1', roleIds: ['10', '11'], rank: 'everyone' };
const here = { channelIds: ['30', '20'], serverId: '40' };
const user = (id: string): AccessEntry => ({ kind: 'user', id });
const role = (id: string): AccessEntry => ({ kind: 'role', id });
const channel = (id: string): AccessEntry => ({ kind: 'channel', id });
const server = (id: string): AccessEntry => ({ kind: 'server', id });
const empty = { allow: [], block: [] };
const lists = (allow: readonly AccessEntry[], block: readonly AccessEntry[] = []) => ({ allow, block });

const cases: readonly (readonly [string, ReturnType<typeof lists>, boolean])[] = [
  ['empty lists', empty, true],
  ['the user is blocked', lists([], [user('discord:1')]), false],
  ['another user is blocked', lists([], [user('discord:2')]), true],
  ['one of the roles is blocked', lists([], [role('11')]), false],
  ['the category is blocked', lists([], [channel('20')]), false],
  ['the server is blocked', lists([], [server('40')]), false],
  ['the user is allowed', lists([user('discord:1')]), true],
  ['only another user is allowed', lists([user('discord:2')]), false],
  ['a role of theirs is allowed besides another user', lists([user('discord:2'), role('10')]), true],
  ['the channel is allowed', lists([channel('30')]), true],
  ['only another channel is allowed', lists([channel('31')]), false],
  ['another channel of an allowed server', lists([channel('31'), server('40')]), true],
  ['the right user in the wrong place', lists([user('discord:1'), channel('31')]), false],
  ['the right place for the wrong user', lists([user('discord:2'), channel('30')]), false],
  ['allowed and blocked at once', lists([user('discord:1')], [role('10')]), false],
];

for (const [name, given, expected] of cases)
  test(`${name}: ${expected ? 'may' : 'may not'} use it, by the bot's lists and by the server's`, () => {
    assert.equal(mayUse({ bot: given }, ash, here).isAllowed, expected);
    assert.equal(mayUse({ bot: empty, server: given }, ash, here).isAllowed, expected);
  });

test('a refusal names whose list it is, and why', () => {
  const blocked = lists([], [user('discord:1')]);
  assert.deepEqual(mayUse({ bot: blocked, server: blocked }, ash, here), { isAllowed: false, by: 'bot', reason: 'blocked' });
  const other = lists([user('discord:2')]);
  assert.deepEqual(mayUse({ bot: empty, server: other }, ash, here), { isAllowed: false, by: 'server', reason: 'not-listed' });
});

test('a direct message is no place on a list of places, but can be put on it', () => {
  const direct = { channelIds: ['99'] };
  assert.equal(mayUse({ bot: lists([server('40')]) }, ash, direct).isAllowed, false);
  assert.equal(mayUse({ bot: lists([server('40'), channel('99')]) }, ash, direct).isAllowed, true);
  assert.equal(mayUse({ bot: lists([server('40')]) }, ash, undefined).isAllowed, false);
});

test('the lists bind everybody but the owner of the bot', () => {
  const closed = lists([user('discord:2')], [server('40')]);
  const may = (rank: Rank) => mayUse({ bot: empty, server: closed }, { ...ash, rank }, here).isAllowed;
  assert.deepEqual((['everyone', 'moderator', 'server-owner', 'owner'] as const).map(may), [false, false, false, true]);
});

test('whatever the lists hold, a block of somebody wins, and taking a block away never shuts anybody out', () => {
  const entry = fc.record({
    kind: fc.constantFrom(...accessKinds),
    id: fc.constantFrom('discord:1', '10', '20', '30', '40', 'x'),
  });
  const some = fc.array(entry, { maxLength: 5 });
  fc.assert(
    fc.property(some, some, some, some, (allow, block, serverAllow, serverBlock) => {
      const both = { bot: { allow, block: [...block, user(ash.userId)] }, server: { allow: serverAllow, block: serverBlock } };
      assert.equal(mayUse(both, ash, here).isAllowed, false);
      const before = mayUse({ bot: { allow, block }, server: both.server }, ash, here).isAllowed;
      const after = mayUse({ bot: { allow, block: block.slice(1) }, server: both.server }, ash, here).isAllowed;
      assert.ok(!before || after);
    }),
  );
});
