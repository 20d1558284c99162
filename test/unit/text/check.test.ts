import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { check, leafNames, shown } from '../../../src/text/check.ts';
import { closest } from '../../../src/text/closest.ts';
import { mistakeLine, mistakesError } from '../../../src/text/mistake.ts';
import { parseYaml } from '../../../src/text/parse-yaml.ts';

const schema = z.strictObject({
  name: z.string().meta({ expected: 'a name' }),
  size: z.int().min(1).meta({ expected: 'a whole number of at least 1' }).default(1),
  tags: z.array(z.string().meta({ expected: 'a tag' })).default([]),
  inner: z.strictObject({ colour: z.string().meta({ expected: 'a colour' }).optional() }).prefault({}),
});

const linesOf = (text: string): readonly string[] => (check(parseYaml(text, 'a.yaml'), schema).mistakes ?? []).map(mistakeLine);

describe('check', () => {
  it('gives the value with its defaults when nothing is wrong', () => {
    assert.deepEqual(check(parseYaml('name: x', 'a.yaml'), schema), { value: { name: 'x', size: 1, tags: [], inner: {} } });
  });

  it('reports all mistakes in the order of the file, a line each', () => {
    assert.deepEqual(linesOf('inner:\n  color: red\nsize: -1.5\ntags:\n  - ok\n  - 3\nname:\n'), [
      'a.yaml:2:3  inner.color: is not known; did you mean colour?',
      'a.yaml:3:1  size: expected a whole number of at least 1, got -1.5',
      'a.yaml:6:5  tags[1]: expected a tag, got 3',
      'a.yaml:7:1  name: expected a name, got nothing',
    ]);
  });

  it('tells what is missing, and where a name would belong', () => {
    assert.deepEqual(linesOf('colour: red\n'), [
      'a.yaml:1:1  name: is missing: expected a name',
      'a.yaml:1:1  colour: is not known here; did you mean inner.colour?',
    ]);
    assert.deepEqual(linesOf('name: x\nzzzzzz: 1\n'), ['a.yaml:2:1  zzzzzz: is not known; here stand name, size, tags, inner']);
  });

  it('passes mistakes of syntax on instead of checking', () => {
    assert.match(linesOf('name: [').join(), /is not valid YAML/);
  });

  it('shows values short and without passwords', () => {
    assert.equal(shown('redis://me:pass@host/0'), '"redis://…@host/0"');
    assert.equal(shown(`${'x'.repeat(100)}`), `"${'x'.repeat(60)}…"`);
    assert.equal(shown('a\nb'), '"a\\nb"');
    assert.equal(shown([1]), 'a list');
  });

  it('knows everything that can be set', () => {
    assert.deepEqual(leafNames(schema), ['name', 'size', 'tags', 'inner.colour']);
  });
});

describe('mistakesError', () => {
  it('has a line for each mistake and keeps them from the chat', () => {
    const error = mistakesError([
      { file: 'a.yaml', path: '', text: 'there is no such file' },
      { file: 'b.yaml', position: { line: 2, column: 1 }, path: 'x', text: 'is given twice' },
    ]);
    assert.equal(error.code, 'configuration-invalid');
    assert.equal(error.message, 'a.yaml  there is no such file\nb.yaml:2:1  x: is given twice');
    assert.doesNotMatch(error.userText, /yaml/);
  });
});

describe('closest', () => {
  it('finds what was meant through slips and other spellings, and nothing else', () => {
    const names = ['slots', 'gpuLayers', 'temperature', 'topK', 'topP'];
    assert.equal(closest('slot', names), 'slots');
    assert.equal(closest('solts', names), 'slots');
    assert.equal(closest('gpu_layers', names), 'gpuLayers');
    assert.equal(closest('GPU-Layer', names), 'gpuLayers');
    assert.equal(closest('temprature', names), 'temperature');
    assert.equal(closest('top_p', names), 'topP');
    assert.equal(closest('persona', names), undefined);
    assert.equal(closest('x', names), undefined);
    assert.equal(closest('', names), undefined);
  });
});
