import { PaddockError } from '../core/error.ts';

/** What stands in the way, by the file system's code, and what to do about it. */
const remedies: readonly (readonly [codes: readonly string[], sentence: string])[] = [
  [
    ['ENOTDIR', 'EEXIST'],
    'it, or a folder above it, is a file. Move that file away, or name another folder with --data, PADDOCK_DATA or the setting data.',
  ],
  [
    ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ELOOP', 'ENAMETOOLONG'],
    'this user may not write there. Give the folder to the user who runs the bot, or name another one with --data, PADDOCK_DATA or the setting data.',
  ],
  [['ENOSPC', 'EDQUOT', 'EFBIG'], 'there is no room left on its disk. Free some space, and start again.'],
];

/** The error to throw when the file system lets the bot make or write nothing under `path`; undefined for errors of other kinds. */
export const folderError = (path: string, error: unknown): PaddockError | undefined => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const remedy = remedies.find(([codes]) => codes.includes(code))?.[1];
  if (remedy === undefined) return undefined;
  return new PaddockError('configuration-invalid', `${path} can not be used: ${remedy} (${code})`, {
    userText: 'I can not get at my files. The people who run me can find the cause in the log.',
    cause: error,
  });
};

/** Does what writes under `path`; rejects with `folderError`'s sentence where there is one. */
export const inFolder = async <Result>(path: string, work: () => Result | Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw folderError(path, error) ?? error;
  }
};
