// How the program ends when it is told to, at any moment of its life: cleanly, soon, and with what was said kept.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../fakes/models.ts';
import { childrenOf, createProcesses, longAnswer, moduleOf, turnsIn } from './process-kit.ts';

const folder = temporaryFolder();
const processes = createProcesses(folder.path);
afterEach(processes.end);
after(() => folder.remove());

const isGone = (group: number | undefined): boolean => {
  try {
    process.kill(-Number(group), 0);
    return false;
  } catch {
    return true;
  }
};

/** The engine's process, as soon as there is one. */
const engineOf = async (bot: number | undefined): Promise<number> => {
  for (;;) {
    const [engine] = childrenOf(bot);
    // Until it runs a program of its own it is a copy of the bot, which waits for it: stopped then, both would wait for ever.
    if (engine !== undefined && programOf(engine) !== programOf(bot)) return engine;
    await sleep(10);
  }
};

/** The command line, empty for a process that is gone. */
const programOf = (pid: number | undefined): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

describe('npm start', { skip: process.platform === 'win32' && 'Windows has no signals' }, () => {
  // npm runs scripts in a shell, which ends by a signal and passes none on.
  for (const [signal, whom] of [
    ['SIGTERM', 'npm alone'],
    ['SIGTERM', 'its process group'],
    ['SIGINT', 'its process group'],
  ] as const) {
    it(`ends with the bot on ${signal} to ${whom}, in the middle of an answer, with what was said kept`, async () => {
      const data = join(folder.path, `${signal} ${whom}`);
      const { child, output, ended, hears } = processes.start(['--data', data, ...longAnswer(folder.path)], {
        program: ['npm', 'start', '--silent', '--'],
        environment: { npm_config_update_notifier: 'false' },
        detached: true,
      });
      child.stdin.write('tell me everything\n');
      await hears(/model loaded/);
      await sleep(700);
      process.kill(whom === 'npm alone' ? Number(child.pid) : -Number(child.pid), signal);
      const { code } = await ended;
      assert.equal(code, 0, output.errors);
      assert.ok(isGone(child.pid), 'no process of the group is left');
      const [question, answer] = await turnsIn(data);
      assert.equal(question?.alternatives[0], 'tell me everything');
      assert.ok((answer?.alternatives[0]?.length ?? 0) > 20, 'what came of the answer is kept');
    });
  }
});

describe('a signal', { skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  it('is heard from the first moment on, before anything slow is loaded, and cancels the start', async () => {
    const data = join(folder.path, 'early');
    // Ends the process by the signal just when it has begun to listen, and tells what was loaded by then.
    const preload = moduleOf(`
      import { registerHooks } from 'node:module';
      import { writeSync } from 'node:fs';
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      process.on('newListener', (name) => {
        if (name !== 'SIGHUP') return;
        writeSync(2, JSON.stringify(loaded.filter((url) => url.startsWith('file:'))) + '\\n');
        queueMicrotask(() => process.kill(process.pid, 'SIGTERM'));
      });
    `);
    const { code, signal, errors } = await processes.run('', ['--data', data], { preload: [preload] });
    assert.deepEqual([code, signal], [0, null], errors);
    // The bounds are a dozen files of numbers.
    const all: readonly string[] = JSON.parse(errors.split('\n')[0] ?? '');
    const loaded = all.filter((url) => !url.includes('/src/core/bounds/'));
    assert.ok(loaded.length >= 2 && loaded.length <= 4, loaded.join(' '));
    assert.ok(!existsSync(data), 'nothing was begun');
  });

  it('ends it while the model loads and a question waits for that, with 0 and the question kept', async () => {
    const data = join(folder.path, 'loading');
    const { child, ended } = processes.start(['--data', data]);
    child.stdin.write('hello\n');
    // Stopped, the engine loads for ever.
    const engine = await engineOf(child.pid);
    process.kill(engine, 'SIGSTOP');
    while (!existsSync(join(data, 'paddock.db-wal'))) await sleep(20);
    await sleep(300);
    child.kill('SIGTERM');
    const { code, errors, signal } = await ended;
    assert.deepEqual([code, signal], [0, null], errors);
    assert.doesNotMatch(errors, /model loaded/);
    assert.deepEqual(
      (await turnsIn(data)).map((turn) => turn.alternatives[0]),
      ['hello'],
    );
    assert.ok(!existsSync(`/proc/${engine}`), 'the engine is gone too');
  });

  it('ends it while the engine hangs in an answer, with what came of it kept', async () => {
    const data = join(folder.path, 'hanging');
    const { child, ended, hears } = processes.start(['--data', data, ...longAnswer(folder.path)]);
    child.stdin.write('tell me everything\n');
    await hears(/model loaded/);
    await sleep(700);
    process.kill(await engineOf(child.pid), 'SIGSTOP');
    child.kill('SIGTERM');
    const { code, errors } = await ended;
    assert.equal(code, 0, errors);
    assert.deepEqual(
      (await turnsIn(data)).map((turn) => turn.role),
      ['user', 'assistant'],
    );
  });

  it('ends a command that only prints at once, by the usual exit code', async () => {
    const { child, ended } = processes.start(['prompt', '--conversation', '-', '--data', join(folder.path, 'prompt')]);
    // It waits for its standard input, which it reads in one go: a signal gets through when it is done with that.
    child.stdin.end('[{"role":"user","content":"Hello"}]');
    process.kill(await engineOf(child.pid), 'SIGSTOP');
    child.kill('SIGTERM');
    const { code } = await ended;
    assert.equal(code, 143);
  });
});
