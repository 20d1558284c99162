import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccessControl } from '../../../src/access/access-control.ts';
import { createGate } from '../../../src/access/gate.ts';
import { createOptOuts } from '../../../src/access/opt-outs.ts';
import { createQuota } from '../../../src/access/quota.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { IncomingMessage } from '../../../src/core/message.ts';
import { createValueStore } from '../../fakes/value-store.ts';

const message: IncomingMessage = {
  conversation: 'discord:30',
  place: { channelIds: ['30'], serverId: '40' },
  id: '1',
  author: { id: 'discord:1', name: 'Ash', isBot: false },
  text: 'hello',
  at: 0,
  addressed: 'mention',
};

const open = () => {
  const store = createValueStore();
  const access = createAccessControl({ store, logger: silentLogger });
  const optOuts = createOptOuts(store);
  return { access, optOuts, gate: createGate({ access, optOuts, quota: createQuota(() => 0) }) };
};

test('everybody is heard until a list says otherwise; who is blocked gets no word', async () => {
  const { access, gate } = open();
  assert.deepEqual(await gate.hear(message), { isHeard: true });
  await access.put('40', 'block', { kind: 'role', id: '10' });
  assert.deepEqual(await gate.hear(message), { isHeard: true });
  const withRole = { ...message, author: { ...message.author, roleIds: ['10'] } };
  assert.deepEqual(await gate.hear(withRole), { isHeard: false });
  assert.deepEqual(await gate.hear({ ...withRole, author: { ...withRole.author, rank: 'owner' } }), { isHeard: true });
});

test('who opted out is not heard, and told how to come back when addressing the bot', async () => {
  const { optOuts, gate } = open();
  await optOuts.set('discord:1', true);
  const asked = await gate.hear(message);
  assert.equal(asked.isHeard, false);
  assert.match(asked.refusal?.userText ?? '', /\/privacy optin/);
  assert.deepEqual(await gate.hear({ ...message, addressed: 'none' }), { isHeard: false });
  await optOuts.set('discord:1', false);
  assert.deepEqual(await gate.hear(message), { isHeard: true });
});

test('a full hour is refused in words, and is no failure of the bot', () => {
  const { gate } = open();
  const limits = { perUserPerHour: 1, perServerPerHour: 0 };
  assert.equal(gate.takeAnswer(message, limits), undefined);
  const refusal = gate.takeAnswer(message, limits);
  assert.equal(refusal?.code, 'queue-user-full');
  assert.match(refusal?.userText ?? '', /all 1 answers .* in 61 minutes/);
  const server = gate.takeAnswer(
    { ...message, author: { ...message.author, id: 'discord:2' } },
    { perUserPerHour: 0, perServerPerHour: 1 },
  );
  assert.equal(server?.code, 'queue-full');
});
