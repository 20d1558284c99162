// scripts/setup.js, with a small program in the place of npm.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paddock-setup-'));
  mkdirSync(join(folder, 'scripts'));
  copyFileSync(fileURLToPath(new URL('../../../scripts/setup.js', import.meta.url)), join(folder, 'scripts', 'setup.js'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Notes how it was called, and what it has installed, as npm does. */
const npm = `
  import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
  appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
  mkdirSync('node_modules', { recursive: true });
  writeFileSync('node_modules/.package-lock.json', process.argv.includes('--include=dev') ? 'all' : 'some');
`;

const start = (npmSource: string, environment: Readonly<Record<string, string>> = {}) => {
  const npmScript = join(folder, 'npm.js');
  writeFileSync(npmScript, npmSource);
  return spawn(process.execPath, [join(folder, 'scripts', 'setup.js')], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, npm_execpath: npmScript, ...environment },
    stdio: 'pipe',
  });
};

const setUp = async (environment?: Readonly<Record<string, string>>, npmSource = npm): Promise<number | null> => {
  const [code] = await once(start(npmSource, environment), 'close');
  return code;
};

const calls = (): readonly string[] => {
  const file = join(folder, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};

describe('scripts/setup.js', () => {
  it('installs once, and again when the lock file has changed', async () => {
    assert.equal(await setUp(), 0);
    assert.equal(await setUp(), 0);
    assert.equal(calls().length, 1);
    writeFileSync(join(folder, 'package-lock.json'), '{"changed":true}');
    assert.equal(await setUp(), 0);
    assert.equal(calls().length, 2);
    assert.match(calls()[0] ?? '', /^install --no-save --ignore-scripts /);
  });

  it('installs what the tests need, too, whatever NODE_ENV says', async () => {
    assert.equal(await setUp({ NODE_ENV: 'production', npm_config_omit: 'dev' }), 0);
    for (const kind of ['prod', 'dev', 'optional']) assert.ok(calls()[0]?.includes(`--include=${kind}`), kind);
  });

  it('installs again when somebody has installed something else since, for production only for example', async () => {
    await setUp();
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), 'some');
    await setUp();
    assert.equal(calls().length, 2);
    await setUp();
    assert.equal(calls().length, 2);
  });

  it('counts nothing as done when the installation failed', async () => {
    assert.equal(await setUp({}, `${npm}; process.exit(1);`), 1);
    assert.equal(await setUp(), 0);
    assert.equal(calls().length, 2);
  });

  it('takes npm along when it is ended', { skip: process.platform === 'win32' && 'Windows has no signals' }, async () => {
    const setup = start(`
      import { writeFileSync } from 'node:fs';
      process.on('SIGTERM', () => { writeFileSync('told', ''); process.exit(1); });
      process.stderr.write('ready');
      setInterval(() => {}, 1000);
    `);
    let heard = '';
    setup.stderr.on('data', (chunk) => {
      heard += chunk;
    });
    while (!heard.endsWith('ready')) await once(setup.stderr, 'data');
    setup.kill('SIGTERM');
    const [code] = await once(setup, 'exit');
    assert.equal(code, 143);
    assert.ok(existsSync(join(folder, 'told')));
  });
});
