import type { Logger } from '../../core/logger.ts';

/** Writes to a stream that can go away at any moment. */
export interface Writer {
  /** Resolves with true once the text is handed over, with false when the stream is gone. Never rejects. */
  write(text: string): Promise<boolean>;
  readonly isGone: boolean;
}

/** @param onGone called once when the reader has closed the other end (`head`, a closed window). */
export const createWriter = (stream: NodeJS.WritableStream, logger: Logger, onGone: () => void): Writer => {
  let isGone = false;
  const gone = (error: NodeJS.ErrnoException): void => {
    if (isGone) return;
    isGone = true;
    // A reader that has had enough is no failure.
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') logger.error({ error }, 'the output cannot be written');
    onGone();
  };
  stream.on('error', gone);

  return {
    get isGone() {
      return isGone;
    },
    write: (text) =>
      new Promise((resolve) => {
        if (isGone) return resolve(false);
        stream.write(text, (error) => {
          if (error) gone(error);
          resolve(!isGone);
        });
      }),
  };
};
