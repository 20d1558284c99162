// The parent half of the llama engine: one process at a time, switches, closing and questions taken back.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { generate } from '../../fakes/models.ts';
import { errorOf, folder, invalid, pathsOf, prompt, settle, setUp, started } from './llama-engine-kit.ts';

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
