import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measureJson } from '../../../src/text/measure-json.ts';

const max = { values: 1000, depth: 50 };

test('a JSON text is measured as it would be parsed', () => {
  for (const [text, values, depth] of [
    ['1', 1, 0],
    ['"[,{"', 1, 0],
    ['"\\"[,"', 1, 0],
    ['[]', 2, 1],
    ['{"a":[1,2],"b":"]["}', 5, 2],
  ] as const)
    assert.deepEqual(measureJson(text, max), { values, depth }, text);
  const valuesIn = (value: unknown): number =>
    typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, one) => sum + valuesIn(one), 1) : 1;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      // Empty ones count for what they could hold.
      assert.ok(measureJson(JSON.stringify(value), { values: 1e9, depth: 1e9 }).values >= valuesIn(value));
    }),
  );
});

test('what goes beyond the bounds is told at once', () => {
  assert.ok(measureJson('['.repeat(1_000_000), max).depth === 51);
  assert.ok(measureJson(`[${'0,'.repeat(1_000_000)}`, max).values === 1001);
});
