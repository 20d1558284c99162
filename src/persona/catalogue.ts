import { setImmediate } from 'node:timers/promises';
import { bounds } from '../core/bounds.ts';
import { PaddockError, userTextOf } from '../core/error.ts';
import type { Persona } from '../core/persona.ts';
import { mistakesError } from '../text/mistake.ts';
import { idPattern, slugOf } from '../text/slug.ts';
import { readAvatar } from './avatar.ts';
import type { Picture } from './card/picture.ts';
import { cardOfPersona, type ReadCard, readCard } from './card/read-card.ts';
import { findPersonaFiles } from './find-persona-files.ts';
import { createImportedFolder, type ImportedFile } from './imported-folder.ts';
import { type NamedAt, noDefault, type PersonaCatalogue } from './load-personas.ts';
import { readBytes } from './read-bytes.ts';
import { type FiledPersona, personaOfCard, readPersonas } from './read-personas.ts';

/** A card that was taken in. */
export type Imported = { readonly persona: Persona; readonly card: ReadCard };

/**
 * Personas that people wrote (a folder of theirs, never written to) and cards that were imported while
 * the bot runs (a folder of the bot's). Changes happen one after the other and are on disk when their promise resolves.
 */
export interface LivePersonaCatalogue extends PersonaCatalogue {
  /** What could not be used of the imported cards, a sentence each; such a card is left where it is. */
  readonly problems: readonly string[];
  /** Whether a persona was imported, and so can be replaced and removed. */
  isImported(id: string): boolean;
  /** Reads both folders again. Throws what `loadPersonas` throws; then everything stays as it was. */
  reload(): Promise<void>;
  /** Takes a card in, under an id made of its name. Throws what `readCard` throws, and then nothing is stored. */
  add(bytes: Uint8Array, options?: { readonly id?: string }): Promise<Imported>;
  /** Takes a card in place of an imported one, under the same id. */
  replace(id: string, bytes: Uint8Array): Promise<Imported>;
  /** Takes an imported persona away; `restore` brings it back. */
  remove(id: string): Promise<void>;
  /** Brings back what was removed last under this id. */
  restore(id: string): Promise<Persona>;
  /** The whole card of a persona, for export: the file that was imported, or one made of the persona. */
  card(id: string): ReadCard;
  avatar(id: string): Picture | undefined;
}

export type CatalogueOptions = {
  /** Where people write personas. */
  readonly folder: string;
  /** Where imported cards are kept; made when the first one comes. */
  readonly importedFolder: string;
  readonly defaultId: string;
  /** Where people name that default; absent where they don't. */
  readonly defaultNamedAt?: NamedAt | undefined;
  readonly now: () => number;
  /** The first folder as people name it [`personas`] */
  readonly label?: string;
};

/**
 * Reads all personas. A mistake in people's own files ends it as in `loadPersonas`; an imported card that can't be
 * read any more is a problem, but no reason not to start.
 */
export const createPersonaCatalogue = async (options: CatalogueOptions): Promise<LivePersonaCatalogue> => {
  const folder = createImportedFolder(options.importedFolder, options.now);
  let state = await read(options, await folder.files());
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  const importedFile = (id: string): ImportedFile => {
    const file = state.imported.get(id);
    if (file !== undefined) return file;
    throw state.personas.has(id) ? notImported() : unknown();
  };
  const known = (id: string): Persona => {
    const persona = state.personas.get(id);
    if (persona === undefined) throw unknown();
    return persona;
  };
  const reload = async (): Promise<void> => {
    state = await read(options, await folder.files());
  };
  const takenIn = async (file: ImportedFile, card: ReadCard): Promise<Imported> => {
    await reload();
    return { persona: state.personas.get(file.id) ?? personaOfCard(card, file.id, file.path), card };
  };

  return {
    get default() {
      return state.list[0];
    },
    get problems() {
      return state.problems;
    },
    list: () => state.list,
    get: (id) => state.personas.get(id),
    isImported: (id) => state.imported.has(id),
    reload: () => inTurn(reload),
    add: async (bytes, { id } = {}) => {
      const card = readCard(bytes);
      if (id !== undefined && !idPattern.test(id)) throw badId();
      return await inTurn(async () => {
        if (state.personas.size >= bounds.personasMax) throw full();
        const file = await folder.add(id ?? slugOf(card.card.fields.name, 'persona'), card.format, bytes, (other) =>
          state.personas.has(other),
        );
        return await takenIn(file, card);
      });
    },
    replace: async (id, bytes) => {
      const card = readCard(bytes);
      return await inTurn(async () => await takenIn(await folder.replace(importedFile(id), card.format, bytes), card));
    },
    remove: (id) =>
      inTurn(async () => {
        const file = importedFile(id);
        if (id === state.list[0].id) throw isDefault();
        await folder.remove(file);
        await reload();
      }),
    restore: (id) =>
      inTurn(async () => {
        const file = state.personas.has(id) || !idPattern.test(id) ? undefined : await folder.restore(id);
        if (file === undefined) throw nothingRemoved();
        await reload();
        return known(id);
      }),
    card: (id) => {
      const persona = known(id);
      const own = state.own.get(id);
      const path = state.imported.get(id)?.path ?? (own?.isCard ? own.place.path : undefined);
      const picture = persona.avatar && readAvatar(persona.avatar);
      if (path === undefined) return { card: cardOfPersona(persona), format: 'yaml', ...(picture && { picture }) };
      return { ...(picture && { picture }), ...readCard(readBytes(path, bounds.card.fileBytesMax)) };
    },
    avatar: (id) => {
      const avatar = state.personas.get(id)?.avatar;
      return avatar && readAvatar(avatar);
    },
  };
};

/**
 * The ids of all persona files, also of those that have mistakes in them; undefined where the first folder has none,
 * so that nothing can be said about a name.
 */
export const personaIds = async ({
  folder,
  importedFolder,
  now,
  label = 'personas',
}: Pick<CatalogueOptions, 'folder' | 'importedFolder' | 'now' | 'label'>): Promise<readonly string[] | undefined> => {
  const { places } = findPersonaFiles(folder, label);
  if (places.length === 0) return undefined;
  const imported = await createImportedFolder(importedFolder, now).files();
  return [...new Set([...places, ...imported].map(({ id }) => id))];
};

type State = {
  readonly list: readonly [Persona, ...Persona[]];
  readonly personas: ReadonlyMap<string, Persona>;
  /** What people wrote. */
  readonly own: ReadonlyMap<string, FiledPersona>;
  readonly imported: ReadonlyMap<string, ImportedFile>;
  readonly problems: readonly string[];
};

const read = async (
  { folder, defaultId, defaultNamedAt: namedAt, label = 'personas' }: CatalogueOptions,
  files: readonly ImportedFile[],
): Promise<State> => {
  const { personas: own, mistakes, ids } = readPersonas(folder, label);
  const problems: string[] = [];
  const imported = new Map<string, ImportedFile>();
  const all = [...own.values()].map(({ persona }) => persona);
  for (const file of files.slice(0, bounds.personasMax)) {
    try {
      if (imported.has(file.id) || own.has(file.id)) throw sameId();
      all.push(personaOfCard(readCard(readBytes(file.path, bounds.card.fileBytesMax)), file.id, file.path));
      imported.set(file.id, file);
    } catch (error) {
      problems.push(`${file.name}: ${userTextOf(error)}`);
    }
    // Many large cards must not keep everything else waiting.
    await setImmediate();
  }
  const chosen = all.find(({ id }) => id === defaultId);
  // A default whose file has mistakes is not missing.
  const isMissing = chosen === undefined && (mistakes.length === 0 || ids?.has(defaultId) === false);
  const names = [...new Set([...(ids ?? []), ...all.map(({ id }) => id)])];
  const missing = isMissing ? [noDefault({ label, namedAt }, defaultId, names)] : [];
  if (chosen === undefined || mistakes.length > 0) throw mistakesError([...mistakes, ...missing]);
  const others = all.filter((persona) => persona !== chosen).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { list: [chosen, ...others], personas: new Map(all.map((persona) => [persona.id, persona])), own, imported, problems };
};

const refusal = (code: 'bad-input' | 'not-found' | 'not-allowed', sentence: string): PaddockError =>
  new PaddockError(code, sentence, { userText: sentence });

const unknown = () => refusal('not-found', 'I know no persona of that name.');
const notImported = () =>
  refusal('not-allowed', 'That persona is a file of the people who run me; only they can change or remove it.');
const isDefault = () => refusal('not-allowed', 'That persona is the one that answers where none was chosen, so it has to stay.');
const nothingRemoved = () => refusal('not-found', 'There is nothing to bring back under that name, or a persona has it now.');
const badId = () => refusal('bad-input', 'An id has lower-case letters, digits, - and _ only, and at most 64 of them.');
const full = () => refusal('bad-input', `There are already ${bounds.personasMax} personas. Remove some first.`);
const sameId = () => refusal('bad-input', 'There is another persona with this id; rename the file.');
