import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mistakeLine } from '../../../src/text/mistake.ts';
import { parseYaml } from '../../../src/text/parse-yaml.ts';

const linesOf = (text: string): readonly string[] => parseYaml(text, 'a.yaml').mistakes.map(mistakeLine);

describe('parseYaml', () => {
  it('reads every JSON document as JSON does', () => {
    const isPlain = (value: unknown): boolean => !JSON.stringify(value).includes('"__proto__"') && depth(value) < 30;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }).filter(isPlain), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const document = parseYaml(JSON.stringify(value, null, indent), 'a.json');
        assert.deepEqual(document.mistakes, []);
        assert.deepEqual(document.value, JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it('tells where each value stands, by its key where it has one', () => {
    const document = parseYaml('a:\n  b:\n    - 1\n    -   {c: 2}\n', 'a.yaml');
    assert.deepEqual(document.position(['a', 'b']), { line: 2, column: 3 });
    assert.deepEqual(document.position(['a', 'b', 0]), { line: 3, column: 7 });
    assert.deepEqual(document.position(['a', 'b', 1, 'c']), { line: 4, column: 10 });
    assert.deepEqual(document.position(['a', 'b', 'missing']), { line: 2, column: 3 });
    assert.deepEqual(document.position([]), { line: 1, column: 1 });
  });

  it('reports every mistake of syntax with its line', () => {
    assert.deepEqual(
      linesOf('a: 1\nb: [1, 2\nc: 3\n').map((line) => line.split(' ')[0]),
      ['a.yaml:3:1'],
    );
    assert.match(linesOf('a: !secret x\n')[0] ?? '', /^a\.yaml:1:4 {2}is not valid YAML: Unresolved tag/);
    assert.match(linesOf('a: 1\n---\nb: 2\n')[0] ?? '', /^a\.yaml:2:1 .*multiple documents/);
  });

  it('reports keys given twice, and such as change what an object is', () => {
    assert.deepEqual(linesOf('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n'), [
      'a.yaml:4:3  b.c: is given twice',
      'a.yaml:5:1  a: is given twice',
    ]);
    assert.deepEqual(linesOf('__proto__: {polluted: yes}\n'), ['a.yaml:1:1  __proto__: is no name to be used']);
    assert.deepEqual(linesOf('? [a]\n: 1\n'), ['a.yaml:1:3  a key must be plain text']);
    assert.deepEqual(linesOf('a: !!binary aGk=\n'), ['a.yaml:1:1  a: is of a kind that has no use here']);
  });

  it('expands aliases, but not without end', () => {
    assert.deepEqual(parseYaml('a: &x [1]\nb: *x\n', 'a.yaml').value, { a: [1], b: [1] });
    assert.deepEqual(linesOf('a: &x [*x]\n'), ['a.yaml:1:8  a[0][0]: *x contains itself']);
    assert.deepEqual(parseYaml('a: &x 1\nb: *x\nc: &x 2\nd: *x\n', 'a.yaml').value, { a: 1, b: 1, c: 2, d: 2 });
    assert.match(linesOf('a: *x\nb: &x 1\n').join(), /nothing is marked &x above/);
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      ...[...'bcdefghij'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[index]}`).join(',')}]`),
    ];
    assert.match(linesOf(bomb.join('\n')).join(), /too many values/);
  });

  it('ends soon, with a mistake, on files made to keep it busy', () => {
    // Each of these takes the library's own conversion or key check from half a minute to several.
    const manyKeys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n');
    assert.deepEqual(linesOf(manyKeys), []);
    assert.deepEqual(linesOf(`a: &x 1\nb: [${'*x,'.repeat(20_000)}]`), []);
    assert.ok(linesOf('? '.repeat(3000)).length > 0);
    assert.ok(linesOf('['.repeat(20_000)).length > 0);
    assert.match(linesOf(`${'['.repeat(40)}${']'.repeat(40)}`).join(), /nested too deeply/);
  });
});

const depth = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
