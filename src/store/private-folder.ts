import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, with those above it, for its owner only; one that is there stays as it is. Throws what the
 * file system throws. (`mkdir` with `recursive` never comes back where nothing can be made, such as below /proc.)
 */
export const makePrivateFolder = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    const parent = dirname(path);
    const isParentMissing = parent !== path && statSync(parent, { throwIfNoEntry: false }) === undefined;
    if (!isParentMissing) throw error;
    makePrivateFolder(parent);
    makePrivateFolder(path);
  }
};
