// Stands for the engine's child processes, so that a test decides when one has loaded, fails or ends.
import assert from 'node:assert/strict';
import type { Engine } from '../../../src/core/engine.ts';
import type { PaddockError } from '../../../src/core/error.ts';
import type { Logger } from '../../../src/core/logger.ts';
import type { EngineProcess } from '../../../src/engine/llama/child-process.ts';
import { crashError, hungError, loadCrashError } from '../../../src/engine/llama/engine-errors.ts';
import { createLlamaEngine, type LlamaEngineParts } from '../../../src/engine/llama/llama-engine.ts';
import type { CallName, LlamaSettings } from '../../../src/engine/llama/protocol.ts';

/** One process. It counts prompts as the number of characters in its model's path. */
export type FakeProcess = {
  readonly path: string;
  readonly isAlive: boolean;
  /** The names of all calls, in order. */
  readonly calls: readonly CallName[];
  /** Answers the call to keep all states. */
  kept(): void;
  loaded(): void;
  failed(error: PaddockError): void;
  crash(cause: string): void;
  /** It is taken for hung and killed, and goes on to exist until the result is called. */
  hang(): () => void;
};

export type FakeProcesses = {
  readonly start: () => EngineProcess;
  /** All that were ever started, in order. */
  readonly all: readonly FakeProcess[];
  /** The one started last. */
  newest(): FakeProcess;
};

export const createFakeProcesses = (): FakeProcesses => {
  const all: FakeProcess[] = [];

  const start = (): EngineProcess => {
    assert.deepEqual(
      all.filter(({ isAlive }) => isAlive).map(({ path }) => path),
      [],
      'never two processes at once: the memory holds one model',
    );
    const ended = Promise.withResolvers<string>();
    const pending = new Map<PromiseWithResolvers<unknown>, boolean>();
    let settings: LlamaSettings | undefined;
    let isAlive = true;
    let isOver = false;
    const calls: CallName[] = [];
    let load: PromiseWithResolvers<unknown> | undefined;
    let keep: PromiseWithResolvers<unknown> | undefined;
    let over: PaddockError | undefined;

    const fail = (reason: (isLoad: boolean) => PaddockError): void => {
      isOver = true;
      for (const [call, isLoad] of pending) call.reject(reason(isLoad));
      pending.clear();
    };
    const disappear = (cause: string): void => {
      isAlive = false;
      ended.resolve(cause);
    };
    const end = (cause: string, reason: (isLoad: boolean) => PaddockError): void => {
      fail(reason);
      // As with a real process, whose end is heard of later.
      setImmediate(disappear, cause);
    };
    const settle = (call: PromiseWithResolvers<unknown> | undefined): PromiseWithResolvers<unknown> => {
      assert.ok(call && pending.delete(call), 'the process was asked for it');
      return call;
    };

    all.push({
      get path() {
        return settings?.modelPath ?? '';
      },
      get isAlive() {
        return isAlive;
      },
      calls,
      kept: () => settle(keep).resolve(null),
      loaded: () => settle(load).resolve({ name: 'Fake', path: settings?.modelPath, isDemo: settings?.isDemo, slots: 1 }),
      failed: (error) => settle(load).reject(error),
      crash: (cause) => end(cause, (isLoad) => (isLoad ? loadCrashError(cause) : crashError())),
      hang: () => {
        over = hungError();
        fail(hungError.bind(undefined, undefined));
        return () => disappear('it did not answer');
      },
    });
    return {
      get isOver() {
        return isOver;
      },
      ended: ended.promise,
      call: async (name, argument) => {
        if (over) throw over;
        calls.push(name);
        const call = Promise.withResolvers<unknown>();
        pending.set(call, name === 'load');
        if (name === 'load') {
          settings = argument as LlamaSettings;
          load = call;
        }
        if (name === 'keepAll') keep = call;
        if (name === 'forget') settle(call).resolve(null);
        if (name === 'countTokens') settle(call).resolve((argument as readonly unknown[]).map(() => settings?.modelPath.length));
        return (await call.promise) as never;
      },
      kill: async (reason = crashError()) => {
        over ??= reason;
        end('signal SIGKILL', () => reason);
        await ended.promise;
      },
    };
  };

  return {
    start,
    all,
    newest: () => {
      const newest = all.at(-1);
      assert.ok(newest);
      return newest;
    },
  };
};

/** Log lines, with their level in front. */
export const recordingLogger = (): Logger & { readonly lines: readonly string[] } => {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

/** A clock that stands still until it is moved on. */
export const createFakeClock = (): NonNullable<LlamaEngineParts['clock']> & { advance(ms: number): void } => {
  let time = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { until: time + ms, wake: resolve };
        if (ms <= 0 || signal.aborted) resolve();
        else sleepers.add(sleeper);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    advance: (ms) => {
      time += ms;
      for (const sleeper of sleepers) {
        if (sleeper.until > time) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
};

/** The engine on fake processes. */
export const fakeProcessEngine = (
  modelPath: string,
  logger: Logger,
  parts: LlamaEngineParts,
  settings: Partial<LlamaSettings> = {},
): Engine =>
  createLlamaEngine(
    { modelPath, isDemo: false },
    logger,
    () => ({
      gpuLayers: 0,
      contextTokens: 1024,
      isContextAuto: false,
      batchTokens: 256,
      threads: 1,
      flashAttention: 'auto',
      slots: 1,
      ...settings,
    }),
    parts,
  );
