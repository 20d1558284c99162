import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutInvisible } from '../../../src/text/without-invisible.ts';

test('what turns the direction and what has no width goes from names', () => {
  for (const [name, shown] of [
    ['A\u202egnp.exe', 'Agnp.exe'],
    ['\u2066x\u2069\u200e\u200f\u061c', 'x'],
    ['x\u200by\ufeff\u2060\u00adz', 'xyz'],
    ['Ad\u200da', 'Ada'],
    ['\u3164\u115f\uffa0\u200b', ''],
    ['\u{e0041}tag\u{e0042}', 'tag'],
    ['\ufe0fx \ufe0f', 'x '],
  ] as const)
    assert.equal(withoutInvisible(name), shown, JSON.stringify(name));
});

test('what emoji and scripts need between visible characters stays', () => {
  for (const name of ['👩🏽‍🚀', '❤️‍🔥 x', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '☎︎', 'می\u200cخواهم', 'क्\u200dष', 'Zoë', '日本 語', "O'Neil-Å"])
    assert.equal(withoutInvisible(name), name);
});

test('a long name of such characters takes no long time', () => {
  assert.equal(withoutInvisible(`🏴${'\u{e0041}'.repeat(50_000)}${'\u200d'.repeat(50_000)}`), '🏴');
});
