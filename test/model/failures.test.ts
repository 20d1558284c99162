// What goes wrong with models and the child process: a sentence for the user, the cause and the
// setting for the log, and the engine comes back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { PaddockError } from '../../src/core/error.ts';
import type { Logger } from '../../src/core/logger.ts';
import { demoModel, generate, question, randomModel, temporaryFolder, testEngine } from '../fakes/models.ts';
import { children } from './children.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const failure = async (modelPath: string, settings: Parameters<typeof testEngine>[1] = {}): Promise<PaddockError> => {
  const engine = testEngine(modelPath, settings);
  try {
    await engine.start();
  } catch (error) {
    return error as PaddockError;
  } finally {
    await engine.close();
  }
  throw new Error('the model was loaded');
};

describe('a model that can not be loaded', () => {
  it('is missing', async () => {
    const error = await failure(join(folder.path, 'nowhere.gguf'));
    assert.equal(error.code, 'model-missing');
    assert.match(error.message, /nowhere\.gguf.*engine\.model/);
    assert.doesNotMatch(error.userText, /\//);
  });

  it('is no GGUF file', async () => {
    const path = join(folder.path, 'text.gguf');
    writeFileSync(path, 'These are not the weights you are looking for.');
    const error = await failure(path);
    assert.equal(error.code, 'model-invalid');
    assert.match(error.message, /not a GGUF file/);
  });

  it('is cut off, in its data, its directory or its metadata', async () => {
    const whole = readFileSync(randomModel(folder.path));
    for (const share of [0.9, 0.05, 0.001]) {
      const path = join(folder.path, 'cut.gguf');
      writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
      const error = await failure(path);
      assert.equal(error.code, 'model-invalid', `${share}: ${error.message}`);
      assert.match(error.message, /engine\.model/);
    }
  });

  it('has a context that does not fit the memory', async () => {
    // 2^31 tokens a slot would need terabytes; the file claims to be trained for them.
    const huge = randomModel(folder.path, {
      shape: { contextTokens: 2 ** 31 - 256, width: 512, layers: 8, heads: 4, keyHeads: 4, feedForwardWidth: 64 },
    });
    const error = await failure(huge, { contextTokens: 2 ** 30, slots: 4 });
    assert.equal(error.code, 'context-too-large');
    assert.match(error.message, /engine\.contextTokens/);
  });

  it('can be put right while the bot is up', async () => {
    const path = join(folder.path, 'late.gguf');
    const engine = testEngine(path);
    try {
      await assert.rejects(engine.start(), { code: 'model-missing' });
      assert.equal(engine.model, undefined);
      writeFileSync(path, readFileSync(randomModel(folder.path)));
      assert.equal((await generate(engine, { prompt: question('hello') })).end.reason, 'length');
    } finally {
      await engine.close();
    }
  });
});

describe("a crash of the engine's process", () => {
  it('fails the answer with a sentence, is logged with the settings to change, and the engine comes back', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const logger: Logger = { debug: write, info: write, warn: write, error: write };
    const engine = testEngine(randomModel(folder.path), {}, logger);
    try {
      await engine.start();
      const [child] = children();
      assert.ok(child);
      const answers = ['a', 'b', 'c'].map((affinity) =>
        generate(engine, { affinity, prompt: question('long'), outputTokensMax: 900 }).then(
          () => undefined,
          (reason: unknown) => reason as PaddockError,
        ),
      );
      execFileSync('kill', ['-SEGV', String(child)]);
      for (const error of await Promise.all(answers)) {
        assert.equal(error?.code, 'engine-failed');
        assert.match(error?.userText ?? '', /unexpectedly.*once more in a moment/);
        assert.ok(error?.isRetryable);
        // The log has the cause, and once, though each of these is logged too.
        assert.doesNotMatch(error?.message ?? '', /SIGSEGV/);
      }
      const answer = await generate(engine, { prompt: question('again') });
      assert.equal(answer.end.usage.outputTokens, 24);
      const causes = lines.filter((line) => line.includes('SIGSEGV'));
      assert.equal(causes.length, 1, lines.join('\n'));
      assert.match(causes[0] ?? '', /restarted.*engine\.gpuLayers/);
      assert.notEqual(children()[0], child);
    } finally {
      await engine.close();
    }
    assert.deepEqual(children(), []);
  });

  it('gets none of the secrets of the bot', async () => {
    process.env.DISCORD_TOKEN = 'secret-for-the-test';
    const engine = testEngine(demoModel(folder.path));
    try {
      await engine.start();
      const environment = readFileSync(`/proc/${children()[0]}/environ`, 'utf8');
      assert.match(environment, /PATH=/);
      assert.doesNotMatch(environment, /secret-for-the-test/);
    } finally {
      delete process.env.DISCORD_TOKEN;
      await engine.close();
    }
  });
});

describe('another model', () => {
  it('takes the place of the loaded one, and a bad one does not', async () => {
    const engine = testEngine(demoModel(folder.path), { isDemo: true });
    try {
      assert.equal((await engine.start()).isDemo, true);
      const info = await engine.use(randomModel(folder.path));
      assert.deepEqual([info.name, info.isDemo], ['Random weights', false]);
      await assert.rejects(engine.use(join(folder.path, 'missing.gguf')), { code: 'model-missing' });
      assert.equal(engine.model?.name, 'Random weights');
      assert.equal(children().length, 1);
    } finally {
      await engine.close();
    }
  });

  it('is not waited for when the bot ends', async () => {
    const engine = testEngine(randomModel(folder.path));
    const starting = engine.start().then(
      () => 'started',
      () => 'ended',
    );
    await engine.close();
    assert.equal(await starting, 'ended');
    await assert.rejects(engine.start(), { code: 'engine-closed' });
    assert.deepEqual(children(), []);
  });
});
