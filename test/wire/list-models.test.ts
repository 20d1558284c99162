// `paddock models` as people start it: a process of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeDemoModel } from '../../src/engine/llama/gguf/demo-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'paddock-models-'));
after(() => rmSync(folder, { recursive: true }));
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const run = (...words: string[]) =>
  promisify(execFile)(process.execPath, [main, 'models', '--data', folder, ...words], {
    env: { PATH: process.env.PATH, HOME: folder },
  });

describe('paddock models', () => {
  it('lists on standard output, and nothing elsewhere', async () => {
    mkdirSync(join(folder, 'models'));
    writeDemoModel(join(folder, 'models', 'demo.gguf'));
    writeFileSync(join(folder, 'models', 'notus-7b-v1.Q4_K_M.gguf'), 'only begun');
    const { stdout, stderr } = await run();
    assert.equal(stderr, '');
    assert.match(stdout, /^This machine has \d+\.\d GB of memory/);
    assert.match(stdout, /\* Q4_K_M .*already here\n/);
    assert.match(stdout, /^ {2}demo\.gguf {2}no preset is made for it$/m);
    assert.match(stdout, /Get \w+: npx --no node-llama-cpp pull --dir \S+ --filename \S+\.gguf hf:\S+\.gguf\n/);
  });

  it('takes the context and slots that the configuration asks for', async () => {
    const config = join(folder, 'paddock.yaml');
    writeFileSync(config, 'engine: { contextTokens: 1000, slots: 3 }\n');
    const value = JSON.parse((await run('--json', '--config', config)).stdout);
    assert.equal(value.slots, 3);
    for (const model of value.models) assert.equal(model.contextTokens, 1000);
  });
});
