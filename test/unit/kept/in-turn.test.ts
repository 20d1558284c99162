import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInTurn } from '../../../src/kept/in-turn.ts';

test('works in turn begin when the one before has ended, also by a failure', async () => {
  const inTurn = createInTurn();
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  const first = inTurn(async () => {
    await gate.promise;
    throw new Error('broken');
  });
  const second = inTurn(async () => seen.push('second'));
  const third = inTurn(async () => seen.push('third'));
  assert.deepEqual(seen, []);
  gate.resolve();
  await assert.rejects(first, /broken/);
  await Promise.all([second, third]);
  assert.deepEqual(seen, ['second', 'third']);
});
