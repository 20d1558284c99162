// In the terminal the bot speaks the language of its environment, and the log and mistakes in files stay English.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { german } from '../../src/locale/de.ts';
import { japanese } from '../../src/locale/ja.ts';
import { temporaryFolder } from '../fakes/models.ts';
import { createProcesses } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
afterEach(processes.end);
after(() => folder.remove());

test('a failure is said in the language of the environment, or that of the setting, and logged in English', async () => {
  const model = join(folder.path, 'broken.gguf');
  writeFileSync(model, 'no model at all');
  const words = ['--data', join(folder.path, 'data'), '--model', model];
  const environment = { LANG: 'de_DE.UTF-8' };
  const { errors, out } = await processes.run('Hallo\n', words, { environment });
  assert.match(out + errors, new RegExp(german.modelUnloadable));
  assert.match(errors, /is not a GGUF file; download the model in the GGUF format/);

  const config = join(folder.path, 'japanese.yaml');
  writeFileSync(config, 'language: ja\n');
  const chosen = await processes.run('Hallo\n', [...words, '--config', config], { environment });
  assert.match(chosen.out + chosen.errors, new RegExp(japanese.modelUnloadable));

  writeFileSync(config, 'language: nl\n');
  const wrong = await processes.run('Hallo\n', [...words, '--config', config], { environment });
  assert.match(wrong.errors, /language: expected `auto`, `en`, `de`, `fr`, `es`, `ja` or `pt-BR`, got "nl"/);
});
