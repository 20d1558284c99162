// The parent half of the llama engine when models can not be loaded and processes crash: what is remembered, and told.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bounds } from '../../../src/core/bounds.ts';
import type { Engine } from '../../../src/core/engine.ts';
import { generate } from '../../fakes/models.ts';
import type { createFakeProcesses } from './fake-processes.ts';
import { errorOf, folder, invalid, prompt, settle, setUp, started } from './llama-engine-kit.ts';

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
