import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { promptText } from '../../../src/core/prompt.ts';
import { renderTemplate } from '../../../src/prompt/render.ts';
import { parseForm } from '../../../src/prompt/template.ts';
import { readTemplate } from '../../../src/prompt/template-file.ts';
import { loadTemplates } from '../../../src/prompt/template-folder.ts';
import { templateOf } from './templates.ts';

const problemsOf = (yaml: string): readonly string[] => {
  const result = readTemplate(yaml, 'my.yaml', 'my');
  return 'problems' in result ? result.problems : [];
};
const good = 'description: mine\nsystem: "{system}"\nuser: "{user}"\nassistant: "{assistant}"\nopen: ""\n';

describe('template files', () => {
  test('slots, tokens, braces and everything else are told apart', () => {
    assert.deepEqual(parseForm('{bos}a {{x}} {user}{eos}'), {
      form: [{ kind: 'bos' }, { kind: 'control', text: 'a {x} ' }, { kind: 'slot', slot: 'user' }, { kind: 'eos' }],
      problems: [],
    });
  });

  test('all mistakes come at once, each with file and line', () => {
    const yaml = [
      'description: mine',
      'system: "{system}"',
      'user: "{user} {usr}"',
      'assistant: "{assistant} {assistant}"',
      'open: ANSWER',
      'join: "a { b"',
      'labels: ["USER:", 3]',
      'stopp: []',
      'alternating: maybe',
    ].join('\n');
    const problems = problemsOf(yaml);
    const at = (line: number, part: string) =>
      assert.ok(
        problems.some((problem) => problem.startsWith(`my.yaml:${line}: `) && problem.includes(part)),
        `${line} ${part}\n${problems.join('\n')}`,
      );
    at(3, 'unknown placeholder "{usr}"');
    at(4, '`assistant` must have {assistant} only once');
    at(5, '`open` must stand in double quotes');
    at(6, 'single "{"');
    at(7, '`labels` entry 2 must be text');
    at(8, '`stopp` is no key of a template');
    at(9, '`alternating` must be true or false');
    assert.equal(problems.length, 7);
  });

  test('a missing form, a form with another one’s slot and both system forms are mistakes', () => {
    assert.match(problemsOf(good.replace('user: "{user}"\n', '')).join(), /`user` is missing/);
    assert.match(problemsOf(good.replace('open: ""', 'open: "{user}"')).join(), /my\.yaml:5: `open` can't have \{user\}/);
    assert.match(
      problemsOf(`${good}systemInUser: "{system}{user}"\n`).join(),
      /my\.yaml:6: `systemInUser` a template has either/,
    );
    assert.match(problemsOf(good.replace('system: "{system}"\n', '')).join(), /`system` a template has either/);
    assert.match(
      problemsOf(good.replace('"{user}"', '"{name}: {user}"')).join(),
      /my\.yaml:3: `user` can have \{name\} only with/,
    );
  });

  test('what is no template at all is one clear problem', () => {
    for (const text of ['', '- 1', 'text', 'null']) assert.match(problemsOf(text).join(), /^my\.yaml:1: a template is a list/);
    assert.match(problemsOf('a: 1\nb: [').join(), /^my\.yaml:2: is no valid YAML/);
    assert.match(problemsOf('a: &x 1\nb: *x').join(), /^my\.yaml:2: the alias \*x/);
    assert.match(problemsOf(`${good}open: ""`).join(), /^my\.yaml:6: is no valid YAML: Map keys must be unique/);
    assert.match(problemsOf('kind: native\ndescription: x\nuser: "{user}"').join(), /^my\.yaml:3: `user` is no key/);
  });

  test('a template of one’s own renders, with names in its forms', () => {
    const template = templateOf(
      'description: d\nsystem: "S {system}\\n"\nuser: "<{name}> {user}\\n"\nassistant: "[{name}] {assistant}\\n"\nopen: "[{name}] "\nalternating: false\n',
    );
    const prompt = renderTemplate(
      template,
      [
        { role: 'user', name: 'Ada', content: 'hi' },
        { role: 'assistant', content: 'yes' },
        { role: 'user', content: 'no' },
      ],
      { name: 'Quill' },
    );
    assert.equal(promptText(prompt), '<Ada> hi\n[Assistant] yes\n<User> no\n[Quill] ');
  });

  test('a folder’s mistakes come together; a later folder wins; foreign files are left alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paddock-templates-'));
    try {
      await writeFile(join(folder, 'mine.yaml'), good);
      await writeFile(join(folder, 'README.md'), 'x');
      const again = await mkdtemp(join(folder, 'later-'));
      await writeFile(join(again, 'mine.yaml'), good.replace('mine', 'newer'));
      const loaded = await loadTemplates([folder, again]);
      assert.deepEqual(
        [...loaded.values()].map((template) => template.description),
        ['newer'],
      );

      await writeFile(join(folder, 'bad.yaml'), 'description: x\n');
      await writeFile(join(folder, 'Bad Name.yaml'), good);
      await writeFile(join(folder, 'worse.yaml'), 'a: [');
      await writeFile(join(folder, 'latin-1.yaml'), Buffer.from(good.replace('mine', 'na\u00efve'), 'latin1'));
      await writeFile(join(folder, 'long.yaml'), `${good}#${'x'.repeat(bounds.textFileBytesMax)}`);
      await mkdir(join(folder, 'folder.yaml'));
      await assert.rejects(loadTemplates([folder]), (error) => {
        assert.ok(error instanceof PaddockError);
        assert.equal(error.code, 'configuration-invalid');
        for (const part of [
          'bad.yaml:1: `user` is missing',
          'bad.yaml:1: `open` is missing',
          'Bad Name.yaml: a template’s',
          'worse.yaml:1: is no valid',
          'latin-1.yaml: is not UTF-8 text: save it as UTF-8',
          `long.yaml: is larger than ${bounds.textFileBytesMax} bytes`,
          'folder.yaml: is not a file',
        ])
          assert.ok(error.message.replaceAll("'", '’').includes(part), `${part}\n${error.message}`);
        return true;
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
