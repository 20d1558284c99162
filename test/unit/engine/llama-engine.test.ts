// The parent half of the llama engine: one process at a time, switches, crashes and what is remembered of failures.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { bounds } from '../../../src/core/bounds.ts';
import type { Engine } from '../../../src/core/engine.ts';
import { PaddockError } from '../../../src/core/error.ts';
import { generate, temporaryFolder } from '../../fakes/models.ts';
import { createFakeClock, createFakeProcesses, fakeProcessEngine, recordingLogger } from './fake-processes.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const prompt = [{ kind: 'text', text: 'hello' }] as const;
const invalid = (): PaddockError => new PaddockError('model-invalid', 'no model', { userText: 'That is no model.' });

/** Lets everything go on that waits for nothing from outside. */
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns++) await turn();
};

const setUp = (path = '/first', settings: Parameters<typeof fakeProcessEngine>[3] = {}) => {
  const processes = createFakeProcesses();
  const clock = createFakeClock();
  const logger = recordingLogger();
  const engine = fakeProcessEngine(path, logger, { clock, startProcess: processes.start }, settings);
  const troubles = (): readonly string[] => logger.lines.filter((line) => /^(warn|error)/.test(line));
  return { processes, clock, logger, engine, troubles };
};

const pathsOf = ({ all }: ReturnType<typeof createFakeProcesses>): readonly string[] => all.map(({ path }) => path);

/** What a promise rejects with, looked at at once so that it never counts as unhandled. */
const errorOf = (promise: Promise<unknown>): Promise<PaddockError> =>
  promise.then(
    () => assert.fail('it was fulfilled'),
    (error: unknown) => {
      assert.ok(error instanceof PaddockError, String(error));
      return error;
    },
  );

const started = async (settings: Parameters<typeof setUp>[1] = {}) => {
  const parts = setUp('/first', settings);
  const starting = parts.engine.start();
  await settle();
  parts.processes.newest().loaded();
  await starting;
  return parts;
};

describe('switching the model', () => {
  it('overtakes a start under way, and who waits for that gets the new one', async () => {
    const { engine, processes, troubles } = setUp();
    const starting = engine.start();
    const counting = engine.countTokens([prompt]);
    await settle();
    const using = engine.use('/second');
    await settle();
    assert.deepEqual(pathsOf(processes), ['/first', '/second']);
    processes.newest().loaded();
    assert.equal((await using).path, '/second');
    assert.equal((await starting).path, '/second');
    assert.deepEqual(await counting, ['/second'.length]);
    assert.equal(engine.model?.path, '/second');
    assert.deepEqual(troubles(), []);
    await engine.close();
  });

  it('overtakes a start in the very turn in which that ends', async () => {
    const { engine, processes } = setUp();
    const starting = engine.start();
    await settle();
    processes.newest().loaded();
    const using = engine.use('/second');
    await settle();
    processes.newest().loaded();
    assert.deepEqual([(await using).path, (await starting).path, engine.model?.path], ['/second', '/second', '/second']);
    assert.deepEqual(pathsOf(processes), ['/first', '/second']);
    await engine.close();
  });

  it('overtakes a restart that waits after crashes', async () => {
    const { engine, processes, clock } = await started();
    processes.newest().crash('signal SIGSEGV');
    await settle();
    processes.newest().loaded();
    await settle();
    processes.newest().crash('signal SIGSEGV');
    await settle();
    const counting = engine.countTokens([prompt]);
    await settle();
    assert.equal(processes.all.length, 2, 'the second restart waits');
    const using = engine.use('/second');
    await settle();
    processes.newest().loaded();
    assert.equal((await using).path, '/second');
    assert.deepEqual(await counting, ['/second'.length]);
    clock.advance(60_000);
    await settle();
    assert.deepEqual(pathsOf(processes), ['/first', '/first', '/second']);
    await engine.close();
  });

  it('comes after a switch under way, and each caller hears of its own', async () => {
    const { engine, processes } = await started();
    const one = engine.use('/second');
    const other = engine.use('/third');
    const counting = engine.countTokens([prompt, prompt]);
    await settle();
    assert.equal(processes.newest().path, '/second');
    processes.newest().loaded();
    assert.equal((await one).path, '/second');
    await settle();
    assert.equal(processes.newest().path, '/third');
    processes.newest().loaded();
    assert.equal((await other).path, '/third');
    assert.deepEqual(await counting, ['/third'.length, '/third'.length], 'questions wait for the last switch');
    assert.equal(engine.model?.path, '/third');
    assert.equal(processes.all.length, 3);
    await engine.close();
  });

  it('tells those whose answers run, with no word of a crash, here or in the log', async () => {
    const { engine, processes, troubles } = await started();
    const answer = errorOf(generate(engine, { prompt }));
    await settle();
    const using = engine.use('/second');
    const error = await answer;
    assert.equal(error.userText, 'I am being given another language model right now. Please ask me again in a moment.');
    assert.ok(error.isRetryable);
    assert.doesNotMatch(error.message, /crash|unexpected|ended/);
    await settle();
    processes.newest().loaded();
    await using;
    assert.deepEqual(troubles(), []);
    await engine.close();
  });

  it('that fails brings the former model back, which those who asked meanwhile get', async () => {
    const { engine, processes, troubles } = await started();
    const using = errorOf(engine.use('/second'));
    const counting = engine.countTokens([prompt]);
    await settle();
    processes.newest().failed(invalid());
    await settle();
    assert.equal(processes.newest().path, '/first');
    processes.newest().loaded();
    assert.equal((await using).code, 'model-invalid');
    assert.deepEqual(await counting, ['/first'.length]);
    assert.equal(engine.model?.path, '/first');
    assert.deepEqual(troubles(), []);
    await engine.close();
  });
});

describe('a process that keeps states', () => {
  const keeping = { stateFolder: join(folder.path, 'states'), stateBytesMax: 1_000_000 };

  it('does that before another model takes its place, and can be told to forget meanwhile', async () => {
    const { engine, processes } = await started(keeping);
    const [first] = processes.all;
    assert.ok(first);
    const using = engine.use('/second');
    const counting = engine.countTokens([prompt]);
    await settle();
    assert.deepEqual(first.calls, ['load', 'keepAll']);
    assert.equal(engine.model, undefined, 'nothing new is begun in it');
    await engine.forget('test:one');
    assert.deepEqual(first.calls, ['load', 'keepAll', 'forget']);
    assert.ok(first.isAlive);
    first.kept();
    await settle();
    assert.equal(first.isAlive, false);
    processes.newest().loaded();
    assert.equal((await using).path, '/second');
    assert.deepEqual(await counting, ['/second'.length]);
    const closing = engine.close();
    await settle();
    processes.newest().kept();
    await closing;
    assert.deepEqual(processes.newest().calls, ['load', 'countTokens', 'keepAll']);
  });

  it('is not asked to while it loads', async () => {
    const { engine, processes } = setUp('/first', keeping);
    const starting = errorOf(engine.start());
    await settle();
    await engine.close();
    assert.equal((await starting).code, 'engine-closed');
    assert.deepEqual(processes.newest().calls, ['load']);
  });
});

describe('a model that can not be loaded', () => {
  const fail = async (processes: ReturnType<typeof createFakeProcesses>, result: Promise<unknown>): Promise<void> => {
    const error = errorOf(result);
    await settle();
    processes.newest().failed(invalid());
    assert.equal((await error).code, 'model-invalid');
  };
  const many = async (engine: Engine, code: string): Promise<void> => {
    for (let asked = 0; asked < 5; asked++) {
      assert.equal((await errorOf(engine.start())).code, code);
      assert.equal((await errorOf(generate(engine, { prompt }))).code, code);
    }
  };

  it('is tried again after a while, and not with every question', async () => {
    const { engine, processes, clock } = setUp(join(folder.path, 'none.gguf'));
    await fail(processes, engine.start());
    clock.advance(bounds.engine.failureMs - 1);
    await many(engine, 'model-invalid');
    assert.equal(processes.all.length, 1);
    clock.advance(1);
    await fail(processes, engine.start());
    assert.equal(processes.all.length, 2);
    await engine.close();
  });

  it('is tried again as soon as its file has changed, come or gone', async () => {
    const path = join(folder.path, 'changing.gguf');
    const { engine, processes } = setUp(path);
    const changes = [() => writeFileSync(path, 'half a'), () => writeFileSync(path, 'half a model'), () => rmSync(path)];
    await fail(processes, engine.start());
    for (const [index, change] of changes.entries()) {
      change();
      await fail(processes, engine.start());
      await many(engine, 'model-invalid');
      assert.equal(processes.all.length, index + 2);
    }
    await engine.close();
  });

  it('is tried at once by who asks for it, and is no bar to another', async () => {
    const { engine, processes } = setUp('/first');
    await fail(processes, engine.start());
    const using = engine.use('/second');
    await settle();
    processes.newest().loaded();
    assert.equal((await using).path, '/second');
    const back = engine.use('/first');
    await settle();
    processes.newest().loaded();
    assert.equal((await back).path, '/first');
    await engine.close();
  });

  it('and crashes the process is tried again after growing pauses', async () => {
    const { engine, processes, clock } = setUp();
    const { restartDelaysMs, patienceMs } = bounds.engine;
    for (const pauseMs of [0, ...restartDelaysMs.filter((ms) => ms <= patienceMs)]) {
      clock.advance(pauseMs);
      const error = errorOf(engine.start());
      await settle();
      processes.newest().crash('signal SIGABRT');
      assert.match((await error).message, /SIGABRT.*engine\.gpuLayers/);
    }
    const forks = processes.all.length;
    for (let asked = 0; asked < 5; asked++) assert.match((await errorOf(engine.start())).userText, /in about 30 seconds/);
    assert.equal(processes.all.length, forks);
    await engine.close();
  });
});

describe('a crash', () => {
  it('tells the log its cause once, however many answers it ends', async () => {
    const { engine, processes, logger } = await started();
    const errors = [1, 2, 3].map(() => errorOf(generate(engine, { prompt })));
    await settle();
    processes.newest().crash('signal SIGSEGV');
    // What is logged of an answer that failed is its error's message.
    const messages = (await Promise.all(errors)).map(({ message }) => message);
    await settle();
    const lines = [...logger.lines, ...messages].filter((line) => line.includes('SIGSEGV'));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /^error .*being restarted/);
    processes.newest().loaded();
    await settle();
    assert.equal(engine.model?.path, '/first');
    await engine.close();
  });
});

describe('a process that is over', () => {
  it('is asked nothing more: who asks before it has ended waits for the next one', async () => {
    const { engine, processes } = await started();
    const answer = generate(engine, { prompt }).catch(() => engine.countTokens([prompt]));
    await settle();
    processes.newest().crash('signal SIGSEGV');
    await settle();
    processes.newest().loaded();
    assert.deepEqual(await answer, ['/first'.length]);
    assert.deepEqual(processes.newest().calls, ['load', 'countTokens']);
    await engine.close();
  });

  it('and that the system does not end holds nobody for ever', async () => {
    const { engine, processes, clock, troubles } = await started();
    const answer = errorOf(generate(engine, { prompt }));
    await settle();
    const release = processes.newest().hang();
    assert.match((await answer).userText, /got stuck/);
    const counting = errorOf(engine.countTokens([prompt]));
    await settle();
    clock.advance(bounds.engine.patienceMs);
    assert.match((await counting).userText, /got stuck/);
    release();
    await settle();
    processes.newest().loaded();
    assert.equal((await engine.start()).path, '/first');
    assert.equal(troubles().length, 1);
    await engine.close();
  });
});

describe('closing', () => {
  it('ends a process that loads, and who waits for it hears so', async () => {
    const { engine, processes, troubles } = setUp();
    const waiting = [engine.start(), engine.countTokens([prompt]), generate(engine, { prompt })].map(errorOf);
    await settle();
    await engine.close();
    assert.deepEqual(await Promise.all(waiting.map(async (error) => (await error).code)), Array(3).fill('engine-closed'));
    assert.equal(processes.newest().isAlive, false);
    await settle();
    assert.equal(processes.all.length, 1);
    assert.deepEqual(troubles(), []);
  });

  it('ends a switch, and one that waits behind it, and loads nothing any more', async () => {
    const { engine, processes, troubles } = await started();
    const waiting = [engine.use('/second'), engine.use('/third'), engine.start()].map(errorOf);
    await settle();
    await engine.close();
    assert.deepEqual(await Promise.all(waiting.map(async (error) => (await error).code)), Array(3).fill('engine-closed'));
    assert.deepEqual(pathsOf(processes), ['/first', '/second']);
    assert.ok(processes.all.every(({ isAlive }) => !isAlive));
    assert.deepEqual(troubles(), []);
  });

  it('ends the pause before a restart', async () => {
    const { engine, processes, clock } = await started();
    for (let crashes = 0; crashes < 2; crashes++) {
      processes.newest().crash('signal SIGSEGV');
      await settle();
      if (crashes === 0) processes.newest().loaded();
      await settle();
    }
    const waiting = errorOf(engine.start());
    await settle();
    await engine.close();
    assert.equal((await waiting).code, 'engine-closed');
    clock.advance(60_000);
    await settle();
    assert.equal(processes.all.length, 2);
  });
});

describe('a question that is taken back', () => {
  it('while the model loads ends at once', async () => {
    const { engine } = setUp();
    const abort = new AbortController();
    const answer = generate(engine, { prompt, signal: abort.signal });
    await settle();
    abort.abort();
    assert.equal((await answer).end.reason, 'aborted');
    const starting = errorOf(engine.start());
    await engine.close();
    assert.equal((await starting).code, 'engine-closed');
  });
});
