import { PaddockError } from '../core/error.ts';
import { createSqliteAdapter } from './sqlite-adapter.ts';
import { connectSqlite } from './sqlite-connection.ts';
import { sqlitePath } from './sqlite-path.ts';
import type { StoreKind } from './store-kind.ts';

/** `sqlite://<path>`: one file, opened now, so that a file that can't be used is told at the start and not at the first message. */
export const openSqliteStore: StoreKind = async (location, { directory }) => {
  const path = sqlitePath(`sqlite://${location}`, directory);
  if (path === undefined) {
    throw new PaddockError('configuration-invalid', 'sqlite:// needs the path of a file, such as sqlite://data/paddock.db.', {
      userText: 'My memory is not set up correctly.',
    });
  }
  const connection = connectSqlite(path);
  try {
    await connection.call('hasMany', [], Date.now());
  } catch (error) {
    await connection.close();
    throw error;
  }
  return createSqliteAdapter(connection);
};
