import { join } from 'node:path';

/** One file of a folder of the bot's own. */
export type KeptFile = {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** To whom it belongs, `server:42` or a speaker's id; absent for what is everybody's, or where that is kept elsewhere. */
  readonly owner?: string;
};

/** What a file's name says. `at`: when it was removed, in milliseconds since 1970. `extension`: with its dot. */
export type KeptName = { readonly id: string; readonly owner?: string; readonly at?: number; readonly extension: string };

const pattern = /^([a-z0-9][a-z0-9_-]{0,63})(?:\.(\d{14})-[0-9a-f]{1,16})?(?:\.([a-z]{1,16})-(\w{1,40}))?(\.[a-zA-Z]{3,5})$/;

/**
 * What a file's name says: `rook.png`, of a server's own `rook.server-42.png`, and of a removed one `rook.<when>-<chance>.server-42.png`. So
 * a file and whose it is can't be parted. Undefined for names of other files.
 */
export const readKeptName = (name: string): KeptName | undefined => {
  const [, id, stamp, kind, who, extension = ''] = pattern.exec(name) ?? [];
  if (id === undefined) return undefined;
  return {
    id,
    extension,
    ...(stamp !== undefined && { at: Number(stamp) }),
    ...(kind !== undefined && { owner: `${kind}:${who}` }),
  };
};

/** The file in a folder whose name says it. `stamp`: of a removed one. */
export const keptFileIn = (
  folder: string,
  { id, owner, extension, stamp }: Omit<KeptName, 'at'> & { readonly stamp?: string },
): KeptFile => {
  const parts = [id, ...(stamp === undefined ? [] : [stamp]), ...(owner === undefined ? [] : [ownerPart(owner)])];
  const name = parts.join('.') + extension;
  return { id, name, path: join(folder, name), ...(owner !== undefined && { owner }) };
};

/** @throws for an owner that no name can hold: a mistake of the caller's */
const ownerPart = (owner: string): string => {
  const [, kind, who] = /^([a-z]{1,16}):(\w{1,40})$/.exec(owner) ?? [];
  if (kind === undefined) throw new Error('the owner of a file has a form that is not known');
  return `${kind}-${who}`;
};
