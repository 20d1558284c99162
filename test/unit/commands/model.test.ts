import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createModelCommand } from '../../../src/commands/model.ts';
import { createModelsFolder, folderLabel } from '../../../src/commands/models-folder.ts';
import { type CommandOutcome, runCommand } from '../../../src/commands/run-command.ts';
import type { CommandPlace } from '../../../src/core/command.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createTestServices, owner, type TestServices } from './services.ts';

let root = '';
let folder = '';

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'paddock-models-'));
  folder = join(root, 'data', 'models');
  await mkdir(join(folder, 'folder.gguf'), { recursive: true });
  for (const name of [
    'good.gguf',
    'Broken.gguf',
    'notes.txt',
    'mmproj-vision.gguf',
    'split-00001-of-00002.gguf',
    'split-00002-of-00002.gguf',
  ]) {
    await writeFile(join(folder, name), 'x');
  }
  await writeFile(join(root, 'secret.gguf'), 'x');
  await symlink(join(root, 'secret.gguf'), join(folder, 'link.gguf'));
});
after(() => rm(root, { recursive: true }));

const services = (): TestServices =>
  createTestServices({ models: createModelsFolder(folder, root), engineOptions: { loadable: [join(folder, 'good.gguf')] } });

const call = (test: TestServices, name?: string): Promise<CommandOutcome> =>
  runCommand([createModelCommand(test)], owner, 'model', { name }, silentLogger);

test('/model shows what is loaded and the files; of a split model only the first part', async () => {
  const { text } = await call(services());
  assert.match(text, /^Fake, .*\n2048 tokens of context, 1 answer at once, on cpu\n/);
  assert.match(text, /Files in data\/models:\n- Broken\.gguf\n- good\.gguf\n- link\.gguf\n- split-00001-of-00002\.gguf$/);
});

test('/model tells of the demo model how to get a real one, and says when there is no file or nothing loaded', async () => {
  const demo = createTestServices({ engineOptions: { model: { isDemo: true } } });
  const { text } = await call(demo);
  assert.match(text, /built-in demo model/);
  assert.match(text, /put a GGUF file into data\/models/);
  assert.match(text, /There are no model files in data\/models yet/);
  const none = createTestServices();
  const engine = { ...none.engine, model: undefined };
  const reply = await createModelCommand({ ...none, engine }).run(owner, {});
  assert.match(reply.text, /^No model is loaded at the moment/);
  const loading = await createModelCommand({ ...none, engine: { ...engine, isLoading: true } }).run(owner, {});
  assert.match(loading.text, /^The model is being loaded\.\n/);
});

test('/model loads a file by its name, with or without extension, in any case', async () => {
  for (const name of ['good.gguf', 'good', 'GOOD.GGUF']) {
    const test = services();
    const { text, isFailure } = await call(test, name);
    assert.equal(isFailure, false, text);
    assert.equal(test.engine.model?.path, join(folder, 'good.gguf'));
    assert.match(text, /^Loaded\.\ngood, from good\.gguf/);
    assert.match((await call(test)).text, /- good\.gguf \(loaded\)/);
  }
});

test('a model that does not load says so, and that the former one still answers', async () => {
  const test = services();
  const { text, isFailure } = await call(test, 'broken');
  assert.equal(isFailure, true);
  assert.match(text, /This file is no GGUF model\. The former model, Fake, still answers\./);
  assert.equal(test.engine.model?.name, 'Fake');
});

test('PITFALLS 34: no name leads out of the models folder', async () => {
  const names = [
    '../../secret.gguf',
    join(root, 'secret.gguf'),
    '..',
    '.',
    'link.gguf',
    'folder.gguf',
    'notes.txt',
    'good.gguf\0',
  ];
  for (const name of names) {
    const test = services();
    const outcome = await call(test, name);
    assert.equal(outcome.isFailure, true, name);
    assert.equal(test.engine.model?.name, 'Fake', name);
    assert.ok(!outcome.text.includes(root), 'no path of the machine is shown');
  }
  assert.match((await call(services(), 'link')).text, /link that leads out of data\/models/);
  assert.match((await call(services(), 'god.gguf')).text, /Did you mean good\.gguf\?/);
});

test('a models folder outside of the bot is named whole in the terminal, and not at all elsewhere', async () => {
  const elsewhere = createModelsFolder(folder, join(root, 'bot'));
  const told = (where: CommandPlace) =>
    createModelCommand({ ...createTestServices({ engineOptions: { model: { isDemo: true } } }), models: elsewhere }).run(
      { ...owner, where },
      {},
    );
  const here = (await told('terminal')).text;
  assert.ok(here.includes(`put a GGUF file into ${folder} and`), here);
  assert.ok(here.includes(`Files in ${folder}:`), here);
  const there = (await told('direct')).text;
  assert.match(there, /put a GGUF file into the models folder and/);
  assert.ok(!there.includes(root), there);
  assert.equal(folderLabel(createModelsFolder('/srv/bot/..data/models', '/srv/bot'), 'server'), '..data/models');
});

test('a models folder that does not exist holds no models', async () => {
  assert.deepEqual(await createModelsFolder(join(root, 'nowhere')).list(), []);
});
