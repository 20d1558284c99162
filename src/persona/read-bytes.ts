import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { PaddockError } from '../core/error.ts';
import { inEnglish, type Sentence, sentence } from '../core/sentence.ts';

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
    if (!state.isFile()) throw problem('bad-input', sentence('fileIsNone'));
    if (state.size > bytesMax) throw problem('bad-input', sentence('fileTooLarge', { megabytes: bytesMax / 1_000_000 }));
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
    ? problem('not-found', sentence('fileMissing'), error)
    : problem('bad-input', sentence('fileUnreadable', { code }), error);
};

const problem = (code: 'bad-input' | 'not-found', said: Sentence, cause?: unknown): PaddockError =>
  new PaddockError(code, inEnglish(said), { userText: said, ...(cause !== undefined && { cause }) });
