import { resolve } from 'node:path';

/**
 * The absolute path of the file that `sqlite://…` names; undefined for other stores and for a URI without a path. Resolved, so that no
 * name is special to SQLite (`:memory:`, `file:`).
 */
export const sqlitePath = (uri: string, directory: string): string | undefined => {
  const location = /^sqlite:\/\/(.+)$/s.exec(uri)?.[1];
  return location === undefined ? undefined : resolve(directory, location);
};
