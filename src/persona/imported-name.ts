import type { CardFormat } from './card/read-card.ts';

/** One file of the folder of imported cards. */
export type ImportedFile = {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** To whom it belongs, `server:42` or a speaker's id; absent for what is everybody's. */
  readonly owner?: string;
};

/** One that was removed or replaced. `at`: when, in milliseconds since 1970. */
export type RemovedFile = ImportedFile & { readonly at: number };

type Named = Pick<ImportedFile, 'id'> & { readonly owner?: string; readonly at?: number; readonly extension: string };

const extensions: readonly string[] = ['.json', '.yaml', '.png', '.charx'] satisfies readonly `.${CardFormat}`[];
const pattern = /^([a-z0-9][a-z0-9_-]{0,63})(?:\.(\d{14})-[0-9a-f]{1,16})?(?:\.([a-z]{1,16})-(\w{1,40}))?(\.[a-z]{3,5})$/;

/**
 * What a file's name says: `rook.png`, of a server's own `rook.server-42.png`, and of a removed one `rook.<when>-<chance>.server-42.png`. So
 * a card and whose it is can't be parted. Undefined for names of other files.
 */
export const readImportedName = (name: string): Named | undefined => {
  const [, id, stamp, kind, who, extension = ''] = pattern.exec(name) ?? [];
  if (id === undefined || !extensions.includes(extension)) return undefined;
  return {
    id,
    extension,
    ...(stamp !== undefined && { at: Number(stamp) }),
    ...(kind !== undefined && { owner: `${kind}:${who}` }),
  };
};

/** The name that says it. */
export const importedName = (id: string, owner: string | undefined, extension: string, stamp?: string): string =>
  [id, ...(stamp === undefined ? [] : [stamp]), ...(owner === undefined ? [] : [ownerPart(owner)])].join('.') + extension;

/** @throws for an owner that no name can hold: a mistake of the caller's */
const ownerPart = (owner: string): string => {
  const [, kind, who] = /^([a-z]{1,16}):(\w{1,40})$/.exec(owner) ?? [];
  if (kind === undefined) throw new Error('the owner of a persona has a form that is not known');
  return `${kind}-${who}`;
};
