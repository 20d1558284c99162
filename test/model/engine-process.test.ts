// The engine's real process when it hangs, when models are switched, and when the bot ends while one is loaded.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PaddockError } from '../../src/core/error.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { startEngineProcess } from '../../src/engine/llama/child-process.ts';
import { createLlamaEngine, type LlamaEngineParts } from '../../src/engine/llama/llama-engine.ts';
import { demoModel, generate, question, randomModel, temporaryFolder } from '../fakes/models.ts';
import { recordingLogger } from '../unit/engine/fake-processes.ts';
import { children } from './children.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const settings = {
  gpuLayers: 0,
  contextTokens: 1024,
  isContextAuto: false,
  batchTokens: 256,
  threads: 1,
  flashAttention: 'auto',
  slots: 2,
} as const;

const engineWith = (modelPath: string, limits: LlamaEngineParts['limits']) => {
  const logger = recordingLogger();
  const engine = createLlamaEngine({ modelPath, isDemo: false }, logger, () => settings, limits ? { limits } : {});
  return { engine, troubles: () => logger.lines.filter((line) => /^(warn|error)/.test(line)) };
};

/** What a promise rejects with, looked at at once so that it never counts as unhandled. */
const errorOf = (promise: Promise<unknown>): Promise<PaddockError> =>
  promise.then(
    () => assert.fail('it was fulfilled'),
    (error: unknown) => {
      assert.ok(error instanceof PaddockError, String(error));
      return error;
    },
  );

/** Stops the engine's process as it is: it lives and does nothing any more. */
const freeze = (): number => {
  const [child, ...others] = children();
  assert.ok(child !== undefined && others.length === 0);
  process.kill(child, 'SIGSTOP');
  return child;
};

describe('a process that hangs', () => {
  it('is ended after a while, all who asked it hear so, and the next ones are answered by a new one', async () => {
    const { engine, troubles } = engineWith(randomModel(folder.path), { pingMs: 50, silentMsMax: 500 });
    try {
      await engine.start();
      const frozen = freeze();
      const asked = [
        generate(engine, { prompt: question('hello') }),
        engine.countTokens([question('hello')]),
        engine.tokenise([question('hello')]),
        engine.renderChat([{ role: 'user', content: 'hello' }]),
      ];
      for (const error of await Promise.all(asked.map(errorOf))) {
        assert.equal(error.code, 'engine-failed');
        assert.match(error.userText, /got stuck.*ask me once more/);
        assert.ok(error.isRetryable);
      }
      assert.equal((await generate(engine, { prompt: question('hello') })).end.reason, 'length');
      assert.equal(children().includes(frozen), false);
      assert.equal(troubles().length, 1, troubles().join('\n'));
      assert.match(troubles()[0] ?? '', /^error .*restarted.*did not answer for/);
    } finally {
      await engine.close();
    }
  });

  it('while it loads, is ended too, and the failure names that', async () => {
    // A new process takes more than a moment to say its first word, so this one never gets that far.
    const { engine } = engineWith(demoModel(folder.path), { pingMs: 50, silentLoadMsMax: 100 });
    try {
      const error = errorOf(engine.start());
      freeze();
      assert.match((await error).message, /hung while it loaded the model: it did not answer/);
      assert.deepEqual(children(), []);
    } finally {
      await engine.close();
    }
  });

  it('with an aborted answer does not hold its slot for ever', async () => {
    const { engine } = engineWith(randomModel(folder.path), { abortMsMax: 200 });
    try {
      await engine.start();
      const abort = new AbortController();
      const answer = errorOf(generate(engine, { prompt: question('long'), outputTokensMax: 900, signal: abort.signal }));
      freeze();
      abort.abort();
      assert.match((await answer).userText, /got stuck/);
    } finally {
      await engine.close();
    }
  });

  it('is told by its pings from one that loads or works, which answers them', async () => {
    const child = startEngineProcess(silentLogger);
    /** Pings until something is done; gives how many were answered. */
    const pingUntil = async (done: Promise<unknown>): Promise<number> => {
      let isDone = false;
      let answered = 0;
      const watching = done.then(() => {
        isDone = true;
      });
      for (; !isDone; answered++) assert.deepEqual(await child.call('countTokens', []), []);
      await watching;
      return answered;
    };
    try {
      const shape = { contextTokens: 2048, width: 256, layers: 6, heads: 4, keyHeads: 4, feedForwardWidth: 1024 };
      const modelPath = randomModel(folder.path, { shape });
      const load = child.call('load', {
        ...settings,
        contextTokens: 2048,
        batchTokens: 2048,
        slots: 1,
        modelPath,
        isDemo: false,
      });
      assert.ok((await pingUntil(load)) > 10);
      // One native call reads all of it.
      const prompt = question('the of you that was for with his they have this '.repeat(150));
      const answer = child.call('generate', { prompt, affinity: 'a', sampling: {}, outputTokensMax: 1, stopStrings: [] });
      assert.ok((await pingUntil(answer)) > 50);
    } finally {
      await child.kill();
    }
  });
});

describe('models switched in haste', () => {
  it('one after the other, the last one stays, and each caller hears of its own', async () => {
    const { engine, troubles } = engineWith(demoModel(folder.path), undefined);
    const random = randomModel(folder.path);
    const demo = demoModel(folder.path);
    try {
      // The first overtakes the start under way.
      const [started, one, other] = await Promise.all([engine.start(), engine.use(demo), engine.use(random)]);
      assert.deepEqual([started.path, one.path, other.path], [random, demo, random]);
      assert.equal(engine.model?.path, random);
      assert.equal(children().length, 1);
      assert.equal((await engine.countTokens([question('hello')])).length, 1);
      assert.deepEqual(troubles(), []);
    } finally {
      await engine.close();
    }
  });

  it('tell those whose answers run what happens, and the log of no crash', async () => {
    const { engine, troubles } = engineWith(randomModel(folder.path), undefined);
    try {
      await engine.start();
      const answer = errorOf(generate(engine, { prompt: question('long'), outputTokensMax: 900 }));
      const demo = await engine.use(demoModel(folder.path));
      assert.match((await answer).userText, /another language model right now/);
      assert.equal(demo.path, demoModel(folder.path));
      assert.deepEqual(troubles(), []);
    } finally {
      await engine.close();
    }
  });
});

describe('the end of the bot', () => {
  it('does not wait for a model that is being loaded', async () => {
    const { engine, troubles } = engineWith(randomModel(folder.path), undefined);
    const waiting = [engine.start(), engine.countTokens([question('hello')])].map(errorOf);
    try {
      // This load would never end.
      freeze();
    } finally {
      await engine.close();
    }
    for (const error of waiting) assert.equal((await error).code, 'engine-closed');
    assert.deepEqual(children(), []);
    assert.deepEqual(troubles(), []);
  });
});
