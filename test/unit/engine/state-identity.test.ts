// A state is only ever loaded into what it was made with: the library may crash on any other.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { LlamaContext, LlamaModel } from 'node-llama-cpp';
import { stateIdentity } from '../../../src/engine/llama/child/state-identity.ts';

it('everything that a state depends on is in its identity', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paddock-identity-'));
  try {
    const paths = ['one.gguf', 'other.gguf'].map((name) => join(folder, name));
    for (const [index, path] of paths.entries()) {
      writeFileSync(path, `${index}`.repeat(100));
      utimesSync(path, 1, 1);
    }
    const [one = '', other = ''] = paths;
    const context = { contextSize: 1024, kvCacheKeyType: 1, kvCacheValueType: 1, flashAttention: false };
    const of = (path = one, change: Partial<typeof context> = {}, gpuLayers = 0): Promise<string> =>
      stateIdentity(path, { gpuLayers } as LlamaModel, { ...context, ...change } as unknown as LlamaContext);
    assert.equal(await of(), await of());
    const all = [
      await of(),
      await of(other),
      await of(one, { contextSize: 2048 }),
      await of(one, { kvCacheKeyType: 8 }),
      await of(one, { kvCacheValueType: 8 }),
      await of(one, { flashAttention: true }),
      await of(one, {}, 4),
    ];
    assert.equal(new Set(all).size, all.length);
    utimesSync(one, 2, 2);
    assert.ok(!all.includes(await of()), 'a file that was written anew');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
