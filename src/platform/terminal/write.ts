import type { Logger } from '../../core/logger.ts';

/** Writes to a stream that can go away at any moment. */
export interface Writer {
  /** Resolves with true once the text is handed over, with false when the stream is gone. Never rejects. */
  write(text: string): Promise<boolean>;
  readonly isGone: boolean;
}

/**
 * @param onGone called once when nothing can be written any more: the reader has closed the other end (`head`, a closed window),
 * or the disk is full. Telling people of it is up to whoever owns the stream.
 */
export const createWriter = (stream: NodeJS.WritableStream, logger: Logger, onGone: () => void): Writer => {
  let isGone = false;
  const gone = (error: NodeJS.ErrnoException): void => {
    if (isGone) return;
    isGone = true;
    logger.debug({ code: error.code }, 'the output can not be written any more');
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
