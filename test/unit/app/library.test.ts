import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadLibrary } from '../../../src/app/library.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { mentionsInOption } from '../../../src/config/mentions.ts';
import { PaddockError } from '../../../src/core/error.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('a missing folder of those that Paddock comes with is named in a sentence', async () => {
  const config = loadConfig({ env: {}, root });
  const without = (kind: 'templates' | 'personas') =>
    loadLibrary({ ...config, folders: { ...config.folders, [kind]: join(root, 'config', 'nowhere') } }, () => {});
  await assert.rejects(without('templates'), {
    name: 'PaddockError',
    code: 'configuration-invalid',
    message: /^The templates in .*nowhere can not be read: ENOENT.*put it back/,
  });
  await assert.rejects(without('personas'), { name: 'PaddockError', code: 'configuration-invalid', message: /no such folder/ });
});

const temporary = mkdtempSync(join(tmpdir(), 'paddock-library-'));
after(() => rmSync(temporary, { recursive: true }));

let bots = 0;
/** A bot's folder with these files besides the shipped templates and one persona. */
const botWith = (files: Readonly<Record<string, string>>): string => {
  const bot = join(temporary, String(bots++));
  for (const folder of ['config/models', 'personas', 'data']) mkdirSync(join(bot, folder), { recursive: true });
  cpSync(join(root, 'config', 'templates'), join(bot, 'config', 'templates'), { recursive: true });
  for (const [name, text] of Object.entries({ 'personas/helper.yaml': 'name: Helper\n', ...files }))
    writeFileSync(join(bot, name), text);
  return bot;
};
const configOf = (bot: string) => loadConfig({ env: {}, root: bot });
const linesOf = async (work: () => Promise<unknown>, bot: string): Promise<readonly string[]> => {
  const error = await work().then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof PaddockError && error.code === 'configuration-invalid', String(error));
  return error.message.replaceAll(`${bot}/`, '').split('\n');
};

test('the mistakes of personas, presets, templates and of all that names them are told at once', async () => {
  const bot = botWith({
    'config/paddock.yaml': 'persona: nosuch\ntemplate: nosuch\npreset: vell\nservers:\n  "1": { persona: bad, preset: worse }\n',
    'personas/bad.yaml': 'name: Bad\nsysemPrompt: x\n',
    'config/models/worse.yaml': 'name: Worse\nsamplin: {}\n',
    'config/models/well.yaml': 'name: Well\n',
    'config/templates/broken.yaml': 'knd: text\n',
  });
  const lines = await linesOf(() => loadLibrary(configOf(bot), () => {}), bot);
  const told = (pattern: RegExp) =>
    assert.equal(lines.filter((line) => pattern.test(line)).length, 1, `${pattern}\n${lines.join('\n')}`);
  told(/^personas\/bad\.yaml:2:1 {2}sysemPrompt: /);
  told(/^config\/paddock\.yaml:1:1 {2}persona: there is no persona "nosuch"; there are bad, helper$/);
  told(/^config\/models\/worse\.yaml:2:1 {2}samplin: /);
  told(/^config\/templates\/broken\.yaml:1: `knd` /);
  told(/^config\/paddock\.yaml:2:1 {2}template: there is no template "nosuch"/);
  told(/^config\/paddock\.yaml:3:1 {2}preset: there is no preset "vell"; did you mean well\?$/);
  // What is there, but has mistakes, is not missing.
  assert.doesNotMatch(lines.join('\n'), /no persona "bad"|no preset "worse"/);
});

test('what the command line names is blamed on its options, all of them', async () => {
  const bot = botWith({});
  const config = configOf(bot);
  const mentions = (['persona', 'template', 'preset'] as const).flatMap((kind) => mentionsInOption(kind, 'nosuch'));
  const named = { ...config, persona: 'nosuch', template: 'nosuch', preset: 'nosuch', mentions };
  const lines = await linesOf(() => loadLibrary(named, () => {}), bot);
  assert.deepEqual(
    lines.map((line) => line.replace(/;.*/, '')),
    ['persona', 'template', 'preset'].map((kind) => `--${kind}  there is no ${kind} "nosuch"`),
  );
  for (const [kind, value] of [
    ['preset', 'auto'],
    ['preset', 'none'],
    ['template', 'native:rag'],
    ['persona', undefined],
  ] as const)
    assert.deepEqual(mentionsInOption(kind, value), []);
  const missing = {
    ...config,
    template: join(bot, 'form.jinja'),
    mentions: mentionsInOption('template', join(bot, 'form.jinja')),
  };
  assert.match((await linesOf(() => loadLibrary(missing, () => {}), bot)).join(), /form\.jinja/);
});

test('reading again tells all mistakes at once, and leaves presets and templates as they were', async () => {
  const bot = botWith({ 'config/models/well.yaml': 'name: Well\n' });
  const library = await loadLibrary(configOf(bot), () => {});
  writeFileSync(join(bot, 'personas', 'bad.yaml'), 'nme: x\n');
  writeFileSync(join(bot, 'config', 'models', 'worse.yaml'), 'nme: x\n');
  writeFileSync(join(bot, 'config', 'models', 'new.yaml'), 'name: New\n');
  const lines = await linesOf(() => library.reload(), bot);
  assert.match(lines.join('\n'), /personas\/bad\.yaml[\s\S]*config\/models\/worse\.yaml/);
  assert.deepEqual(library.names.presets(), ['well']);
  rmSync(join(bot, 'personas', 'bad.yaml'));
  rmSync(join(bot, 'config', 'models', 'worse.yaml'));
  assert.deepEqual(await library.reload(), []);
  assert.deepEqual(library.names.presets(), ['new', 'well']);
});
