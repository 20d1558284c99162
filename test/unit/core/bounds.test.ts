import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';

const folder = new URL('../../../src/core/bounds/', import.meta.url);

test('every bound of every noun is there, and no name stands in two files', async () => {
  const names: string[] = [];
  for (const file of readdirSync(folder)) {
    const parts: readonly object[] = Object.values(await import(new URL(file, folder).href));
    assert.equal(parts.length, 1, file);
    for (const [name, bound] of Object.entries(parts[0] ?? {})) {
      assert.equal(Reflect.get(bounds, name), bound, `${name} of ${file}`);
      names.push(name);
    }
  }
  assert.deepEqual(names.toSorted(), Object.keys(bounds).toSorted());
});
