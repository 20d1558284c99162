import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idPattern, numberedIds, slugOf } from '../../../src/text/slug.ts';

const slugs = [
  ['Mother Tansy', 'mother-tansy'],
  ['  Éloïse & the Crow!', 'eloise-the-crow'],
  ['_x_', 'x_'],
  ['龍', 'book'],
  ['', 'book'],
  ['-'.repeat(100), 'book'],
] as const;
for (const [name, slug] of slugs)
  test(`${name.slice(0, 20)} becomes ${slug}`, () => {
    assert.equal(slugOf(name, 'book'), slug);
    assert.match(slug, idPattern);
  });

test('an id that is taken gets a number, and stays one however long it is', () => {
  assert.deepEqual([...numberedIds('rook').take(3)], ['rook', 'rook-2', 'rook-3']);
  const ids = [...numberedIds('x'.repeat(64))];
  assert.equal(new Set(ids).size, 1000);
  for (const id of ids) assert.match(id, idPattern);
});
