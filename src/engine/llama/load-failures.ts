import { statSync } from 'node:fs';
import type { PaddockError } from '../../core/error.ts';

/** Remembers why a model could not be loaded, so that not every question tries what just failed. */
export interface LoadFailures {
  /** To be taken before a load and given to `remember`: tells one state of a file from another. */
  stampOf(path: string): string;
  remember(path: string, stamp: string, error: PaddockError): void;
  /** The newest failure, if it was with this file, the file is still the same and the time is not over. */
  recall(path: string): PaddockError | undefined;
}

/** @param failureMs how long a failure is remembered, by `now` */
export const createLoadFailures = (failureMs: number, now: () => number): LoadFailures => {
  let last: { readonly path: string; readonly stamp: string; readonly error: PaddockError; readonly at: number } | undefined;
  return {
    stampOf,
    remember: (path, stamp, error) => {
      last = { path, stamp, error, at: now() };
    },
    recall: (path) =>
      last?.path === path && now() - last.at < failureMs && stampOf(path) === last.stamp ? last.error : undefined,
  };
};

const stampOf = (path: string): string => {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
