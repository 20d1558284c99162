import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { PaddockError } from '../core/error.ts';

/**
 * The bytes of a file that has at most `bytesMax`; a larger one is not read at all.
 *
 * @throws PaddockError `bad-input` (no file, too large) or `not-found`, whose `userText` says what is the matter
 */
export const readBytes = (path: string, bytesMax: number): Uint8Array => {
  let handle: number;
  try {
    // Without waiting: opening a named pipe would last until somebody writes into it.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(error);
  }
  try {
    const state = fstatSync(handle);
    if (!state.isFile()) throw problem('bad-input', 'That is not a file.');
    if (state.size > bytesMax)
      throw problem('bad-input', `The file is larger than ${bytesMax / 1_000_000} MB; I take none so large.`);
    const bytes = Buffer.alloc(state.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(handle, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw error instanceof PaddockError ? error : unreadable(error);
  } finally {
    closeSync(handle);
  }
};

const unreadable = (error: unknown): PaddockError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? problem('not-found', 'There is no such file.', error)
    : problem('bad-input', `The file can not be read (${code}).`, error);
};

const problem = (code: 'bad-input' | 'not-found', sentence: string, cause?: unknown): PaddockError =>
  new PaddockError(code, sentence, { userText: sentence, ...(cause !== undefined && { cause }) });
