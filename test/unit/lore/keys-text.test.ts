import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loreEntryDefaults } from '../../../src/core/lorebook.ts';
import { entrySettingsText, keysOfText, parseEntrySettings, textOfKeys } from '../../../src/lore/index.ts';

test('keys are read as people type them', () => {
  for (const [text, keys] of [
    ['inn, Last Lantern ,tavern', ['inn', 'Last Lantern', 'tavern']],
    ['one\ntwo, three\n\n', ['one', 'two', 'three']],
    ['/a{1,2}/i, b', ['/a{1,2}/i', 'b']],
    ['/a\\/b,c/, x', ['/a\\/b,c/', 'x']],
    ['"a, b", c', ['a, b', 'c']],
    ['"a \\"b\\"", c', ['a "b"', 'c']],
    ['and/or, /', ['and/or', '/']],
    ['say "x", y', ['say "x"', 'y']],
    ['"open, x', ['"open', 'x']],
    [' , ,, ', []],
    ['a, a', ['a']],
    ['', []],
  ] as const) {
    assert.deepEqual(keysOfText(text), keys, text);
  }
});

test('keys that were shown come back as they were', () => {
  for (const keys of [['inn', 'Last Lantern'], ['a, b', '"quoted"', '"'], ['/x{1,2}/', '/,'], ['a\\', 'b\\"c, d'], ['"a" b']]) {
    assert.deepEqual(keysOfText(textOfKeys(keys)), keys);
  }
});

test('reading keys stays linear', () => {
  for (const text of ['"'.repeat(4000), '/'.repeat(4000), '"\\'.repeat(2000), `${'/a'.repeat(2000)},`, ','.repeat(4000)])
    keysOfText(text);
  assert.equal(keysOfText(`${'x,'.repeat(2000)}y`).length, 2);
});

test('settings are what is not the default, and come back', () => {
  const entry = {
    ...loreEntryDefaults,
    id: '1',
    order: 5,
    position: 'depth',
    depth: 2,
    sources: ['scenario'],
    content: 'x',
  } as const;
  const text = entrySettingsText(entry);
  assert.equal(text, 'order: 5\nposition: depth\ndepth: 2\nsources:\n  - scenario');
  const { settings } = parseEntrySettings(text, 'x');
  assert.deepEqual({ ...settings, id: '1', content: 'x', title: '', keys: [], secondaryKeys: [] }, entry);
  assert.equal(entrySettingsText({ ...loreEntryDefaults, id: '1' }), '');
  assert.equal(parseEntrySettings('{order: 7, role: user}', 'x').settings?.order, 7);
  assert.match(parseEntrySettings('ordr: 5', 'x').mistakes?.[0]?.text ?? '', /did you mean order/);
  assert.match(parseEntrySettings('content: 5', 'x').mistakes?.[0]?.text ?? '', /not known/);
  assert.ok(parseEntrySettings('order: [', 'x').mistakes);
  assert.ok(parseEntrySettings('just words', 'x').mistakes);
});
