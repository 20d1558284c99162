import { PaddockError } from '../../core/error.ts';
import { sentence } from '../../core/sentence.ts';

/** The process ended by itself while it loaded the model; the only place where the cause is told. */
export const loadCrashError = (cause: string): PaddockError =>
  new PaddockError(
    'engine-failed',
    `the engine's process ended while it loaded the model (${cause}); the memory was probably too small: lower engine.gpuLayers, engine.slots or engine.contextTokens`,
    { userText: sentence('modelStopped'), isRetryable: true },
  );

/** The process ended by itself. The cause stands in the log once, and not with every answer that was lost. */
export const crashError = (): PaddockError =>
  new PaddockError('engine-failed', "the engine's process ended meanwhile; the log of part `engine` tells the cause", {
    userText: sentence('modelStopped'),
    isRetryable: true,
  });

/** The process was ended because it did not answer; the cause is told as with crashes. */
export const hungError = (loadCause?: string): PaddockError =>
  new PaddockError(
    'engine-failed',
    loadCause === undefined ? hungText : `the engine's process hung while it loaded the model: ${loadCause}`,
    {
      userText: sentence('modelStuck'),
      isRetryable: true,
    },
  );

const hungText = "the engine's process hung and was ended; the log of part `engine` tells the cause";

/** The process was ended because somebody loads another model. */
export const switchError = (): PaddockError =>
  new PaddockError('engine-failed', 'another model was asked for, and is loaded instead', {
    userText: sentence('modelSwitching'),
    isRetryable: true,
  });

export const restartingError = (waitMs: number): PaddockError =>
  new PaddockError('engine-failed', `the engine is started again in ${Math.ceil(waitMs / 1000)} s after several crashes`, {
    userText: sentence('modelRestarting', { seconds: Math.ceil(waitMs / 1000) }),
    isRetryable: true,
  });

export const closedError = (): PaddockError =>
  new PaddockError('engine-closed', 'the engine was closed', {
    userText: sentence('shuttingDown'),
    isRetryable: true,
  });
