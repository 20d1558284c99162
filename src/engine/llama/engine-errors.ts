import { PaddockError } from '../../core/error.ts';

/** The process ended by itself while it loaded the model; the only place where the cause is told. */
export const loadCrashError = (cause: string): PaddockError =>
  new PaddockError(
    'engine-failed',
    `the engine's process ended while it loaded the model (${cause}); the memory was probably too small: lower engine.gpuLayers, engine.slots or engine.contextTokens`,
    { userText: stoppedText, isRetryable: true },
  );

/** The process ended by itself. The cause stands in the log once, and not with every answer that was lost. */
export const crashError = (): PaddockError =>
  new PaddockError('engine-failed', "the engine's process ended meanwhile; the log of part `engine` tells the cause", {
    userText: stoppedText,
    isRetryable: true,
  });

const stoppedText = 'My language model stopped unexpectedly. It is being started again; please try once more in a moment.';

/** The process was ended because it did not answer; the cause is told as with crashes. */
export const hungError = (loadCause?: string): PaddockError =>
  new PaddockError(
    'engine-failed',
    loadCause === undefined ? hungText : `the engine's process hung while it loaded the model: ${loadCause}`,
    {
      userText: 'My language model got stuck, so I am starting it again. Please ask me once more in a moment.',
      isRetryable: true,
    },
  );

const hungText = "the engine's process hung and was ended; the log of part `engine` tells the cause";

/** The process was ended because somebody loads another model. */
export const switchError = (): PaddockError =>
  new PaddockError('engine-failed', 'another model was asked for, and is loaded instead', {
    userText: 'I am being given another language model right now. Please ask me again in a moment.',
    isRetryable: true,
  });

export const restartingError = (waitMs: number): PaddockError =>
  new PaddockError('engine-failed', `the engine is started again in ${Math.ceil(waitMs / 1000)} s after several crashes`, {
    userText: `My language model has stopped several times; I start it again in about ${Math.ceil(waitMs / 1000)} seconds. Please ask me again then.`,
    isRetryable: true,
  });

export const closedError = (): PaddockError =>
  new PaddockError('engine-closed', 'the engine was closed', {
    userText: 'I am just being shut down. Please ask me again later.',
    isRetryable: true,
  });
