import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { PaddockError } from '../core/error.ts';

/** Writes a file that somebody asked for; over another one only when forced, and not at all where it is there to the letter. */
export const writeResult = (path: string, bytes: Uint8Array, isForced: boolean): void => {
  if (existsSync(path) && isSame(path, bytes)) return;
  try {
    writeFileSync(path, bytes, { flag: isForced ? 'w' : 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'EEXIST' ? 'is there already; --force writes over it' : `can not be written (${code})`;
    throw new PaddockError('bad-input', `${path} ${why}`, { userText: `The file ${why}.`, cause: error });
  }
};

const isSame = (path: string, bytes: Uint8Array): boolean =>
  statSync(path).isFile() && statSync(path).size === bytes.length && readFileSync(path).equals(bytes);
