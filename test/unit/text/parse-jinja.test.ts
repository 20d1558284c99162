// Mistakes in Jinja templates are told with their line.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { JinjaError, parseJinja } from '../../../src/text/parse-jinja.ts';

const problemOf = (template: string): string | undefined => {
  try {
    parseJinja(template);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof JinjaError, String(error));
    assert.match(error.message, new RegExp(`^line ${error.line}: `));
    return error.message;
  }
};

const cases: readonly (readonly [template: string, problem: string])[] = [
  ['a\n{% if x %}\nb', 'line 2: `{% if %}` has no `{% endif %}`'],
  ['{% set x %}\n\n{{ 1 }}', 'line 1: `{% set %}` has no `{% endset %}`'],
  ['{% for m in messages %}\n{% endif %}', 'line 2: `{% endif %}` stands in the `{% for %}` of line 1'],
  ['\n{% endfor %}', 'line 2: `{% endfor %}` ends nothing'],
  ['\n\n{% with a = 1 %}{% endwith %}', 'line 3: `{% with %}` is not supported'],
  ["{% include 'x' %}", 'line 1: `{% include %}` is not supported'],
  ['a\n{{ x\n', 'line 2: `{{` has no end, or a string in it has none'],
  ["{{ 'abc }}", 'line 1: `{{` has no end, or a string in it has none'],
  ['a\n\n{# x', 'line 3: `{#` has no end, or a string in it has none'],
  ['{{ a }}\n\n{{ b c }}', 'line 3: Expected closing expression token, at `c`'],
  ['{{\n\n a\n b }}\n', 'line 4: Expected closing expression token, at `b`'],
  ["x\n{% set a = {\n 'b': 1,\n 'c' 2 } %}", 'line 4: Expected colon between key and value in object literal, at `2`'],
  ['{% set a = [1,\n 2 ? 3] %}', 'line 2: Unexpected character: ?'],
  ['{% generation %}\n{{ a b }}{% endgeneration %}', 'line 2: Expected closing expression token, at `b`'],
  ["{# {{ ' #}\n{{ {'a': {'b': '}}'}} }}\n{{ a b }}", 'line 3: Expected closing expression token, at `b`'],
  ['{% if a == %}\n{% endif %}', 'line 1: Unexpected token: CloseStatement, at `%}`'],
  [`\n{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`, 'line 2: it is nested too deeply, at `(`'],
];

describe('a mistake in a Jinja template', () => {
  for (const [template, problem] of cases)
    it(JSON.stringify(template.slice(0, 60)), () => assert.equal(problemOf(template), problem));

  it('is found wherever a real template is cut', () => {
    const folder = fileURLToPath(new URL('../../fixtures/chat-templates', import.meta.url));
    for (const file of readdirSync(folder)) {
      const { template } = parse(readFileSync(`${folder}/${file}`, 'utf8')) as { readonly template: string };
      assert.equal(problemOf(template), undefined, file);
      for (let at = 1; at <= 10; at++) {
        const cut = template.slice(0, Math.floor((template.length * at) / 11));
        const line = Number(/^line (\d+)/.exec(problemOf(cut) ?? 'line 1')?.[1]);
        assert.ok(line >= 1 && line <= cut.split('\n').length, `${file} ${at}`);
      }
    }
  });
});
