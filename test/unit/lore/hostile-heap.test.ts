// The largest hostile lorebooks: reading one, preparing it, searching it and writing it again takes a bounded heap and bounded work.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** In a process of its own, for a heap has one limit. It needs 48 MB; whatever one input leaves behind is among them. */
const program = `
import { activate, bookBytes, emptyLoreState, prepareLorebook, readBook } from ${url('../../../src/lore/index.ts')};
const max = ${bounds.lorebook.fileBytesMax};
const much = (text, length) => text.repeat(Math.floor(length / text.length));
const utf8 = (text) => Buffer.from(text);
const list = (count, one) => Array.from({ length: count }, (_, index) => one(index)).join();
const book = (entries) => utf8('{"entries":[' + entries + ']}');
const text = much('a moon k1 ', 200_000);
const inputs = {
  oneText: () => book('{"keys":["a"],"x":"' + much('x', max - 100) + '"}'),
  escapes: () => book('{"keys":["a"],"x":"' + much('\\\\u0100', max - 100) + '"}'),
  emptyObjs: () => book('{"keys":["a"],"x":[' + much('{},', 46_000*3) + '0]}'),
  emptyArrs: () => book('{"keys":["a"],"x":[' + much('[],', 46_000*3) + '0]}'),
  numbers: () => book('{"keys":["a"],"x":[' + much('0.5,', 93_000*4) + '0]}'),
  overValues: () => book('{"keys":["a"],"x":[' + much('0,', max-100) + '0]}'),
  names: () => book('{"keys":["a"],"x":{' + list(46_000, (i) => '"k' + i + '":{}') + '}}'),
  names2: () => book('{"keys":["a"],"x":[' + list(46_000, (i) => '{"k' + i + '":1}') + ']}'),
  tenThousand: () => book(list(10_000, (i) => '{"keys":["k' + i + '"],"content":"' + much('y', 350) + '"}')),
  manyKeys: () => book(list(480, (i) => '{"keys":[' + list(200, (j) => '"' + i + '_' + j + '"') + ']}')),
  longKeys: () => book(list(1_900, (i) => '{"keys":["' + i + much('k', 250) + '"],"content":"' + much('z', 1700) + '"}')),
  patterns: () => book(list(1_000, (i) => '{"keys":["/(a|b' + i + '){1,9}[a-z]*c+/i"]}')),
  patternsBig: () => book(list(1_000, (i) => '{"keys":["/([a-z]{1,20}' + i + ')?x*/i"]}')),
  unicodeClasses: () => book(list(1_000, (i) => '{"keys":["/[\\\\\\\\p{L}\\\\\\\\p{N}]+' + i + '/iu"]}')),
  numbersLong: () => book('{"keys":["a"],"x":[' + list(93_000, (i) => String(1e9 + i + 0.5)) + ']}'),
  wide: () => utf8('{"entries":[{"keys":["a"],"x":"' + much('Ā', 1_990_000) + '"}]}'),
  objs: () => book(list(5_400, (i) => '{"keys":[],"extensions":{' + list(16, (j) => '"f' + j + '_' + i + '":' + j) + '}}')),
  world: () => utf8('{"entries":{' + list(7_000, (i) => '"' + i + '":{"uid":' + i + ',"key":["k' + i + '"],"keysecondary":[],"content":"' + much('y', 400) + '","order":5,"sticky":3,"position":4,"group":"g"}') + '}}'),
  deep: () => utf8(much('[', max)),
  deepObj: () => utf8(much('{"a":', max)),
  badEntries: () => book(much('0,', 19_000) + '0'),
  badFields: () => book(list(10_000, () => '{"keys":0,"content":[],"order":"x","position":{},"constant":7}')),
  contentMacros: () => book('{"keys":["a"],"content":"' + much('{{user}}', 63_000) + '"}'),
  decorators: () => book(list(60, () => '{"keys":["a"],"content":"' + much('@@depth 1\\\\n', 63_000) + '"}')),
  decoratorKeys: () => book(list(60, (i) => '{"keys":["a"],"content":"@@additional_keys ' + list(6_900, (j) => i + '_' + j) + '"}')),
  groups: () => book(list(10_000, (i) => '{"keys":["a"],"extensions":{"group":"' + list(20, (j) => 'g' + j) + '"}}')),
  yamlFlow: () => utf8('name: x\\nentries: [' + much('{},', 59_000) + ']'),
  yamlDash: () => utf8(much('- ', 255_000)),
  yamlBrackets: () => utf8('a: ' + much(']', 19_900)),
  yamlEsc: () => utf8('name: "' + much('\\\\x', 250_000)),
  yamlEsc2: () => utf8('name: "' + much('\\\\x', 19_900 * 2)),
  yamlBlock: () => utf8('name: |\\n' + much('  l\\n', 19_900*4)),
  yamlEntries: () => utf8('name: x\\nentries:\\n' + much('  - keys: [a]\\n', 19_000)),
  yamlMistakes: () => utf8('name: x\\nentries:\\n' + much('  - k: a\\n', 45_000)),
  yamlAnchors: () => utf8('a: &a [x,x]\\nb: [' + much('*a,', 19_000) + ']'),
  yamlPairs: () => utf8(much('a: b\\n', 19_000)),
  yamlTabs: () => utf8('name: x\\n' + much('\\t', 200_000)),
  yamlQuotes: () => utf8(much('"a\\n', 19_000)),
  yamlBack: () => utf8('name: "' + much('\\\\q', 19_900)),
};
const scan = async (read) => {
  const books = [{ book: prepareLorebook(read.book), scope: 'global' }];
  const input = { books, messages: [{ name: 'A', text }], messageCount: 3, contextTokens: 8000, state: emptyLoreState };
  const { cost } = await activate({ ...input, random: () => 0.5 }, async (texts) => texts.map(({ length }) => length));
  return cost;
};
for (const [name, input] of Object.entries(inputs)) {
  const bytes = input();
  let line = { name, bytes: bytes.length, isRead: false };
  try {
    const read = readBook(bytes, 'x');
    line = { ...line, isRead: true, ...(await scan(read)), written: bookBytes(read.book, read.format).length };
  } catch (error) {
    if (error.code !== 'bad-input') throw error;
  }
  console.log(JSON.stringify(line));
}
console.log('done');
`;

type Line = {
  readonly name: string;
  readonly bytes: number;
  readonly isRead: boolean;
  readonly steps?: number;
  readonly patternSteps?: number;
  readonly written?: number;
};

it('the largest hostile lorebooks are read, searched and written within a heap of 64 MB and bounded work', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--max-old-space-size=64', '--input-type=module-typescript', '-e', program],
    { encoding: 'utf8' },
  );
  const lines = stdout.trim().split('\n');
  assert.equal(lines.pop(), 'done', stderr.slice(0, 2000));
  assert.equal(status, 0);
  const told = lines.map((line): Line => JSON.parse(line));
  assert.equal(told.length, 39);
  assert.ok(told.filter(({ isRead }) => isRead).length >= 20, 'most of them are read');
  for (const { name, bytes, steps = 0, patternSteps = 0, written = 0 } of told) {
    assert.ok(bytes <= bounds.lorebook.fileBytesMax, name);
    // The text is read once for plain keys and once for keys with macros; entries and their keys are looked at a few times.
    assert.ok(steps <= 2 * bounds.loreScan.messageCharactersMax + 4 * bounds.lorebook.valuesMax, `${name}: ${steps} steps`);
    assert.ok(patternSteps <= bounds.loreScan.patternStepsMax, `${name}: ${patternSteps} steps of patterns`);
    assert.ok(written <= 6 * bytes + 1000, `${name}: ${written} bytes written for ${bytes}`);
  }
});
