import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { configurationDocs } from '../../../scripts/generate-configuration-docs.ts';
import { environmentSchema, settingsSchema, writtenSchema } from '../../../src/config/schema.ts';
import { check, leafNames } from '../../../src/text/check.ts';
import { parseYaml } from '../../../src/text/parse-yaml.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const text = readFileSync(join(root, 'config', 'paddock.yaml'), 'utf8');

describe('config/paddock.yaml', () => {
  // A # right before a name holds the setting back for presets; prose has a space behind it.
  const document = parseYaml(text.replaceAll(/^( *)#(?=\S)/gm, '$1'), 'config/paddock.yaml');

  it('holds every setting with its default and nothing else', () => {
    assert.deepEqual(document.mistakes, []);
    assert.deepEqual(document.value, check(parseYaml('', 'empty'), settingsSchema).value);
    const given = (value: object): readonly string[] =>
      Object.entries(value).flatMap(([name, inner]) =>
        typeof inner === 'object' && !Array.isArray(inner) && Object.keys(inner).length > 0
          ? given(inner).map((rest) => `${name}.${rest}`)
          : [name],
      );
    assert.deepEqual([...given(document.value as object)].sort(), [...leafNames(settingsSchema)].sort());
  });

  it('decides nothing that a preset may decide', () => {
    const shipped = check(parseYaml(text, 'config/paddock.yaml'), settingsSchema).value;
    assert.deepEqual(shipped, check(parseYaml('', 'empty'), settingsSchema).value);
    const written = writtenSchema.parse(parseYaml(text, 'config/paddock.yaml').value);
    assert.deepEqual([written.sampling, written.answer], [{ dry: {}, xtc: {} }, {}]);
    assert.deepEqual([shipped?.preset, shipped?.template, shipped?.engine.contextTokens], ['auto', 'auto', 'auto']);
  });

  it('explains every setting: a comment above it, beside it, or above the lines it stands with', () => {
    const lines = text.split('\n');
    for (const name of leafNames(settingsSchema)) {
      const { line } = document.position(name.split('.'));
      const own = lines[line - 1] ?? '';
      const block = lines.slice(0, line - 1).reverse();
      const end = block.findIndex((above) => above.trim() === '');
      const around = block.slice(0, end);
      assert.ok(own.includes('#') || around.some((above) => above.trim().startsWith('#')), `${name} has no comment`);
    }
  });

  it('fits a window of 110 columns', () => {
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 110),
      [],
    );
  });
});

describe('docs/configuration.md', () => {
  it('is what scripts/generate-configuration-docs.ts makes of the schema', () => {
    assert.equal(
      readFileSync(join(root, 'docs', 'configuration.md'), 'utf8'),
      configurationDocs(),
      'run: node scripts/generate-configuration-docs.ts',
    );
  });

  it('names every setting and variable', () => {
    const docs = configurationDocs();
    for (const name of [...leafNames(settingsSchema), ...Object.keys(environmentSchema.shape)]) {
      assert.ok(docs.includes(`| \`${name}\` |`), name);
    }
  });
});
