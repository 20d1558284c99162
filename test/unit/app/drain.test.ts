import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDrain } from '../../../src/app/drain.ts';
import type { ModelInfo } from '../../../src/core/engine.ts';

/** A queue whose answers end when told to, or when the engine is ended under them; what happened, in order. */
const world = ({ model, endsByItself }: { readonly model: ModelInfo | undefined; readonly endsByItself: boolean }) => {
  const happened: string[] = [];
  const idle = Promise.withResolvers<void>();
  const queue = {
    close: () => {
      happened.push('queue closed');
      if (endsByItself) setImmediate(idle.resolve);
      return idle.promise.then(() => void happened.push('idle'));
    },
  };
  const engine = {
    model,
    close: async () => {
      happened.push('engine ended');
      idle.resolve();
    },
  };
  return { queue, engine, happened };
};

const loaded = { name: 'Test' } as ModelInfo;

test('answers that end are waited for, and the engine is left alone until then', async () => {
  const { queue, engine, happened } = world({ model: loaded, endsByItself: true });
  await createDrain(queue, engine)();
  assert.deepEqual(happened, ['queue closed', 'idle']);
});

test('an engine that hangs is ended, and then the answers are waited for', async () => {
  const { queue, engine, happened } = world({ model: loaded, endsByItself: false });
  await createDrain(queue, engine, 1)();
  assert.deepEqual(happened, ['queue closed', 'engine ended', 'idle']);
});

test('an engine that loads is ended at once: nothing is being written', async () => {
  const { queue, engine, happened } = world({ model: undefined, endsByItself: false });
  await createDrain(queue, engine, 2 ** 30)();
  assert.deepEqual(happened, ['queue closed', 'engine ended', 'idle']);
});

test('it is done once, however often it is asked for', async () => {
  const { queue, engine, happened } = world({ model: loaded, endsByItself: true });
  const drain = createDrain(queue, engine);
  await Promise.all([drain(), drain()]);
  await drain();
  assert.deepEqual(happened, ['queue closed', 'idle']);
});
