import { join } from 'node:path';
import { parse } from 'dotenv';
import { mistakesError } from '../text/mistake.ts';
import { readTextFile } from '../text/read-text-file.ts';

/** Names and values, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The process's environment with what `.env` in the bot's folder adds to it. A variable that the process
 * has, even an empty one, wins. Nothing is written anywhere and `process.env` stays as it is.
 *
 * @throws PaddockError `configuration-invalid` when there is a `.env` that cannot be read
 */
export const readEnvironment = (root: string, processEnvironment: Environment): Environment => {
  const file = readTextFile(join(root, '.env'));
  if ('text' in file) return { ...parse(file.text), ...processEnvironment };
  if (file.isMissing) return { ...processEnvironment };
  throw mistakesError([{ file: '.env', path: '', text: file.problem }]);
};
