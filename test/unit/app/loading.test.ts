import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoading } from '../../../src/app/loading.ts';

test('it is on while anything is being loaded, whatever becomes of it', async () => {
  const loading = createLoading();
  const [start, use] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  assert.equal(loading.isOn, false);
  const [started, used] = [loading.during(start.promise), loading.during(use.promise)];
  assert.equal(loading.isOn, true);
  start.resolve('model');
  assert.equal(await started, 'model');
  assert.equal(loading.isOn, true);
  use.reject(new Error('no model'));
  await assert.rejects(used, /no model/);
  assert.equal(loading.isOn, false);
});
