// An engine over processes that a test steers.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PaddockError } from '../../../src/core/error.ts';
import { temporaryFolder } from '../../fakes/models.ts';
import { createFakeClock, createFakeProcesses, fakeProcessEngine, recordingLogger } from './fake-processes.ts';

export const folder = temporaryFolder();
after(() => folder.remove());

export const prompt = [{ kind: 'text', text: 'hello' }] as const;
export const invalid = (): PaddockError => new PaddockError('model-invalid', 'no model', { userText: 'That is no model.' });

/** Lets everything go on that waits for nothing from outside. */
export const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns++) await turn();
};

export const setUp = (path = '/first', settings: Parameters<typeof fakeProcessEngine>[3] = {}) => {
  const processes = createFakeProcesses();
  const clock = createFakeClock();
  const logger = recordingLogger();
  const engine = fakeProcessEngine(path, logger, { clock, startProcess: processes.start }, settings);
  const troubles = (): readonly string[] => logger.lines.filter((line) => /^(warn|error)/.test(line));
  return { processes, clock, logger, engine, troubles };
};

export const pathsOf = ({ all }: ReturnType<typeof createFakeProcesses>): readonly string[] => all.map(({ path }) => path);

/** What a promise rejects with, looked at at once so that it never counts as unhandled. */
export const errorOf = (promise: Promise<unknown>): Promise<PaddockError> =>
  promise.then(
    () => assert.fail('it was fulfilled'),
    (error: unknown) => {
      assert.ok(error instanceof PaddockError, String(error));
      return error;
    },
  );

export const started = async (settings: Parameters<typeof setUp>[1] = {}) => {
  const parts = setUp('/first', settings);
  const starting = parts.engine.start();
  await settle();
  parts.processes.newest().loaded();
  await starting;
  return parts;
};
