import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { bounds } from '../core/bounds.ts';

/**
 * Reads a text file that a person wrote. What is wrong comes back as a sentence without a full stop;
 * `isMissing` tells that there is no such file.
 */
export const readTextFile = (
  path: string,
): { readonly text: string } | { readonly problem: string; readonly isMissing: boolean } => {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    return problemOf(error);
  }
  try {
    const { size, isFile } = { size: fstatSync(handle).size, isFile: fstatSync(handle).isFile() };
    if (!isFile) return { problem: 'is not a file', isMissing: false };
    if (size > bounds.textFileBytesMax) {
      return { problem: `is larger than ${bounds.textFileBytesMax} bytes`, isMissing: false };
    }
    const bytes = Buffer.alloc(size);
    const length = readSync(handle, bytes, 0, size, 0);
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)) };
  } catch (error) {
    return problemOf(error);
  } finally {
    closeSync(handle);
  }
};

const problemOf = (error: unknown): { readonly problem: string; readonly isMissing: boolean } => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'there is no such file', isMissing: true };
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { problem: 'is not UTF-8 text: save it as UTF-8', isMissing: false };
  return { problem: `cannot be read (${code === '' ? 'unknown reason' : code})`, isMissing: false };
};
