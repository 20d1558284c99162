// What the program does with its data folder: who may use it, who may read it, and what becomes of it while it is in use.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { temporaryFolder } from '../fakes/models.ts';
import { createProcesses, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
afterEach(processes.end);
after(() => folder.remove());

const conversation = join(folder.path, 'conversation.json');
writeFileSync(conversation, '[{"role":"user","content":"Good morning!"}]');

describe('a data folder in use', () => {
  it('is refused to a second bot with a sentence and 78, and not to commands that only read', async () => {
    const data = join(folder.path, 'shared');
    const first = processes.start(['--data', data]);
    first.child.stdin.write('one\n');
    await first.hears(/"answered"/);

    const second = await processes.run('two\n', ['--data', data]);
    assert.equal(second.code, 78, second.errors);
    assert.match(second.errors, /^paddock: The store .*paddock\.db is in use by another Paddock.*--data/m);
    assert.doesNotMatch(second.errors, /^ {4}at /m);
    assert.equal(second.out, '');
    const printed = await processes.run('', ['prompt', '--tokens', '--conversation', conversation, '--data', data]);
    assert.deepEqual([printed.code, /^[\d ]+\n$/.test(printed.out)], [0, true], printed.errors);
    const models = await processes.run('', ['models', '--data', data]);
    assert.equal(models.code, 0, models.errors);

    first.child.stdin.end('three\n');
    assert.equal((await first.ended).code, 0);
    const turns = await turnsIn(data);
    assert.deepEqual(
      turns.filter(({ role }) => role === 'user').map(({ alternatives }) => alternatives[0]),
      ['one', 'three'],
    );
  });

  it('is free again after kill -9', async () => {
    const data = join(folder.path, 'killed');
    const first = processes.start(['--data', data]);
    first.child.stdin.write('one\n');
    await first.hears(/"answered"/);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await processes.run('two\n', ['--data', data]);
    assert.equal(second.code, 0, second.errors);
    assert.equal((await turnsIn(data)).length, 4);
  });

  it('is for its owner only, also one that was there with wider rights', {
    skip: process.platform === 'win32' && 'permissions are others there',
  }, async () => {
    const data = join(folder.path, 'open');
    mkdirSync(data);
    for (const name of ['', 'paddock.db', 'paddock.db-wal', 'paddock.db-shm', 'paddock.db.lock']) {
      if (name !== '') writeFileSync(join(data, name), '');
      chmodSync(join(data, name), name === '' ? 0o755 : 0o644);
    }
    const { child, ended, hears } = processes.start(['--data', data]);
    child.stdin.write('one\n');
    await hears(/"answered"/);
    const names = readdirSync(data);
    assert.ok(names.includes('paddock.db-wal') && names.includes('paddock.db-shm'), names.join(' '));
    for (const path of [data, ...names.map((name) => join(data, name))]) {
      assert.equal(statSync(path).mode & 0o077, 0, `${path} is for its owner only`);
    }
    child.stdin.end();
    assert.equal((await ended).code, 0);
  });

  it('that loses its store is told of, and nothing is written into the void (PITFALLS 28)', async () => {
    const data = join(folder.path, 'deleted');
    const { child, ended, hears, output } = processes.start(['--data', data]);
    child.stdin.write('one\n');
    await hears(/"answered"/);
    rmSync(join(data, 'paddock.db'));
    child.stdin.write('two\n');
    await hears(/"level":"error".*paddock\.db can not be used: it was deleted, moved or replaced while Paddock ran/);
    child.stdin.end();
    const { code, out } = await ended;
    assert.equal(code, 0, output.errors);
    assert.match(output.errors, /I can not get at my memory/);
    assert.equal(out.split('\n').length - 1, 1, 'only the first line was answered');
    assert.ok(!existsSync(join(data, 'paddock.db')), 'nothing was begun anew');
  });
});
